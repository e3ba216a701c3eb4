# shellcheck shell=sh disable=SC2034,SC2154
# How trace.t runs, reduces and compares traces. Sourced.
program=$tmp/bottle-netd who=user with='' closed='' traced=0 tables=0

# shellcheck disable=SC2317 # called by name
lo_down() {
	fresh
	ip link set lo down
}
# shellcheck disable=SC2317
no_home() {
	fresh
	ip addr del 127.0.0.1/8 dev lo
}

# run_traced ARGUMENT...: the trace in $tmp/trace, what was said in $tmp/out and $tmp/err, $code
run_traced() {
	runs=$((runs + 1))
	code=0
	set -- "$program" "$@"
	# By root the kernel lets a setuid program be traced that an ordinary user executes. The shell is there because
	# setpriv itself still has root's capabilities when it executes something.
	[ "$who" != user ] ||
		set -- setpriv --reuid 65534 --regid 65534 --clear-groups sh -c 'exec "$@"' sh "$@"
	# What a file system says of itself is not the helper's: only that it is asked.
	set -- strace -qq -s 300 -e verbose='!stat,statfs,newfstatat' -o "$tmp/trace" $with "$@"
	if [ "$closed" ]; then
		"$@" <&- >&- 2>&- || code=$?
	else
		"$@" </dev/null >"$tmp/out" 2>"$tmp/err" || code=$?
	fi
	# The helper's own: behind the last execve(2).
	awk '/^execve\(/ { own = "" } { own = own $0 "\n" } END { printf "%s", own }' "$tmp/trace" >"$tmp/own"
}

# reduce: what differs between two runs or two machines goes out
reduce() {
	sed -E -e '/^execve\(/d' -e 's/0x[0-9a-f]{6,}/ADDRESS/g' -e "s#$tmp#TMP#g" \
		-e 's/^(getpid\(\) *= )[0-9]+/\1PID/' -e 's/^(set_tid_address\(ADDRESS\) *= )[0-9]+/\1PID/' \
		-e 's/len=[0-9]+, filter=ADDRESS/len=LEN, filter=ADDRESS/' -e 's/ {2,}= / = /' -e '/^\+\+\+ exited/d' \
		-e 's/(permitted|effective)=1<<CAP_CHOWN[^,}]*/\1=.../g' -e 's/tv_sec=1, tv_usec=[0-9]+/LEFT/' \
		-e 's/<85>bottle-netd\[[0-9]+\](.*", )[0-9]+/<85>bottle-netd[PID]\1LEN/; /MSG_DONTWAIT/s/= [0-9]+$/= LEN/' \
		"$tmp/own"
}

# compare NAME FILE: $tmp/got against the golden file
compare() {
	[ -z "${TRACE_WRITE:-}" ] || { mkdir -p "$golden" && cp "$tmp/got" "$golden/$2"; }
	if diff -u "$golden/$2" "$tmp/got" >"$tmp/diff" 2>&1; then
		is "$1" same same
	else
		is "$1" "$(head -n 30 "$tmp/diff")" "no difference"
	fi
}

# expect NAME whole|sealed SETUP -- ARGUMENT...
expect() {
	expect_name=$1 part=$2 setup=$3
	shift 4
	$setup
	run_traced "$@"
	reduce >"$tmp/reduced"
	{
		if [ "$part" = whole ]; then
			cat "$tmp/reduced"
		else
			sed '1,/SECCOMP_MODE_FILTER/d' "$tmp/reduced"
		fi
		echo "-- exit $code"
		[ "$closed" ] || cat "$tmp/out" "$tmp/err"
		addrs
	} >"$tmp/got"
	traced=$((traced + 1))
	compare "$expect_name: its calls are those of the golden trace" "$(echo "$expect_name" | tr -c 'a-zA-Z0-9.\n' _)"
}

# table NAME SETUP -- ARGUMENT...: each call in turn is refused by EPERM. What the filter lets through takes the place
# of the refused call, or the filter would end the program. Rows that are alike stand once.
table() {
	table_name=$1 setup=$2
	shift 3
	$setup
	run_traced "$@"
	# Which of its name a call is: strace counts from its own start.
	awk 'match($0, /^[a-z0-9_]+\(/) { name = substr($0, 1, RLENGTH - 1); seen[name]++ }
		/^execve\(/ { calls = ""; own = 0; next }
		/^getuid\(/ { own = 1 }
		own && name != "exit_group" { calls = calls name " " seen[name] "\n" }
		END { printf "%s", calls }' "$tmp/trace" >"$tmp/calls"
	: >"$tmp/rows"
	wrong=
	while read -r call which; do
		$setup
		with="-e inject=$call:error=EPERM:syscall=getpid:when=$which"
		run_traced "$@"
		row=$(grep INJECTED "$tmp/trace" | sed -E 's/ *= .*//; s/0x[0-9a-f]{6,}/ADDRESS/g; s/len=[0-9]+/len=LEN/
			s/<85>bottle-netd\[[0-9]+\](.*", )[0-9]+/<85>bottle-netd[PID]\1LEN/
			s/(PR_CAPBSET_(READ|DROP)), .*\)/\1, ...)/; s/(permitted|effective)=1<<CAP_CHOWN[^,}]*/\1=.../g')
		echo "$(echo "$row" | cut -c 1-110) | exit $code $(cat "$tmp/err")" >>"$tmp/rows"
		[ "$row" ] || wrong="$wrong $call $which: not refused"
		case $code in 0 | 71 | 75 | 78) ;; *) wrong="$wrong $row: exit $code" ;; esac
		[ "$(addrs | head -n 1)" = "$home" ] || wrong="$wrong $row: 127.0.0.1 is gone"
	done <"$tmp/calls"
	with=
	awk '!seen[$0]++' "$tmp/rows" >"$tmp/got"
	tables=$((tables + 1))
	compare "$table_name: each of $(grep -c . "$tmp/calls") calls refused in turn: as in the golden table" "table_$table_name"
	is "$table_name: and never an undocumented exit, never 127.0.0.1 gone" "$wrong" ""
}

# names: of a trace, what follows the seal, a name a line, up to the exit code
names() {
	awk '/SECCOMP/ { said = ""; next }
		/^-- exit/ { printf "%s%s %s %s\n", said, $1, $2, $3; exit }
		match($0, /SIOC[A-Z]+/) { said = said substr($0, RSTART, RLENGTH) "\n"; next }
		{ sub(/[( ].*/, ""); sub(/^setitimer/, "alarm"); sub(/^sendto/, "send"); sub(/^rt_/, ""); said = said $0 "\n" }'
}
# as_model NAME, of_model NAME: the golden trace's names and the model's
as_model() {
	names <"$golden/$(echo "$1" | tr -c 'a-zA-Z0-9.\n' _)"
}
of_model() {
	awk -v name="== $1" '$0 == name { on = 1; next } /^== / { on = 0 } on' "$here/model/golden/traces" | names
}
