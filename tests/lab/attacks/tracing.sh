# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 85-91: what the caller can do to the process, and it to the caller. grab tries all of it, run by alice while
# the helper stands still and nobody else traces it.
hers="$tools/caller user=$alice -- $tools/grab \$PID >$tmp/grabbed"
# grabbed "NN NAME" WHERE WANT RESULT
grabbed() {
	: >"$tmp/grabbed"
	attack "$1: it goes on" "$4" at="$2:park=$hers" -- add $A
	is "$1" "$(cat "$tmp/grabbed")" "0|$3;|"
}
# It stands still behind the call that is named. Up to setresuid(2) the real uid is the caller's, so that what the
# caller's own file systems make wait can be killed.
grabbed "85 before it becomes root altogether the caller may kill it, and nothing else" s119 \
	"pidfd_send_signal kill SIGKILL" 'SIG9||'
grabbed "85 before the first write: no ptrace, no signal, nothing" i8913 nothing "$added"
grabbed "87 between the two writes: nothing in /proc can be read" i8916 nothing "$added"
grabbed "89 before its report: no process_vm_readv, no pidfd_getfd" s39 nothing "$added"
call user="$alice" -- "$tools/grab" $$
is "85 (control: nor of root's shell)" "$got" '0|nothing;|'
call user="$alice" -- /bin/sh -c "sleep 5 & exec $tools/grab \$!"
is "85 (control: of its own it can get a lot)" \
	"$(echo "$got" | grep -oE 'mem|maps|pidfd_getfd|seize|SIGKILL' | sort -u | tr '\n' ' ')" \
	"SIGKILL maps mem pidfd_getfd seize "
attack "86 traced by its caller: no privilege, says so" "$no_effect" traced -- add $A
attack "86 traced by its caller: a bad argument is that first" "$bad" traced -- add mark-qZ7
attack "86 traced by its caller: policy" "$policy" traced -- policy
attack "90 PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER" "$added" leave -- add $A
attack "91 personality" "$added" personality=7560000 at="i8916:run=cat /proc/\$PID/personality >$tmp/personality" -- add $A
is "91 ADDR_NO_RANDOMIZE, READ_IMPLIES_EXEC and MMAP_PAGE_ZERO are gone" \
	"$((0x$(cat "$tmp/personality") & 0x0540000))" 0

# A death that dumps core by itself: SIGSYS, from a call that the filter forbids.
mkdir "$tmp/cores"
chown "${alice%%:*}" "$tmp/cores"
attack "88 a call that the filter forbids: SIGSYS" 'SIG31||' limit=core:unlimited chdir="$tmp/cores" \
	at=i8916:swap=102 -- add $A
is "88 no core" "$(ls "$tmp/cores"; ls -d /core* 2>/dev/null)" ""
if [ -n "$lab" ]; then
	for dumpable in 1 2 0; do
		echo $dumpable >/proc/sys/fs/suid_dumpable
		attack "88 suid_dumpable $dumpable: SIGSYS" 'SIG31||' limit=core:unlimited chdir="$tmp/cores" \
			at=i8916:swap=102 -- add $A
		[ $dumpable = 1 ] || # 1 asks for it
			attack "88 suid_dumpable $dumpable: SIGSEGV before main" 'SIG11||' limit=core:unlimited \
				chdir="$tmp/cores" limit=nofile:0 -- add $A
		is "88 suid_dumpable $dumpable: no core" "$(ls "$tmp/cores"; ls -d /core* 2>/dev/null)" ""
	done
fi
log_clean "85 after attempts at the process"
