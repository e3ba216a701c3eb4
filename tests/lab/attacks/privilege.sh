# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 93-103: who calls, and with what privilege.

# copy NAME OWNER MODE
copy() {
	cp "$netd" "$tmp/$1" && chown "$2" "$tmp/$1" && chmod "$3" "$tmp/$1"
}

# fault "NN NAME" WANT WORD...: 78 for add and remove, and bad arguments as ever. $victim is the program.
fault() {
	local name=$1 want=$2
	shift 2
	attack "$name: add" "$want" "$@" -- $before add $A
	attack "$name: remove" "$want" "$@" -- $before remove $A
	attack "$name: a bad argument is that first" "$bad" "$@" -- $before add mark-qZ7
	attack "$name: policy" "$policy" "$@" -- $before policy
}
before=
root=user=0:0:4,5
status="cp /proc/\$PID/status $tmp/status"
field() { awk -v name="$1:" '$1 == name { $1 = ""; gsub(/^ | $/, ""); print }' "$tmp/status"; }
# exact "NN NAME" GID: of the helper before its last step
exact() {
	is "$1" "$(for name in Uid Gid Groups CapInh CapPrm CapEff CapBnd CapAmb NoNewPrivs Seccomp; do
		echo "$(field $name)"; done | tr '\n' '|')" \
		"0 0 0 0|$2 $2 $2 $2||0000000000000000|0000000000000000|0000000000000000|0000000000000000|0000000000000000|1|2|"
}
attack "93 real root adds" "$added" $root at="s231:run=$status" -- add $A
exact "93 real root's helper has dropped as much as anybody's" 0
attack "93 an ordinary user's" "$added" at="s231:run=$status" -- add $A
gid=${alice#*:}
exact "93 is the same" "${gid%%:*}"
attack "93 real root does not get 127.0.0.1" "$outside" $root -- remove 127.0.0.1
attack "93 nor is its environment heard" "$added" $root env=LD_PRELOAD=/x env=SUDO_UID=4141 -- add $A

copy plain 0:0 755
copy owner 4242:0 4755
copy setgid 0:0 2755
copy both 0:0 6755
copy mine "${alice%%:*}:0" 4755
victim=$tmp/plain
fault "94 not setuid" "$wrong not setuid;"
attack "94 real root needs no setuid bit" "$added" $root -- add $A
victim=$tmp/owner fault "95 setuid to a third user" "$wrong wrong owner, not root;"
victim=$tmp/mine fault "95 setuid to the caller" "$wrong wrong owner, not root;"
victim=$tmp/setgid fault "96 setgid alone" "$wrong not setuid;"
victim=$tmp/both
attack "96 setuid and setgid" "$added" at="s231:run=$status" -- add $A
exact "96 the group is the caller's again" "${gid%%:*}"
victim=$tmp/plain
passes "97 (a file capability can be set)" setcap cap_net_admin+ep "$tmp/plain"
fault "97 file capabilities instead" "$wrong not setuid;"
setcap -r "$tmp/plain"
mkdir "$tmp/nosuid" "$tmp/bound"
mount -t tmpfs -o nosuid,mode=755 tmpfs "$tmp/nosuid"
cp -p "$netd" "$tmp/nosuid/netd"
victim=$tmp/nosuid/netd fault "98 a nosuid mount" "$wrong its file system is mounted nosuid;"
mount --bind "${netd%/*}" "$tmp/bound"
mount -o remount,bind,nosuid "$tmp/bound"
victim=$tmp/bound/bottle-netd fault "98 the installed file, mounted nosuid" "$wrong its file system is mounted nosuid;"
victim=
fault "99 no_new_privs" "$nothing_new" nnp
attack "99 no_new_privs and real root: nothing was to be gained" "$added" $root nnp -- add $A

# In user namespaces, as their own root or as nobody; there setgroups(2) is denied.
victim=$(command -v unshare)
before="-U $netd"
fault "100 in a user namespace without a mapping" "$wrong wrong owner, not root;"
before="-Ur $netd"
attack "100 root of a user namespace, setgroups denied, this network is not its own: add" "$refused" -- $before add $A
attack "100 the same: 127.0.0.1" "$outside" -- $before remove 127.0.0.1
left=(none)
attack "101 root of a user and network namespace: lo is down there" "$down" -- -Urn "$netd" add $A
left=(none)
attack "101 lo is up there: added there, and not here" "$added" -- -Urn sh -c "ip link set lo up; exec $netd add $A"
left=(none)
attack "101 root with all groups in a namespace where setgroups is denied" "$added" $root -- \
	-Urn sh -c "ip link set lo up; exec $netd add $A"
victim="" before=""
for cap in 12:CAP_NET_ADMIN 8:CAP_SETPCAP 7:CAP_SETUID 6:CAP_SETGID; do
	fault "103 a bounding set without ${cap#*:}" "$lacks" bound=${cap%:*}
	attack "103 real root without ${cap#*:}" "$lacks" $root bound=${cap%:*} -- add $A
done

if [ -n "$lab" ]; then
	# The machine's own network, but not the right to change it.
	quietly docker run -d --name attack --network host -v "$netd:/netd:ro" bottle-demo-agent sleep 600
	# contained NAME WANT OPTION...
	contained() {
		local name=$1 want=$2
		shift 2
		got="$(docker exec "$@" >"$tmp/said" 2>"$tmp/said.err"; echo $?)"
		got="$got|$(tr '\n' ';' <"$tmp/said")|$(tr '\n' ';' <"$tmp/said.err")"
		runs=$((runs + 1))
		judge "$name" "$want"
	}
	contained "102 a container's root, without CAP_NET_ADMIN" "$lacks" attack /netd add $A
	contained "102 a container's root, 127.0.0.1" "$outside" attack /netd remove 127.0.0.1
	contained "102 a container's user in the group" "$lacks" -u "1000:$group" attack /netd add $A
	contained "102 a container's root, policy" "$policy" attack /netd policy
	quietly docker rm -f attack
else
	skip "102 a container" "not the lab"
fi
log_clean "93 after callers of every kind"
