#!/bin/sh
# sbom.sh PROGRAM SOURCE...: what PROGRAM, the helper, is made of, as an SPDX 2.3 document on standard output.
#
#	VERSION=0.1.0 CC=musl-gcc MUSL_LIB=/usr/lib/x86_64-linux-musl FILTER=build/netd/netd_filter.h sbom.sh ...
#
# The same inputs give the same bytes: Created is SOURCE_DATE_EPOCH, or else the date of the last commit or of the
# release, and the name space is a hash of all the rest. Packages are found by the files that the build does read, so a
# compiler or libc of another package appears under its own name; without dpkg(1) they have no version.
set -eu
LC_ALL=C
export LC_ALL
program=$1
shift

[ "$(uname -s)" = Linux ] || { echo "sbom: only for Linux" >&2 && exit 1; }
# shellcheck source=install/release/spdx.sh
. install/release/spdx.sh
# shellcheck source=install/release/source.sh
. install/release/source.sh
epoch=${SOURCE_DATE_EPOCH:-$(source_fact date)} || epoch=
[ -n "$epoch" ] || { echo "sbom: neither a clone nor a release: set SOURCE_DATE_EPOCH" >&2 && exit 1; }

# file ID NAME TYPE PATH: the element of a file
file() {
	echo "$1 $2 $3 $(spdx_hash sha1sum "$4") $(spdx_hash sha256sum "$4")" | spdx_files
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
	spdx_package "$1" "${owner%:*}" "$version" "$4" "$5" "$purl" "$6"
}

# document NAMESPACE
document() {
	namespace=$1
	shift
	spdx_begin bottle-netd "$VERSION" "$epoch" "$namespace" bottle-netd
	printf '    {"SPDXID": "SPDXRef-bottle-netd", "name": "bottle-netd", "versionInfo": %s,\n' "$(spdx_text "$VERSION")"
	printf '     "downloadLocation": "NOASSERTION", "primaryPackagePurpose": "APPLICATION", "filesAnalyzed": true,\n'
	printf '     "packageVerificationCode": {"packageVerificationCodeValue": "%s"},\n' \
		"$(spdx_hash sha1sum "$program" | tr -d '\n' | sha1sum | cut -d ' ' -f 1)"
	printf '     "checksums": [{"algorithm": "SHA256", "checksumValue": "%s"}],\n' "$(spdx_hash sha256sum "$program")"
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
	spdx_relationship DOCUMENT DESCRIBES bottle-netd
	printf ',\n'
	spdx_relationship bottle-netd CONTAINS program
	printf ',\n'
	spdx_relationship bottle-netd STATIC_LINK libc
	printf ',\n'
	spdx_relationship kernel-headers BUILD_DEPENDENCY_OF bottle-netd
	for tool in compiler driver linker libseccomp; do
		printf ',\n'
		spdx_relationship $tool BUILD_TOOL_OF bottle-netd
	done
	for source; do
		printf ',\n'
		spdx_relationship program GENERATED_FROM "source-$(printf '%s' "$source" | tr -c 'A-Za-z0-9\n' -)"
	done
	printf ',\n'
	spdx_relationship program GENERATED_FROM filter
	printf ',\n'
	spdx_relationship filter GENERATED_FROM source-helper-filter-gen-c
	printf '\n  ]\n}\n'
}

# What the wrapper of musl runs in its turn; Debian has the driver and the compiler in two packages.
compiler=$($CC -print-prog-name=cc1)
driver=$($CC -print-prog-name=collect2)
linker=$($CC -print-prog-name=ld)
name=$(document "" "$@" | sha256sum | cut -d ' ' -f 1)
document "https://spdx.org/spdxdocs/bottle-netd-$VERSION-$name" "$@"
