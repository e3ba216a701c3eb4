#!/bin/sh
# The acceptance tests: boots the throw-away machine, installs the built tree in it, passes its TAP on.
cd "$(dirname "$0")/../.." || exit 1
# A quarter of an hour on a host of its own, three times that beside the other tests.
exec env LAB_RUN_SECONDS="${LAB_RUN_SECONDS:-3000}" tests/lab/run tests/lab/acceptance.sh
