# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 168-171: the installed helper, sealed, is made to issue a call that it never would (by root, who traces it,
# in the place of its first write to lo). tests/helper/filter*.c try all of them in a test build.
for call in 0:read 2:open 3:close 9:mmap 10:mprotect 12:brk 42:connect 56:clone 57:fork 59:execve 62:kill 72:fcntl \
	90:chmod 101:ptrace 105:setuid 117:setresuid 157:prctl 257:openat 317:seccomp 322:execveat 425:io_uring_setup \
	435:clone3 999:none; do
	attack "168 ${call#*:}: SIGSYS" 'SIG31||' at="i8916:swap=${call%:*}" -- add $A
done
attack "168 (control: getpid is one of its own)" "$refused" at=i8916:swap=39 -- add $A
for number in 0x40000027 0x40000010 0x40000001 0x40000209 -1; do
	attack "169 an x32 number $number: SIGSYS" 'SIG31||' at="i8916:swap=$number" -- add $A
done
for request in 8924:SIOCSIFHWADDR 8923:SIOCSIFNAME 89a2:SIOCBRADDIF 5412:TIOCSTI 8915:SIOCGIFADDR 8922:SIOCSIFMTU \
	8936:SIOCDIFADDR 890b:SIOCADDRT 100008916:'SIOCSIFADDR with a high bit'; do
	attack "170 ioctl ${request#*:}: SIGSYS" 'SIG31||' at="i8916:swap=16,0x${request%%:*}" -- add $A
done
for family in 17:AF_PACKET 16:AF_NETLINK 2:AF_INET 1:AF_UNIX; do
	attack "171 socket ${family#*:}: SIGSYS" 'SIG31||' at="i8916:swap=41" -- add $A
done
log_clean "168 after forbidden calls"
