#!/bin/sh
# A host's life with the packages, in a throw-away machine of its own: see fleet.sh.
cd "$(dirname "$0")/../.." || exit 1
exec env LAB_NO_INSTALL=1 LAB_RUN_SECONDS="${LAB_RUN_SECONDS:-3000}" tests/lab/run tests/lab/fleet.sh
