# shellcheck shell=bash disable=SC2034,SC2154
# What the parts of the benchmark in the lab's machine share. Sourced, from this folder.
set -eu
# shellcheck source=bench/lib.sh
. ../lib.sh
# as, patient, note; $out and $err have what the last command said
# shellcheck source=tests/lab/tap.sh
. ../../tests/lab/tap.sh
home=/home/alice
build=../../build
small="--memory 512 --cpus 1"
# bottle's program for the VM, where smolvm lets it be mounted from
guest=$home/guest
install -d -o alice $guest
install -o alice /usr/local/libexec/bottle/guest/x86_64/bottle-guest $guest

versions() {
	machine /home/alice
	version bottle "$(bottle --version | sed 's/^bottle //')"
	version dockerd "$(docker version --format '{{.Server.Version}}')"
	version smolvm "$(runuser -u alice -- smolvm --version | sed 's/^smolvm //')"
}

# die WHAT: with what the last command said
die() {
	echo "bench: $1" >&2
	tail -n 25 "$out" "$err" >&2
	exit 1
}

# slow_boot: whether the last command failed by smolvm's fixed limit for a boot, which this machine exceeds now and then
slow_boot() {
	grep -Eq 'no boot progress|agent did not become ready' "$err"
}

# until_booted WHAT COMMAND...: tries again what ends by that
until_booted() {
	local what=$1
	shift
	for _ in 1 2 3 4 5 6; do
		"$@" && return 0
		slow_boot || break
	done
	die "$what"
}

# until_ready WHAT COMMAND...: for up to a minute
until_ready() {
	local what=$1 tries=300
	shift
	until "$@"; do
		[ $((tries -= 1)) -gt 0 ] || die "$what"
		sleep 0.2
	done
}

# pack_of IMAGE: $home/IMAGE.smolmachine, approved. With the engine stopped, for the same limit.
pack_of() {
	local pack=$home/$1.smolmachine
	[ ! -e "$pack" ] || return 0
	docker save "$1" -o /tmp/image.tar
	chmod 644 /tmp/image.tar
	engine stop >/dev/null 2>&1
	for _ in 1 2 3 4 5 6; do
		[ ! -e "$pack" ] || break
		as alice smolvm pack create --image /tmp/image.tar --output "$home/$1" || true
	done
	engine start >/dev/null 2>&1
	as alice bottle trust "$pack" || die "no pack of $1"
}

# forget NAME: what is left of a machine by hand
forget() {
	as alice smolvm machine stop --name "$1" || true
	as alice smolvm machine delete --name "$1" --force || true
}
