# shellcheck shell=bash disable=SC2154,SC2034
# Catalogue 109-116: the file itself, under other names and in other places.
ln "$netd" "$tmp/link"
ln -s "$netd" "$tmp/symlink"
victim=$tmp/link attack "109 a hard link" "$added" -- add $A
victim=/bin/ln attack "109 the caller cannot make one" '1||*' -- "$netd" "$tmp/traces/link"
victim=$tmp/symlink attack "110 a symbolic link" "$added" -- add $A
: >"$tmp/file"
mount --bind "$netd" "$tmp/file"
victim=$tmp/file attack "110 a bind mount" "$added" -- add $A
umount "$tmp/file"
attack "110 by descriptor, as /proc/self/fd/N and fexecve(3) do it" "$added" byfd -- add $A
attack "110 a copy in memory is not privileged" "$wrong wrong owner, not root;" memfd -- add $A
attack "110 a copy in memory that real root made" "$added" user=0:0: memfd -- add $A
ln -s "$netd" "$tmp/"$'x\n<0>root: mark-qZ7'
victim=$tmp/$'x\n<0>root: mark-qZ7' attack "110 a name with a newline" "$added" -- add $A
is "111 root's, for one group, setuid" "$(stat -c '%a %u:%g' "$netd")" "4750 0:$group"
path=$netd strange=
while path=${path%/*}; do
	read -r mode owner <<<"$(stat -c '%a %u' "${path:-/}")"
	[ "$owner" = 0 ] && [ $((0$mode & 022)) -eq 0 ] || strange+=" ${path:-/}"
	[ -n "$path" ] || break
done
[ -n "$lab" ] || strange= # here it lies below /tmp
is "111 no folder above it can be written to by others than root" "$strange" ""
attack "111 who is not in the group cannot run it" "EXEC13||" user="$carol" -- add $A
attack "111 nor with 012 closed" "EXEC13||" user="$carol" closed=012 -- policy
victim=/bin/cat attack "111 nor read it" "1||*" user="$carol" -- "$netd"
if [ -n "$lab" ]; then built=$top/build/libexec/bottle-netd; else built=$NETD; fi
passes "114 what is installed is what was built, byte for byte" cmp "$netd" "$built"
# one PROGRAM...: as alice, who fails
for one in "/bin/sh -c 'echo >>$netd'" "/bin/chmod 777 $netd" "/bin/rm -f $netd" "/bin/mv $netd $netd.old" \
	"/bin/touch $netd"; do
	eval "set -- $one"
	program=$1
	shift
	victim=$program attack "114 the caller cannot change it: ${program##*/}" '[!0]*||*' -- "$@"
done
is "114 nor has" "$(stat -c '%a %u:%g' "$netd") $(cmp "$netd" "$built" && echo same)" "4750 0:$group same"
victim=/bin/cp attack "116 the caller copies it, cp -p" '0||' -- -p "$netd" "$tmp/traces/copy"
is "116 the copy is not setuid" "$(($(stat -c '0%a' "$tmp/traces/copy") & 06000))" 0
victim=$tmp/traces/copy attack "116 and not privileged" "$wrong wrong owner, not root;" -- add $A
printf x | dd of="$tmp/traces/copy" bs=1 seek=5000 conv=notrunc status=none
victim=$tmp/traces/copy attack "116 nor when it is made setuid and changed" "$wrong wrong owner, not root;
any death" -- add $A
for word in --config=/etc/passwd -c --policy /etc/bottle.conf; do
	attack "136 no option names a file: $word" "$usage" -- "$word" add $A
done
log_clean "110 after other names"
