#!/bin/sh
# What the helper is made of and what it does, by three lists that are complete in both directions: nothing is
# found that is not listed, nothing is listed that is not found, and each entry has its reason.
#
#   outside  what the first-party objects ask of the C library
#   library  every function of the C library in the linked program; * marks those that enter the kernel
#   calls    the system calls of whole runs, as strace(1) sees them
#
# No list may have a name for heap, stdio, environment, locale, name service, exec, fork or dynamic loading.
here=$(dirname "$0")
# shellcheck source=tests/helper/tap.sh
. "$here/tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "ELF is for Linux"
for tool in nm objdump strings strace timeout python3; do
	command -v $tool >/dev/null || skip_all "no $tool"
done
LC_ALL=C
export LC_ALL
# --- inside a network and mount namespace: the runs that are traced
# traced USER ARGUMENT...: one run of $program; USER is "" or one for strace -u
runs=0
traced() {
	user=$1
	shift
	runs=$((runs + 1))
	# shellcheck disable=SC2086
	timeout 20 strace -f -o "$tmp/trace.$runs" ${user:+-u $user} "$program" "$@" >/dev/null 2>&1
}
inside() {
	# A system log that listens, and is not the host's.
	touch "$tmp/null" && mount --bind /dev/null "$tmp/null" && mount -t tmpfs -o mode=755 none /dev && touch /dev/null &&
		mount --bind "$tmp/null" /dev/null || return
	timeout 60 python3 -c 'import socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
while True: log.recv(999)' &
	log=$!
	for _ in 1 2 3 4 5 6 7 8 9; do [ -S /dev/log ] || sleep 0.3; done
	chmod 666 /dev/log
	ip link set lo up
	program=$netd
	traced "" add 127.0.0.16 127.0.0.17
	traced "" add 127.0.0.16
	traced "" remove 127.0.0.16 127.0.0.17
	traced "" add 127.0.0.1
	traced "" policy
	traced "" version
	traced "" "" "$tmp"
	ip link set lo down
	traced "" add 127.0.0.18
	ip link set lo up
	runs=$((runs + 1))
	timeout 20 strace -f -o "$tmp/trace.$runs" "$program" add 127.0.0.16 <&- >&- 2>&-
	if [ "$1" = setuid ]; then
		program=$tmp/setuid
		cp "$netd" "$program" && chmod 4755 "$program"
		traced nobody add 127.0.0.16
		traced nobody remove 127.0.0.16
		chmod 755 "$program"
		traced nobody add 127.0.0.16
	fi
	kill $log
	echo "$runs" >"$tmp/runs"
}
if [ "${1:-}" = inside ]; then
	tmp=$3
	trap - EXIT
	inside "$2"
	exit
fi

# As the linker was told, so that no object of a source that is gone counts.
objects=$(sed 's/.* -- \(.*\) -- .*/\1/' "$(dirname "$netd")/../netd/flags" | tr ' ' '\n' | grep '/netd/.*\.o$')

cat >"$tmp/outside" <<'end'
__errno_location: errno, read after an ioctl that failed
__stack_chk_fail: the compiler's, where a canary is found changed
_exit: the end, without handlers or buffers
alarm: the deadline of the report; the caller's timer is stopped
close: descriptor 0, which is /dev/null from then on
chdir: to /, so that no folder of the caller's is kept busy
connect: to the system log's socket, before the filter
environ: set to NULL, never read
fcntl: is a descriptor open (F_GETFD)
geteuid: did execve(2) make this root
getgid: who called
getuid: who called
getgroups: read back that no group is left
getresgid: read back all three
getresuid: read back all three
getpid: for the audit line
issetugid: AT_SECURE: did execve(2) grant the privilege
htonl: byte order of an address
ntohl: byte order of an address
ioctl: the work
memcpy: an address into a request; a structure copied by the compiler
open: /dev/null, for a descriptor 0-2 that is closed
prlimit: no core, no limit of processor time
prctl: bounding set, ambient set, no_new_privs, dumpable, the filter
send: the audit line
sigdelset: SIGALRM is not blocked
signal: SIGALRM as default, what is pending thrown away
sigprocmask: block all but SIGALRM
socket: one for the ioctls, one for the log
stat: /proc/self/exe: owner and mode, for the reason text
statvfs: /proc/self/exe: mounted nosuid, for the reason text
strcmp: labels
strlen: the path of the log
syscall: what musl has no function for (the numbers are judged below)
umask: files for nobody else, should there ever be one
write: stdout and stderr
end

# Measured with musl 1.2.3 on x86_64. A second name of the same code needs no entry.
cat >"$tmp/library" <<'end'
_start: where the kernel enters
_start_c: relocates the program by its own table
__dls2: goes on to the next step after that
_init: empty, from crti.o
_fini: empty, from crti.o
__libc_start_main: sets up what is below, calls main()
libc_start_main_stage2: its second half, not to be moved before the first
__init_libc*: auxiliary vector; in a setuid program poll(2) of 0-2, /dev/null for the closed ones
__init_ssp: the canary, from AT_RANDOM
__init_tls*: memory of the one thread; mmap(2) only where that is large, which it is not
__copy_tls: the same
__init_tp*: thread pointer, set_tid_address(2)
__set_thread_area*: thread pointer, arch_prctl(2)
libc_start_init: runs the constructors, of which there are none
exit: what main() would return to
libc_exit_fini: the other end of the constructors
__funcs_on_exit: empty, since nothing uses atexit(3)
dummy: empty, stands for parts of the library that are not linked
dummy1: the same
_Exit*: exit_group(2)
__stack_chk_fail: see above
__errno_location: see above
__syscall_ret: turns the kernel's answer into errno
__syscall_cp: calls that a thread could be cancelled in (open, fcntl, connect, sendto, write)
__syscall_cp_c*: the same, without threads
syscall*: see above
_exit: see above
alarm: see above
setitimer*: alarm(3) is made of it
close: see above
chdir*: see above
connect: see above
fcntl*: see above
geteuid*: see above
getgid*: see above
getuid*: see above
getgroups*: see above
getresgid*: see above
getresuid*: see above
getpid*: see above
issetugid: see above
htonl: see above
ntohl: see above
ioctl*: see above
memcpy: see above
open*: see above
prlimit*: see above
prctl*: see above
send: see above
sendto: send(3) is made of it
sigdelset: see above
signal: see above
sigprocmask: see above
socket*: see above
stat: see above
fstatat*: stat(3) is made of it
__procfdname: fstatat(3) on a descriptor, which is not asked for
statvfs*: see above
fstatvfs*: from the same file of the library
statfs*: from the same file of the library
fstatfs*: from the same file of the library
strcmp: see above
strlen: see above
umask*: see above
write: see above
pthread_sigmask*: sigprocmask(3) is made of it
sigaction: signal(3) is made of it
__libc_sigaction*: the same
__get_handler_set: the same, from the same file of the library
__restore_rt*: where a handler would return to; there is none
__block_all_sigs*: around a change of handlers
__block_app_sigs*: the same
__restore_sigs*: the same
__lock*: sigaction(3) on SIGABRT, which is not asked for
__unlock*: the same
end

cat >"$tmp/calls" <<'end'
execve: how it is started; once, and first
arch_prctl: the library's thread pointer
set_tid_address: the library's thread pointer
poll: the library, in a setuid program: are 0-2 open
open: /dev/null, where 0, 1 or 2 is closed
stat: /proc/self/exe, when there is a fault to name
statfs: /proc/self/exe, when there is a fault to name
getuid: who called
getgid: who called
geteuid: did execve(2) make this root
capget: what is there; what is left
rt_sigprocmask: block all but SIGALRM
rt_sigaction: SIGALRM as default
setitimer: stop the caller's; the deadline of the report
fcntl: which descriptors are open
close: descriptor 0
close_range: all but 0-2
umask: files for nobody else, should there ever be one
chdir: to /
prlimit64: no core, no limit of processor time
prctl: bounding set, ambient set, no_new_privs, dumpable, the filter
setgroups: none
getgroups: read back
setresgid: all three
getresgid: read back
setresuid: all three
getresuid: read back
capset: give up; raise and lower around the writes of an address
setgid: must fail
setuid: must fail
socket: 3 for the log, 4 for the ioctls
connect: 3 to /dev/log
ioctl: the work
getpid: for the audit line
sendto: the audit line
write: stdout and stderr
exit_group: the end
end

# both NAME GOT LIST: the lines of GOT are those of LIST
both() {
	sort -u "$2" >"$tmp/got" && sed 's/\**:.*//' "$3" | sort -u >"$tmp/listed"
	is "$1: nothing that is not listed" "$(comm -23 "$tmp/got" "$tmp/listed" | xargs)" ""
	is "$1: nothing listed that is not there" "$(comm -13 "$tmp/got" "$tmp/listed" | xargs)" ""
}

# --- the lists themselves
forbidden='.*(alloc|printf|scanf|getenv|locale|exec|fork|clone|spawn|wait4|dlopen|dlsym|getaddrinfo|gethostby).*'
forbidden="$forbidden|free|s?brk|mmap|mprotect|f(open|write|read|close|gets|puts)|puts|putchar|system|popen"
forbidden="$forbidden|opendir|readdir|getpw.*|getgr(gid|nam|ent).*|syslog|openlog|atexit|abort|strto.*|ato[il]|inet_.*"
# The one allowed: how the program itself is started.
never() { sed 's/\**:.*//' "$@" | grep -Ex "$forbidden" | grep -vx execve; }
is "no list has a name that never may be there" "$(never "$tmp/outside" "$tmp/library" "$tmp/calls")" ""
printf 'malloc: x\nvfprintf: x\nsecure_getenv: x\nvfork: x\nmmap: x\nstrtol: x\n' >"$tmp/bad"
is "(such names are seen)" "$(never "$tmp/bad" | wc -l)" 6
is "each entry has a reason" "$(grep -Evh '^[A-Za-z_0-9]+\*?: .{4,}' "$tmp/outside" "$tmp/library" "$tmp/calls")" ""

# --- what the objects ask for
# shellcheck disable=SC2086
nm -u $objects | awk '$1 == "U" { print $2 }' | sort -u >"$tmp/undefined"
# shellcheck disable=SC2086
nm --defined-only $objects | awk 'NF == 3 { print $3 }' | sort -u >"$tmp/defined"
comm -23 "$tmp/undefined" "$tmp/defined" >"$tmp/asked"
both "the objects ask of the C library" "$tmp/asked" "$tmp/outside"
echo secure_getenv | cat - "$tmp/asked" | sort -u >"$tmp/more"
is "(one more is seen)" "$(comm -23 "$tmp/more" "$tmp/listed")" secure_getenv
is "syscall(2) is used for these alone" "$(cd "$here/../../helper" && sed 's,/\*.*\*/,,' bottle-netd.c \
	os_linux.c privilege_linux.c report.c request.c ../shared/*.c | grep -o 'SYS_[a-z_0-9]*' | sort -u | xargs)" \
	"SYS_capget SYS_capset SYS_close_range SYS_setgid SYS_setgroups SYS_setresgid SYS_setresuid SYS_setuid"

# --- what is linked
nm --defined-only "$netd" | awk '$2 ~ /^[tTwWiI]$/ { print $1, $3 }' | sort >"$tmp/code"
awk '{ print $2 }' "$tmp/code" | sort -u >"$tmp/names"
sed 's/\**:.*//' "$tmp/library" | sort -u >"$tmp/listed"
own=$(comm -12 "$tmp/names" "$tmp/defined" | wc -l)
theirs=$(wc -l <"$tmp/listed")
echo "# $own functions of this program, $theirs of the C library"
is "every name that never may be there is absent" "$(grep -Ex "$forbidden" "$tmp/names")" ""
if [ "$(uname -m)" = x86_64 ]; then
	# One name of those that an address has is enough.
	awk 'FILENAME != ARGV[ARGC - 1] { known[$1]; next }
		$1 != at { if (at != "" && !good) print names; at = $1; good = 0; names = "" }
		{ good = good || $2 in known; names = names " " $2 }
		END { if (!good) print names }' "$tmp/defined" "$tmp/listed" "$tmp/code" >"$tmp/unknown"
	is "the linked program: no function that is not listed" "$(xargs <"$tmp/unknown")" ""
	is "the linked program: none listed that is not there" "$(comm -13 "$tmp/names" "$tmp/listed" | xargs)" ""
	is "no name of the program's own is taken from the list" "$(comm -12 "$tmp/defined" "$tmp/listed")" ""

	# Where the kernel is entered: the instruction itself, wherever it stands.
	objdump -d --no-show-raw-insn "$netd" | awk '
		/^[0-9a-f]+ <.*>:$/ { address = $1 }
		/\t(syscall|sysenter|int +\$0x80)/ { print address }' | sort -u >"$tmp/entries"
	join "$tmp/entries" "$tmp/code" | awk '{ print $2 }' | sort -u >"$tmp/enter"
	is "no function of the program's own enters the kernel" "$(comm -12 "$tmp/enter" "$tmp/defined")" ""
	sed -n 's/\*:.*//p' "$tmp/library" | sort -u >"$tmp/marked"
	is "functions that enter the kernel: each is marked" "$(join "$tmp/entries" "$tmp/code" |
		awk 'FILENAME == ARGV[1] { known[$1]; next } { all[$1] = all[$1] " " $2; if ($2 in known) good[$1] }
		END { for (at in all) if (!(at in good)) print all[at] }' "$tmp/marked" - | xargs)" ""
	is "functions that enter the kernel: no other is" "$(comm -13 "$tmp/enter" "$tmp/marked" | xargs)" ""
	entries="$(wc -l <"$tmp/marked") of them enter the kernel"
else
	skip "the linked program holds what is listed" "the list is that of x86_64"
	entries="not compared: the list is that of x86_64"
fi

is "every path that the program has in it" "$(strip -o "$tmp/stripped" "$netd" &&
	strings -a "$tmp/stripped" | grep -oE '(^| )/[a-z/]+$' | sed 's/^ //' | sort -u | xargs)" "/dev/log /dev/null /proc/self/exe /proc/self/fd/"

# --- what whole runs do
who=user flags=-rnm
if [ "$(id -u)" -eq 0 ]; then
	who=root flags=-nm
	! grep -q '^NoNewPrivs:.0' /proc/self/status || findmnt -no OPTIONS -T "$tmp" | grep -qw nosuid || who=setuid
fi
if ! unshare $flags true 2>/dev/null; then
	skip "what whole runs do" "no network namespace here"
	calls="no trace: no network namespace here"
else
	timeout 120 unshare $flags sh "$0" inside $who "$tmp"
	runs=$(cat "$tmp/runs" 2>/dev/null || echo 0)
	ok "every run was traced to its end" \
		test "$(grep -l '+++ exited with' "$tmp"/trace.* 2>/dev/null | wc -l)" -eq "$runs" -a "$runs" -ge 9
	cat "$tmp"/trace.* | sed -E 's/^[0-9]+ +//' | grep -v '^+++' >"$tmp/lines"
	sed -E 's/\(.*//' "$tmp/lines" | sort -u >"$tmp/made"
	# Runs of the setuid program need root to prepare them; what they alone call is looked for there.
	paths='/ /dev/log /dev/null /proc/self/exe'
	if [ $who != setuid ]; then
		# What those runs alone call and look at is not looked for then.
		skip "the setuid program is traced" "needs root, a file system that is not nosuid, no no_new_privs"
		sed -i '/^poll:/d; /^stat/d; /^set[ug]id:/d' "$tmp/calls"
		[ $who = root ] || sed -i '/^getgroups:/d' "$tmp/calls"
		paths='/ /dev/log /dev/null'
	fi
	both "system calls of $runs runs" "$tmp/made" "$tmp/calls"
	is "one execve(2) a run, and nothing before it" "$(grep -c '^execve(' "$tmp/lines") $(
		sed -sn '/execve(/=' "$tmp"/trace.* | sort -u)" "$runs 1"
	is "every path that reaches the kernel" "$(grep -v '^execve(' "$tmp/lines" | grep -o '"/[^"]*"' | sort -u | xargs)" \
		"$paths"
	is "what is opened, and how" "$(grep '^open' "$tmp/lines" | sed 's/ = .*//' | sort -u)" \
		'open("/dev/null", O_RDWR|O_LARGEFILE)'
	is "no memory is asked for, so none is protected: RELRO stays a mark in the file" \
		"$(grep -Ec '^(brk|mmap|mremap|mprotect|munmap)\(' "$tmp/lines")" 0
	calls="$(wc -l <"$tmp/made") system calls in $runs runs"
fi
summary="$(wc -l <"$tmp/asked") names asked of the C library, $own own + $theirs library functions, $entries; $calls"
[ "$failed" -eq 0 ] && summary="$summary; nothing unlisted, nothing stale" || summary="FAILED: $summary"
echo "# audit: symbols: $summary"
done_testing
