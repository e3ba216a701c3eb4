#!/bin/sh
# doctor, with a real engine: a host that is ready, and one thing wrong at a time.
. "$(dirname "$0")/lib.sh"

engine_start a
"$here/dockerd" run "$work/a" true || plan_skip "no engine"
# /dev/kvm for a command of one user: ours to set the mode of, or not there at all.
cat >"$work/with-kvm" <<'END'
#!/bin/sh
# with-kvm MODE CMD...: MODE of /dev/kvm, or none; in a mount namespace of its own.
[ -n "${WITH_KVM:-}" ] || WITH_KVM=1 exec unshare --mount "$0" "$@"
dev=$(mktemp -d) && mount -t tmpfs -o dev,mode=755 tmpfs "$dev" && mknod -m 666 "$dev/null" c 1 3 &&
	mknod -m 666 "$dev/urandom" c 1 9 && mknod -m 666 "$dev/zero" c 1 5 && mknod -m 666 "$dev/tty" c 5 0 || exit 99
mkdir "$dev/pts" && mount --bind /dev/pts "$dev/pts" || exit 99
[ "$1" = none ] || mknod -m "$1" "$dev/kvm" c 10 232 || exit 99
mount --move "$dev" /dev && rmdir "$dev" || exit 99
shift
exec "$@"
END
printf '#!/bin/sh\nexec %s/with-kvm 666 "$@"\n' "$work" >"$work/kvm-666"
printf '#!/bin/sh\nexec %s/with-kvm 600 "$@"\n' "$work" >"$work/kvm-600"
printf '#!/bin/sh\nexec %s/with-kvm none "$@"\n' "$work" >"$work/kvm-none"
chmod 755 "$work/with-kvm" "$work"/kvm-*

have_kvm=no
python3 -c 'import fcntl, os; fcntl.ioctl(os.open("/dev/kvm", os.O_RDWR), 0xAE01, 0)' 2>/dev/null && have_kvm=yes

doctor() { # OPTION...: as user 1, with JSON in $work/out
	WRAP=${KVM:-$work/kvm-666} try 1 "$bottle" doctor --json --backend smolvm --bundle-image bundle "$@"
}
state() { # CHECK
	jq -r --arg name "$1" '.checks[] | select(.name == $name) | .state' "$work/out"
}
of() { # CHECK KEY
	jq -r --arg name "$1" --arg key "$2" '.checks[] | select(.name == $name) | .[$key]' "$work/out"
}
matches() { # CHECK KEY PATTERN NAME
	of "$1" "$2" >"$work/one"
	like "$work/one" "$3" "$4"
}

doctor
if [ "$have_kvm" = yes ]; then
	is "$status" 0 "a host that is ready: exit 0"
	is "$(state kvm)" ok "a virtual machine could be made"
else
	is "$status" 1 "a host without KVM is not ready for smolvm"
	is "$(state kvm)" fail "and doctor says so"
fi
is "$(cat "$work/err")" "" "nothing on stderr"
is "$(jq -r .schema "$work/out")" bottle.doctor/1 "the schema is named"
is "$(jq '[.checks[] | select(.state == "fail" and .name != "kvm" and .name != "container")] | length' "$work/out")" 0 "nothing else fails"
is "$(jq '.counts | .ok + .warn + .fail + .skip' "$work/out")" "$(jq '.checks | length' "$work/out")" \
	"the counts are those of the checks"
is "$(jq '[.checks[] | select(.text == "" or .text == null)] | length' "$work/out")" 0 "every check says something"
for check in settings engine engines smolvm database guest helper aliases publish filter folders leftovers disk clock \
	engine-clock; do
	case $check in
	filter) want=warn ;;
	*) want=ok ;;
	esac
	is "$(state $check)" $want "$check is $want"
done
matches engine text "^[A-Za-z].* [0-9]+\.[0-9]+.*, linux/.*API 1\.[0-9]+, at $work/a\.sock \(DOCKER_HOST\)" \
	"engine: product, version, API, socket and the rule"
matches publish text '^port 8888 of a container answered on 127\.0\.0\.31:[0-9]+|on 127\.0\.0\.16:' "publish: on an address of the pool"
matches helper text 'not installed, and not needed' "no helper is fine on Linux"
is "$(leftovers 1 a)" "" "nothing is left of the proof"

# A server of API 1.41 is one; a newer one is not.
if [ "$(engine_docker a version --format '{{.Server.APIVersion}}' | cut -d. -f2)" -lt 48 ]; then
	is "$(state engine-age)" warn "an engine below 28 is a warning"
	matches engine-age fix 'bottle-raw\.nft' "with what closes it"
else
	is "$(state engine-age)" ok "an engine from 28 on is no warning"
fi

# For people.
WRAP=$work/kvm-666 try 1 "$bottle" doctor --bundle-image bundle
like "$work/out" '^ok    engine ' "one line a check"
like "$work/out" '^ +fix    ' "what to type stands below"
like "$work/out" 'ready: [0-9]+ ok, [0-9]+ warn, [0-9]+ failed, [0-9]+ skipped$' "and the sum at the end"
unlike "$work/out" "$(printf '\033')" "no escape where there is no terminal"

# Without an image for the proof it is skipped, which is not ok.
WRAP=$work/kvm-666 try 1 "$bottle" doctor --json --bundle-image nothing-of-that-name
is "$(state publish)" skip "no image: the proof is skipped"
WRAP=$work/kvm-666 try 1 "$bottle" doctor --json --bundle-image broken
is "$(state publish)" skip "an image that ends at once proves nothing"
WRAP=$work/kvm-666 try 1 "$bottle" doctor --json --bundle-image agent
is "$(state publish)" fail "an image that cannot start is a failure"
is "$(leftovers 1 a)" "" "and nothing is left of it"

# The proof's container goes on every path. One that serves nothing is tried for three seconds.
tar -C "$work/bundle" -c . | docker -H "unix://$work/a.sock" import \
	--change 'CMD ["/bin/busybox","sleep","60"]' - silent:latest >/dev/null
is_there() { [ -n "$(engine_docker a ps -q --filter name=bot-bottle-sidecars-doctor-)" ]; }
doctor_of() { pgrep -o -u "$(uid 1)" -f "^$bottle doctor"; }
doctor --bundle-image silent
is "$(state publish)" ok "an image that serves nothing: the engine listens"
matches publish text 'serves nothing' "and that nothing answered is said"
as 1 "$bottle" doctor --bundle-image silent >"$work/out" 2>"$work/err" &
job=$!
wait_for 20 is_there
kill -INT "$(doctor_of)"
wait $job
is "$?" 130 "Ctrl-C: 130"
is "$(leftovers 1 a)" "" "and nothing is left"
as 1 "$bottle" doctor --bundle-image silent >"$work/out" 2>"$work/err" &
job=$!
wait_for 20 is_there
kill -KILL "$(doctor_of)"
wait $job
doctor
is "$(state leftovers)" warn "kill -9: the next doctor finds what it left"
matches leftovers details 'container bot-bottle-sidecars-doctor-' "the container is named"
try 1 "$bottle" gc -f
is "$(leftovers 1 a)" "" "and gc removes it"

# KVM.
KVM=$work/kvm-600 doctor
is "$status $(state kvm)" "1 fail" "/dev/kvm that is root's alone: not ready"
matches kvm fix 'usermod -aG' "the group is what to type"
KVM=$work/kvm-none doctor
is "$status $(state kvm)" "1 fail" "no /dev/kvm: not ready"
matches kvm cause 'nesting' "and why that may be"

# Wildcard listeners, by name where they are this user's.
cat >"$work/listen.py" <<'END'
import socket, sys
s = socket.socket()
s.bind(('0.0.0.0', int(sys.argv[1])))
s.listen()
open(sys.argv[2], 'w').close()
while True:
    s.accept()[0].close()
END
touch "$work/up" && chmod 666 "$work/up"
"$here/dockerd" run "$work/a" python3 "$work/listen.py" 4001 "$work/up1" &
foreign=$!
as 1 python3 "$work/listen.py" 4002 "$(home_of 1)/up2" &
own=$!
wait_for 10 test -e "$work/up1" -a -e "$work/home-1/up2"
doctor
is "$(state listeners)" warn "a listener on every address is a warning"
matches listeners details 'tcp 0\.0\.0\.0:4001, a process of uid 0' "another user's: the uid"
matches listeners details 'tcp 0\.0\.0\.0:4002, python3[^ ]* \(pid [0-9]+\)' "one's own: name and pid"
admin_config refuse 'wildcard: refuse'
ETC=refuse doctor
is "$(state listeners)" fail "with wildcard: refuse it is a failure"
# The rules of install/nft, for real.
if PATH=$PATH:/usr/sbin:/sbin command -v nft >/dev/null &&
	"$here/dockerd" run "$work/a" nft -f "$BUILD/share/nft/bottle-wildcard.nft" 2>/dev/null; then
	doctor
	is "$(state filter) $(state listeners)" "ok ok" "with bottle-wildcard.nft loaded they are closed"
	matches filter text 'proven by use, tcp and udp' "which was tried, not read"
	try 1 "$bottle" $launch web --json
	is "$(jq -r .verdict "$work/out")" alias "and a launch does not count them"
	is "$(jq -r '.notes[]' "$work/out" | grep -c '^2 host services on every address: closed by a packet filter')" 1 \
		"but says how many there are"
	from_bundle() {
		timeout 20 docker -H "unix://$work/a.sock" exec bot-bottle-sidecars-web \
			/bin/busybox nc -w 2 10.213.1.1 4001 </dev/null 2>/dev/null
	}
	from_bundle
	is "$?" 0 "a bundle reaches this host's services by its gateway"
	for rule in bundles raw; do
		"$here/dockerd" run "$work/a" nft -f "$BUILD/share/nft/bottle-$rule.nft"
	done
	from_bundle
	is "$?" 1 "with bottle-bundles.nft loaded it does not"
	try 1 "$bottle" $launch both --json
	is "$status $(jq -r .verdict "$work/out")" "0 alias" "with all three a bottle comes up, and its ports answer"
	as 1 "$bottle" stop both >/dev/null
	for rule in bundles raw; do
		"$here/dockerd" run "$work/a" nft delete table ip bottle_$rule
	done
	try 1 "$bottle" verify web --json
	is "$(jq -r '.verdict, (.notes | length > 0)' "$work/out" | tr '\n' ' ')" "alias true " "verify as well"
	try 1 "$bottle" ps --json
	as 1 "$bottle" stop web >/dev/null
	# What the engine translates, the rule does not see.
	engine_docker a network create outer >/dev/null
	engine_docker a run -d --name outward --network outer -p 0.0.0.0:4003:8888 bundle >/dev/null
	"$here/dockerd" run "$work/a" sysctl -qw net.ipv4.conf.all.route_localnet=1
	try 1 "$bottle" $launch web --json
	is "$(jq -r '.published[]' "$work/out")" "tcp 0.0.0.0:4003, container outward" \
		"a port that the engine publishes everywhere is counted where loopback is translated"
	is "$(jq -r .verdict "$work/out")" "alias + 1 host service" "in the verdict"
	as 1 "$bottle" stop web >/dev/null
	doctor
	is "$(state published)" warn "and doctor warns"
	"$here/dockerd" run "$work/a" sysctl -qw net.ipv4.conf.all.route_localnet=0
	try 1 "$bottle" $launch web --json
	is "$(jq -r .verdict "$work/out")" alias "where it is not, the listener is all there is, and closed"
	as 1 "$bottle" stop web >/dev/null
	engine_docker a rm -f outward >/dev/null
	"$here/dockerd" run "$work/a" nft delete table ip bottle_wildcard
else
	echo "# nft rules were not tried: no nft, or a kernel without nft_socket"
fi
try 1 "$bottle" $launch web --json
is "$(jq -r .verdict "$work/out")" "alias + 2 host services" "without the rule both are counted"
as 1 "$bottle" stop web >/dev/null
kill $foreign $own
wait $foreign $own 2>/dev/null

# The helper in a scratch prefix, a stand-in that says what the real one says. None of the first is run.
helper() { # MODE OWNER
	printf '#!/bin/sh\necho protocol 1 pool 127.0.0.16 127.0.0.31\n' >"$work/inst/libexec/bottle/bottle-netd"
	chown "$2" "$work/inst/libexec/bottle/bottle-netd"
	chmod "$1" "$work/inst/libexec/bottle/bottle-netd"
}
helper 4755 root:root
doctor
is "$status $(state helper)" "1 fail" "a helper that everyone may run: not ready"
matches helper text 'mode 4755, not 4750' "the mode is named"
helper 4750 "$(uid 1)"
doctor
is "$(state helper)" fail "one that is not root's"
helper 4750 root:root
doctor
is "$(state helper)" fail "one in a folder that others can change: /tmp"
matches helper cause '^/tmp is not' "the folder is named"
helper 0755 root:root
doctor
is "$(state helper)" warn "one without its bit does nothing, and nothing needs it"
# In a place that root alone can change.
cat >"$work/in-opt" <<'END'
#!/bin/sh
# in-opt INST CMD...: a copy of INST at /opt/inst, in a mount namespace of its own.
[ -n "${IN_OPT:-}" ] || IN_OPT=1 exec unshare --mount "$0" "$@"
mount -t tmpfs -o mode=755 tmpfs /opt && cp -a "$1" /opt/inst && chown -R 0:0 /opt/inst/bin || exit 99
shift
exec "$@"
END
printf '#!/bin/sh\nexec %s/in-opt %s/inst "$@"\n' "$work" "$work" >"$work/opt"
chmod 755 "$work/in-opt" "$work/opt"
in_opt() { # ANSWER GROUP: a helper of ours that answers so
	printf '#!/bin/sh\necho %s\n' "$1" >"$work/inst/libexec/bottle/bottle-netd"
	chown "0:$2" "$work/inst/libexec/bottle/bottle-netd"
	chmod 4750 "$work/inst/libexec/bottle/bottle-netd"
	WRAP=$work/opt try 1 /opt/inst/bin/bottle doctor --json --bundle-image bundle
}
in_opt "protocol 1 pool 127.0.0.16 127.0.0.31" "$uids"
is "$(state helper)" ok "a helper as it must be"
matches helper text 'mode 4750, group .*; protocol 1, pool 127\.0\.0\.16-31$' "with its group, protocol and pool"
in_opt "protocol 1 pool 127.0.0.16 127.0.0.30" "$uids"
is "$(state helper)" fail "one of a smaller pool"
in_opt "protocol 2 pool 127.0.0.16 127.0.0.31" "$uids"
is "$(state helper)" fail "one of another protocol"
in_opt "protocol 1 pool 127.0.0.16 127.0.0.31" root
is "$(state helper)" warn "one of a group that this user is not in"
rm "$work/inst/libexec/bottle/bottle-netd"

# smolvm's database.
db=$(home_of 1)/.local/share/smolvm/server/smolvm.db
sqlite3 "$db" "insert into vms (name, data) values ('odd', '{}')"
doctor
is "$status $(state database)" "1 fail" "a record that is TEXT: not ready"
matches database text 'the record odd ' "it is named"
is "$(as 1 sh -c "$(of database fix)"; sqlite3 "$db" "select typeof(data) from vms where name = 'odd'")" blob \
	"what is to be typed repairs it"
doctor
is "$(state database)" ok "and then it is well"
sqlite3 "$db" "delete from vms where name = 'odd'"
sqlite3 "$db" "alter table vms rename to vmx"
doctor
is "$(state database)" fail "another schema is a failure"
sqlite3 "$db" "alter table vmx rename to vms"
chmod 666 "$db"
doctor
is "$(state database)" fail "a database that others can write is one too"
chmod 644 "$db"

# Repairs.
state=$(home_of 1)/.local/state/bottle
as 1 mkdir -p "$state"
chmod 755 "$state" "$(home_of 1)/.cache/smolvm"
doctor
is "$(state folders)" warn "folders that are open, as smolvm makes its own: a warning"
chmod 777 "$state"
doctor
is "$status $(state folders)" "1 fail" "one that others can write: not ready"
matches folders details 'state/bottle can be written by other users' "it is named"
chmod 755 "$state"
doctor
is "$(of folders repairable)" true "which it could repair"
try 1 "$bottle" doctor --fix </dev/null
is "$status" 64 "--fix without a terminal is refused"
is "$(stat -c %a "$state")" 755 "and changes nothing"
try 1 "$bottle" doctor --yes
is "$status" 64 "--yes alone means nothing"
try 1 "$bottle" doctor --fix --yes --json
is "$(state folders) $(stat -c %a "$state" "$(home_of 1)/.cache/smolvm" | tr '\n' ' ')" "ok 700 700 " "--fix --yes closes them"
chmod 755 "$state"
try 1 "$here/pty" --keys 'n\n' --until 'N] ' "$bottle" doctor --fix
like "$work/out" 'folders: close these folders to other users \(mode 0700\)\? \[y/N\]' "on a terminal it asks"
is "$(stat -c %a "$state")" 755 "no is no"
try 1 "$here/pty" --keys '\n' --until 'N] ' "$bottle" doctor --fix
is "$(stat -c %a "$state")" 755 "and so is an empty line"
try 1 "$here/pty" --keys 'y\n' --until 'N] ' "$bottle" doctor --fix
is "$(stat -c %a "$state")" 700 "y is yes"

# A launch that was killed: found, and removed when told to.
as 1 "$bottle" $launch dead >/dev/null 2>&1
kill_all 1
sed -i '/"event":"ready"/d' "$(journal 1 dead)"
doctor
is "$(state leftovers)" warn "what a dead launch left is a warning"
try 1 "$bottle" doctor --fix --yes --json
is "$(state leftovers)" ok "--fix --yes removes it"
is "$(leftovers 1 a)" "" "all of it"

# Settings that are wrong are a finding.
admin_config wrong 'wildcard: perhaps'
ETC=wrong doctor
is "$status $(state settings) $(state engine)" "1 fail skip" "wrong settings: named, and the rest is skipped"
is "$(jq '.counts.ok' "$work/out")" 1 "no skipped check counts as ok"

# Another smolvm.
fault 1 old-version '1.9.3'
doctor
is "$status $(state smolvm)" "1 fail" "a smolvm that is not proven: not ready"
matches smolvm fix 'get-smolvm' "and what to type"
doctor --engine-unproven
is "$(state smolvm)" warn "with --engine-unproven it is a warning"
no_faults 1

# A report names nobody.
as 1 "$bottle" doctor --report - >"$work/out" 2>"$work/err"
like "$work/out" '^bottle [0-9.]+ on Linux ' "a report begins with versions"
like "$work/out" '^  pool.first +16 \(built-in' "it has the settings and where they are from"
unlike "$work/out" "$(home_of 1)" "no home folder"
like "$work/out" '[~]/[.]config/bottle' "which stands as ~"
unlike "$work/out" "(^|[^a-zA-Z0-9_])$(uname -n)([^a-zA-Z0-9_]|\$)" "no host name"
unlike "$work/out" '[0-9a-f]{32}' "nothing that could be a token"
try 1 env SECRET=hunter2hunter2 "$bottle" doctor --report "$(home_of 1)/report"
unlike "$work/home-1/report" 'hunter2' "nothing of the environment"
is "$(stat -c %a "$work/home-1/report")" 600 "and the file is its owner's"
try 1 "$bottle" doctor --report - --json
is "$status" 64 "a report and JSON cannot share standard output"
try 1 "$bottle" doctor --report /no/such/folder/report
is "$status" 73 "a report that cannot be written is an error"

# An engine without its userland proxy translates instead: what it publishes everywhere is reached in spite of the
# rule, which is why it is counted.
kill -KILL "$(cat "$work/a/pid")"
wait_for 10 sh -c "! kill -0 $(cat "$work/a/pid")"
"$here/dockerd" again "$work/a" -- --host "unix://$work/a.sock" --userland-proxy=false >/dev/null
engine_open a
engine_docker a network inspect outer >/dev/null 2>&1 || engine_docker a network create outer >/dev/null
engine_docker a run -d --name outward --network outer -p 0.0.0.0:4004:8888 bundle >/dev/null
dials() {
	"$here/dockerd" run "$work/a" python3 -c 'import socket
print(socket.create_connection(("127.0.0.16", 4004), 2) and "reached")' 2>/dev/null
}
is "$(wait_for 5 dials; dials)" reached "its container answers on the pool's address"
try 1 "$bottle" $launch web --json
is "$(jq -r .verdict "$work/out")" "alias + 1 host service" "a launch counts it"
as 1 "$bottle" stop web >/dev/null
if "$here/dockerd" run "$work/a" nft -f "$BUILD/share/nft/bottle-wildcard.nft" 2>/dev/null; then
	is "$(dials)" reached "with bottle-wildcard.nft loaded it answers all the same"
	doctor
	is "$(state filter) $(state published)" "ok warn" "doctor tells the two apart"
	matches published details 'tcp 0\.0\.0\.0:4004, container outward' "and names the container"
	try 1 "$bottle" $launch web --json
	is "$(jq -r .verdict "$work/out")" "alias + 1 host service" "a launch still counts it"
	try 1 "$bottle" stop web
	try 1 "$bottle" $launch web
	like "$work/out" 'reachable  tcp 0\.0\.0\.0:4004, container outward \(the engine publishes it on every address\)' \
		"and names it"
	as 1 "$bottle" stop web >/dev/null
fi
engine_docker a rm -f outward >/dev/null

# The engine goes.
kill -KILL "$(cat "$work/a/pid")"
wait_for 10 sh -c "! kill -0 $(cat "$work/a/pid")"
doctor
is "$status $(state engine)" "1 fail" "an engine that is gone: not ready"
for check in engine-age engine-clock engines publish filter published leftovers; do
	is "$(state $check)" skip "$check needs it, and says so"
done
matches publish text 'needs the engine' "a skip has its reason"
rm "$work/a.sock"
doctor
is "$(state engine)" fail "no socket at all: the same"
done_testing
