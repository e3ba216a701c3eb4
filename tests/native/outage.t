#!/bin/sh
# The engine restarted under bottles, the host suspended, its clock set, and smolvm's database written by many at once:
# a healthy bottle lives on, a loss is never missed, and no record is opened wider or lost. The VM is the stand-in's.
. "$(dirname "$0")/lib.sh"

engine_start a

up() { # NAME
	# shellcheck disable=SC2086 # a list of words
	as 1 "$bottle" $launch "$1" >"$work/out" 2>"$work/err" || sed 's/^/# /' "$work/err" >&2
	vm=$(jq -s -r 'map(select(.event == "booted")) | last | .pid' "$(journal 1 "$1")")
	supervisor=$(pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle supervise $1\$")
	[ -n "$vm" ] && [ -n "$supervisor" ]
}

gone() { # PID
	! grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2>/dev/null
}

state_of() { # NAME
	as 1 "$bottle" ps --json 2>/dev/null | jq -r --arg name "$1" '.bottles[] | select(.name == $name) | .state'
}

again() {
	"$here/dockerd" again "$work/a" -- --host "unix://$work/a.sock" >/dev/null
	engine_open a
}

# The engine, restarted as a package upgrade does it, and after a crash.
for signal in TERM KILL; do
	up one
	first=$vm first_supervisor=$supervisor
	up two
	ok $? "SIG$signal: two bottles are up"
	engine=$(cat "$work/a/pid")
	kill -"$signal" "$engine"
	wait_for 15 gone "$first" && wait_for 5 gone "$vm" # told to end, the engine first waits for its containers
	ok $? "SIG$signal: both VMs end"
	wait_for 20 gone "$first_supervisor" && wait_for 20 gone "$supervisor"
	ok $? "SIG$signal: and both supervisors"
	wait_for 20 gone "$engine"
	again
	is "$(state_of one) $(state_of two)" "bundle-lost bundle-lost" "SIG$signal: with the engine back they are called lost"
	try 1 "$bottle" exec one -- true
	is "$status" 125 "SIG$signal: exec refuses"
	try 1 "$bottle" stop one two
	is "$status" 0 "SIG$signal: stop removes them"
	is "$(leftovers 1 a)" "" "SIG$signal: nothing is left"
done

# The host sleeps: nothing of ours and of the VM runs for longer than anything that we wait for between two looks.
up web
kill -STOP "$supervisor" "$vm"
sleep 12
kill -CONT "$supervisor" "$vm"
sleep 7 # a look around
is "$(state_of web)" running "after 12 s of sleep the bottle is up"
try 1 "$bottle" verify web
is "$status" 0 "and verified"
is "$(pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle supervise web\$")" "$supervisor" "by the same supervisor"
kill -STOP "$supervisor" "$vm"
engine_docker a kill bot-bottle-sidecars-web >/dev/null
sleep 3
kill -CONT "$supervisor" "$vm"
wait_for 2 gone "$vm"
ok $? "a bundle that is lost while the host sleeps: the VM ends within 2 s of its awakening"
wait_for 20 gone "$supervisor"
as 1 "$bottle" stop web >/dev/null
up web
kill -STOP "$supervisor"
engine_docker a rm -f bot-bottle-sidecars-web >/dev/null
kill -KILL "$vm"
kill -CONT "$supervisor"
wait_for 10 gone "$supervisor"
ok $? "bundle and VM both lost meanwhile: the supervisor ends"
as 1 "$bottle" stop web >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"

# The clock is set: by libfaketime, for the supervisor's eyes alone, in both of its clocks.
faketime=$(find /usr/lib -name libfaketimeMT.so.1 2>/dev/null | head -n 1)
if [ -n "$faketime" ]; then
	admin_config clock '{}'
	rm "$work/etc-clock/bottle/config.yaml"
	echo "$faketime" >"$work/etc-clock/ld.so.preload"
	echo +0 >"$work/etc-clock/faketimerc"
	chmod 644 "$work/etc-clock/ld.so.preload" "$work/etc-clock/faketimerc"
	# What libfaketime makes for a process belongs to its user, and a change of user is another process, hence.
	cat >"$work/as.py" <<-'END'
		import os, subprocess, sys
		os.setgroups([int(sys.argv[2])])
		os.setgid(int(sys.argv[1]))
		os.setuid(int(sys.argv[1]))
		sys.exit(subprocess.run(sys.argv[3:], env={}, cwd="/").returncode)
	END
	set_clock() { # OFFSET
		echo "$1" >"$work/etc-clock/faketimerc"
	}
	up_with_clock() {
		# shellcheck disable=SC2086 # a list of words
		"$here/dockerd" run "$work/a" "$work/with-etc" "$work/etc-clock" python3 -I "$work/as.py" "$(uid 1)" "$uids" \
			/usr/bin/env HOME="$work/home-1" PATH="$work/bin:/usr/bin:/bin" DOCKER_HOST="unix://$work/a.sock" \
			"$bottle" $launch web >"$work/out" 2>"$work/err" || sed 's/^/# /' "$work/err" >&2
		vm=$(jq -s -r 'map(select(.event == "booted")) | last | .pid' "$(journal 1 web)")
		supervisor=$(pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle supervise web\$")
		[ -n "$vm" ] && [ -n "$supervisor" ]
	}
	for jump in +9h -9h; do
		set_clock +0
		up_with_clock
		ok $? "clock $jump: a bottle is up"
		grep -q libfaketime "/proc/$supervisor/maps"
		ok $? "clock $jump: its supervisor has a clock that can be set"
		set_clock "$jump"
		sleep 12 # libfaketime looks every 10 s; and a look around
		is "$(state_of web)" running "clock $jump: the bottle is up"
		is "$(pgrep -r D,R,S,T -u "$(uid 1)" -f "^$bottle supervise web\$")" "$supervisor" "clock $jump: its supervisor too"
		engine_docker a kill bot-bottle-sidecars-web >/dev/null
		wait_for 4 gone "$vm"
		ok $? "clock $jump: it hears of a loss"
		wait_for 30 gone "$supervisor"
		hours=$(jq -s 'map(.at // empty) | (max - min) / 3600000 | round' "$(journal 1 web)")
		is "$hours" 9 "clock $jump: its own notes lie 9 hours apart"
		as 1 "$bottle" stop web >/dev/null
		is "$(leftovers 1 a)" "" "clock $jump: nothing is left"
	done
else
	ok 0 "the clock is set # SKIP no libfaketime"
fi

# smolvm's database, written by eight at once and listed by the real smolvm all the while.
real=${SMOLVM_REAL:-$("$top/install/get-smolvm" 2>/dev/null)}
cp -R "${real%/bin/smolvm}" "$work/real" 2>/dev/null && chmod -R go+rX "$work/real"
db=$work/home-1/.local/share/smolvm/server/smolvm.db
as 1 "$bottle" gc -f >/dev/null
rm -f "$db" "$db-wal" "$db-shm"
list() { as 1 "$work/real/bin/smolvm" machine ls --json >"$work/ls" 2>"$work/ls.err"; }
if list; then
	cat >"$work/writer.py" <<-'END'
		import json, random, sqlite3, sys, time
		path, template, number, stop = sys.argv[1:]
		row = json.load(open(template))
		row["name"] = "noise-" + number
		db = sqlite3.connect(path, timeout=30, isolation_level=None)
		count = 0
		while True:
		    try:
		        open(stop).close()
		        break
		    except OSError:
		        pass
		    count += 1
		    row["created_at"] = count
		    db.execute("BEGIN IMMEDIATE")
		    db.execute("INSERT INTO vms(name, data) VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET data = excluded.data",
		               (row["name"], sqlite3.Binary(json.dumps(row).encode())))
		    time.sleep(0.002)
		    db.execute("COMMIT")
		    time.sleep(random.uniform(0.01, 0.1)) # SQLite's locks are not fair
		print(count)
	END
	cp "$top/tests/frontend/port/rows/1.32.2.json" "$work/row.json"
	chmod 644 "$work/writer.py" "$work/row.json"
	for n in 1 2 3 4 5 6 7 8; do
		as 1 python3 "$work/writer.py" "$db" "$work/row.json" "$n" "$work/enough" >"$work/wrote.$n" 2>&1 &
	done
	(while [ ! -e "$work/enough" ]; do
		list || sed 's/^/failed: /' "$work/ls.err" >>"$work/lists"
		echo listed >>"$work/lists"
	done) &
	failures=0 rounds=5
	for _ in $(seq $rounds); do
		up web || failures=$((failures + 1))
		sqlite3 "$db" "select json_extract(cast(data as text), '\$.allowed_cidrs[0]') || json_array_length(cast(data as text), '\$.allowed_cidrs') from vms where name = 'bot-bottle-web'" >>"$work/cidrs"
		as 1 "$bottle" stop web >/dev/null 2>"$work/err" || failures=$((failures + 1))
	done
	: >"$work/enough"
	wait
	is "$failures" 0 "eight writers and smolvm's own list: $rounds launches and stops succeed"
	is "$(sort -u "$work/cidrs")" "127.0.0.16/321" "each opened one address"
	is "$(grep failed "$work/lists")" "" "smolvm's list never failed"
	echo "# $(grep -c listed "$work/lists") lists by smolvm, $(cat "$work"/wrote.* | paste -sd+ | sed 's/$/\n/' | bc 2>/dev/null || cat "$work"/wrote.* | paste -sd+) writes"
	for n in 1 2 3 4 5 6 7 8; do
		sqlite3 "$db" "select json_extract(cast(data as text), '\$.created_at') from vms where name = 'noise-$n'"
	done >"$work/kept"
	is "$(tr '\n' ' ' <"$work/kept")" "$(cat "$work"/wrote.[1-8] | tr '\n' ' ')" "no write of the others is lost"
	sqlite3 "$db" "delete from vms where name like 'noise-%'"
	is "$(leftovers 1 a)" "" "nothing of ours is left"
else
	ok 0 "many writers # SKIP no smolvm that runs here: $(tail -n 1 "$work/ls.err")"
fi
done_testing
