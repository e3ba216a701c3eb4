#!/usr/bin/python3 -I
"""What the tool does today whose backend this is, as its documents describe it; lines of our own, for comparison.

    reference_docker.py allocate    prints the lowest address of the pool that no running bundle has published on
    reference_docker.py ps          prints name, state and address of every running bundle

One `docker ps` filtered by the bundles' prefix, then one `docker inspect` a container; allocation under a file lock."""
import fcntl
import json
import os
import pathlib
import subprocess
import sys

PREFIX = "bot-bottle-sidecars-"
POOL = ["127.0.0.%d" % octet for octet in range(16, 32)]


def ask(*argv):
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def names():
    out = ask("docker", "ps", "--filter", "name=" + PREFIX, "--format", "{{.Names}}")
    return [line.strip() for line in out.splitlines() if line.strip()]


def host_ips(bindings):
    return {one["HostIp"] for ports in (bindings or {}).values() for one in ports or [] if one.get("HostIp")}


def allocate():
    lock = pathlib.Path(os.environ["HOME"], ".cache", "bot-bottle", "smolmachines.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        used = set()
        for name in names():
            bindings = ask("docker", "inspect", name, "--format", "{{json .HostConfig.PortBindings}}")
            used |= host_ips(json.loads(bindings or "{}"))
        left = [address for address in POOL if address not in used]
    if not left:
        sys.exit("the pool is exhausted")
    print(left[0])


def ps():
    for name in names():
        found = ask("docker", "inspect", name, "--format",
                    "[{{json .State.Status}}, {{json .HostConfig.PortBindings}}]")
        state, bindings = json.loads(found or '["gone", {}]')
        print(name.removeprefix(PREFIX), state, " ".join(sorted(host_ips(bindings))))


{"allocate": allocate, "ps": ps}[sys.argv[1]]()
