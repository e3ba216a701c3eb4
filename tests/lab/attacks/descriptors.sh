# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 60-69: descriptors, terminal, folder.
for closed in '' 0 1 2 01 02 12 012; do
	case $closed in
	*1*) want='0||' left=("$A") ;;
	*) want=$added ;;
	esac
	attack "60 descriptors '$closed' closed: done all the same" "$want" closed=$closed -- add $A
	case $closed in
	*2*) want='77||' ;;
	*) want=$outside ;;
	esac
	attack "60 descriptors '$closed' closed: refused all the same" "$want" closed=$closed -- add 127.0.0.1
done
attack "60 descriptors 012 closed and 3 to 1023 open" '0||' closed=012 manyfds -- policy
left=("$A")
attack "61 stdout is /dev/full: the work is done, the report's failure is said" "$full" out=full -- add $A
attack "61 stderr is /dev/full: the exit code stays" '77||' err=full -- add 127.0.0.1
attack "61 both are" '64||' out=full err=full -- add x
left=("$A")
attack "62 nobody reads stdout, SIGPIPE as it is" "$full" out=gone -- add $A
left=("$A")
attack "62 nobody reads stdout, SIGPIPE ignored" "$full" out=gone ignored -- add $A
left=("$A")
attack "62 stdout is a full pipe that nobody reads: SIGALRM after two seconds" 'SIG14||' out=stuck -- add $A
attack "62 so is stderr" 'SIG14||' err=stuck -- add 127.0.0.1
# A file that the caller may not write, but holds open for append.
touch "$tmp/roots"
attack "63 stderr is root's file, held open for append: only fixed text" '77||' err="$tmp/roots" \
	$'argv0=root::0:0:mark-qZ7:/:/bin/sh\n' -- add 127.0.0.1 $'root::0:0::/:\n'
is "63 nothing else is in it" "$(cat "$tmp/roots")" "bottle-netd: an address lies outside the pool"
left=("$A")
attack "63 stdout is root's file" '0||' out="$tmp/roots" $'argv0=mark-qZ7\n' -- add $A
is "63 nothing else is in that" "$(tail -n +2 "$tmp/roots")" "$A added"
attack "65 3 to 1023 are netlink, packet and internet sockets and folders" "$added" manyfds limit=nofile:4096 -- add $A
attack "65 while it works they are gone" "$added" manyfds limit=nofile:4096 \
	at="i8916:run=ls /proc/\$PID/fd >$tmp/fds" -- add $A
is "65 it has its own alone" "$(tr '\n' ' ' <"$tmp/fds")" "0 1 2 3 4 "
# The C library looks at 0-2 of a setuid program before main, and ends it where it cannot.
attack "66 RLIMIT_NOFILE 0: dead before main" 'SIG11||' limit=nofile:0 -- add $A
attack "66 RLIMIT_NOFILE 3" '71||bottle-netd: cannot open a socket;' limit=nofile:3 -- add $A
attack "66 RLIMIT_NOFILE 4: no descriptor for both, so nothing that is not logged" '71||bottle-netd: cannot open a socket;' limit=nofile:4 -- add $A
attack "66 RLIMIT_NOFILE 1 and 12 closed: dead before main" 'SIG11||' limit=nofile:1 closed=12 -- add $A
mkdir "$tmp/gone" "$tmp/secret" "$tmp/jail"
chmod 700 "$tmp/secret"
attack "67 the folder is gone" "$added" chdir="$tmp/gone" at="1:run=rmdir $tmp/gone" -- add $A
attack "67 the folder is one that the caller cannot read" "$added" chdir="$tmp/secret" -- add $A
cp -p "$netd" "$tmp/jail/netd"
no_null='71||bottle-netd: cannot open /dev/null;'
victim=/netd attack "67 in a chroot without /proc and /dev" "$no_null" chroot="$tmp/jail" chdir="$tmp/jail" -- add $A
victim=/netd attack "67 in a chroot, with 012 closed: dead before main" 'SIG11||' chroot="$tmp/jail" \
	chdir="$tmp/jail" closed=012 -- add $A
victim=/netd attack "67 in a chroot, not to be privileged" "$no_null" chroot="$tmp/jail" chdir="$tmp/jail" nnp -- \
	add $A
attack "68 a session of its own, without a terminal" "$added" session -- add $A
attack "69 with a terminal: what is typed there stays unread" "0|$A added;|unread=typed;|" tty -- add $A
# A user's own file system on a standard descriptor. What it has begun to answer, not even SIGKILL takes from it.
touch "$tmp/slow"
[ -z "$lab" ] || modprobe -q fuse
[ -c /dev/fuse ] && "$tools/fuse" "$tmp/slow" 4 >"$tmp/mounted" 2>&1 &
server=$!
mounted() { ! kill -0 $server 2>/dev/null || grep -q mounted "$tmp/mounted"; }
wait_for mounted
if grep -q mounted "$tmp/mounted" 2>/dev/null; then
	attack "61 stdin is a file on FUSE: not read" "$added" in="$tmp/slow" -- add $A
	began_us=${EPOCHREALTIME/[.,]/}
	left=("$A")
	attack "62 stdout is a file on FUSE that answers after 4 s: done, then ended by SIGALRM" 'SIG14||' out="$tmp/slow" \
		-- add $A
	took=$(((${EPOCHREALTIME/[.,]/} - began_us) / 1000))
	passes "62 not before that file system lets it go: after $took ms" test $took -ge 3500
else
	skip "62 a file on FUSE" "no FUSE here"
fi
kill $server 2>/dev/null
umount -l "$tmp/slow" 2>/dev/null
log_clean "60 after hostile descriptors"
