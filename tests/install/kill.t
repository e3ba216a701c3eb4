#!/bin/sh
# install.sh and uninstall.sh are killed (SIGKILL, the whole group) before, after and inside each program that they run.
# What must hold then: the helper under its name is the old or the new one, whole, or not there; every setuid file is root's,
# the group's and one of the two; the check does not call it clean unless it is; and either script, run again, ends well.
#
# STEP=N kills at every Nth program only (default: 1 for an upgrade; 11 for a first installation and a removal, where one file
# goes as the other does).
. "$(dirname "$0")/lib.sh"

# The programs that change something, each behind a wrapper that counts.
echo 0 >"$work/count"
echo 0 >"$work/at"
cp /bin/dash /mnt/real/sh
for program in cp mv rm ln chmod chown mkdir rmdir sync; do
	cp "/usr/bin/$program" /mnt/real/
	cat >"/mnt/real/wrapper-$program" <<END
#!/mnt/real/sh
read -r n </mnt/work/count
n=\$((n + 1))
echo \$n >/mnt/work/count
read -r at </mnt/work/at
[ \$n -eq \$at ] || exec /mnt/real/$program "\$@"
read -r how </mnt/work/how
case \$how in
after) /mnt/real/$program "\$@" ;;
inside)
	[ $program = cp ] || exec /mnt/real/$program "\$@"
	head -c 1000 "\$1" >"\$2"
	;;
esac
kill -KILL 0
END
	chmod 755 "/mnt/real/wrapper-$program"
done
for program in cp mv rm ln chmod chown mkdir rmdir sync; do
	/mnt/real/cp "/mnt/real/wrapper-$program" "/usr/bin/.$program"
	/mnt/real/mv -f "/usr/bin/.$program" "/usr/bin/$program"
done
PATH=/mnt/real:$PATH # for what this test does itself

other_build newer
old=$(hash /mnt/build/libexec/bottle-netd) new=$(hash /mnt/newer/libexec/bottle-netd)
old_bottle=$(hash /mnt/build/bin/bottle) new_bottle=$(hash /mnt/newer/bin/bottle)
snapshot >"$work/nothing"

# What a script may leave and the next one takes away: it is no program and nobody's but root's.
strip() {
	grep -v ' /var/lib/bottle -> $\|/installs\.d -> $\|/installs\.d/\.lock -> $\|/installs\.d/\.new -> $\| /var/lib/bottle/\.stage'
}

wrong() { # TEXT
	echo "$where: $1" >>"$work/wrong"
}

judge() {
	# shellcheck disable=SC2044 # names of ours, without spaces
	for file in $(find /usr/local /var/lib/bottle -type f -perm /6000 2>/dev/null); do
		[ "$(stat -c '%a %U %G' "$file")" = "4750 root bottlers" ] || wrong "$file is $(stat -c '%a %U %G' "$file")"
		case $(hash "$file") in "$old" | "$new") ;; *) wrong "$file is setuid and half a file" ;; esac
	done
	if [ -e $netd ]; then
		case $(stat -c %a $netd)-$(hash $netd) in
		"4750-$old" | "4750-$new") ;;
		"600-$old" | "600-$new") [ "$what" = uninstall.sh ] || wrong "the helper has lost its mode" ;;
		*) wrong "the helper is $(stat -c '%a %s' $netd)" ;;
		esac
	elif [ "$what:$first" = install.sh:upgrade ]; then
		wrong "there is no helper any more"
	fi
	if [ -e /usr/local/bin/bottle ]; then
		case $(hash /usr/local/bin/bottle) in
		"$old_bottle" | "$new_bottle") ;;
		*) wrong "the frontend is half a file" ;;
		esac
	fi
	"$check" >"$work/check" 2>/dev/null
	code=$?
	snapshot | strip >"$work/now"
	case $code in
	0) cmp -s "$work/now" "$work/state-old" || cmp -s "$work/now" "$work/state-new" || wrong "check calls it clean, and it is neither" ;;
	2) ;;
	*) cmp -s "$work/now" "$work/state-none" || wrong "check cannot judge" ;;
	esac
}

snapshot | strip >"$work/state-none"
set_up --build /mnt/newer
snapshot | strip >"$work/state-new"
set_up
snapshot | strip >"$work/state-old"
tar -C / -cpf "$work/old.tar" usr/local var/lib/bottle

from() { # old|nothing: the machine as it is then
	/mnt/real/rm -rf /var/lib/bottle
	find /usr/local -mindepth 1 -delete
	[ "$1" = nothing ] || tar -C / -xpf "$work/old.tar"
	/mnt/real/mkdir -p /usr/local/bin /usr/local/share/man/man1
	ip addr flush dev lo label 'lo:*' 2>/dev/null
}

# killed SCRIPT ARG...: runs it in a process group of its own.
killed() {
	echo 0 >"$work/count"
	setsid -w "$@" >"$work/killed.out" 2>&1
}

goes_to() { # old|new ARG...: install.sh goes on, to that build
	build=$1
	shift
	set_up "$@" || wrong "install.sh does not go on to the $build build: $err"
	"$check" >"$work/check" 2>&1 || wrong "after that: $(cat "$work/check")"
	snapshot | strip | cmp -s - "$work/state-$build" || wrong "after that it is not the $build build"
}

# kills FROM WHAT STEP ARG...: WHAT is killed at each STEPth program, from the state FROM, in all three ways.
kills() {
	state=$1 what=$2 step=$3
	shift 3
	first=first
	[ "$state" = nothing ] || first=upgrade
	: >"$work/wrong"
	echo 0 >"$work/at"
	from "$state"
	killed "$top/install/$what" "$@"
	read -r last <"$work/count"
	points=0
	for way in before inside after; do
		echo $way >"$work/how"
		at=1
		while [ "$at" -le "$last" ]; do
			where="$what from $state, $way program $at of $last"
			from "$state"
			echo "$at" >"$work/at"
			killed "$top/install/$what" "$@"
			status=$?
			echo 0 >"$work/at"
			at=$((at + step))
			[ "$way-$status" != inside-0 ] || continue # of a copy alone there is an inside
			[ "$status" -eq 137 ] || wrong "it was not killed: exit $status"
			judge
			# Onwards to the new build, back to the old one, or away with it, in turn.
			case $((points % 3)) in
			0) goes_to new --build /mnt/newer ;;
			1) goes_to old ;;
			2)
				remove
				[ "$status" -eq 0 ] || wrong "uninstall.sh does not go on: $err"
				snapshot | cmp -s - "$work/nothing" || wrong "after uninstall.sh again: $(snapshot | diff - "$work/nothing" | head -n 3)"
				;;
			esac
			points=$((points + 1))
		done
	done
	[ "$what" = uninstall.sh ] || ok "$what from $state: there are programs to be killed at" [ "$last" -gt 20 ]
	is "$what from $state, killed at $points points: old or new, and it goes on" "$(head -n 20 "$work/wrong")" ""
}

kills old install.sh "${STEP:-1}" --build /mnt/newer --group bottlers
kills nothing install.sh "${STEP:-11}" --build /mnt/newer --group bottlers
kills old uninstall.sh "${STEP:-11}"
done_testing
