#!/bin/sh
# The samples for many hosts (docs/scale.md). The unit is judged by systemd-analyze, without a running systemd. place runs
# against a stand-in for ssh: a folder a host, no network, no sshd. The job file is parsed by `make check-scale`.
. "$(dirname "$0")/tap.sh"
place=$top/install/scale/place
unit=install/scale/bottle@.service

# --- the unit
if command -v systemd-analyze >/dev/null; then
	mkdir "$work/units" "$work/run"
	# verify wants programs that are there; it looks at nothing else of them.
	sed 's,^\(Exec[A-Za-z]*\)=bottle ,\1=/bin/true ,' "$unit" >"$work/units/bottle@.service"
	verify() { # what it has to say, of our unit alone
		XDG_RUNTIME_DIR="$work/run" SYSTEMD_LOG_LEVEL=warning systemd-analyze --user --man=no verify \
			"$work/units/bottle@web.service" 2>&1 | grep -F 'bottle@'
	}
	is "systemd-analyze has nothing against the unit" "$(verify)" ""
	is "(two programs were replaced for it)" "$(grep -c =/bin/true "$work/units/bottle@.service")" 2
	sed -i 's/^Restart=no/Restart=perhaps/; s/^KillMode.*//; s/^GuessMainPID/GuessMainPIG/' "$work/units/bottle@.service"
	is "(a wrong value and an unknown key are seen)" "$(verify | grep -cE 'perhaps|GuessMainPIG')" 2
else
	check "systemd-analyze is here (install/deps check)" false
fi
is "it launches the file that belongs to its name" "$(sed -n 's/^ExecStart=//p' $unit)" \
	"bottle launch %i -f /etc/bottle/bottles/%i.yaml"
check "shellcheck has nothing against place" shellcheck -x -S warning "$place"

# --- place, with a stand-in for ssh
mkdir "$work/bin" "$work/net"
cat >"$work/bin/ssh" <<'END'
#!/bin/sh
# A stand-in: the host is a folder of $NET. free: how many addresses; held: who has the others; says: what it answers
# instead; down: no answer; refuse: why start fails; keeps: why stop fails; nounit: there is no unit. log gets the calls.
while [ "$1" != -- ]; do
	case $1 in
	-o) shift 2 ;;
	*) echo "stand-in: option $1" >&2 && exit 99 ;;
	esac
done
host=$2
shift 2
echo "$host: $*" >>"$NET/log"
at=$NET/$host
[ -d "$at" ] && [ ! -e "$at/down" ] || { echo "ssh: connect to host $host port 22: No route to host" >&2 && exit 255; }
case $* in
"timeout 30 bottle pool status --json")
	[ ! -e "$at/says" ] || { cat "$at/says" && exit 0; }
	octet=16 between=
	printf '{"schema": "bottle.pool/1", "addresses": ['
	for holder in $(cat "$at/held" 2>/dev/null) $(yes null | head -n "$(cat "$at/free")"); do
		[ "$holder" = null ] || holder="\"$holder\""
		printf '%s{"address": "127.0.0.%d", "up": true, "held_by": %s}' "$between" $octet "$holder"
		octet=$((octet + 1)) between=', '
	done
	printf ']}\n'
	;;
"systemctl --user start bottle@"*.service)
	[ ! -e "$at/nounit" ] || { echo "Failed to start: Unit not found." >&2 && exit 5; }
	[ ! -e "$at/refuse" ] || { cat "$at/refuse" >&2 && exit 1; }
	;;
"systemctl --user stop bottle@"*.service)
	[ ! -e "$at/nounit" ] || { echo "Failed to stop: Unit not loaded." >&2 && exit 5; }
	[ ! -e "$at/keeps" ] || { cat "$at/keeps" >&2 && exit 1; }
	;;
"systemctl --user reset-failed bottle@"*.service) ;;
*) echo "stand-in: $*" >&2 && exit 99 ;;
esac
END
chmod 755 "$work/bin/ssh"

host() { # NAME FREE [HOLDER...]
	mkdir -p "$work/net/$1"
	echo "$2" >"$work/net/$1/free"
	at=$work/net/$1
	shift 2
	echo "$*" >"$at/held"
}
set_up() { # three hosts: a has 2 addresses left, b and c 5
	rm -rf "$work/net"
	mkdir "$work/net"
	host a 2 one two
	host b 5 three
	host c 5
	printf 'a\n\n# the others\n b  # first floor\nc\n' >"$work/hosts"
}
try() { # ARG...: $status, $out, $work/e, $log
	rm -f "$work/net/log"
	status=0
	NET=$work/net PATH="$work/bin:$PATH" "$place" -f "$work/hosts" "$@" >"$work/o" 2>"$work/e" || status=$?
	out=$(cat "$work/o")
	log=$(grep -v 'pool status' "$work/net/log" 2>/dev/null | tr '\n' ';')
}

set_up
if /usr/bin/python3 -I -c 'import jsonschema' 2>/dev/null; then
	NET=$work/net "$work/bin/ssh" -- a timeout 30 bottle pool status --json >"$work/doc.json"
	check "control: what the stand-in answers is what bottle's schema says" /usr/bin/python3 -I -c '
import json, jsonschema, sys
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' "$work/doc.json" docs/json/pool.json
else
	check "python3-jsonschema is here (install/deps check)" false
fi
try web
is "the host with the most free addresses gets it, the first of two" "$status $out" "0 web b started"
is "and is asked to start it once" "$log" "b: systemctl --user start bottle@web.service;"
is "every host was asked" "$(grep -c 'pool status' "$work/net/log")" 3
try -n web
is "-n says so and starts nothing" "$status $out $log" "0 web b would-start "
echo 6 >"$work/net/a/free"
try web
is "more free addresses win over the order" "$out" "web a started"

set_up
host a 2 one web
try web
is "where it has an address it stays, and is started: after a power cut the address is all there is" "$status $out $log" \
	"0 web a up a: systemctl --user start bottle@web.service;"
try -n web
is "-n says where, and starts nothing" "$status $out $log" "0 web a up "
echo 'Job for bottle@web.service failed' >"$work/net/a/refuse"
try web
is "where that fails it is not up, and is started nowhere else" "$status $out $log" \
	"71  a: systemctl --user start bottle@web.service;"
is "what to type is said" "$(tail -n 2 "$work/e")" "place: web has an address on a, and bottle@web.service does not start there: $(
	)Job for bottle@web.service failed
  next      ssh a journalctl --user -u bottle@web.service -n 20; it must go to start elsewhere: ssh a bottle stop web"
rm "$work/net/a/refuse"
touch "$work/net/a/nounit"
try web
is "nor where there is no unit" "$status $out" "71 "
rm "$work/net/a/nounit"
try two
is "(a name of another is not it)" "$out" "two b started"

set_up
touch "$work/net/b/down"
try web
is "a silent host stops it" "$status $out $log" "69  "
check "it is named, with its reason" grep -q '^place: b is silent: ssh: connect to host b port 22' "$work/e"
try -s web
is "-s goes on without it" "$status $out" "0 web c started"
host a 2 web
try web
is "what is up is found beside a silent host too" "$status $out" "0 web a up"
touch "$work/net/a/down" "$work/net/c/down"
try -s web
is "all silent: 69, -s or not" "$status $out" "69 "

for answer in '' 'bottle: pool status: no engine' '{"schema": "bottle.pool/2", "addresses": []}' '{"schema": "bottle.pool/1"}' \
	'{"addresses": [{"held_by": null}]}' '[]'; do
	set_up
	printf '%s\n' "$answer" >"$work/net/b/says"
	try web
	is "a host that answers '$answer' is silent" "$status $out $log" "69  "
done

set_up
echo 'Job for bottle@web.service failed' >"$work/net/b/refuse"
try web
is "a host that refuses: the next one" "$status $out" "0 web c started"
is "what failed is taken back first" "$log" "b: systemctl --user start bottle@web.service;$(
	)b: systemctl --user stop bottle@web.service;b: systemctl --user reset-failed bottle@web.service;$(
	)c: systemctl --user start bottle@web.service;"
check "the refusal is told" grep -q '^place: b refused: Job for bottle@web.service failed' "$work/e"
echo 'Transport endpoint is not connected' >"$work/net/b/keeps"
try web
is "what cannot be taken back ends it: nothing is started elsewhere" "$status $out ${log##*b: }" \
	"71  systemctl --user stop bottle@web.service;"
set_up
touch "$work/net/b/nounit"
try web
is "a host without the unit: the next one" "$status $out" "0 web c started"
set_up
for each in a b c; do echo no >"$work/net/$each/refuse"; done
try web
is "all refuse" "$status $out $(echo "$log" | grep -o ' start ' | wc -l)" "71  3"
try -t 1 web
is "-t 1 tries one" "$status $(echo "$log" | grep -o ' start ' | wc -l)" "71 1"
set_up
for each in a b c; do host $each 0 x y; done
try web
is "no address free anywhere: 75" "$status $out $log" "75  "

set_up
seq -f 'h%g' 1 40 >"$work/hosts"
for each in $(cat "$work/hosts"); do host "$each" 1; done
echo 3 >"$work/net/h33/free"
try web
is "forty hosts" "$status $out $(grep -c 'pool status' "$work/net/log")" "0 web h33 started 40"

set_up
# shellcheck disable=SC2016 # it must not be evaluated
for bad in '' - -x 'a b' 'a;id' '$(id)' '../x' A a_b a--b a- "$(printf 'a\nb')" "$(printf '%041d' 0)"; do
	try -- "$bad"
	is "the name '$(printf %s "$bad" | tr '\n' ' ')' is refused before any host is asked" "$status $out $(cat "$work/net/log" 2>/dev/null)" "64  "
done
for bad in 0 x -1 ''; do
	try -t "$bad" web
	is "-t '$bad' is refused" "$status $log" "64 "
done
echo '-oProxyCommand=touch x' >>"$work/hosts"
try web
is "a host that would be an option of ssh is refused" "$status $(cat "$work/net/log" 2>/dev/null)" "78 "
printf '# none\n' >"$work/hosts"
try web
is "a file without hosts is refused" "$status" 78
rm "$work/hosts"
try web
is "a file that is not there as well" "$status" 78
done_testing
