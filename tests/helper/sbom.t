#!/bin/sh
# The list of what the helper is made of (SPDX 2.3) is valid, true and complete: the fields that the
# specification requires, each checksum as the file is, each version as installed, no file read by compiler or
# linker that is not of a package or source listed.
here=$(dirname "$0")
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "only for Linux"
command -v python3 >/dev/null || skip_all "no python3"
cd "$here/../.." || exit 1
SOURCE_DATE_EPOCH=1700000000
made() { # NAME VARIABLE...: builds apart from the program under test
	name=$1
	shift
	timeout 120 env -i "PATH=$PATH" "$@" make --no-print-directory "BUILD=$tmp/b" sbom >"$tmp/log" 2>&1 ||
		sed 's/^/# /' "$tmp/log" >&2
	cp "$tmp/b/libexec/bottle-netd.spdx.json" "$tmp/$name.json"
}
made first SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH
(umask 077 && made second SOURCE_DATE_EPOCH=$SOURCE_DATE_EPOCH TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 HOME=/nonexistent)
made later SOURCE_DATE_EPOCH=1700000001

cat >"$tmp/check.py" <<'end'
"""check.py DOCUMENT BUILD: prints what is wrong with it, one fault a line; or, with --mutants, what is not noticed."""
import copy, hashlib, json, re, sys

URI = re.compile(r"[a-z][a-z0-9+.-]*://[^\s#]+")
ID = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CREATOR = re.compile(r"(Tool|Person|Organization): .+")
PURL = re.compile(r"pkg:deb/[a-z]+/[a-z0-9+.-]+@[A-Za-z0-9.+~:-]+\?arch=[a-z0-9]+")
SIZES = {"SHA1": 40, "SHA256": 64}
TYPES = {"DESCRIBES", "CONTAINS", "STATIC_LINK", "BUILD_DEPENDENCY_OF", "BUILD_TOOL_OF", "GENERATED_FROM"}
LICENSES = {"NOASSERTION", "NONE", "MIT"}
PURPOSES = {"APPLICATION", "LIBRARY", "SOURCE"}


def faults(doc, build):
    found = []

    def need(good, what):
        if not good:
            found.append(what)
        return good

    def match(pattern, value, what):
        need(isinstance(value, str) and pattern.fullmatch(value), f"{what}: {value!r}")

    def checksums(of, what, path):
        sums = {c.get("algorithm"): c.get("checksumValue") for c in of.get("checksums", [])}
        for name, value in sums.items():
            form = f"[0-9a-f]{{{SIZES.get(name)}}}"
            if need(name in SIZES and re.fullmatch(form, value or ""), f"{what}: bad checksum"):
                actual = hashlib.new(name, open(path, "rb").read()).hexdigest()
                need(value == actual, f"{what}: {name} is not that of the file")
        return sums

    need(doc.get("spdxVersion") == "SPDX-2.3", "spdxVersion")
    need(doc.get("dataLicense") == "CC0-1.0", "dataLicense")
    need(doc.get("SPDXID") == "SPDXRef-DOCUMENT", "SPDXID")
    need(isinstance(doc.get("name"), str) and doc.get("name"), "name")
    match(URI, doc.get("documentNamespace"), "documentNamespace")
    match(DATE, doc.get("creationInfo", {}).get("created"), "created")
    creators = doc.get("creationInfo", {}).get("creators", [])
    need(creators, "no creator")
    for creator in creators:
        match(CREATOR, creator, "creator")
    packages, files = doc.get("packages", []), doc.get("files", [])
    ids = ["SPDXRef-DOCUMENT"] + [e.get("SPDXID") for e in packages + files]
    for one in ids:
        match(ID, one, "SPDXID")
    need(len(ids) == len(set(ids)), "an SPDXID twice")
    where = {}
    for file in files:
        name = file.get("fileName", "")
        path = name if name.startswith(("./helper/", "./shared/")) else build + name[1:]
        need(name.startswith("./"), f"fileName: {name!r}")
        try:
            sums = checksums(file, name, path)
        except OSError:
            need(False, f"{name}: no such file")
            continue
        need("SHA1" in sums and "SHA256" in sums, f"{name}: SHA1 and SHA256")
        need(set(file.get("fileTypes", [])) & {"SOURCE", "BINARY"}, f"{name}: fileTypes")
        need(file.get("licenseConcluded") in LICENSES and file.get("copyrightText"), f"{name}: license")
        where[file.get("SPDXID")] = (path, sums.get("SHA1"))
    for package in packages:
        name = package.get("name")
        need(name, "a package without name")
        need(package.get("downloadLocation"), f"{name}: downloadLocation")
        need(package.get("versionInfo"), f"{name}: versionInfo")
        need(package.get("primaryPackagePurpose") in PURPOSES, f"{name}: purpose")
        need({package.get("licenseConcluded"), package.get("licenseDeclared")} <= LICENSES and
             package.get("copyrightText"), f"{name}: license")
        need("filesAnalyzed" in package, f"{name}: filesAnalyzed")
        if package.get("filesAnalyzed", True):
            inside = sorted(where[i][1] or "" for i in package.get("hasFiles", []) if i in where)
            code = hashlib.sha1("".join(inside).encode()).hexdigest()
            need(inside and package.get("packageVerificationCode", {}).get("packageVerificationCodeValue") == code,
                 f"{name}: verification code")
            sums = checksums(package, name, build + "/libexec/bottle-netd")
            need("SHA256" in sums, f"{name}: SHA256")
        else:
            need("packageVerificationCode" not in package, f"{name}: verification code of what was not analyzed")
            refs = package.get("externalRefs", [{}])
            match(PURL, refs[0].get("referenceLocator"), f"{name}: purl")
            need(refs[0].get("referenceCategory") == "PACKAGE-MANAGER" and refs[0].get("referenceType") == "purl",
                 f"{name}: externalRefs")
    related = set()
    for one in doc.get("relationships", []):
        ends = one.get("spdxElementId"), one.get("relatedSpdxElement")
        need(set(ends) <= set(ids), f"a relationship with what is not there: {ends}")
        need(one.get("relationshipType") in TYPES, "relationshipType")
        related |= set(ends)
        if one.get("relationshipType") == "DESCRIBES":
            need(ends == ("SPDXRef-DOCUMENT", "SPDXRef-bottle-netd"), "DESCRIBES")
    need(set(ids) == related, f"related to nothing: {sorted(set(map(str, ids)) - related)}")
    return found


def mutants(doc):
    """The document without one of its fields, or with one text changed, for every field there is."""
    def paths(value, path=()):
        if isinstance(value, dict):
            for key in value:
                yield path + (key,)
                yield from paths(value[key], path + (key,))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from paths(item, path + (index,))

    for path in paths(doc):
        if path[-1] in ("comment", "documentDescribes"):
            continue  # optional, and compared with nothing
        twin = copy.deepcopy(doc)
        at = twin
        for key in path[:-1]:
            at = at[key]
        del at[path[-1]]
        yield ".".join(map(str, path)), twin


doc, build = json.load(open(sys.argv[1])), sys.argv[2]
if "--mutants" in sys.argv:
    all_of = list(mutants(doc))
    for name, twin in all_of:
        if not faults(twin, build):
            print("not noticed without:", name)
    print(len(all_of), file=sys.stderr)
else:
    print("\n".join(faults(doc, build)), end="")
end
check() { timeout 60 python3 "$tmp/check.py" "$@" 2>&1; }
# field PACKAGE FIELD: of a package, by its id
field() {
	python3 -c 'import json, sys
for p in json.load(open(sys.argv[1]))["packages"]:
    if sys.argv[2] in ("", p["SPDXID"][8:]): print(p[sys.argv[3]])' "$tmp/first.json" "$1" "$2"
}

is "it has what SPDX 2.3 requires, and each checksum is the file's" "$(check "$tmp/first.json" "$tmp/b")" ""
is "(without any one of its fields it is refused)" \
	"$(timeout 60 python3 "$tmp/check.py" "$tmp/first.json" "$tmp/b" --mutants 2>"$tmp/count")" ""
fields=$(cat "$tmp/count")
sed 's/"SHA256", "checksumValue": "./"SHA256", "checksumValue": "g/' "$tmp/first.json" >"$tmp/bad.json"
ok "(a wrong checksum is refused)" test -n "$(check "$tmp/bad.json" "$tmp/b")"
sed 's/SPDXRef-libc"}/SPDXRef-none"}/' "$tmp/first.json" >"$tmp/bad.json"
ok "(a relationship that leads nowhere is refused)" test -n "$(check "$tmp/bad.json" "$tmp/b")"
ok "another time zone, locale and umask: the same bytes" cmp -s "$tmp/first.json" "$tmp/second.json"
like "it is dated by SOURCE_DATE_EPOCH" "$(grep -o '"created": "[^"]*"' "$tmp/first.json")" \
	'"created": "2023-11-14T22:13:20Z"'
is "another document has another name space" "$(grep -h documentNamespace "$tmp/first.json" "$tmp/later.json" |
	sort -u | wc -l)" 2
is "it has the version of the Makefile" "$(field bottle-netd versionInfo)" \
	"$(sed -n 's/^VERSION *:= *//p' Makefile)"

# --- true: what is installed
if command -v dpkg-query >/dev/null; then
	for id in libc kernel-headers compiler driver linker libseccomp; do
		name=$(field $id name)
		is "$id: $name $(field $id versionInfo) is what is installed" "$(field $id versionInfo)" \
			"$(dpkg-query -W -f '${Version}\n' "$name" | head -n 1)"
	done
	# In the linked program there is one more, that which Debian compiled musl with.
	is "the compiler is the one that every object names" \
		"$(readelf -p .comment "$tmp"/b/netd/*/*.o | grep -o ') [0-9.]*$' | tr -d ') ' | sort -u)" \
		"$(field compiler versionInfo | sed 's/-.*//')"
else
	skip "versions are those installed" "no dpkg"
fi

# --- complete: what compiler and linker read
python3 -c 'import json, sys
for f in json.load(open(sys.argv[1]))["files"]: print(f["fileName"][2:])' "$tmp/first.json" | sort >"$tmp/listed"
compile=$(sed 's/ -- .*//; s/ -MMD -MP / /' "$tmp/b/netd/flags")
link=$(sed 's/^[^|]* -- \(.*\) -- .*/\1/; s,-o [^ ]*,-o '"$tmp"'/linked -Wl\,--trace,' "$tmp/b/netd/flags")
for source in helper/bottle-netd.c helper/os_linux.c helper/privilege_linux.c helper/report.c helper/request.c \
	shared/addr.c shared/pool.c; do
	timeout 60 sh -c "$compile -M $source"
done | tr ' \\' '\n\n' | grep -v ':$' | grep . | sed "s,^$tmp/b/,," | sort -u >"$tmp/read"
timeout 60 sh -c "$link" | sed 's/^(\(.*\))$/\1/; s/(.*//' | grep -v "^$tmp/b/netd/.*\\.o$" | sort -u >"$tmp/linked.list"
is "every source that is compiled is listed" "$(grep -v '^/' "$tmp/read" | comm -23 - "$tmp/listed" | xargs)" ""
is "every source that is listed is compiled, or writes the filter" \
	"$(grep -v '^/' "$tmp/read" | comm -13 - "$tmp/listed" | xargs)" \
	"helper/filter_gen.c libexec/bottle-netd"
if command -v dpkg-query >/dev/null; then
	headers=$(grep -c '^/' "$tmp/read")
	field "" name | sort -u >"$tmp/packages"
	grep -h '^/' "$tmp/read" "$tmp/linked.list" | xargs readlink -f | sort -u | HOME=/nonexistent xargs dpkg -S 2>&1 |
		sed 's/: .*//; s/:[a-z0-9]*$//' | sort -u >"$tmp/owners"
	is "every header and library that is read is of a package listed" \
		"$(comm -23 "$tmp/owners" "$tmp/packages" | xargs)" ""
	ok "(the C library's archive and the headers are among them: $headers headers)" \
		sh -c "grep -q libc.a '$tmp/linked.list' && [ $headers -gt 20 ]"
else
	headers=0
	skip "every header is of a package listed" "no dpkg"
fi
summary="$(field "" name | wc -l) packages, $(wc -l <"$tmp/listed") files, $(grep -c relationshipType \
	"$tmp/first.json") relationships; $fields fields needed, each missed when gone; $headers headers read"
[ "$failed" -eq 0 ] && summary="$summary, all of packages listed" || summary="FAILED: $summary"
echo "# audit: sbom: SPDX 2.3, $summary"
done_testing
