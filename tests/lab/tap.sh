# shellcheck shell=bash disable=SC2034
# TAP inside the machine, and the words that acceptance.sh is written in.
count=0
failed=0
out=/tmp/out
err=/tmp/err
began=$SECONDS

result() { # STATUS NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
		echo "not ok $count - $2"
		failed=1
		{ # standard error is what prove(1) shows
			echo "not ok $count - $2"
			tail -n 25 "$out" "$err" 2>/dev/null
		} | sed 's/^/# /' >&2
	fi
}

# as USER COMMAND...: its output goes to $out and $err
as() {
	local user=$1
	shift
	runuser -u "$user" -- env -i HOME="/home/$user" USER="$user" LANG=C.UTF-8 TERM=dumb \
		PATH=/usr/local/bin:/usr/bin:/bin "$@" >$out 2>$err
}

# patient USER COMMAND...: as `as`, up to four times while smolvm gives up on a VM that makes no progress for 30 seconds
# as it boots, which this emulated machine may not make beside a busy host. Each time is said.
patient() {
	local try
	for try in 1 2 3 4; do
		as "$@" && return 0
		grep -Eq 'no boot progress|agent did not become ready' $err || return 1
		note "the VM did not boot in time ($try of 4): $(tail -n 1 $err)"
	done
	return 1
}

# passes NAME COMMAND... ; exits CODE NAME COMMAND...
passes() {
	local name=$1
	shift
	"$@"
	result $? "$name"
}

exits() {
	local want=$1 name=$2 got
	shift 2
	"$@"
	got=$?
	[ $got -eq "$want" ] || echo "exit $got instead of $want" >>$err
	result $((got != want)) "$name"
}

fails() {
	local name=$1
	shift
	! "$@" >>$out 2>&1
	result $? "$name"
}

shows() { # PATTERN NAME: the last command's output has it
	grep -Eq -- "$1" $out $err
	result $? "$2"
}

note() {
	printf '# %4d s  %s\n' $((SECONDS - began)) "$*"
}

section() {
	note "== $*"
}

done_testing() {
	echo "1..$count"
	exit $failed
}
