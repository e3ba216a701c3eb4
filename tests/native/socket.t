#!/bin/sh
# An engine that is not root's or the user's own is not spoken to (T31).
. "$(dirname "$0")/lib.sh"

engine_start a
fakes=

# fake USER SOCKET: a fake engine of USER, which writes down every byte that it gets.
cat >"$work/fake" <<'END'
#!/usr/bin/python3 -I
import os, socket, sys
path = sys.argv[1]
s = socket.socket(socket.AF_UNIX)
s.bind(path)
os.chmod(path, 0o660)
s.listen()
while True:
    c, _ = s.accept()
    heard = c.recv(65536)
    with open(path + ".heard", "ab") as f:
        f.write(heard)
    if heard:
        c.sendall(b"HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK")
    c.close()
END
chmod 755 "$work/fake"

fake() { # USER SOCKET
	touch "$2.heard"
	chown "$(uid "$1")" "$2.heard"
	setpriv --reuid "$(uid "$1")" --regid "$(uid "$1")" --groups "$uids" "$work/fake" "$2" &
	fakes="$fakes $!"
	wait_for 5 test -S "$2"
	chgrp "$uids" "$2"
}

# refused SOCKET PATTERN NAME: user 1 is not led to it.
refused() {
	try 1 DOCKER_HOST="unix://$1" "$bottle" ps
	is "$status" 77 "$3: refused"
	like "$work/err" "$2" "$3: says why"
}

works() { # SOCKET NAME
	try 1 DOCKER_HOST="unix://$1" "$bottle" ps
	is "$status" 0 "$2"
}

works "$work/a.sock" "control: an engine of root's"
mkdir -m 777 "$work/evil"
fake 2 "$work/evil/docker.sock"
refused "$work/evil/docker.sock" "why +$work/evil belongs to somebody else" "a fake engine in a folder that all may write"
chmod 755 "$work/evil"
refused "$work/evil/docker.sock" "why +$work/evil/docker.sock belongs to somebody else" "a socket of another user's"

# The path is as it must be, and somebody else listens.
chown "$(uid 1)" "$work/evil/docker.sock"
refused "$work/evil/docker.sock" "a process of uid $(uid 2) listens at $work/evil/docker.sock" "another user's engine on a good path"
like "$work/err" 'nothing was sent' "and says what it was told"
# shellcheck disable=SC2086
try 1 DOCKER_HOST="unix://$work/evil/docker.sock" "$bottle" $launch web
is "$status" 77 "launch too"
[ ! -s "$work/evil/docker.sock.heard" ]
ok $? "it heard not one byte"
mkdir -m 777 "$work/own"
fake 1 "$work/own/docker.sock"
chmod 755 "$work/own"
try 1 DOCKER_HOST="unix://$work/own/docker.sock" "$bottle" ps
[ -s "$work/own/docker.sock.heard" ]
ok $? "control: one of the user's own is spoken to"

# Folders and links on the way.
mkdir "$work/way" "$work/way/in"
ln -s "$work/a.sock" "$work/way/in/docker.sock"
works "$work/way/in/docker.sock" "control: a link to the socket"
chmod 777 "$work/way"
refused "$work/way/in/docker.sock" "why +$work/way belongs" "a link below a folder that all may write"
ln -s "$work/way/in" "$work/linked"
refused "$work/linked/docker.sock" "why +$work/way belongs" "the same behind a linked parent"
chmod 1777 "$work/way"
works "$work/way/in/docker.sock" "control: below a sticky folder"
ln -s "$work/a.sock" "$work/way/theirs"
chown -h "$(uid 2)" "$work/way/theirs"
refused "$work/way/theirs" "why +$work/way/theirs belongs" "another user's link in a sticky folder, to the real socket"
chmod 775 "$work/way"
chgrp "$uids" "$work/way"
refused "$work/linked/docker.sock" "why +$work/way belongs" "a folder that the engine's group may write"
chmod 755 "$work/way"
chown "$(uid 2)" "$work/way"
refused "$work/way/in/docker.sock" "why +$work/way belongs" "a folder of another user's"
chmod 666 "$work/a.sock"
refused "$work/a.sock" 'every user may connect' "a socket that everyone may use"
like "$work/err" "next +chmod o-w $work/a.sock" "and what to do"
chmod 660 "$work/a.sock"

# A link where an agent could put one.
home=$(home_of 1)
as 1 mkdir -p "$home/proj"
# shellcheck disable=SC2086
try 1 "$bottle" $launch web --mount "$home/proj:/w"
as 1 ln -s "$work/a.sock" "$home/proj/docker.sock"
refused "$home/proj/docker.sock" "why +$home/proj was mounted writable" "a link in a folder that was mounted writable"
as 1 "$bottle" stop web >/dev/null

# A bottle's own engine is looked at again, by every command.
mkdir "$work/later"
ln -s "$work/a.sock" "$work/later/docker.sock"
# shellcheck disable=SC2086
try 1 DOCKER_HOST="unix://$work/later/docker.sock" "$bottle" $launch web
is "$status" 0 "a bottle by a link"
chmod 777 "$work/later"
try 1 "$bottle" exec web -- id
is "$status" 125 "when others may exchange the link, exec refuses"
like "$work/err" "why +$work/later belongs" "and says why"
chmod 755 "$work/later"
as 1 "$bottle" stop web >/dev/null
# shellcheck disable=SC2086
kill $fakes
wait
is "$(leftovers 1 a)" "" "nothing is left"
done_testing
