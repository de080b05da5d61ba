#!/bin/sh
# Everything that can be said about the code without running it, and that generated files are up to date.
set -eu
py=$1
"$py" -m ruff check .
"$py" -m ruff format --check --quiet . || { echo "check: not formatted; next: ./run fmt" >&2; exit 1; }
"$py" -m mypy
"${py%/python}/lint-imports" --no-cache
"$py" -m warpwatch fields render --check
sh console/build.sh --check
