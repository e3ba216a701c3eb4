#!/bin/sh
# Sealed bottles with real VMs, in a throw-away machine of their own.
cd "$(dirname "$0")/../.." || exit 1
exec tests/lab/run tests/lab/sealed.sh
