# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 156-163: several users, and many calls at once.
mkdir "$tmp/par"
touch "$tmp/before"
parallel() { # COUNT ARGUMENT...
	local n=$1 i pids=()
	shift
	for ((i = 0; i < n; i++)); do
		"$tools/caller" user="$alice" -- "$netd" "$@" >"$tmp/par/$i" 2>&1 &
		pids+=($!)
		[ -n "$lab" ] || sleep 0.03
	done
	wait "${pids[@]}"
	runs=$((runs + n))
}
parallel 64 add $A
is "156 64 adds of one address at once: all succeed" "$(cat "$tmp"/par/* | grep -cxE "0\|$A (added|present);\|")" 64
left=("$A") got="there"
judge "156 it is there once" "there"
# On a machine with others on it their files would be found, too.
[ -n "$lab" ] && places='/run /tmp /var /dev /root /home' || places=$tmp/traces
# shellcheck disable=SC2086 # words
is "163 the 64 processes are gone, and have made no file" \
	"$(pgrep -cx bottle-netd)|$(find $places -xdev -newer "$tmp/before" -type f ! -path "$tmp/*" ! -path '/var/log/*' \
		! -path '/var/lib/docker/*' 2>/dev/null)" "0|"
left=(none)
attack "158 alice adds" "$added" user="$alice" at="s231:run=$tools/caller user=$bob -- $netd remove $A >$tmp/bobs" -- add $A
is "158 bob, of the same group, removes it: allowed, as bottle-netd(8) says" "$(cat "$tmp/bobs")" "$removed"
cat >"$tmp/squat.pl" <<'P'
use Socket;
socket(my $s, AF_INET, SOCK_STREAM, 0) or die;
bind($s, pack_sockaddr_in(8877, inet_aton($ARGV[0]))) or die("bind: $!");
listen($s, 1);
$| = 1;
print "bound\n";
sleep 5;
P
chmod 644 "$tmp/squat.pl"
"$tools/caller" user="$bob" -- /usr/bin/perl "$tmp/squat.pl" $A >"$tmp/squat" &
squatter=$!
sits() { ss -Hltn "src $A:8877" | grep -q .; }
wait_for sits
attack "159 bob sits on the port before alice adds: the address is added, whose listener it is the frontend finds" \
	"$added" -- add $A
wait $squatter
is "159 (he did)" "$(cat "$tmp/squat")" '0|bound;|'
pool=$(echo 127.0.0.{16..31})
# shellcheck disable=SC2086 # words
{
	read -ra left <<<"$pool"
	attack "160 one user takes all 16 in one call" "0|127.0.0.16 added;*127.0.0.31 added;|" \
		at="s231:run=$tools/caller user=$bob -- $netd add $pool >$tmp/bobs" -- add $pool
}
is "160 for the next they are present: no quota, addresses have no owner" \
	"$(tr ';' '\n' <"$tmp/bobs" | grep -c present)" 16
damaged
(
	exec 2>/dev/null
	end=$((SECONDS + 4))
	while [ $SECONDS -lt $end ]; do
		printf 'link set lo down\nlink set lo up\n' | "${in[@]}" ip -batch -
	done
) &
flapping=$!
strange=
for ((i = 0; i < 30; i++)); do
	call user="$alice" -- "$netd" add $A
	[[ $got == @(0|75)\|$A\ @(added|present|absent)\;\|* ]] || strange+=" $got"
	call user="$alice" -- "$netd" remove $A
	[[ $got == @(0|75)\|$A\ @(removed|absent|present)\;\|* ]] || strange+=" $got"
	kill -0 $flapping 2>/dev/null || break
done
wait $flapping
is "161 add and remove while lo goes down and up: done or 75" "$strange" ""
"${in[@]}" ip link set lo up
call user="$alice" -- "$netd" remove $A
is "161 127.0.0.1 and the flags are as before" "$(state | grep -v inet6)" "$(grep -v inet6 <<<"$home")"
undamaged
log_clean "156 after many at once"
