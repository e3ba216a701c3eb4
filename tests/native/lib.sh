# shellcheck shell=sh disable=SC2034 # for the tests that read this
# A real engine in a namespace, ordinary users beside it, and the scripted smolvm of this folder. TAP.
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
BUILD=${BUILD:-$top/build}
count=0

plan_skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

[ "$(id -u)" -eq 0 ] || plan_skip "not root: an engine needs it"
command -v python3 >/dev/null || plan_skip "no python3"
work=$(mktemp -d /tmp/bottle-native.XXXXXX)
chmod 755 "$work"
# shellcheck disable=SC2154 # status
trap 'status=$?; trap - EXIT; finish; exit $status' EXIT
trap 'exit 130' INT TERM

ok() { # RESULT(0 = pass) NAME
	count=$((count + 1))
	if [ "$1" -eq 0 ]; then echo "ok $count - $2"; else
		echo "not ok $count - $2"
		failed=1
	fi
}

is() { # GOT WANT NAME
	if [ "$1" = "$2" ]; then ok 0 "$3"; else
		ok 1 "$3"
		printf '%s\n' "got:  $1" "want: $2" | sed 's/^/# /'
	fi
}

like() { # FILE PATTERN NAME
	if grep -Eq -- "$2" "$1"; then ok 0 "$3"; else
		ok 1 "$3"
		sed 's/^/# /' "$1"
	fi
}

done_testing() {
	echo "1..$count"
	exit "${failed:-0}"
}

# Starts engine NAME; a second argument puts it beside the engine of that name.
engine_start() {
	"$here/dockerd" start "$work/$1" ${2:+--netns-of "$work/$2"} -- --host "unix://$work/$1.sock" \
		>"$work/$1.out" 2>&1 || plan_skip "$(tail -n 1 "$work/$1.out")"
	chmod 666 "$work/$1.sock"
	"$here/dockerd" image "$work/$1" tiny:latest >/dev/null
	busybox=$(command -v busybox)
	mkdir -p "$work/bundle/bin"
	cp "$busybox" "$work/bundle/bin/busybox"
	tar -C "$work/bundle" -c . | docker -H "unix://$work/$1.sock" import \
		--change 'CMD ["/bin/busybox","httpd","-f","-p","8888","-h","/"]' - bundle:latest >/dev/null
	tar -C "$work/bundle" -c . | docker -H "unix://$work/$1.sock" import \
		--change 'CMD ["/bin/busybox","sh","-c","echo giving up >&2; exit 3"]' - broken:latest >/dev/null
	tar -C "$work/bundle" -c . | docker -H "unix://$work/$1.sock" import - agent:latest >/dev/null
}

engine_docker() { # ENGINE ARG...
	name=$1
	shift
	docker -H "unix://$work/$name.sock" "$@"
}

finish() {
	for engine in "$work"/*.sock; do
		[ -S "$engine" ] || continue
		name=${engine##*/}
		name=${name%.sock}
		[ "$name" = a ] || "$here/dockerd" stop "$work/$name"
	done
	pkill -KILL -f "^/bin/sleep 100000$" 2>/dev/null || true
	[ ! -d "$work/a" ] || "$here/dockerd" stop "$work/a"
	rm -rf "$work"
}

# as USER CMD...: runs CMD as an ordinary user (uid 20000 + number) with a home of its own, in the network
# of engine a; ENGINE chooses another engine's socket.
as() {
	user=$1
	shift
	home=$work/home-$user
	if [ ! -d "$home" ]; then
		mkdir -p "$home/faults"
		chown -R "$((20000 + user)):$((20000 + user))" "$home"
	fi
	"$here/dockerd" run "$work/a" setpriv --reuid "$((20000 + user))" --regid "$((20000 + user))" \
		--clear-groups env -i HOME="$home" PATH="$work/bin:/usr/bin:/bin:/usr/local/bin" \
		DOCKER_HOST="unix://$work/${ENGINE:-a}.sock" "$@"
}

fault() { # USER NAME [TEXT]
	mkdir -p "$work/home-$1/faults"
	printf '%s' "${3:-}" >"$work/home-$1/faults/$2"
	chown -R "$((20000 + $1)):$((20000 + $1))" "$work/home-$1"
}

no_faults() { # USER
	rm -f "$work/home-$1/faults/"*
}

bottle=$BUILD/bin/bottle
mkdir -p "$work/bin"
cp "$here/smolvm" "$work/bin/smolvm"
launch="launch --image agent --bundle-image bundle --memory 512 --cpus 1"

# Everything that a bottle is made of, for USER on ENGINE: empty when nothing is left.
leftovers() { # USER ENGINE
	engine_docker "$2" ps -a --filter name=bot-bottle --format 'container {{.Names}}'
	engine_docker "$2" network ls --filter name=bot-bottle --format 'network {{.Name}}'
	db=$work/home-$1/.local/share/smolvm/server/smolvm.db
	[ ! -f "$db" ] || sqlite3 "$db" "select 'row ' || name from vms"
	for entry in "$work/home-$1/.local/state/bottle/"*/; do
		[ ! -d "$entry" ] || echo "folder $entry"
	done
	pgrep -u "$((20000 + $1))" -a || true
}
