#!/bin/sh
# An upgrade whose dpkg is killed: at every STEP-th rename of its own (each file and each record of it comes into place by
# one) and at every wait for a script. What there is then, and that what docs/packages.md says to type puts it right.
. "$(dirname "$0")/lib.sh"
need "${new_deb##*/}" "old/${old_deb##*/}"
command -v strace >/dev/null || { echo "Bail out! no strace" && exit 1; }
STEP=${STEP:-6}
apart
new="bottle ii $version-1
bottle-netd ii $version-1"

root old
# shellcheck disable=SC2086
run old dpkg -i $old_deb
root count old
# shellcheck disable=SC2086
run count strace -o /tmp/trace -e trace=rename,wait4 dpkg -i $new_deb
is "(undisturbed it ends well)" "$code $(states count)" "0 $new"
renames=$(grep -c '^rename(' "$work/count/root/tmp/trace")
waits=$(grep -c '^wait4(' "$work/count/root/tmp/trace")
ok "(there are $renames renames and $waits waits to be killed at)" test "$renames" -gt 50 -a "$waits" -gt 5
drop count

# settle: waits, 10 s at most, for what the killed one had started: it may hold debconf's lock for a moment.
settle() {
	tries=100
	while [ "$tries" -gt 0 ] && for process in /proc/[0-9]*; do readlink "$process/root"; done | grep -q "^$work/"; do
		tries=$((tries - 1))
		sleep 0.1
	done
}

# unsafe NAME: setuid files of the folder that are not as they must be; names that dpkg uses meanwhile included
unsafe() {
	in_root "$1" find /usr/libexec/bottle /usr/bin -xdev -name '*bottle*' -perm /6000 \
		! \( -perm 4750 -user 0 -group docker \)
}
tally=
# killed CALL NUMBER
killed() {
	root x old
	# shellcheck disable=SC2086
	run x strace -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" dpkg -i $new_deb
	settle
	[ "$code" -eq 137 ] || bad="$bad $1-$2:not-killed($code)"
	[ -z "$(unsafe x)" ] || bad="$bad $1-$2:unsafe($(unsafe x))"
	run x dpkg --configure -a
	if [ "$(states x)" = "$new" ]; then
		how=configure
	else
		# apt is given a try at every other one.
		how=dpkg turn=$((turn + 1))
		# shellcheck disable=SC2086
		[ $((turn % 2)) -eq 0 ] || { run x apt-get install -y --no-install-recommends $new_deb && how=dpkg-after-apt; }
		if [ "$(states x)" = "$new" ]; then
			how=apt
		else
			# shellcheck disable=SC2086
			run x dpkg -i $new_deb
		fi
	fi
	[ "$code $(states x) $(helper_is x)" = "0 $new 4750 root:docker" ] || bad="$bad $1-$2:$how($code $(states x) $(helper_is x))"
	[ -z "$(in_root x dpkg --audit)$(in_root x dpkg --verify bottle bottle-netd)" ] || bad="$bad $1-$2:audit"
	run x bottle version
	[ "$code" -eq 0 ] || bad="$bad $1-$2:run"
	tally="$tally $how"
	drop x
}
bad='' turn=0 n=1
while [ "$n" -le "$renames" ]; do
	killed rename "$n"
	n=$((n + STEP))
done
n=1
while [ "$n" -le "$waits" ]; do
	killed wait4 "$n"
	n=$((n + 1))
done
is "killed anywhere: never a setuid file but for the group, and the two commands put it right" "$bad" ""
# shellcheck disable=SC2086
echo "# what ended it: $(printf '%s\n' $tally | sort | uniq -c | xargs)"

# --- what apt says meanwhile, and what of its own commands helps
# Just before the new helper is configured: the place of most.
root y old
n=1
while :; do
	# shellcheck disable=SC2086
	run y strace -o /dev/null -e trace=rename -e "inject=rename:signal=KILL:when=$n" dpkg -i $new_deb
	settle
	case $(states y) in
	*bottle\ ii*) n=$((n + 5)) && drop y && root y old ;;
	*) break ;;
	esac
	[ "$n" -lt "$renames" ] || break
done
is "(killed while bottle is not whole)" "$code" 137
# shellcheck disable=SC2086
run y apt-get install -y --no-install-recommends $new_deb
like "apt refuses, and says what to type" "$(printf '%s\n' "$said" | grep 'dpkg was interrupted')" \
	"E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem. "
run y dpkg --configure -a
is "(that alone does not: bottle is half-installed, the helper is the old one)" "$code $(states y | xargs)" \
	"0 bottle iHR 0.0.9-1 bottle-netd ii 0.0.9-1"
close y
root z y
# shellcheck disable=SC2086
run z apt-get install -y --no-install-recommends $new_deb
is "apt does not install the two files then, for unmet dependencies" \
	"$code $(grep -c '^E: Unmet dependencies' "$work/said")" "100 1"
run z apt-get install -y --fix-broken
is "nor mend it: it has no archive" "$code $(grep -c '^E: The package bottle needs to be reinstalled' "$work/said")" "100 1"
# shellcheck disable=SC2086
run z dpkg -i $new_deb
is "dpkg -i of both files does" "$code $(states z) $(helper_is z)" "0 $new 4750 root:docker"
run z apt-get check
is "and apt is content" "$code" 0
done_testing
