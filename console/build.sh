#!/bin/sh
# Builds the console into src/warpwatch/web/static; with --check it says whether that is what is committed.
# Without Node.js nothing is done: what is committed is all that is needed to run it.
set -eu
cd "$(dirname "$0")"
if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    echo "console: no node and npm here, so it is not rebuilt" >&2
    exit 0
fi
sum=$(cksum <package-lock.json)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$sum" ]; then
    npm ci --ignore-scripts --loglevel=error >&2
    printf '%s' "$sum" >node_modules/.installed
fi
node_modules/.bin/tsc --noEmit
exec node build.mjs "$@"
