#!/bin/sh
# count.sh FILE...: lines of code, without comments and blank lines.
set -eu
cat "$@" | ${CC:-cc} -fpreprocessed -dD -E -x c - | grep -v '^# ' | grep -c '[^[:space:]]'
