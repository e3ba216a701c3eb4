#!/bin/sh
# A staged install has exactly these files, with these modes.
. "$(dirname "$0")/tap.sh"

make -s --no-print-directory BUILD="$BUILD" all
check "make install DESTDIR= works" make -s --no-print-directory BUILD="$BUILD" DESTDIR="$work/root" PREFIX=/usr \
	GROUP="$(id -g)" install
cat >"$work/expected" <<EXPECTED
755 usr/bin/bottle
HELPER usr/libexec/bottle/bottle-netd
755 usr/libexec/bottle/check
755 usr/libexec/bottle/guest/$(uname -m)/bottle-guest
755 usr/libexec/bottle/uninstall
644 usr/share/bash-completion/completions/bottle
$(for schema in docs/json/*.json; do echo "644 usr/share/bottle/json/${schema##*/}"; done)
644 usr/share/bottle/nft/bottle-bundles.nft
644 usr/share/bottle/nft/bottle-raw.nft
644 usr/share/bottle/nft/bottle-wildcard.nft
644 usr/share/bottle/observe/audit/bottle.rules
755 usr/share/bottle/observe/doctor-status
644 usr/share/bottle/observe/logrotate/bottle-netd
644 usr/share/bottle/observe/netd.jq
644 usr/share/bottle/observe/osquery/bottle.conf
644 usr/share/bottle/observe/rsyslog/bottle-netd.conf
$(for rule in install/observe/sigma/*.yml; do echo "644 usr/share/bottle/observe/sigma/${rule##*/}"; done)
644 usr/share/bottle/observe/soc.md
644 usr/share/bottle/observe/systemd/bottle-events.service
644 usr/share/fish/vendor_completions.d/bottle.fish
644 usr/share/man/man1/bottle.1
644 usr/share/man/man5/bottle.yaml.5
644 usr/share/man/man8/bottle-check.8
644 usr/share/man/man8/bottle-netd.8
644 usr/share/zsh/site-functions/_bottle
EXPECTED
# Only root can give the helper its owner and its bit; a staged install by a user leaves that to the package.
mode=755
[ "$(id -u)" -ne 0 ] || mode=4750
sed -i "s/^HELPER/$mode/" "$work/expected"
(cd "$work/root" && find . -type f -printf '%m %P\n' | grep -v 'guest/aarch64' | sort -k 2) >"$work/got"
check "the listing is as it should be" diff "$work/expected" "$work/got"
is "auditd's rules are of this prefix" "$(grep -o 'path=[^ ]*' "$work/root/usr/share/bottle/observe/audit/bottle.rules" | sort -u)" \
	path=/usr/libexec/bottle/bottle-netd
make -s --no-print-directory BUILD="$BUILD" DESTDIR="$work/other" PREFIX=/opt/b HELPER=no install
is "and of another one" "$(grep -o 'path=[^ ]*' "$work/other/opt/b/share/bottle/observe/audit/bottle.rules" | sort -u)" \
	path=/opt/b/libexec/bottle/bottle-netd
check "HELPER=no leaves the helper out" sh -c "make -s --no-print-directory BUILD='$BUILD' DESTDIR='$work/no' \
	PREFIX=/usr HELPER=no install && [ ! -e '$work/no/usr/libexec/bottle/bottle-netd' ]"
check "the installed program finds its own parts" sh -c \
	"'$work/root/usr/bin/bottle' version | grep -q '^bottle '"
check "uninstall removes all of it" sh -c "make -s --no-print-directory DESTDIR='$work/root' PREFIX=/usr uninstall &&
	[ -z \"\$(find '$work/root' -type f)\" ]"
done_testing
