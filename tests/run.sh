#!/bin/sh
# Tests the wheel, not the tree: what users install is what is proved.
set -eu
py=$1
shift
rm -rf build/wheel build/installed
"$py" -m hatchling build -t wheel -d build/wheel >/dev/null
"$py" -c 'import pathlib, sys, zipfile
wheel, = pathlib.Path("build/wheel").glob("*.whl")
zipfile.ZipFile(wheel).extractall("build/installed")'
PYTHONPATH=$PWD/build/installed
PYTHONDONTWRITEBYTECODE=
export PYTHONPATH PYTHONDONTWRITEBYTECODE
if [ $# -gt 0 ]; then
    exec "$py" -m pytest -q -n "${TEST_WORKERS:-2}" "$@"
fi
sh tests/newer.sh "$PWD/build/newer"
# Rooms without doors to the outside are covered to the last branch.
COVERAGE_FILE=$PWD/build/coverage
export COVERAGE_FILE
"$py" -m coverage run -m pytest -q tests/expo tests/fields tests/xid
"$py" -m coverage report --fail-under=100 --include='*/warpwatch/expo/*,*/warpwatch/fields/*,*/warpwatch/xid/*'
exec "$py" -m pytest -q -n "${TEST_WORKERS:-2}"
