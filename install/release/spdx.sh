# shellcheck shell=sh
# SPDX 2.3 as JSON, for the scripts that list what something is made of: helper/sbom.sh for the helper as it was
# built, install/release/sbom for a release. Sourced.

spdx_hash() { # SUM FILE
	"$1" <"$2" | cut -d ' ' -f 1
}

spdx_text() { # a JSON string
	printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\037' | sed 's/[\\"]/\\&/g')"
}

# spdx_begin NAME VERSION SECONDS NAMESPACE DESCRIBED: up to the list of packages
spdx_begin() {
	printf '{\n  "spdxVersion": "SPDX-2.3",\n  "dataLicense": "CC0-1.0",\n  "SPDXID": "SPDXRef-DOCUMENT",\n'
	printf '  "name": %s,\n  "documentNamespace": "%s",\n' "$(spdx_text "$1-$2")" "$4"
	printf '  "creationInfo": {"created": "%s", "creators": ["Tool: bottle-sbom.sh-%s"]},\n' \
		"$(date -u -d "@$3" +%Y-%m-%dT%H:%M:%SZ)" "$2"
	printf '  "documentDescribes": ["SPDXRef-%s"],\n  "packages": [\n' "$5"
}

# spdx_package ID NAME VERSION PURPOSE LICENSE PURL WHY: one that is not analysed; VERSION and PURL may be empty
spdx_package() {
	printf '    {"SPDXID": "SPDXRef-%s", "name": %s, ' "$1" "$(spdx_text "$2")"
	[ -z "$3" ] || printf '"versionInfo": %s,\n     ' "$(spdx_text "$3")"
	printf '"downloadLocation": "NOASSERTION", "filesAnalyzed": false, "primaryPackagePurpose": "%s",\n' "$4"
	[ -z "$6" ] || printf '     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
       "referenceLocator": %s}],\n' "$(spdx_text "$6")"
	printf '     "licenseConcluded": "NOASSERTION", "licenseDeclared": "%s", "copyrightText": "NOASSERTION",\n' "$5"
	printf '     "comment": %s}' "$(spdx_text "$7")"
}

# spdx_files: elements of files, from lines of `ID PATH TYPE SHA1 SHA256`
spdx_files() {
	awk '{
		printf "%s    {\"SPDXID\": \"SPDXRef-%s\", \"fileName\": \"./%s\", \"fileTypes\": [\"%s\"],\n", between, $1, $2, $3
		printf "     \"licenseConcluded\": \"NOASSERTION\", \"copyrightText\": \"NOASSERTION\",\n"
		printf "     \"checksums\": [{\"algorithm\": \"SHA1\", \"checksumValue\": \"%s\"},\n", $4
		printf "                   {\"algorithm\": \"SHA256\", \"checksumValue\": \"%s\"}]}", $5
		between = ",\n"
	}'
}

spdx_relationship() { # FROM TYPE TO
	printf '    {"spdxElementId": "SPDXRef-%s", "relationshipType": "%s", "relatedSpdxElement": "SPDXRef-%s"}' "$@"
}
