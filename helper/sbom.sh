#!/bin/sh
# sbom.sh PROGRAM SOURCE...: what PROGRAM, the helper, is made of, as an SPDX 2.3 document on standard output.
#
#	VERSION=0.1.0 CC=musl-gcc MUSL_LIB=/usr/lib/x86_64-linux-musl FILTER=build/netd/netd_filter.h sbom.sh ...
#
# The same inputs give the same bytes: Created is SOURCE_DATE_EPOCH, or else the date of the last commit, and
# the name space is a hash of all the rest. Packages are found by the files that the build does read, so a
# compiler or libc of another package appears under its own name; without dpkg(1) they have no version.
set -eu
LC_ALL=C
export LC_ALL
program=$1
shift

[ "$(uname -s)" = Linux ] || { echo "sbom: only for Linux" >&2 && exit 1; }
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null)} || epoch=
[ -n "$epoch" ] || { echo "sbom: no git history here: set SOURCE_DATE_EPOCH" >&2 && exit 1; }
created=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)

hash() { # SUM FILE
	"$1" <"$2" | cut -d ' ' -f 1
}
text() { # a JSON string
	printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"
}

# file ID PATH TYPE: the element of a file
file() {
	printf '    {"SPDXID": "SPDXRef-%s", "fileName": %s, "fileTypes": ["%s"],\n' "$1" "$(text "./$2")" "$3"
	printf '     "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION",\n'
	printf '     "checksums": [{"algorithm": "SHA1", "checksumValue": "%s"},\n' "$(hash sha1sum "$4")"
	printf '                   {"algorithm": "SHA256", "checksumValue": "%s"}]}' "$(hash sha256sum "$4")"
}

# package ID NAME FILE PURPOSE LICENSE WHY: the package that FILE belongs to
package() {
	version='' purl=''
	real=$(readlink -f "$3" 2>/dev/null) || real=$3
	if owner=$(dpkg -S "$real" 2>/dev/null); then
		owner=$(printf '%s\n' "$owner" | sed '/^diversion by/d; s/: .*//; s/,.*//; q')
		version=$(dpkg-query -W -f '${Version}' "$owner")
		purl="pkg:deb/$(sed -n 's/^ID=//p' /etc/os-release)/${owner%:*}@$version?arch=$(
			dpkg-query -W -f '${Architecture}' "$owner")"
	else
		owner=$2
	fi
	printf '    {"SPDXID": "SPDXRef-%s", "name": %s, ' "$1" "$(text "${owner%:*}")"
	[ -z "$version" ] || printf '"versionInfo": %s,\n     ' "$(text "$version")"
	printf '"downloadLocation": "NOASSERTION", "filesAnalyzed": false, "primaryPackagePurpose": "%s",\n' "$4"
	[ -z "$purl" ] || printf '     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
       "referenceLocator": %s}],\n' "$(text "$purl")"
	printf '     "licenseConcluded": "NOASSERTION", "licenseDeclared": "%s", "copyrightText": "NOASSERTION",\n' "$5"
	printf '     "comment": %s}' "$(text "$6")"
}

relationship() { # FROM TYPE TO
	printf '    {"spdxElementId": "SPDXRef-%s", "relationshipType": "%s", "relatedSpdxElement": "SPDXRef-%s"}' "$@"
}

# document NAMESPACE
document() {
	namespace=$1
	shift
	printf '{\n  "spdxVersion": "SPDX-2.3",\n  "dataLicense": "CC0-1.0",\n  "SPDXID": "SPDXRef-DOCUMENT",\n'
	printf '  "name": %s,\n  "documentNamespace": "%s",\n' "$(text "bottle-netd-$VERSION")" "$namespace"
	printf '  "creationInfo": {"created": "%s", "creators": ["Tool: bottle-sbom.sh-%s"]},\n' "$created" "$VERSION"
	printf '  "documentDescribes": ["SPDXRef-bottle-netd"],\n  "packages": [\n'
	printf '    {"SPDXID": "SPDXRef-bottle-netd", "name": "bottle-netd", "versionInfo": %s,\n' "$(text "$VERSION")"
	printf '     "downloadLocation": "NOASSERTION", "primaryPackagePurpose": "APPLICATION", "filesAnalyzed": true,\n'
	printf '     "packageVerificationCode": {"packageVerificationCodeValue": "%s"},\n' \
		"$(hash sha1sum "$program" | tr -d '\n' | sha1sum | cut -d ' ' -f 1)"
	printf '     "checksums": [{"algorithm": "SHA256", "checksumValue": "%s"}],\n' "$(hash sha256sum "$program")"
	printf '     "hasFiles": ["SPDXRef-program"], "licenseConcluded": "NOASSERTION",\n'
	printf '     "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION"},\n'
	package libc musl "$MUSL_LIB/libc.a" LIBRARY MIT "the C library, linked statically, and its headers"
	printf ',\n'
	package kernel-headers linux-libc-dev /usr/include/linux/seccomp.h SOURCE NOASSERTION \
		"headers of the kernel's interface; no code of it is linked"
	printf ',\n'
	package compiler gcc "$(command -v "$compiler")" APPLICATION NOASSERTION "the compiler proper (cc1)"
	printf ',\n'
	package driver gcc "$(command -v "$driver")" APPLICATION NOASSERTION "calls compiler, assembler and linker"
	printf ',\n'
	package linker binutils "$(command -v "$linker")" APPLICATION NOASSERTION "assembles and links the program"
	printf ',\n'
	package libseccomp libseccomp-dev /usr/include/seccomp.h LIBRARY NOASSERTION \
		"makes the table of the system call filter while building; not linked into the program"
	printf '\n  ],\n  "files": [\n'
	file program libexec/bottle-netd BINARY "$program"
	for source; do
		printf ',\n'
		file "source-$(printf '%s' "$source" | tr -c 'A-Za-z0-9\n' -)" "$source" SOURCE "$source"
	done
	printf ',\n'
	file filter netd/netd_filter.h SOURCE "$FILTER"
	printf '\n  ],\n  "relationships": [\n'
	relationship DOCUMENT DESCRIBES bottle-netd
	printf ',\n'
	relationship bottle-netd CONTAINS program
	printf ',\n'
	relationship bottle-netd STATIC_LINK libc
	printf ',\n'
	relationship kernel-headers BUILD_DEPENDENCY_OF bottle-netd
	for tool in compiler driver linker libseccomp; do
		printf ',\n'
		relationship $tool BUILD_TOOL_OF bottle-netd
	done
	for source; do
		printf ',\n'
		relationship program GENERATED_FROM "source-$(printf '%s' "$source" | tr -c 'A-Za-z0-9\n' -)"
	done
	printf ',\n'
	relationship program GENERATED_FROM filter
	printf ',\n'
	relationship filter GENERATED_FROM source-helper-filter-gen-c
	printf '\n  ]\n}\n'
}

# What the wrapper of musl runs in its turn; Debian has the driver and the compiler in two packages.
compiler=$($CC -print-prog-name=cc1)
driver=$($CC -print-prog-name=collect2)
linker=$($CC -print-prog-name=ld)
name=$(document "" "$@" | sha256sum | cut -d ' ' -f 1)
document "https://spdx.org/spdxdocs/bottle-netd-$VERSION-$name" "$@"
