#!/bin/sh
# The acceptance tests: boots the throw-away machine, installs the built tree in it, passes its TAP on.
cd "$(dirname "$0")/../.." || exit 1
exec tests/lab/run tests/lab/acceptance.sh
