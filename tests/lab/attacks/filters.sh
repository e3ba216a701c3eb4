# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 106, 107, 137, 147, 148: a kernel that lies. A parent with CAP_SYS_ADMIN can leave a filter behind which
# answers a call with an error, or with success, instead of doing it. What was set is read back, so a lie is found.
# EPERM is 1, EACCES 13, EAFNOSUPPORT 97. Calls: x86-64.
for fake in 117:setresuid 116:setgroups 126:capset 157:prctl; do
	attack "106 ${fake#*:} says it is done, and is not" "$shrink" fake=${fake%:*}:0 -- add $A
	attack "106 ${fake#*:} says EPERM" "$shrink" fake=${fake%:*}:1 -- add $A
done
attack "106 setresgid says EPERM" "$shrink" fake=119:1 -- add $A
attack "106 setresgid says it is done, and nothing was to be done" "$added" fake=119:0 -- add $A
install -o 0 -g 0 -m 6755 "$netd" "$tmp/both"
victim=$tmp/both attack "106 setresgid says it is done, and is not" "$shrink" fake=119:0 -- add $A
attack "106 setuid says it took root back" "$added" fake=105:0 -- add $A
attack "106 setgid says it took group root back" "$shrink" fake=106:0 -- add $A
attack "106 close_range says EPERM" '71||bottle-netd: cannot close inherited descriptors;' fake=436:1 -- add $A
attack "106 close_range says it is done, and is not" '71||bottle-netd: cannot close inherited descriptors;' fake=436:0 \
	manyfds -- add $A
attack "106 close_range says it is done, and nothing was to be done" "$added" fake=436:0 -- add $A
attack "106 ioctl says it is done, and is not" "$down" fake=16:0 -- add $A
attack "106 ioctl says EPERM" '71||bottle-netd: cannot read lo;' fake=16:1 -- add $A
for option in 2f:PR_CAP_AMBIENT 26:PR_SET_NO_NEW_PRIVS 4:PR_SET_DUMPABLE; do
	attack "106 ${option#*:} says EPERM" "$shrink" "fake=157@0=${option%:*}:1" -- add $A
done
attack "106 PR_SET_NO_NEW_PRIVS says it is done, and is not" "$shrink" fake=157@0=26:0 -- add $A
attack "106 PR_SET_SECCOMP says EPERM" '71||bottle-netd: cannot filter calls;' fake=157@0=16:1 -- add $A
# The one thing that cannot be read back: PR_GET_SECCOMP is not on the list. Nothing but that fence is missing then.
attack "106 PR_SET_SECCOMP says it is done, and is not: unnoticed, done all the same" "$added" fake=157@0=16:0 -- add $A
attack "106 PR_CAPBSET_DROP says EPERM" "$shrink" fake=157@0=18:1 -- add $A
attack "106 PR_CAPBSET_DROP says it is done, and is not" "$shrink" fake=157@0=18:0 -- add $A
for name in 13:rt_sigaction:'cannot reset SIGALRM' 80:chdir:'cannot change to /' \
	302:prlimit64:'cannot lift the time limit, or forbid core dumps' 14:rt_sigprocmask:'cannot block signals'; do
	number=${name%%:*} why=${name##*:}
	attack "106 $(cut -d: -f2 <<<"$name") says EPERM" "71||bottle-netd: $why;" fake=$number:1 -- add $A
done
attack "106 setitimer says EPERM" "$added" fake=38:1 -- add $A
attack "106 all of them say it is done" "71||*;" fake=157:0 fake=117:0 fake=119:0 fake=116:0 fake=126:0 fake=436:0 \
	fake=16:0 -- add $A
attack "106 all of them say EPERM, and a bad argument" "71||*;" fake=157:1 fake=117:1 fake=119:1 fake=116:1 fake=126:1 \
	fake=436:1 -- add mark-qZ7
attack "107 a security module denies ioctl: EACCES" '71||bottle-netd: cannot read lo;' fake=16:13 -- add $A
attack "107 a security module denies socket: EACCES" '71||bottle-netd: cannot open a socket;' fake=41:13 -- add $A
for command in 8913:SIOCGIFFLAGS 8912:SIOCGIFCONF; do
	attack "137 ${command#*:} says EPERM" '71||bottle-netd: cannot read lo;' fake=16@1=${command%:*}:1 -- add $A
done
attack "137 SIOCGIFNETMASK says EPERM: nothing is known of 127.0.0.1, nothing is written" "$missing" \
	fake=16@1=891b:1 -- add $A
attack "137 SIOCSIFADDR says EPERM" "$refused" fake=16@1=8916:1 -- add $A
# The second step fails: the documented leftover, said, and repaired by the next add.
for answer in 1:EPERM 0:'it is done, and is not'; do
	[ ${answer%%:*} = 1 ] && code='71|*;|bottle-netd: the kernel refused;' || code='75|*;|bottle-netd: *;'
	call user="$alice" fake=16@1=891c:${answer%%:*} -- "$netd" add $A
	# shellcheck disable=SC2053 # a pattern
	[[ $got == $code ]]
	result $? "137 SIOCSIFNETMASK says ${answer#*:}: said" "$got" "$code"
	is "137 SIOCSIFNETMASK says ${answer#*:}: the documented /8 is left" "$(state)" \
		"$(with_line "$(line_of $A 8 'secondary ')")"
	attack "137 which the next add repairs" "$added" -- add $A
done
ip addr add $A/32 dev lo label lo:20
left=("$A")
attack "137 SIOCSIFFLAGS says EPERM: said, and the alias stays" "71|$A present;|bottle-netd: the kernel refused;" \
	fake=16@1=8914:1 -- remove $A
attack "147 SIOCSIFADDR says it is done, and is not: found" "$unlucky" fake=16@1=8916:0 -- add $A
ip addr add $A/32 dev lo label lo:20
left=("$A")
attack "147 SIOCSIFFLAGS says it is done, and is not: found" "75|$A present;|bottle-netd: *;" fake=16@1=8914:0 -- \
	remove $A
attack "148 no AF_INET: EAFNOSUPPORT" '71||bottle-netd: cannot open a socket;' fake=41@0=2:97 -- add $A
attack "148 no AF_UNIX: not logged, so not done" '71||bottle-netd: cannot open a socket;' fake=41@0=1:97 -- add $A
log_clean "106 after lies"
