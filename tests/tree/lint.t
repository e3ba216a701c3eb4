#!/bin/sh
# Style and static checks.
. "$(dirname "$0")/tap.sh"

sources=$(git ls-files '*.c' '*.h')
scripts=$(git ls-files | xargs grep -lE '^#!/bin/(ba)?sh' 2>/dev/null)

for page in frontend/bottle.1 frontend/bottle.yaml.5 helper/bottle-netd.8; do
	check "mandoc has nothing to say of $page" mandoc -Tlint -W warning "$page"
done
# shellcheck disable=SC2086 # lists of files
{
	check "shellcheck passes" shellcheck -x -S warning $scripts
	check "cppcheck finds nothing" cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--suppress=missingIncludeSystem --enable=warning,portability \
		-Ifrontend/base -Ifrontend/port -Ifrontend/domain -Ifrontend/cmd -Ishared -Iguest -Ihelper \
		-D__linux__ $(echo "$sources" | grep -E '^(frontend|shared|guest)/.*\.c$' | grep -v _darwin)
	check "no line is longer than 100 columns" sh -c \
		"! expand -t 8 $(echo $sources) | grep -nE '^.{121}'"
	check "no trailing space" sh -c "! grep -nE '[[:blank:]]+$' $(echo $sources $scripts)"
}
check "no path of a workplace is in the tree" refuses git grep -nIE '(^|[^a-z./])/(work|farm)/' -- .
check "every file over 400 lines has a reason" sh -c \
	'! git ls-files "frontend/*.c" "helper/*.c" "guest/*.c" "shared/*.c" | xargs wc -l | awk "\$1 > 400 && \$2 != \"total\"" | grep .'
done_testing
