#!/bin/sh
# The helper end to end, run by real root in a network namespace of its own.
here=$(dirname "$0")
[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP not root (userns.t runs the same as a user)"; exit 0; }
unshare -n true 2>/dev/null || { echo "1..0 # SKIP no network namespace here"; exit 0; }
exec unshare -n sh "$here/alias.sh"
