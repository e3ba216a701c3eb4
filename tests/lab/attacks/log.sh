# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 164-167: the log. /dev/log is ours alone here, see log.pl.
logged() { # "NN NAME" PATTERN: exactly one line more than at log_clean
	local -a lines
	log_flush
	mapfile -t lines <"$tmp/log"
	[[ ${#lines[@]} -eq $((log_total + 1)) && ${lines[-1]} =~ ^${2}$ ]]
	result $? "$1" "${lines[*]:log_total}" "$2"
	log_total=${#lines[@]}
}
uid=${alice%%:*}
head='<85>bottle-netd\[[0-9]+\]: op='
log_clean "164 so far"
attack "164 add of two" "0|$A added;$B added;|" -- add $A $B
logged "164 operation, numbers, uid, pid, result" "${head}add octets=20,21 uid=$uid result=0"
attack "164 a newline, an escape, a format and a carriage return in an address" "$bad" -- \
	add $'x\n<0>root: mark-qZ7\e[2J\r%n%s'
logged "164 none of it" "${head}add octets= uid=$uid result=64"
attack "164 the same before a good one" "$bad" -- add $'\n' $A
logged "164 nor the good one" "${head}add octets= uid=$uid result=64"
attack "164 the same for a verb" "$usage" -- $'add\n<0>root: mark-qZ7' $A
attack "164 an address outside" "$outside" -- remove 10.9.8.7
logged "164 the attempt, not the address; the verb before has no line" "${head}remove octets= uid=$uid result=77"
attack "164 without privilege" "$nothing_new" nnp -- remove $A
logged "164 the attempt" "${head}remove octets=20 uid=$uid result=78"
[ -e "$tmp/"$'x\n<0>root: mark-qZ7' ] || ln -s "$netd" "$tmp/"$'x\n<0>root: mark-qZ7'
victim=$tmp/$'x\n<0>root: mark-qZ7' attack "166 the program's own name has a newline" "$added" $'argv0=\n<0>root[1]: mark' \
	env=$'PROGNAME=\n<0>root' -- add $A
logged "166 it is not in the line, nor argv[0]" "${head}add octets=20 uid=$uid result=0"
attack "166 descriptor 4 is a caller's own socket" "$added" manyfds -- add $A
logged "166 the line goes to the log all the same" "${head}add octets=20 uid=$uid result=0"

calls_before=$(stat -c %s "$tmp/log")
for ((i = 0; i < 50; i++)); do call user="$alice" -- "$netd" add x; done
log_flush
size=$((($(stat -c %s "$tmp/log") - calls_before) / 50))
passes "167 invalid calls: one line of $size bytes each, whatever the arguments; how many is the log's to limit" \
	test $size -gt 40 -a $size -le 128
calls_before=$(stat -c %s "$tmp/log")
for ((i = 0; i < 50; i++)); do call user="$alice" -- "$netd" mark-qZ7 "$i"; done
log_flush
is "167 unknown verbs: none" "$(($(stat -c %s "$tmp/log") - calls_before))" 0

# Stopped, the log's queue fills up: the kernel takes a few and then refuses.
kill -STOP "$logger"
for ((i = 0; i < 14; i++)); do call user="$alice" -- "$netd" add x; done
began_us=${EPOCHREALTIME/[.,]/}
attack "165 the log is full and stopped: done all the same" "$added" seconds=20 -- add $A
took=$(((${EPOCHREALTIME/[.,]/} - began_us) / 1000))
passes "165 without waiting: the whole run took $took ms" test $took -lt 15000
kill -CONT "$logger"
log_clean "165 after that"
kill "$logger"
wait "$logger" 2>/dev/null
attack "165 nobody listens: done all the same" "$added" -- add $A
attack "165 nobody listens: refused all the same" "$outside" -- remove 127.0.0.1
rm -f /dev/log
attack "165 there is no log: done all the same" "$added" -- add $A
mkfifo -m 666 /dev/log
attack "165 the log is a FIFO: done all the same" "$added" -- add $A
rm -f /dev/log
ln -s /dev/log /dev/log
attack "165 the log is a loop of links: done all the same" "$added" -- add $A
rm -f /dev/log
log_start
attack "165 it is back" "$added" -- add $A
logged "165 and has a line again" "${head}add octets=20 uid=$uid result=0"
