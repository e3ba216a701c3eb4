#!/bin/sh
# The helper end to end, run by an ordinary user who is root of a user and network namespace of its own. From a
# copy that this user can reach, wherever the tree lies.
here=$(dirname "$0")
user=
[ "$(id -u)" -ne 0 ] || user="setpriv --reuid 65534 --regid 65534 --clear-groups"
$user unshare -rn true 2>/dev/null || { echo "1..0 # SKIP no user namespace here"; exit 0; }
copy=$(mktemp -d /tmp/bottle-userns.XXXXXX)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/helper" "$copy/libexec"
cp "$here/alias.sh" "$here/tap.sh" "$copy/helper/"
cp "$here/../tap.sh" "$copy/"
cp "${BUILD:-build}/libexec/bottle-netd" "$copy/libexec/"
chmod -R a+rX "$copy"
# shellcheck disable=SC2086
BUILD=$copy $user unshare -rn sh "$copy/helper/alias.sh"
