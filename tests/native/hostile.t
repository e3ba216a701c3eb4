#!/bin/sh
# Hostile values everywhere: see hostile.py. smolvm is the scripted stand-in, docker's command a recorder before the real
# one, the engine real.
. "$(dirname "$0")/lib.sh"

engine_start a
real=$(command -v docker)
cat >"$work/bin/docker" <<END
#!/usr/bin/python3 -I
import json, os, sys
with open(os.environ["HOME"] + "/docker.argv", "a") as log:
    print(json.dumps(sys.argv[1:]), file=log)
os.execv("$real", sys.argv)
END
chmod 755 "$work/bin/docker"
WORK=$work NETNS=$(cat "$work/a/netns") GROUP=$uids BOTTLE=$bottle USER_ID=$(uid 1)
export WORK NETNS GROUP BOTTLE USER_ID
python3 -I "$here/hostile.py"
