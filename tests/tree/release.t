#!/bin/sh
# What may become a release (make release), the form of NEWS.md, and the documents that a contributor or a reporter reads.
. "$(dirname "$0")/tap.sh"

version=$(sed -n 's/^VERSION *:= *//p' Makefile)

# --- the gate, on a copy that is ready, and with one thing wrong at a time
copy=$work/copy
mkdir -p "$copy/install"
cp -R Makefile NEWS.md README.md "$copy/"
cp -R install/release "$copy/install/"
commit() {
	git -C "$copy" add -A
	git -C "$copy" -c user.name=a -c user.email=a@example -c commit.gpgsign=false commit -q -m "$1"
}
ready() { # $status, $said
	status=0
	"$copy/install/release/ready" >"$work/said" 2>&1 || status=$?
	said=$(grep '^release: ' "$work/said")
}
# refused WHAT PATTERN: one reason, with what to type
refused() {
	ready
	like "$1" "$status $(echo "$said" | head -n 1)" "1 release: $2"
	is "$1: nothing else stands against it, and what to type is said" \
		"$(echo "$said" | tail -n 1) $(grep -c '^  next ' "$work/said")" "release: refused, 1 reasons 1"
	git -C "$copy" reset -q --hard ready
	git -C "$copy" clean -q -f -d
}
git init -q "$copy"
sed -i "0,/^## .*/s//## $version (2026-11-29)/" "$copy/NEWS.md"
echo "The text of a licence." >"$copy/LICENSE"
echo "SPDX-License-Identifier: ISC" >>"$copy/README.md"
commit ready
git -C "$copy" tag ready
ready
is "control: a tree that is ready" "$status $said" "0 release: nothing stands against $version"

echo x >>"$copy/README.md"
refused "a changed file" 'the tree is not clean: 1 .*'
echo x >"$copy/unknown"
refused "an unknown file" 'the tree is not clean: 1 .*'
sed -i "s/^## $version .*/## $version (not released)/" "$copy/NEWS.md"
commit undated
refused "NEWS.md without a date" "NEWS\.md has $version with no date: .*not released.*"
sed -i "s/^## $version .*/## 9.9.9 (2026-11-29)/" "$copy/NEWS.md"
commit news
refused "NEWS.md of another version" "NEWS\.md begins with '9\.9\.9 .*', not with $version"
sed -i "s/^## $version .*//" "$copy/NEWS.md"
commit nonews
refused "NEWS.md without it" "NEWS\.md begins with '.*', not with $version"
rm "$copy/LICENSE"
commit unlicensed
refused "no text of a licence" 'no licence is stated'
sed -i '/SPDX-License/d' "$copy/README.md"
commit unnamed
refused "no name of a licence" 'no licence is stated'
git -C "$copy" -c user.name=a -c user.email=a@example commit -q --allow-empty -m later
git -C "$copy" tag "v$version" ready
refused "a version that was released already" "v$version is released already, as [0-9a-f]{40}"
ready
is "control: its own tag is none against it" "$status" 0
git -C "$copy" tag -d "v$version" >/dev/null
mkdir -p "$copy/install/debian" "$copy/install/rpm"
printf 'bottle (9.9.9-1) unstable; urgency=medium\n' >"$copy/install/debian/changelog"
commit deb
refused "a Debian package of another version" "install/debian/changelog is of version '9\.9\.9', the Makefile of $version"
mkdir -p "$copy/install/rpm"
printf 'Name: bottle\nVersion: 9.9.9\n' >"$copy/install/rpm/bottle.spec"
commit rpm
refused "an rpm of another version" "install/rpm/bottle\.spec is of version '9\.9\.9', the Makefile of $version"
mkdir -p "$copy/install/debian" "$copy/install/rpm"
printf 'bottle (%s-1) unstable; urgency=medium\n' "$version" >"$copy/install/debian/changelog"
printf 'Name: bottle\nVersion: %%{bottle_version}\n' >"$copy/install/rpm/bottle.spec"
commit same
ready
is "control: packages of this version" "$status" 0
git -C "$copy" reset -q --hard ready
sed -i 's/^VERSION .*/VERSION    := 1.0/' "$copy/Makefile"
sed -i "s/^## $version .*/## 1.0 (2026-11-29)/" "$copy/NEWS.md"
commit two
refused "a version of two numbers" "VERSION in the Makefile is '1\.0', not three numbers"
rm "$copy/LICENSE"
echo x >>"$copy/NEWS.md"
ready
is "several reasons are all said" "$(echo "$said" | tail -n 1)" "release: refused, 2 reasons"
rm -rf "$copy/.git"
ready
is "what is no clone is refused" "$status" 1
check "this tree's own packages, where there are any, have its version" refuses sh -c \
	'install/release/ready 2>&1 | grep "is of version"'

# --- NEWS.md
sed -n 's/^## //p' NEWS.md >"$work/headings"
is "each heading of NEWS.md is VERSION (DATE), the first may be not released" \
	"$(sed '1s/ (not released)$/ (2026-01-01)/' "$work/headings" | grep -vE '^[0-9]+\.[0-9]+\.[0-9]+ \([0-9]{4}-[0-9]{2}-[0-9]{2}\)$')" ""
is "they go from new to old" "$(sed 's/ .*//' "$work/headings" | xargs)" \
	"$(sed 's/ .*//' "$work/headings" | sort -rV | uniq | xargs)"
is "the first is the Makefile's" "$(head -n 1 "$work/headings" | sed 's/ .*//')" "$version"

# --- CONTRIBUTING.md: the map names what is there, all of it, and what it says to type exists
sed -n '/^## The tree/,/^## /p' CONTRIBUTING.md >"$work/map"
for folder in */; do
	[ -z "$(git ls-files "$folder")" ] || check "the map has $folder" grep -q "^| \`$folder" "$work/map"
done
missing=
for path in $(grep -oE '`[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]*)+`' CONTRIBUTING.md docs/scale.md | sed 's/^[^:]*://' | tr -d '`' | sort -u); do
	case $path in
	build/* | */DIR* | *.THING/*) continue ;; # what is built, and what stands for a name
	esac
	[ -e "$path" ] || missing="$missing $path"
done
is "every path that it names is there" "$missing" ""
unknown=
for target in $(grep -oE '(`|^ {4})make [a-z-]+( |`|$)' CONTRIBUTING.md | sed 's/.*make //; s/[ `]//' | sort -u); do
	grep -qE "^$target( [a-z-]+)*:" Makefile mk/*.mk || unknown="$unknown $target"
done
is "every make target that it names is there" "$unknown" ""
purposes=$(sed -n 's/^#   install\/deps \([a-z-]*\).*/\1/p' install/deps)
for purpose in $(grep -oE 'install/deps [a-z-]+' CONTRIBUTING.md | sed 's/.* //' | sort -u); do
	check "install/deps knows $purpose" sh -c "echo '$purposes' | grep -qx '$purpose'"
done

# --- SECURITY.md: how to report, with no address that nobody reads
sed -n '/^## Reporting a vulnerability/,$p' SECURITY.md >"$work/reporting"
for part in 'How to report' 'What to expect' 'Supported versions'; do
	check "SECURITY.md says: $part" grep -q "^\*\*$part\.\*\*" "$work/reporting"
done
check "and invents no address" refuses grep -E '[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.[a-z]' "$work/reporting"
done_testing
