# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 82-84: SIGKILL and SIGSTOP at each system call, by root, who traces it; and what root changes meanwhile.

# each VERB ACT FIRST LAST WANT KINDS: at each call from FIRST to LAST. KINDS: what may be left. Then another call with
# VERB puts it right.
each() {
	local verb=$1 act=$2 n kind now strange="" said done=absent setup=""
	declare -A seen=()
	if [ "$verb" = add ]; then
		said="$A added|$A present" done=whole
	else
		said="$A removed|$A absent" setup="addr add $A/32 dev lo label lo:20"
		ip $setup
	fi
	for ((n = $3; n <= $4; n++)); do
		call user="$alice" at="$n:$act" -- "$netd" "$verb" $A
		# shellcheck disable=SC2053 # a pattern
		[[ $got == $5 ]] || strange+=" call $n: $got"
		now=$(state)
		kind=$(kind_of "$now")
		seen[$kind]=$((${seen[$kind]:-0} + 1))
		case " $6 " in
		*" $kind "*) ;;
		*) strange+=" call $n: $kind: $now" ;;
		esac
		call user="$alice" -- "$netd" "$verb" $A
		[[ $got == 0\|*\;\| && "|$said|" == *"|${got:2:-2}|"* ]] || strange+=" after call $n: $got"
		# Shows lo and then prepares the next round, in one go.
		now=$(printf 'addr show lo\nlink show lo\n%s\n' "${setup:-addr del $A/32 dev lo}" | ip -o -batch -)
		kind=$(kind_of "$now")
		[ "$kind" = "$done" ] || strange+=" after call $n: $kind"
	done
	[ -z "$setup" ] || ip addr del $A/32 dev lo
	each_seen=
	for kind in "${!seen[@]}"; do each_seen+="${each_seen:+, }${seen[$kind]} $kind"; done
	each_strange=${strange:- none}
	[ "$(state)" = "$home" ] || each_strange+=" lo at the end: $(state)"
}

call user="$alice" at=1000000:run=true -- "$netd" add $A
total_add=$calls
repair
call user="$alice" at=s41:kill -- "$netd" add $A
socket_add=$calls
"$tools/caller" user="$alice" at=1-"$socket_add":kill -- "$netd" add $A >"$tmp/kills"
runs=$((runs + socket_add))
is "82 SIGKILL at each of the $socket_add calls up to the first socket: dead, lo is as before" \
	"$(grep -vxE '[0-9]+' "$tmp/kills" | sort | uniq -c | tr -s ' ')|$(state)" " $socket_add SIG9|||$home"
each add kill $((socket_add + 1)) "$total_add" 'SIG9|*' "absent whole leftover"
is "82 SIGKILL at each later call of an add, to $total_add ($each_seen): the next add repairs it" "$each_strange" " none"
result $((!(${#each_seen} > 0 && $(grep -c leftover <<<"$each_seen") > 0))) "82 (both steps were met: $each_seen)"
ip addr add $A/32 dev lo label lo:20
call user="$alice" at=1000000:run=true -- "$netd" remove $A
total_remove=$calls
repair
each remove kill $((socket_add + 1)) "$total_remove" 'SIG9|*' "absent whole"
is "82 SIGKILL at each call of a remove, to $total_remove ($each_seen): the next remove is done" "$each_strange" " none"

# Root alone may stop it; then it goes on as if nothing had been.
each add park=true $((socket_add + 1)) $((total_add - 1)) "$added" whole
is "84 SIGSTOP and SIGCONT at each call of an add behind that ($each_seen)" "$each_strange" " none"
"$tools/caller" user="$alice" at=1-"$socket_add":park=true -- "$netd" remove $A >"$tmp/parks"
runs=$((runs + socket_add))
is "84 SIGSTOP and SIGCONT at each of the $socket_add calls up to the first socket" \
	"$(grep -vxE '[0-9]+' "$tmp/parks" | sort | uniq -c | tr -s ' ')|$(state)" " $socket_add $absent|$home"
each remove park=true $((socket_add + 1)) $((total_remove - 1)) "$removed" absent
is "84 SIGSTOP and SIGCONT at each later call of a remove ($each_seen)" "$each_strange" " none"
# What the last look finds is what is said: never a success that is none at that moment.
each add "run=printf 'addr del $A/8 dev lo\naddr del $A/32 dev lo\n' | ip -force -batch - 2>/dev/null" \
	$((socket_add + 1)) $((total_add - 1)) "@(0|71|75)|$A *;|*" "absent whole"
is "84 root takes it away at each call of an add ($each_seen): said or done, lo is whole" "$each_strange" " none"
attack "84 taken away between the two steps: said, and not put there again" "$unlucky" \
	at="i891c:run=ip addr del $A/8 dev lo" -- add $A
log_clean "82 after kills and stops"
