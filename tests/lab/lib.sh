# shellcheck shell=bash disable=SC2034,SC2154
# What the lab's commands share: where things are, how to fail, how the machine is started.
# They read this file; `image` is set by those that start a machine.

lab=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
top=$(CDPATH='' cd -- "$lab/../.." && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?is not set}/.cache}/bottle-lab
state=${LAB_DIR:-${XDG_RUNTIME_DIR:-/tmp}/bottle-lab-$(id -u)}
me=$(basename -- "$0")

# fail CODE WHAT WHY NEXT
fail() {
	printf 'lab %s: %s: %s\n  next      %s\n' "$me" "$2" "$3" "$4" >&2
	exit "$1"
}

need() {
	local pair
	for pair; do
		command -v "${pair%%:*}" >/dev/null ||
			fail 69 "${pair%%:*}" "not found" "apt-get install ${pair#*:}"
	done
}

# qemu_machine DISK FORMAT KERNEL-ARGUMENTS [OPTION...]: run the machine, in the foreground unless an option says otherwise.
# Each choice here was measured, see README.md: thread=multi crashed QEMU in the middle of a VM start, without idle=poll an
# idle machine lost its timer for minutes, and without a tick that comes by itself (nohz=off highres=off) a machine with a
# VM stood still for up to half a minute. As root it comes before what else runs on this host: smolvm gives
# up on a guest that makes no progress for 30 seconds. (Without the right to it, nice(1) runs it as it is.)
qemu_machine() {
	local disk=$1 format=$2 arguments=$3
	shift 3
	nice -n -10 qemu-system-x86_64 -accel tcg,thread=single,tb-size=1024 -machine q35 -cpu max,-la57 -smp 1 -m "${LAB_MEMORY:-6144}" \
		-display none -monitor none \
		-kernel "$image/vmlinuz" -initrd "$image/initrd" \
		-append "console=ttyS0 root=/dev/vda rw init=/init loglevel=4 mitigations=off idle=poll nohz=off highres=off net.ifnames=0 $arguments" \
		-drive "file=$disk,format=$format,if=virtio,cache=unsafe" "$@"
}

# alive PID: is it the machine of this state folder? A pid alone may be somebody else's by now.
alive() {
	[ -n "$1" ] && tr '\0' '\n' <"/proc/$1/cmdline" 2>/dev/null | grep -qF "$state/"
}

machine_pid() {
	local pid
	pid=$(cat "$state/pid" 2>/dev/null) && alive "$pid" && echo "$pid"
}

# quote WORD...: the words as a line that a shell reads back as the same words
quote() {
	local word line=
	for word; do
		line+=" '${word//\'/\'\\\'\'}'"
	done
	printf '%s' "${line# }"
}

# master USER: keep one connection open for this user, so that a command costs no new handshake.
master() {
	ssh -F "$state/ssh_config" -O check "$1@lab" 2>/dev/null ||
		ssh -F "$state/ssh_config" -o ControlMaster=yes -fN "$1@lab" </dev/null >/dev/null 2>>"$state/ssh.log"
}
