# shellcheck shell=sh
# What a release is made of. Sourced, with the top of the tree as the working folder.
#
# Two roads lead to the same bytes. In a clone it is the last commit, whatever the work tree holds. An unpacked
# tarball has no history: there it is what MANIFEST lists, and each file must be as listed. A .git further up belongs to
# somebody else and is not looked at.

source_is_clone() {
	[ -e .git ]
}

# source_git ARG...: git for this tree alone, with no setting of the user's that changes bytes.
source_git() {
	git -c core.autocrlf=false -c core.quotePath=true -c core.attributesFile=/dev/null -c log.showSignature=false "$@"
}

# source_fact commit|date: of the last commit, or as MANIFEST has it; nothing where there is neither.
source_fact() {
	if source_is_clone; then
		case $1 in
		commit) source_git rev-parse HEAD ;;
		date) source_git log -1 --format=%ct ;;
		esac
	elif [ -f MANIFEST ]; then
		sed -n "1s/^# bottle .*\<$1 \([0-9a-f]*\).*/\1/p" MANIFEST
	fi
}

# source_version TREE
source_version() {
	sed -n 's/^VERSION *:= *//p' "$1/Makefile"
}

# source_licence TREE: its SPDX identifier, or nothing. README.md states it and LICENSE has the text.
source_licence() {
	[ ! -s "$1/LICENSE" ] || sed -n 's/.*SPDX-License-Identifier: *\([A-Za-z0-9.+-]*\).*/\1/p' "$1/README.md" | head -n 1
}

# source_list: `MODE PATH` of every file, by name
source_list() {
	if source_is_clone; then
		source_git ls-tree -r HEAD | sed 's/^100\(...\) blob [0-9a-f]*\t/\1 /'
	else
		sed -n 's/^\([0-7]*\) [0-9a-f]\{64\} /\1 /p' MANIFEST
		echo 644 MANIFEST
	fi | LC_ALL=C sort -k 2
}

# source_stage FOLDER: the files, with their modes, in FOLDER, which is empty. Says why not on standard error.
source_stage() {
	if ! source_is_clone && [ ! -f MANIFEST ]; then
		echo "neither a clone (.git) nor an unpacked release (MANIFEST)" >&2
		return 1
	fi
	source_list >"$1.list" || return
	# A name that needs quoting somewhere, a link or a submodule: not in this tree, and not worth the code.
	if grep -vE '^(644|755) [A-Za-z0-9_./+@=-]+$' "$1.list" >&2; then
		echo "the files above cannot be in a release: plain files with plain names only" >&2
		return 1
	fi
	if source_is_clone; then
		source_git archive --format=tar HEAD >"$1.tar" || return
		tar -x -C "$1" -f "$1.tar" || return
		rm "$1.tar"
	else
		sed -n 's/^[0-7]* \([0-9a-f]\{64\}\) /\1  /p' MANIFEST >"$1.sums"
		if ! sha256sum --check --quiet "$1.sums" >&2; then
			echo "the files above are not as the release had them (MANIFEST)" >&2
			return 1
		fi
		rm "$1.sums"
		sed 's/^[0-7]* //' "$1.list" | tar -c -T - | tar -x -C "$1" || return
	fi
	# A number leaves the setgid bit that folders get from the one they are made in.
	find "$1" -type d -exec chmod u=rwx,go=rx,a-st {} +
	for mode in 644 755; do
		sed -n "s/^$mode //p" "$1.list" | (cd "$1" && xargs chmod "$mode") || return
	done
	rm "$1.list"
}

# source_manifest TREE COMMIT DATE: the MANIFEST of what is staged in TREE
source_manifest() (
	cd "$1" || exit
	echo "# bottle $(source_version .) commit $2 date $3: mode, SHA-256 and name of every file"
	find . -type f ! -path ./MANIFEST -printf '%m %P\n' | LC_ALL=C sort -k 2 >"$1.modes"
	sed 's/^[0-7]* //' "$1.modes" | xargs sha256sum | awk 'NR == FNR { mode[$2] = $1; next } { print mode[$2], $1, $2 }' \
		"$1.modes" -
	rm "$1.modes"
)
