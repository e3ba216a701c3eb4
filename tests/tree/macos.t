#!/bin/sh
# What the macOS package is made of: laid out with this host's programs in place of a Mac's (tests/tree/macho.t builds
# those), property lists and Distribution by their keys, the formula by ruby and a stand-in of Homebrew.
# Nothing here has been before a Mac's launchd, Installer, profiles or brew: untested on hardware.
. "$(dirname "$0")/tap.sh"
lint=tests/tree/macos/plist.py

make -s --no-print-directory BUILD="$BUILD" netd guest >/dev/null || exit 1
mkdir -p "$work/guests"
for arch in aarch64 x86_64; do
	mkdir "$work/guests/$arch"
	cp "$BUILD/libexec/guest/$(uname -m)/bottle-guest" "$work/guests/$arch/"
done
# layout [NAME=VALUE...]: lays out into $work/pkg
# shellcheck disable=SC2120 # given by way of `refuses`
layout() {
	env VERSION=0.1.0 PREFIX=/opt/bottle ID=local.bottle MIN=13.0 POOL_FIRST=16 POOL_LAST=31 "$@" \
		install/macos/layout "$BUILD/libexec/bottle-netd" "$work/guests" "$work/pkg"
}
check "the package's tree can be laid out" layout
cat >"$work/expected" <<-'EXPECTED'
	644 ./Library/LaunchDaemons/local.bottle.policy.plist
	644 ./Library/LaunchDaemons/local.bottle.pool.plist
	755 ./opt/bottle/libexec/bottle/bottle-netd
	755 ./opt/bottle/libexec/bottle/guest/aarch64/bottle-guest
	755 ./opt/bottle/libexec/bottle/guest/x86_64/bottle-guest
	755 ./opt/bottle/libexec/bottle/policy
	755 ./opt/bottle/libexec/bottle/uninstall
	644 ./opt/bottle/share/bottle/manifest
	644 ./opt/bottle/share/man/man8/bottle-netd.8
EXPECTED
(cd "$work/pkg/root" && find . -type f -printf '%m %p\n' | sort -k 2) >"$work/got"
check "it has exactly these files, none of them setuid" diff "$work/expected" "$work/got"
check "and no folder that others may write" sh -c "[ -z \"\$(find '$work/pkg' -type d -perm /022)\" ]"
is "the helper's line of the manifest is what postinstall makes of it" \
	"$(sed -n 's/ [0-9a-f]\{64\} / HASH /; /bottle-netd$/p' "$work/pkg/root/opt/bottle/share/bottle/manifest")" \
	"4750 root admin HASH /opt/bottle/libexec/bottle/bottle-netd"
for value in ID=../x ID=a/b "ID=a b" PREFIX=/usr/local PREFIX=/opt/homebrew/bottle PREFIX=opt/bottle PREFIX=/opt \
	PREFIX=/opt/../etc/x 'PREFIX=/opt/b;x' VERSION=1-1 MIN=x POOL_FIRST=1 POOL_LAST=15 POOL_LAST=255 POOL_LAST=; do
	check "refused: $value" refuses layout "$value"
done
check "what a refused layout leaves is the old tree" test -x "$work/pkg/build-pkg"
for script in "$work/pkg/scripts/preinstall" "$work/pkg/scripts/postinstall" "$work/pkg/build-pkg" \
	"$work/pkg/root/opt/bottle/libexec/bottle/uninstall" "$work/pkg/root/opt/bottle/libexec/bottle/policy"; do
	check "dash reads ${script##*/} as laid out" dash -n "$script"
done

# Property lists
jobs=$work/pkg/root/Library/LaunchDaemons
pool=$(seq -f 127.0.0.%g 16 31)
# shellcheck disable=SC2086 # a list of addresses
check "the job for the pool: known keys, and the pool's addresses and no other" \
	"$lint" job "$jobs/local.bottle.pool.plist" $pool
check "the job for the policy: known keys" "$lint" job "$jobs/local.bottle.policy.plist"
check "the profile: the keys that Apple publishes" "$lint" profile "$work/pkg/local.bottle.mobileconfig"
for file in "$jobs"/*.plist "$work/pkg/local.bottle.mobileconfig"; do
	check "libplist reads ${file##*/} too" sh -c "plistutil -i '$file' -o '$work/out.plist' -f bin && [ -s '$work/out.plist' ]"
done
# wrong KIND FILE SED: FILE changed by SED is found wrong
wrong() {
	sed "$3" "$2" >"$work/wrong/${2##*/}"
	! cmp -s "$2" "$work/wrong/${2##*/}" && refuses "$lint" "$1" "$work/wrong/${2##*/}" ${4:+$pool}
}
mkdir "$work/wrong"
job=$jobs/local.bottle.pool.plist profile=$work/pkg/local.bottle.mobileconfig
check "seen: a key with a typing error" wrong job "$job" s/RunAtLoad/RunAtBoot/
check "seen: another type" wrong job "$job" 's,<integer>60</integer>,<string>60</string>,'
check "seen: a wrong key inside KeepAlive" wrong job "$job" s/SuccessfulExit/SuccesfulExit/
check "seen: an address too many" wrong job "$job" '/127.0.0.31/{p;s/31/32/;}' pool
check "seen: an address of none" wrong job "$job" 's/127.0.0.20/127.0.0.1/' pool
check "seen: a program by a relative path" wrong job "$job" 's,<string>/opt,<string>opt,'
check "seen: another label than the file's name" wrong job "$job" 's/<string>local.bottle.pool</<string>other</'
check "seen: a broken file" wrong job "$job" 's,</dict>,,'
check "seen: a payload of an unknown type" wrong profile "$profile" s/com.apple.servicemanagement/com.apple.x/
check "seen: a rule of an unknown type" wrong profile "$profile" 's,<string>Label<,<string>Labels<,'
check "seen: a rule without a value" wrong profile "$profile" s/RuleValue/Value/
check "seen: a UUID twice" wrong profile "$profile" s/F7A12/F7A13/
check "seen: settings outside of mcx_preference_settings" wrong profile "$profile" s/mcx_preference_settings/settings/
python3 - "$profile" >"$work/config.yaml" <<-'PYTHON'
	import plistlib, sys
	profile = plistlib.load(open(sys.argv[1], "rb"))
	levels = profile["PayloadContent"][1]["PayloadContent"]["local.bottle"]
	print(levels["Forced"][0]["mcx_preference_settings"]["config"], end="")
PYTHON
is "the profile's settings are the ones of its page" "$(cat "$work/config.yaml")" "wildcard: refuse
lock: [wildcard, engine]"
labels=$(python3 -c 'import plistlib, sys
print(*[rule["RuleValue"] for rule in plistlib.load(open(sys.argv[1], "rb"))["PayloadContent"][0]["Rules"]])' "$profile")
is "the profile allows the jobs that the package brings" "$labels" "local.bottle.pool local.bottle.policy"

# Distribution
cat >"$work/distribution.py" <<-'PYTHON'
	import sys, xml.etree.ElementTree as xml
	top = xml.parse(sys.argv[1]).getroot()
	package = [ref for ref in top.findall("pkg-ref") if ref.text]
	choices = {choice.get("id"): [ref.get("id") for ref in choice.findall("pkg-ref")] for choice in top.findall("choice")}
	print(top.tag, top.get("minSpecVersion"))
	print(*[line.get("choice") in choices for line in top.find("choices-outline").iter("line")])
	print(*choices.values(), [ref.get("id") for ref in package], package[0].text, package[0].get("version"))
	print(top.find("volume-check/allowed-os-versions/os-version").get("min"))
	print(top.find("options").get("hostArchitectures"), top.find("options").get("rootVolumeOnly"))
PYTHON
is "the Distribution: every line has its choice, every choice its package, for both processors" \
	"$(python3 "$work/distribution.py" "$work/pkg/Distribution" 2>&1)" "installer-gui-script 2
True
['local.bottle'] ['local.bottle'] bottle-component.pkg 0.1.0
13.0
arm64,x86_64 true"

# The package itself needs a Mac: here the calls alone, to stand-ins that write down what they are asked for.
check "without Apple's programs build-pkg says that it built none" sh -c \
	"'$work/pkg/build-pkg' | grep -q 'no package was built'"
mkdir "$work/apple"
for program in pkgbuild productbuild codesign; do
	cat >"$work/apple/$program" <<-STANDIN
		#!/bin/sh
		echo "$program \$*" >>"$work/calls"
		for last; do :; done
		echo "$program" >>"\$last"
	STANDIN
	chmod 755 "$work/apple/$program"
done
check "with them (stand-ins) it calls each" env PATH="$work/apple:$PATH" CODESIGN=A PKGSIGN=I "$work/pkg/build-pkg"
is "in this order, with these arguments" "$(sed "s|$work/pkg|PKG|g" "$work/calls")" \
	"codesign --force --timestamp --options runtime --identifier local.bottle.netd --sign A PKG/root/opt/bottle/libexec/bottle/bottle-netd
pkgbuild --root PKG/root --scripts PKG/scripts --identifier local.bottle --version 0.1.0 --install-location / --ownership recommended PKG/bottle-component.pkg
productbuild --distribution PKG/Distribution --package-path PKG --sign I PKG/bottle-0.1.0.pkg"
check "the manifest has the signed helper's hash" env PATH="$work/apple:$PATH" "$work/pkg/build-pkg"
echo >>"$work/pkg/root/opt/bottle/libexec/bottle/policy"
check "a file that changed after the layout is refused" refuses "$work/pkg/build-pkg"
layout >/dev/null
touch "$work/pkg/root/opt/bottle/more"
check "a file that was not laid out is refused" refuses "$work/pkg/build-pkg"

# The formula
formula="ruby tests/tree/macos/formula.rb install/macos/bottle.rb"
check "ruby reads the formula" ruby -wc install/macos/bottle.rb
version=$(sed -n 's/^VERSION *:= //p' Makefile)
check "it is of this version" sh -c "$formula facts | grep -q '^url .*/bottle-$version.tar.gz\"'"
check "what it says to the user fits on a terminal, and names the package" sh -c \
	"$formula caveats >'$work/caveats' && grep -q 'make macos-pkg' '$work/caveats' && ! grep -nE '^.{100}' '$work/caveats'"
check "it makes the frontend and the guest's program" sh -c \
	"[ \"\$($formula install | sed -n 1p)\" = 'make PREFIX\\=/opt/homebrew/Cellar/bottle/0.1.0 HELPER\\=no ZIG\\=zig bottle guest nft' ]"
# Its commands, on this host: installed is the frontend, and nothing with a bit.
sed_build="s/^make /make -s --no-print-directory BUILD='$(printf %s "$BUILD" | sed 's|/|\\/|g')' /"
check "its commands work here" sh -ec "FORMULA_PREFIX='$work/cellar' $formula install | sed \"$sed_build\" >'$work/commands'
	[ -s '$work/commands' ] && sh -e '$work/commands'"
check "they install a bottle that runs" sh -c "'$work/cellar/bin/bottle' version | grep -q '$version'"
check "and neither the helper nor a setuid file" sh -c \
	"[ -z \"\$(find '$work/cellar' -path '*libexec/bottle/bottle-netd' -o -perm /6000)\" ]"
done_testing
