# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 70-78: resource limits and control groups. A limit that is too small may end the helper before its first
# instruction; then nothing has changed.
any="$added
any death"
limited=$added
# Lifting a limit of processor time takes CAP_SYS_RESOURCE, which a developer's container may not have.
[ -n "$lab" ] || limited+=$'\n71||bottle-netd: cannot lift the time limit, or forbid core dumps;'
left=("$A")
attack "70 RLIMIT_FSIZE 0, stdout a file: no SIGXFSZ, the work is done" '71||' limit=fsize:0 out="$tmp/report" -- add $A
is "70 the file has nothing" "$(cat "$tmp/report")" ""
attack "70 RLIMIT_FSIZE 0: refused all the same" '77||' limit=fsize:0 -- remove 127.0.0.1
left=("$A")
attack "70 RLIMIT_FSIZE 5: a report that is cut is a failure" "71|127.0|bottl" limit=fsize:5 -- add $A
for size in 0 65536 1048576; do
	attack "72 RLIMIT_AS $size" "$any" limit=as:$size -- add $A
done
for size in 4096 16384 65536; do
	attack "73 RLIMIT_STACK $size" "$any" limit=stack:$size -- add $A
done
attack "73 RLIMIT_STACK unlimited" "$added" limit=stack:unlimited -- add $A
attack "74 RLIMIT_DATA 0" "$any" limit=data:0 -- add $A
attack "75 RLIMIT_CPU 0, MEMLOCK 0, CORE 0" "$limited
any death" limit=cpu:0 limit=memlock:0 limit=core:0 -- add $A
attack "75 RLIMIT_CPU 5, CORE unlimited" "$limited" limit=cpu:5 limit=core:unlimited -- add $A
attack "76 RLIMIT_SIGPENDING 0, RTPRIO 0, NICE 0, RTTIME 1, LOCKS 0, MSGQUEUE 0, RSS 0" "$added" limit=sigpending:0 \
	limit=rtprio:0 limit=nice:0 limit=rttime:1 limit=locks:0 limit=msgqueue:0 limit=rss:0 -- add $A
attack "76 RLIMIT_SIGPENDING 0 and a reader that waits: the deadline needs none" 'SIG14||' limit=sigpending:0 \
	out=stuck -- version
attack "76 RLIMIT_NPROC 0" "$added" limit=nproc:0 -- add $A
attack "76 nice 19 and a timer slack of a second" "$added" lazy -- add $A

group_root=/sys/fs/cgroup/attack
if [ -n "$lab" ]; then
	echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
	mkdir $group_root $group_root.mine
	echo 0 >$group_root/memory.swap.max 2>/dev/null
	# The kernel kills where a page is short, which is before the first instruction or at any call: what may be left is
	# what a SIGKILL at each call leaves (82).
	short=0
	for ((size = 0; size <= 131072; size += 4096)); do
		echo $size >$group_root/memory.max
		call user="$alice" cgroup=$group_root/cgroup.procs -- "$netd" add $A
		echo max >$group_root/memory.max
		kind=$(kind_of "$(state)") strange=
		case "$got $kind" in
		"$added whole" | EXEC*' absent' | SIG*'|| absent' | 'SIG9|| whole' | 'SIG9|| leftover') ;;
		*) strange="$got $kind" ;;
		esac
		[[ $got != 'SIG9||' ]] || short=$((short + 1))
		is "77 memory.max $size: done, not begun, or killed with what a kill may leave" "$strange" ""
		[ "$kind" != whole ] || left=("$A")
		attack "77 memory.max $size: the next add" "$([ "$kind" = whole ] && echo "0|$A present;|" || echo "$added")" -- add $A
	done
	result $((!(short > 0))) "77 ($short were killed for want of memory)"
	echo 1 >$group_root/pids.max
	attack "77 pids.max 1: it makes no process" "$added" cgroup=$group_root/cgroup.procs -- add $A
	echo max >$group_root/pids.max
	# A group that is alice's own: what bottle-netd(8) says that she can do with it.
	chown -R "${alice%%:*}" $group_root.mine
	hers="$tools/caller user=$alice -- /bin/sh -c"
	attack "78 frozen between the two steps and thawed: completes" "$added" cgroup=$group_root.mine/cgroup.procs \
		at="i8916:park=$hers 'echo 1 >$group_root.mine/cgroup.freeze; sleep 0.3; echo 0 >$group_root.mine/cgroup.freeze' >$tmp/said" \
		-- add $A
	call user="$alice" cgroup=$group_root.mine/cgroup.procs \
		at="i8916:park=$hers 'echo 1 >$group_root.mine/cgroup.kill' >$tmp/said" -- "$netd" add $A
	is "78 killed between the two steps by cgroup.kill: the documented /8" "$got|$(state)" \
		"SIG9|||$(with_line "$(line_of $A 8 'secondary ')")"
	attack "78 which the next add repairs" "$added" -- add $A
	rmdir $group_root $group_root.mine
else
	skip "77 a control group" "not the lab"
	skip "78 a freezer" "not the lab"
fi
log_clean "77 after tight limits"
