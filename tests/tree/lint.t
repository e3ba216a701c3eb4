#!/bin/sh
# Style and static checks.
. "$(dirname "$0")/tap.sh"

sources=$(git ls-files '*.c' '*.h')
scripts=$(git ls-files | xargs grep -lE '^#!/bin/(ba)?sh' 2>/dev/null)

# Which pages other people's packages have installed here, and indexed, is no matter of this tree.
says_nothing() { # PAGE
	mandoc -Tlint -W style "$1" >"$work/said" 2>&1
	[ $? -le 1 ] && ! grep -vE ': STYLE: referenced manual not found: |^mandoc: outdated mandoc\.db lacks ' "$work/said"
}
for page in frontend/bottle.1 frontend/bottle.yaml.5 helper/bottle-netd.8 install/bottle-check.8; do
	check "mandoc has nothing to say of $page, its style included" says_nothing "$page"
done
# shellcheck disable=SC2086 # lists of files
{
	check "shellcheck passes" shellcheck -x -S warning $scripts
	portable=$(echo "$sources" | grep -E '^(frontend|shared|guest)/.*\.c$' | grep -v _darwin)
	check "cppcheck finds nothing" cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--suppress=missingIncludeSystem --enable=warning,portability \
		-Ifrontend/base -Ifrontend/port -Ifrontend/domain -Ifrontend/cmd -Ishared -Iguest -Ihelper \
		-D__linux__ $portable
	check "no line is much longer than 100 columns" sh -c \
		"! expand -t 8 $(echo $sources) | grep -nE '^.{121}'"
	check "clang-format has nothing to change" clang-format-14 --dry-run -Werror $sources
	check "no trailing space" sh -c "! grep -nE '[[:blank:]]+$' $(echo $sources $scripts)"
}
check "no path of a workplace is in the tree" refuses git grep -nIE '(^|[^a-z./])/(work|farm)/' -- .
check "no source file is over 500 lines" sh -c \
	'! git ls-files "frontend/*.c" "helper/*.c" "guest/*.c" "shared/*.c" | xargs wc -l | awk "\$1 > 500 && \$2 != \"total\"" | grep .'
done_testing
