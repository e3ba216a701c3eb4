#!/bin/sh
# A program that somebody else, or an agent, could have put there is not run (T21).
. "$(dirname "$0")/lib.sh"

engine_start a
home=$(home_of 1)
list=$home/.local/state/bottle/.mounted

# fake FOLDER PROGRAM: one that leaves a mark when it is run, as user 1 would own it.
fake() {
	mkdir -p "$1"
	printf '#!/bin/sh\ntouch "%s/fooled"\n' "$home" >"$1/$2"
	chmod 755 "$1/$2"
	chown -R "$(uid 1)" "$1"
}

# shellcheck disable=SC2086 # a list of words
launches() { # STATUS NAME
	try 1 "$bottle" $launch web
	is "$status" "$1" "$2"
}

stop_it() {
	as 1 "$bottle" stop web >/dev/null
}

# Folders above that others may write: the good-looking one can be exchanged.
mkdir -p "$work/shared/bin" "$work/linked"
cp "$here/smolvm" "$work/shared/bin/smolvm"
chmod 777 "$work/shared"
SEARCH=$work/shared/bin:$work/bin:/usr/bin:/bin launches 77 "a smolvm below a folder that all may write is refused"
like "$work/err" "smolvm: $work/shared/bin/smolvm: other users can exchange" "by name"
like "$work/err" "^  why +$work/shared belongs to somebody else, or others may write it" "with the folder"
ln -s "$work/shared/bin/smolvm" "$work/linked/smolvm"
SEARCH=$work/linked:$work/bin:/usr/bin:/bin launches 77 "so is a link to it"
mkdir -p "$home/.config/bottle"
echo "smolvm: $work/shared/bin/smolvm" >"$home/.config/bottle/config.yaml"
chown -R "$(uid 1)" "$home/.config"
launches 77 "and one that the settings name"
like "$work/err" "^  why +$work/shared " "with the folder"
rm "$home/.config/bottle/config.yaml"
chmod 1777 "$work/shared"
SEARCH=$work/shared/bin:/usr/bin:/bin launches 0 "below a sticky folder it is good"
stop_it
for each in "1777 0" "755 $(uid 2)" "777 0" "775 $(uid 1)"; do
	# shellcheck disable=SC2086
	set -- $each
	fake "$work/part-$1-$2" smolvm
	chmod "$1" "$work/part-$1-$2"
	chown "$2" "$work/part-$1-$2"
	chgrp "$(uid 3)" "$work/part-$1-$2"
	SEARCH=$work/part-$1-$2:$work/bin:/usr/bin:/bin launches 0 "a part of PATH with mode $1 is skipped"
	stop_it
done
fake "$work/docker-shared/bin" docker
chown root "$work/docker-shared"
chmod 777 "$work/docker-shared"
engine_docker a tag bundle:latest other:latest
SEARCH=$work/docker-shared/bin:$work/bin:/usr/bin:/bin try 1 "$bottle" launch web --image other --bundle-image bundle
is "$status" 77 "a docker below a folder that all may write is refused"
like "$work/err" "docker: $work/docker-shared/bin/docker: other users" "by name"
is "$(leftovers 1 a)" "" "nothing is left"
mkdir -p "$work/lib/in"
chmod 777 "$work/lib"
try 1 SMOLVM_LIB_DIR="$work/lib/in" "$bottle" $launch web -- env
like "$work/err" 'warning: SMOLVM_LIB_DIR is not passed on' "a SMOLVM_LIB_DIR below such a folder is dropped"
unlike "$work/out" '^SMOLVM_LIB_DIR=' "and does not reach smolvm"
stop_it

# What was ever mounted writable.
as 1 mkdir -p "$home/proj/node_modules/.bin" "$home/ro/bin" "$home/proj/sub"
launch="$launch --mount $home/proj:/w --mount $home/ro:/r:ro"
bin=$home/proj/node_modules/.bin
SEARCH=$bin:$work/bin:/usr/bin:/bin try 1 "$bottle" $launch web -- env
is "$status" 0 "a folder mounted writable, with a folder of it in PATH"
like "$work/out" "^PATH=$work/bin:/usr/bin:/bin\$" "which smolvm does not get"
is "$(grep . "$list")" "$home/proj" "the list has the writable mount, not the other one"
stop_it
launch="$launch --mount $home/proj/sub:/s"
launches 0 "the same again, and a folder inside"
fake "$bin" smolvm
SEARCH=$bin:$work/bin:/usr/bin:/bin try 1 "$bottle" ps
is "$status" 77 "a smolvm planted there: ps of a machine refuses"
like "$work/err" "smolvm: $bin/smolvm: an agent may have written" "by name"
like "$work/out" "^web +running " "and lists what it knows without"
rm "$bin/smolvm"
stop_it
is "$(grep . "$list")" "$home/proj" "the list does not grow by what it has"
is "$(stat -c %a "$list")" 600 "it is private"
fake "$bin" smolvm
SEARCH=$bin:$work/bin:/usr/bin:/bin
for each in "launch web" "exec web -- id"; do
	# shellcheck disable=SC2086
	try 1 "$bottle" $each
	case $each in
	exec*) want=125 ;;
	*) want=77 ;;
	esac
	[ "$each" != "launch web" ] || {
		# shellcheck disable=SC2086
		try 1 "$bottle" $launch web
	}
	is "$status" "$want" "a smolvm planted there: bottle $each refuses, also when the bottle is gone"
	like "$work/err" "smolvm: $bin/smolvm: an agent may have written" "by name"
	like "$work/err" "^  why +$home/proj was mounted writable into a bottle" "with the folder"
done
SEARCH=$bin:$work/bin:/usr/bin:/bin try 1 "$bottle" ps
is "$status" 0 "ps without a machine asks no smolvm"
rm "$bin/smolvm"
fake "$bin" docker
try 1 "$bottle" launch web --image other --bundle-image bundle
is "$status" 77 "a docker planted there"
like "$work/err" "docker: $bin/docker: an agent may have written" "is refused by name"
SEARCH=
rm "$bin/docker"
launch="launch --image agent --bundle-image bundle"
fake "$home/ro/bin" smolvm
cp "$here/smolvm" "$home/ro/bin/smolvm"
SEARCH=$home/ro/bin:/usr/bin:/bin launches 0 "a smolvm in a folder that was mounted read-only is good"
stop_it
# shellcheck disable=SC2086
try 1 SMOLVM_LIB_DIR="$home/proj/sub" "$bottle" $launch web
is "$status" 77 "a SMOLVM_LIB_DIR there is refused"
like "$work/err" "SMOLVM_LIB_DIR: an agent may have written $home/proj/sub" "by name"
[ ! -e "$home/fooled" ]
ok $? "none of them was run"

# The list itself.
rm "$list"
as 1 ln -s "$home/elsewhere" "$list"
launches 65 "a list that is a link is refused"
rm "$list"
yes "/a/folder/that/is/gone" | head -c 1048560 >"$list"
chown "$(uid 1)" "$list"
launch="$launch --mount $home/proj:/w"
launches 78 "a list that is full stops a launch with another folder"
like "$work/err" 'the list of folders that agents could write is full' "and says so"
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
