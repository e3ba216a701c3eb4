#!/bin/sh
# What the packages for Debian hold, with which modes; that no archive has a setuid file; what lintian says.
. "$(dirname "$0")/lib.sh"
need "bottle_$version-1_$arch.deb" "bottle-netd_$version-1_$arch.deb" "bottle_$version-1_$arch.changes"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
machine=$(uname -m)

listing() { # PACKAGE
	dpkg-deb -c "$packages/$1_$version-1_$arch.deb" | awk '$1 !~ /^d/ { sub(/^\./, "", $6); print $1, $2, $6, $7, $8 }' |
		sed 's/ *$//' | LC_ALL=C sort -k 3
}
field() { # PACKAGE FIELD
	dpkg-deb -f "$packages/$1_$version-1_$arch.deb" "$2"
}

{
	echo "-rw-r--r-- root/root /etc/bottle/config.yaml"
	echo "-rwxr-xr-x root/root /usr/bin/bottle"
	echo "-rwxr-xr-x root/root /usr/libexec/bottle/check"
	echo "-rwxr-xr-x root/root /usr/libexec/bottle/guest/$machine/bottle-guest"
	for file in bash-completion/completions/bottle bottle/nft/bottle-bundles.nft bottle/nft/bottle-raw.nft \
		bottle/nft/bottle-wildcard.nft doc/bottle/README.md doc/bottle/SECURITY.md doc/bottle/changelog.Debian.gz \
		doc/bottle/bottle.spdx.json doc/bottle/changelog.gz doc/bottle/copyright doc/bottle/packages.md fish/vendor_completions.d/bottle.fish \
		lintian/overrides/bottle man/man1/bottle.1.gz man/man5/bottle.yaml.5.gz man/man8/bottle-check.8.gz \
		zsh/vendor-completions/_bottle bottle/observe/soc.md; do
		echo "-rw-r--r-- root/root /usr/share/$file"
	done
	for schema in docs/json/*.json; do
		echo "-rw-r--r-- root/root /usr/share/bottle/json/${schema##*/}"
	done
	(cd install && find observe -type f ! -perm -100) | sed 's|^|-rw-r--r-- root/root /usr/share/bottle/|'
	echo "-rwxr-xr-x root/root /usr/share/bottle/observe/doctor-status"
} | LC_ALL=C sort -k 3 >"$work/want"
is "bottle has these files, all root's, none setuid" "$(listing bottle)" "$(cat "$work/want")"
{
	echo "-rwxr-xr-x root/root $helper"
	for file in doc/bottle-netd/AUDIT.md doc/bottle-netd/bottle-netd.spdx.json doc/bottle-netd/changelog.Debian.gz \
		doc/bottle-netd/changelog.gz doc/bottle-netd/copyright lintian/overrides/bottle-netd man/man8/bottle-netd.8.gz; do
		echo "-rw-r--r-- root/root /usr/share/$file"
	done
} | LC_ALL=C sort -k 3 >"$work/want"
is "bottle-netd has these, the helper without its bit" "$(listing bottle-netd)" "$(cat "$work/want")"
is "no file or folder of either is setuid, setgid or writable by others" "$(for package in bottle bottle-netd; do
	dpkg-deb -c "$packages/${package}_$version-1_$arch.deb" | awk '$1 ~ /[sStT]/ || substr($1, 6, 1) == "w" ||
		substr($1, 9, 1) == "w"'
done)" ""

is "both have the version of the Makefile" "$(field bottle Version) $(field bottle-netd Version)" "$version-1 $version-1"
is "the helper wants exactly its own release of bottle" \
	"$(field bottle-netd Depends | tr ',' '\n' | sed -n 's/^ *\(bottle .*\)/\1/p')" "bottle (= $version-1)"
is "the settings are the one conffile" "$(dpkg-deb --ctrl-tarfile "$packages/bottle_$version-1_$arch.deb" |
	tar -xOf - ./conffiles)" /etc/bottle/config.yaml

for package in bottle bottle-netd; do
	dpkg-deb -x "$packages/${package}_$version-1_$arch.deb" "$work/$package"
done
is "every line of the settings is a comment" "$(grep -v '^#' "$work/bottle/etc/bottle/config.yaml")" ""
# hashes DOCUMENT FOLDER: what of the document's files differs from those in the folder
cat >"$work/hashes.py" <<'end'
import hashlib, json, os, sys
doc, root = json.load(open(sys.argv[1])), sys.argv[2]
seen = 0
for file in doc["files"]:
    path = os.path.join(root, file["fileName"][2:])
    if not os.path.exists(path) and "--some" in sys.argv:
        continue
    seen += 1
    want = {c["algorithm"]: c["checksumValue"] for c in file["checksums"]}["SHA256"]
    if hashlib.sha256(open(path, "rb").read()).hexdigest() != want:
        print("differs:", path)
print(seen, "compared")
end
mkdir "$work/as-built" && cp -R "$work/bottle-netd/usr/libexec/bottle" "$work/as-built/libexec"
is "the helper is the one that its SBOM describes" "$(python3 "$work/hashes.py" \
	"$work/bottle-netd/usr/share/doc/bottle-netd/bottle-netd.spdx.json" "$work/as-built" --some)" "1 compared"
is "bottle's SBOM has every program of the package, with its hash" "$(python3 "$work/hashes.py" \
	"$work/bottle/usr/share/doc/bottle/bottle.spdx.json" "$work/bottle")" \
	"$(find "$work/bottle/usr/bin" "$work/bottle/usr/libexec" -type f | wc -l) compared"
is "the helper is static and position-independent" "$(helper/elf_gate.sh "$work/bottle-netd$helper" 2>&1)" ""

# --- lintian
lintian --pedantic -EvI "$packages/bottle_$version-1_$arch.changes" >"$work/lintian" 2>&1
# An override that overrides nothing is among what it says.
is "lintian has nothing to say that is not overridden" "$(grep -E '^[EWIPX]: ' "$work/lintian")" ""
is "(without them it speaks of both packages)" "$(lintian --no-override "$packages/bottle_$version-1_$arch.changes" 2>/dev/null |
	sed -n 's/^E: \([a-z-]*\): .*/\1/p' | sort -u | xargs)" "bottle bottle-netd"
is "each override has a reason above it" "$(for file in install/debian/*.lintian-overrides; do
	awk -v file="$file" '/^#/ { why = 1; next } !why { print file ": " $0 } { why = 0 }' "$file"
done)" ""
is "(a setuid file in an archive is something that lintian would say)" "$(dpkg-deb -R \
	"$packages/bottle-netd_$version-1_$arch.deb" "$work/bad" && chmod 4755 "$work/bad$helper" &&
	dpkg-deb --root-owner-group -b "$work/bad" "$work/bad.deb" >/dev/null &&
	lintian "$work/bad.deb" 2>/dev/null | grep -c elevated-privileges)" 1
done_testing
