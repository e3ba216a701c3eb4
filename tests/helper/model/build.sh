#!/bin/sh
# build.sh OUT SOURCE...: links SOURCEs with the model and the whole helper, whose calls are the model's.
# CC, MODEL_CFLAGS, MODEL_LINK (flags of the link alone), MODEL_INCLUDE (a header that the helper is compiled with,
# behind names.h) and BUILD (where the generated filter is) say how.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
out=$1
shift
flags="-std=c11 -D_GNU_SOURCE -Wall -Wextra ${MODEL_CFLAGS:--O1 -g} -DPOOL_FIRST=16 -DPOOL_LAST=31"
flags="$flags -I$here -I$top/helper -I$top/shared -I$top/tests -I${BUILD:-$top/build}/netd"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for name in helper/bottle-netd helper/os_linux helper/privilege_linux helper/report helper/request shared/addr shared/pool; do
	# shellcheck disable=SC2086 # words
	${CC:-cc} $flags -DBOTTLE_VERSION='"0.0.0"' -include "$here/names.h" ${MODEL_INCLUDE:+-include "$MODEL_INCLUDE"} \
		-c -o "$work/${name##*/}.o" "$top/$name.c"
done
# shellcheck disable=SC2086
${CC:-cc} $flags ${MODEL_LINK:-} -o "$out" "$@" "$here"/machine.c "$here"/rights.c "$here"/files.c "$here"/lo.c "$work"/*.o
