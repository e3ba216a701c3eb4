#!/bin/sh
# The release tarball: what is in it, that its bytes depend on the commit alone, and that it makes the same one of itself.
# Building and testing what is unpacked is `make distcheck`.
. "$(dirname "$0")/tap.sh"

if [ ! -e .git ]; then
	skip_all "no clone: what a tarball makes of itself is compared by make distcheck"
fi
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
release=bottle-$version
tarball=$release.tar.gz
git clone -q "$top" "$work/clone" 2>"$work/log" || sed 's/^/# /' "$work/log"
same() { # FOLDER FOLDER: all three files
	for file in "$tarball" "$release.spdx.json" SHA256SUMS; do
		cmp "$1/$file" "$2/$file" || return
	done
}

check "make dist works" make -s -C "$work/clone" BUILD="$work/one" dist
check "SHA256SUMS holds" sh -c "cd '$work/one/dist' && sha256sum --check --quiet SHA256SUMS &&
	[ \"\$(sed 's/.*  //' SHA256SUMS | xargs)\" = '$tarball $release.spdx.json' ]"
is "nothing else is left there" "$(find "$work/one/dist" -mindepth 1 -printf '%f\n' | sort | xargs)" \
	"SHA256SUMS $release.spdx.json $tarball"

# --- the same bytes
touch "$work/clone/Makefile"
echo "not committed" >>"$work/clone/README.md"
echo "unknown" >"$work/clone/unknown"
chmod 777 "$work/clone/install/deps"
check "another time zone, locale, umask and home, a date and options of tar in the environment, a tree that was changed" \
	sh -c "umask 077 && cd / && env TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 HOME=/nonexistent SOURCE_DATE_EPOCH=1 \
	TAR_OPTIONS=--owner=nobody GZIP=-1 '$work/clone/install/release/dist' '$work/two' 2>'$work/said'"
check "give the same bytes" same "$work/one/dist" "$work/two"
mkdir -m 2755 "$work/setgid"
check "below a setgid folder it is made" sh -c "'$work/clone/install/release/dist' '$work/setgid/three' 2>/dev/null"
check "(whose folders are setgid too)" test -g "$work/setgid/three"
check "and gives the same bytes" same "$work/one/dist" "$work/setgid/three"
check "what is not committed was said not to be in it" grep -q 'not committed' "$work/said"

# --- what is in it
date=$(git -C "$work/clone" log -1 --format=%ct)
TZ=UTC tar --full-time --numeric-owner -tvzf "$work/one/dist/$tarball" >"$work/list"
is "every entry is owned by 0/0 and dated by the commit" "$(awk '{ print $2, $4, $5 }' "$work/list" | sort -u)" \
	"0/0 $(date -u -d "@$date" '+%Y-%m-%d %H:%M:%S')"
is "modes are 644, 755, and 755 for folders" "$(cut -d ' ' -f 1 "$work/list" | LC_ALL=C sort -u | xargs)" \
	"-rw-r--r-- -rwxr-xr-x drwxr-xr-x"
mkdir "$work/there"
(umask 077 && tar -xzf "$work/one/dist/$tarball" -C "$work/there" --no-same-permissions)
tree=$work/there/$release
git -C "$work/clone" ls-tree -r --format='%(objectmode) %(objectname) %(path)' HEAD 2>/dev/null >"$work/committed" ||
	git -C "$work/clone" ls-tree -r HEAD | awk '{ print $1, $3, $4 }' >"$work/committed"
(cd "$tree" && find . -type f ! -path ./MANIFEST -printf '%P\n' | LC_ALL=C sort >"$work/names" &&
	git hash-object --no-filters --stdin-paths <"$work/names" | paste -d ' ' - "$work/names") >"$work/unpacked"
is "it holds what is committed, and MANIFEST" \
	"$(cut -d ' ' -f 2,3 "$work/committed" | LC_ALL=C sort -k 2 | diff - "$work/unpacked" | head -n 5)" ""
is "what is executable there is so here" \
	"$(sed -n 's/^100755 [0-9a-f]* //p' "$work/committed" | LC_ALL=C sort | sha256sum)" \
	"$(sed -n "s,^-rwxr-xr-x .* $release/,,p" "$work/list" | LC_ALL=C sort | sha256sum)"

# --- of itself, without git, in a folder of a stranger's repository
git init -q "$work/there"
(umask 027 && "$tree/install/release/dist" "$work/three" >"$work/said" 2>&1) || sed 's/^/# /' "$work/said"
check "an unpacked tarball gives the same bytes" same "$work/one/dist" "$work/three"
is "the helper's list takes the date of the release, not of that repository" "$(cd "$tree" && . install/release/source.sh &&
	source_fact date)" "$date"
# refused TREE: the first line of what it says, and its status
refused() {
	status=0
	"$1/install/release/dist" "$work/four" >"$work/said" 2>&1 || status=$?
	echo "$status $(head -n 1 "$work/said")"
}
echo "# patched" >>"$tree/Makefile"
is "one with a changed file is refused, and the file named" "$(refused "$tree")" "1 Makefile: FAILED"
rm "$tree/MANIFEST"
is "one without .git and MANIFEST is refused" "$(refused "$tree")" \
	"1 neither a clone (.git) nor an unpacked release (MANIFEST)"
# A signature that git's settings have shown with each commit; the program that makes it and judges it is a stand-in.
cat >"$work/gpg" <<'END'
#!/bin/sh
case "$*" in
*--verify*)
	echo '[GNUPG:] GOODSIG 0 somebody'
	echo 'gpg: Good signature' >&2
	;;
*)
	printf '%s\n' '-----BEGIN PGP SIGNATURE-----' '' abcd '-----END PGP SIGNATURE-----'
	echo '[GNUPG:] SIG_CREATED ' >&2
	;;
esac
END
chmod 755 "$work/gpg"
git clone -q "$work/clone" "$work/signed"
git -C "$work/signed" config log.showSignature true
git -C "$work/signed" config gpg.program "$work/gpg"
git -C "$work/signed" -c user.name=a -c user.email=a@example commit -q -S --allow-empty -m signed
like "(git shows the signature of a commit)" "$(git -C "$work/signed" log -1 --format=%ct 2>&1 | xargs)" '.*Good signature.*'
check "a release of it is made all the same" "$work/signed/install/release/dist" "$work/of-signed"
is "dated by the commit" "$(tar -tvzf "$work/of-signed/$tarball" --full-time --utc | awk '{ print $4, $5 }' | sort -u)" \
	"$(date -u -d "@$(git -C "$work/signed" -c log.showSignature=false log -1 --format=%ct)" '+%Y-%m-%d %H:%M:%S')"
ln -s README.md "$work/clone/link"
git -C "$work/clone" add link
git -C "$work/clone" -c user.name=a -c user.email=a@example -c commit.gpgsign=false commit -q -m link
like "a symbolic link in the tree is refused, and named" "$(refused "$work/clone")" '1 120000 blob .*link'
is "no file is left of them" "$(find "$work/four" -mindepth 1 | wc -l)" 0

# --- what it is made of
cat >"$work/check.py" <<'END'
"""check.py DOCUMENT TARBALL: what is wrong with the list, a fault a line."""
import hashlib, json, re, sys, tarfile

doc = json.load(open(sys.argv[1]))
with tarfile.open(sys.argv[2]) as tar:
    held = {m.name.split("/", 1)[1]: tar.extractfile(m).read() for m in tar if m.isfile()}
faults = []


def need(good, what):
    if not good:
        faults.append(what)


need(doc["spdxVersion"] == "SPDX-2.3" and doc["dataLicense"] == "CC0-1.0" and doc["SPDXID"] == "SPDXRef-DOCUMENT", "head")
need(re.fullmatch(r"https://[^\s#]+-[0-9a-f]{64}", doc["documentNamespace"]), "documentNamespace")
need(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", doc["creationInfo"]["created"]), "created")
need({f["fileName"][2:] for f in doc["files"]} == set(held), "the files are not those of the tarball")
for file in doc["files"]:
    sums = {c["algorithm"].lower(): c["checksumValue"] for c in file["checksums"]}
    for algorithm in ("sha1", "sha256"):
        actual = hashlib.new(algorithm, held.get(file["fileName"][2:], b"")).hexdigest()
        need(sums.get(algorithm) == actual, f"{file['fileName']}: {algorithm}")
release = doc["packages"][0]
code = hashlib.sha1("".join(sorted(hashlib.sha1(text).hexdigest() for text in held.values())).encode()).hexdigest()
need(release["packageVerificationCode"]["packageVerificationCodeValue"] == code, "verification code")
makefile = held["Makefile"].decode()
need(release["versionInfo"] == re.search(r"^VERSION *:= *(\S+)", makefile, re.M)[1], "version")
named = {p["name"] for p in doc["packages"]}
wanted = set(re.search(r"^PKGS *:= *(.*)", held["mk/frontend.mk"].decode(), re.M)[1].split())
known = {"libcurl": "curl", "yaml-0.1": "libyaml", "sqlite3": "sqlite"}
need({known.get(one, one) for one in wanted} <= named, "a library of the frontend is missing")
pins = re.findall(r"^(\S+) Linux \S+ [0-9a-f]{64}", held["install/get-smolvm"].decode(), re.M)
need(pins and set(pins) == {p["versionInfo"] for p in doc["packages"] if p["name"] == "smolmachines"}, "smolvm pins")
ids = ["SPDXRef-DOCUMENT"] + [one["SPDXID"] for one in doc["packages"] + doc["files"]]
need(len(ids) == len(set(ids)), "an SPDXID twice")
ends = [one[end] for one in doc["relationships"] for end in ("spdxElementId", "relatedSpdxElement")]
need(set(ends) == set(ids), "related to nothing, or with what is not there")
print("\n".join(faults[:5]))
END
judge() { # DOCUMENT
	python3 "$work/check.py" "$1" "$work/one/dist/$tarball"
}
document=$work/one/dist/$release.spdx.json
is "the SPDX list is that of the tarball" "$(judge "$document")" ""
sed 's/"SHA1", "checksumValue": "./"SHA1", "checksumValue": "x/' "$document" >"$work/bad.json"
check "(a wrong checksum is seen)" test -n "$(judge "$work/bad.json")"
sed '/"fileName": ".\/Makefile"/,/^ *{"algorithm": "SHA256"/s/Makefile/Makefil/' "$document" >"$work/bad.json"
check "(a file that is missing is seen)" test -n "$(judge "$work/bad.json")"
sed 's/"versionInfo": "/"versionInfo": "9/' "$document" >"$work/bad.json"
is "(wrong versions are seen)" "$(judge "$work/bad.json" | xargs)" "version smolvm pins"
done_testing
