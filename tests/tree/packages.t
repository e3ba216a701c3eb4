#!/bin/sh
# The sources of the packages fit the tree. Whether the packages do what they should: make check-packages.
. "$(dirname "$0")/tap.sh"
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
is "the changelog's newest entry has the version of the Makefile" "$(sed -n '1s/^bottle (\(.*\)-[0-9]*) .*/\1/p' \
	install/debian/changelog)" "$version"
is "so has the spec" "$(sed -n 's/^%{!?bottle_version: %global bottle_version \(.*\)}$/\1/p' install/rpm/bottle.spec)" "$version"
is "every line of the settings file is a comment" "$(grep -v '^#' install/config.yaml)" ""
sed 's/^# *\([a-z_]*: .*\)/\1/; t; d' install/config.yaml >"$work/config.yaml"
# keys FILE: the settings of a file, in order
keys() {
	sed -n 's/^\([a-z_]*\): .*/\1/p' "$1" | sort -u | xargs
}
is "and every setting there is stands in it" "$(keys "$work/config.yaml")" \
	"$({ echo lock && sed -n 's/^.*\[SETTINGS_[A-Z_]*\] = {"\([a-z_]*\).*/\1/p' frontend/domain/settings.c; } | sort -u | xargs)"
for script in config postinst prerm postrm; do
	check "bottle-netd.$script is a script that parses" sh -n "install/debian/bottle-netd.$script"
done
check "a copy for the packages is made" install/export "$work/copy" 9.9.9
is "with the version that was asked for" "$(grep -hoE '9\.9\.9' "$work/copy/Makefile" "$work/copy/debian/changelog" | xargs)" \
	"9.9.9 9.9.9"
is "files of one date" "$(find "$work/copy" -printf '%T@\n' | sort -u | wc -l)" 1
is "and none that git does not know" "$(cd "$work/copy" && find . ! -type d ! -path './debian/*' | sed 's/^..//' | sort)" \
	"$(git ls-files | sort)"
mkdir -p "$work/b/packages/src/vendor.d"
check "what packages were made from stops no make" make -n BUILD="$work/b" help
done_testing
