#!/bin/sh
# Packing by a registry with an engine that takes no archive, in a throw-away machine of its own.
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/native/tap.sh
. tests/native/tap.sh
root=$(cd "${BUILD:-build}" && pwd)/tests/lab/registry
rm -rf "$root"
said=$(tests/native/registry "$root" 2>&1) || plan_skip "no registry: $(echo "$said" | tail -n 1)"
exec tests/lab/run tests/lab/registry.sh
