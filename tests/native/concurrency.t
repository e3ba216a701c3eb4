#!/bin/sh
# Launches at the same moment: no two bottles ever share an address, and all that fit succeed. ROUNDS (6) are
# more in `make load`.
. "$(dirname "$0")/lib.sh"

rounds=${ROUNDS:-6}
engine_start a

# together ENGINE-OF-2 SPEC...: launches USER:NAME:ETC at the same moment; statuses in $work/status.N.
together() {
	second=$1
	shift
	rm -f "$work"/status.* "$work"/out.* "$work"/err.* "$work/gate"
	mkfifo "$work/gate"
	number=0
	for spec in "$@"; do
		number=$((number + 1))
		(
			user=${spec%%:*}
			rest=${spec#*:}
			ETC=${rest#*:}
			ENGINE=a
			[ "$user" = 1 ] || ENGINE=$second
			read -r _ <"$work/gate"
			# shellcheck disable=SC2086 # a list of words
			as "$user" "$bottle" $launch "${rest%%:*}" >"$work/out.$number" 2>"$work/err.$number"
			echo $? >"$work/status.$number"
		) &
	done
	sleep 0.3
	(
		# shellcheck disable=SC2094
		exec 3<>"$work/gate"
		for spec in "$@"; do echo go >&3; done
		wait_for 240 all_done $#
	)
	wait
}

all_done() { # COUNT
	# shellcheck disable=SC2012
	[ "$(ls "$work"/status.* 2>/dev/null | wc -l)" -eq "$1" ]
}

# Addresses that the running bundles of ENGINE... hold: label, bindings and network of each, one line each.
held() {
	for each in "$@"; do
		for id in $(engine_docker "$each" ps -q); do
			engine_docker "$each" inspect -f '{{index .Config.Labels "io.bot-bottle.alias"}}{{range
				.NetworkSettings.Ports}}{{range .}} {{.HostIp}}{{end}}{{end}}' "$id" | tr -s ' \n' '  '
			echo
		done
	done
}

# Each line says one address, over and over; no two lines the same one.
check_held() { # COUNT ENGINE...
	want=$1
	shift
	held "$@" >"$work/held"
	awk -v want="$want" '
		{ for (i = 2; i <= NF; i++) if ($i != $1) mixed = 1; if (seen[$1]++) twice = 1 }
		END { exit mixed || twice || NR != want }' "$work/held"
}

# What really listens in the namespace of the engines, against labels.
listening() {
	"$here/dockerd" run "$work/a" ss -Hltn | awk '{ sub(/:[0-9]+$/, "", $4); print $4 }' | grep '^127' | sort -u | wc -l
}

report() {
	for file in "$work"/err.* "$work"/out.*; do sed "s|^|# ${file##*/}: |" "$file"; done >&2
	{ [ ! -e "$work/held" ] || sed "s/^/# held: /" "$work/held"; } >&2
}

# run_rounds COUNT WHAT ENGINE SPEC...
run_rounds() {
	count_rounds=$1
	what=$2
	second=$3
	shift 3
	engines=a
	[ "$second" = a ] || engines="a $second"
	round=0 bad=0 shared=0 left=0 real=0
	while [ "$round" -lt "$count_rounds" ]; do
		round=$((round + 1))
		together "$second" "$@"
		for file in "$work"/status.*; do
			[ "$(cat "$file")" -eq 0 ] || bad=$((bad + 1))
		done
		# shellcheck disable=SC2086 # a list of engines
		check_held $# $engines || shared=$((shared + 1))
		[ "$(listening)" -eq $# ] || real=$((real + 1))
		[ "$bad$shared$real" = 000 ] || report
		for user in 1 2; do
			ENGINE=$([ "$user" = 1 ] && echo a || echo "$second") as "$user" "$bottle" stop --all >/dev/null
		done
		for user in 1 2; do
			[ -z "$(leftovers "$user" a)" ] || left=$((left + 1))
		done
		[ "$second" = a ] || [ -z "$(leftovers 2 "$second")" ] || left=$((left + 1))
		[ "$bad$shared$left$real" = 0000 ] || break
	done
	is "$bad" 0 "$what: all succeed ($round rounds)"
	is "$shared" 0 "$what: labels, bindings and addresses agree, and no two bottles share one"
	is "$real" 0 "$what: as many addresses listen as there are bottles"
	is "$left" 0 "$what: nothing is left after stop"
}

run_rounds "$rounds" "two users" a 1:one: 2:two:
run_rounds "$rounds" "8 launches of two users" a 1:a1: 1:a2: 1:a3: 1:a4: 2:b1: 2:b2: 2:b3: 2:b4:

# One name, one user: one of them wins; the other is told.
together a 1:same: 1:same: 1:same:
is "$(cat "$work"/status.* | grep -c '^0$')" 1 "three launches of one name: one succeeds"
is "$(cat "$work"/status.* | grep -vc '^0$\|^75$\|^73$')" 0 "the others say that it is there or being made (75, 73)"
try 1 "$bottle" exec same -- true
is "$status" 0 "and the bottle is whole"
as 1 "$bottle" stop same >/dev/null
is "$(leftovers 1 a)" "" "nothing is left"

# One name, two users: names of containers are the engine's.
together a 1:same: 2:same:
is "$(cat "$work"/status.* | grep -c '^0$')" 1 "two users with one name: one succeeds"
is "$(cat "$work"/status.* | grep -c '^73$')" 1 "the other cannot create it (73)"
for user in 1 2; do as "$user" "$bottle" stop --all >/dev/null; done
is "$(leftovers 1 a)$(leftovers 2 a)" "" "nothing is left"

# Two pools that overlap: the subnet follows from the address alone, so the engine still refuses.
admin_config low 'pool: {first: 16, last: 23}'
admin_config high 'pool: {first: 20, last: 27}'
ETC=low try 1 "$bottle" pool
if ! grep -q 127.0.0.23 "$work/out" || grep -q 127.0.0.24 "$work/out"; then
	ok 0 "users with different pools # SKIP no overlay over /etc here"
else
	run_rounds "$(((rounds + 3) / 4))" "users with different pools" a 1:a1:low 2:b1:high 1:a2:low 2:b2:high \
		1:a3:low 2:b3:high
	# Low is full up to where high begins: both now want .20 first.
	for name in x1 x2 x3 x4; do
		# shellcheck disable=SC2086
		ETC=low as 1 "$bottle" $launch $name >/dev/null 2>&1
	done
	together a 1:a1:low 2:b1:high 1:a2:low 2:b2:high
	is "$(cat "$work"/status.* | sort -u)" 0 "pools that overlap, contended: all succeed"
	check_held 8 a
	ok $? "pools that overlap, contended: no two bottles share an address"
	[ "${failed:-0}" = 0 ] || report
	for user in 1 2; do as "$user" "$bottle" stop --all >/dev/null; done

	# Another subnet block would make the engine blind.
	admin_config block 'subnet_block: 10.214.0.0/20'
	# shellcheck disable=SC2086
	as 1 "$bottle" $launch first >/dev/null 2>&1
	# shellcheck disable=SC2086
	ETC=block try 2 "$bottle" $launch second
	is "$status" 78 "a user of another subnet block is refused"
	like "$work/err" 'network bot-bottle-bundle-first is labelled 127.0.0.16 but its subnet is 10.213.1.0/28' \
		"the network is named"
	like "$work/err" '^  left +nothing' "nothing is left, it says"
	is "$(leftovers 2 a | grep -v first)" "" "and nothing is"
	as 1 "$bottle" stop --all >/dev/null
fi

# Two engines on one loopback: the lease port is what both must bind.
if engine_start b a 2>/dev/null; then
	run_rounds "$(((rounds + 3) / 4))" "two engines" b 1:a1: 2:b1: 1:a2: 2:b2:
	# One after the other: the second engine has never heard of the first one's bottle.
	# shellcheck disable=SC2086
	try 1 "$bottle" $launch one
	# shellcheck disable=SC2086
	ENGINE=b try 2 "$bottle" $launch two
	is "$status" 0 "a launch on the second engine while the first one has a bottle"
	check_held 2 a b
	ok $? "takes another address"
	for user in 1 2; do
		ENGINE=$([ "$user" = 1 ] && echo a || echo b) as "$user" "$bottle" stop --all >/dev/null
	done
	is "$(leftovers 1 a)$(leftovers 2 b)" "" "nothing is left on either engine"
fi
done_testing
