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
exec "$py" -m pytest -q -n "${TEST_WORKERS:-2}" "$@"
