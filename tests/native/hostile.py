#!/usr/bin/python3 -I
"""Hostile values in every place of a bottle.yaml, on the command line and in the environment; called by hostile.t.

Each is launched for real, up to where it is refused. Every argument vector that the docker command and smolvm get is
read back and parsed by the grammar of what this program means to say: where an option may stand is one that is meant,
and a value that came from outside stands as a value, unchanged. A value that `launch --dry-run` takes is launched in
one of STRIDE (8) cases only; 1 is all of them, for half an hour."""
import http.client
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys

WORK, NETNS, GROUP, UID = os.environ["WORK"], os.environ["NETNS"], int(os.environ["GROUP"]), int(os.environ["USER_ID"])
BOTTLE = os.environ["BOTTLE"]
STRIDE = int(os.environ.get("STRIDE", "8"))
PWNED = WORK + "/project/pwned"
MEGABYTE = "x" * (1 << 20)

# Words that a shell, printf, getopt, docker or a path would act on. Folders and files of these names exist.
WORDS = {
    "an option": "--privileged", "a short option": "-v", "an option with a value": "--volume=/:/x",
    "a double dash": "--", "a dash": "-", "a parent": "../../..", "a command": f"$(touch {PWNED})",
    "backquotes": f"`touch {PWNED}`", "a semicolon": f";touch {PWNED};", "a format": "%s%n%s%n", "a space": "a b",
    "a newline": "a\nb", "a carriage return": "a\rb", "an escape": "a\x1b[2Jb", "a NUL": "a\0b",
    "a quote": "a\"b'c", "a colon": "a:/b", "a comma": "a,readonly=false", "an equals": "a=b", "a glob": "*",
    "no UTF-8": "a\udcffb", "nothing": "", "a megabyte": MEGABYTE,
}
# Where in a bottle.yaml; @ is the value, as a quoted scalar.
PLACES = {
    "name": "name: @", "agent.image": "agent: {image: @}", "agent.dockerfile": "agent: {dockerfile: @}",
    "agent.pack": "agent: {pack: @}", "agent.env value": "agent: {image: agent, env: {A: @}}",
    "agent.env name": "agent: {image: agent, env: {@: x}}", "agent.secret_env": "agent: {image: agent, secret_env: [@]}",
    "agent.mounts host": "agent: {image: agent, mounts: [{host: @, guest: /w}]}",
    "agent.mounts guest": "agent: {image: agent, mounts: [{host: src, guest: @}]}",
    "agent.cpus": "agent: {image: agent, cpus: @}", "bundle.image": "bundle: {image: @}",
    "bundle.daemons": "bundle: {image: bundle, daemons: [@]}",
    "bundle.env value": "bundle: {image: bundle, env: {A: @}}", "bundle.env name": "bundle: {image: bundle, env: {@: x}}",
    "bundle.forward_env": "bundle: {image: bundle, forward_env: [@]}",
    "bundle.mounts host": "bundle: {image: bundle, mounts: [{host: @, container: /p}]}",
    "bundle.mounts container": "bundle: {image: bundle, mounts: [{host: src, container: @}]}",
    "bundle.publish": "bundle: {image: bundle, publish: {proxy: @}}", "backend": "backend: @", "a key": "@: 1",
}
FILES = {"agent.dockerfile": "/Dockerfile", "--dockerfile": "/Dockerfile", "--mount": ":/w"}  # follows the value
FLAGS = ["--image", "--bundle-image", "--pack", "--dockerfile", "--mount", "-e", "--publish", "--cpus", "--engine", "-f",
         "--verify", "name"]
# Each group has the same value at once.
VARIABLES = [["XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"], ["DOCKER_CONFIG"], ["DOCKER_CONTEXT"],
             ["TMPDIR", "LANG", "TERM", "SMOLVM_DATA_DIR", "SSH_AUTH_SOCK", "NO_COLOR", "USER"], ["DOCKER_HOST"], ["HOME"],
             ["PATH"]]
CODES = {0, 64, 65, 69, 73, 75, 77, 78}
count = failed = accepted = skipped = 0


class Engine(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(WORK + "/a.sock")


def engine_list(path):
    connection = Engine("docker", timeout=60)
    connection.request("GET", path)
    answer = json.load(connection.getresponse())
    connection.close()
    return answer


def ok(problems, name):
    global count, failed
    count += 1
    failed += bool(problems)
    print(f"{'not ' if problems else ''}ok {count} - {name}", flush=True)
    for problem in problems:
        print("#   " + ascii(problem)[:600], file=sys.stderr, flush=True)


def run(*words, env=None, home=None):
    home = home or WORK + "/h"
    variables = {"HOME": home, "PATH": WORK + "/bin:/usr/bin:/bin", "DOCKER_HOST": "unix://" + WORK + "/a.sock", "TOKEN": "t"}
    variables.update(env or {})
    line = ["nsenter", "--net=/run/netns/" + NETNS, "setpriv", "--reuid", str(UID), "--regid", str(UID), "--groups",
            str(GROUP), "env", "-i", "-C", WORK + "/project", *(f"{k}={v}" for k, v in variables.items()), *words]
    done = subprocess.run([os.fsencode(word) for word in line], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=120, check=False)
    return done.returncode, done.stdout, done.stderr


def vectors(home):
    """What smolvm and docker were given since the last look."""
    found = []
    for program in ("smolvm", "docker"):
        path = f"{home}/{program}.argv"
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                found += [(program, json.loads(line)) for line in file]
            os.unlink(path)
    return found


SMOLVM = {  # verb: options with a value, options without
    "create": ({"--name", "--from", "--cpus", "--mem", "--volume", "--env"}, set()), "start": ({"--name"}, set()),
    "stop": ({"--name", "--timeout"}, set()), "delete": ({"--name"}, {"--force"}), "ls": (set(), {"--json"}),
    "exec": ({"--name", "--user", "--workdir", "--env", "--secret-env"}, {"--stream"}),
}


def misread(program, argv):
    """Why ARGV is not what was meant, or None."""
    if program == "docker":
        if argv[:2] != ["-H", f"unix://{WORK}/a.sock"]:
            return "another engine"
        if argv[2] == "save":
            return None if argv[3:4] == ["--"] and len(argv) == 5 else "save"
        if argv[2] == "build":
            return None if argv[3].startswith("--file=/") and re.fullmatch("--tag=[a-z0-9:./-]+", argv[4]) and \
                argv[5] == "--" and argv[6].startswith("/") and len(argv) == 7 else "build"
        return "another command"
    if argv[:3] == ["pack", "create", "--image"]:
        return None if argv[3].startswith("/") and argv[4] == "--output" and argv[5].startswith("/") and len(argv) == 6 \
            else "pack create"
    if argv[0] != "machine" or argv[1] not in SMOLVM:
        return "another command"
    (values, flags), rest = SMOLVM[argv[1]], argv[2:]
    while rest:
        word = rest.pop(0)
        if word == "--":
            break
        if word in values:
            value = rest.pop(0)
            if value.startswith("-") or value == "":
                return f"{word} {value!r}"
            if word == "--volume" and not re.fullmatch(r"/[^:]*:/[^:]*(:ro)?", value, re.S):
                return f"a volume {value!r}"
            if word in ("--name", "--from") and not re.fullmatch(r"bot-bottle-[a-z0-9-]+|/.*", value, re.S):
                return f"{word} {value!r}"
        elif word not in flags:
            return f"the option {word!r}"
    return None


def leftovers(home):
    left = [container["Names"][0] for container in engine_list("/containers/json?all=1")]
    left += [network["Name"] for network in engine_list("/networks") if "bot-bottle" in network["Name"]]
    for path in (home + "/.local/share/smolvm/server/smolvm.db",):
        if os.path.exists(path):
            with sqlite3.connect(path, timeout=15) as db:
                left += [name for (name,) in db.execute("SELECT name FROM vms")]
            db.close()
    return left


def judge(name, words, env=None, home=None):
    """`bottle launch WORDS`, as a plan and, when it would be done, for real."""
    global accepted, skipped
    home = home or WORK + "/h"
    code, out, err = run(BOTTLE, "launch", "--dry-run", *words, env=env, home=home)
    if code == 0:
        accepted += 1
        if accepted % STRIDE == 0:
            code, out, err = run(BOTTLE, "launch", *words, env=env, home=home)
        else:
            skipped += 1
            name += ", as a plan"
    problems = []
    if code not in CODES:
        problems.append(f"exit code {code}: {err!r}")
    if code != 0 and len(re.findall(rb"(?m)^bottle: (?!warning)", err)) != 1:
        problems.append(f"not one error: {err!r}")
    if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", out + err):
        problems.append(f"a control character: {out!r} {err!r}")
    if len(out + err) > 200000:
        problems.append(f"{len(out + err)} bytes are printed")
    if code == 0:
        stop, _, why = run(BOTTLE, "stop", "--all", env=env, home=home)
        if stop != 0:
            problems.append(f"stop: {why!r}")
    for program, argv in vectors(home):
        why = misread(program, argv)
        if why:
            problems.append(f"{program} got {why}: {argv!r}")
    left = leftovers(home)
    if left:
        problems.append(f"left: {left}")
        run(BOTTLE, "stop", "--all", home=home)
        run(BOTTLE, "gc", "-f", home=home)
    if os.path.exists(PWNED):
        problems.append("a shell ran it")
        os.unlink(PWNED)
    ok(problems, f"{name}: {code}")


def scalar(value):
    """VALUE as a double-quoted scalar of YAML, or as it is when YAML cannot say it."""
    if "\udcff" in value:
        return '"' + value + '"'
    return json.dumps(value)


def in_yaml(place, template, word, value):
    lines = ["version: 1", template.replace("@", scalar(value + FILES.get(place, "")))]
    if not template.startswith("agent:"):
        lines.append("agent: {image: agent}")
    if not template.startswith("bundle:"):
        lines.append("bundle: {image: bundle}")
    if place != "name":
        lines.append("name: web")
    with open(WORK + "/project/bottle.yaml", "wb") as file:
        file.write(os.fsencode("\n".join(lines) + "\n"))
    os.chown(WORK + "/project/bottle.yaml", UID, UID)
    run(BOTTLE, "trust", "bottle.yaml")
    judge(f"bottle.yaml, {place}: {word}", [])


def together():
    """What is taken as a value arrives as that value."""
    values = {f"A{number}": value for number, (word, value) in enumerate(WORDS.items())
              if not re.search("[\0-\x08\x0b-\x1f\udcff]", value) and len(value) < 100000}
    with open(WORK + "/project/bottle.yaml", "w", encoding="utf-8") as file:
        json.dump({"version": 1, "name": "web", "agent": {"image": "agent", "env": values}, "bundle": {"image": "bundle"}},
                  file)
    os.chown(WORK + "/project/bottle.yaml", UID, UID)
    run(BOTTLE, "trust", "bottle.yaml")
    code, _, err = run(BOTTLE, "launch")
    given = [argv for _, argv in vectors(WORK + "/h") if argv[:2] == ["machine", "create"]]
    want = {f"{name}={value}" for name, value in values.items()}
    got = {value for argv in given for option, value in zip(argv, argv[1:]) if option == "--env"}
    ok([] if code == 0 and want <= got else [f"{code} {err!r}", sorted(want - got)],
       f"bottle.yaml, agent.env: {len(values)} such values at once arrive as they are")
    run(BOTTLE, "stop", "--all")


def make_places():
    """What the words name, so that a check of existence does not save the day."""
    os.makedirs(WORK + "/project/src")
    for value in WORDS.values():
        if value and "\0" not in value and "/" not in value and len(value) < 200 and value not in (".", ".."):
            os.makedirs(os.fsencode(f"{WORK}/project/{value}"), exist_ok=True)
            with open(os.fsencode(f"{WORK}/project/{value}/Dockerfile"), "w", encoding="ascii") as file:
                file.write("FROM agent\n")
    for folder, _, _ in os.walk(os.fsencode(WORK + "/project")):
        os.chown(folder, UID, UID)


def main():
    os.makedirs(WORK + "/h/faults")
    for path in (WORK + "/h", WORK + "/h/faults"):
        os.chown(path, UID, UID)
    with open(WORK + "/h/faults/log-argv", "w", encoding="ascii"):
        pass
    make_places()
    code, _, err = run(BOTTLE, "launch", "--image", "agent", "--bundle-image", "bundle", "web")
    given = vectors(WORK + "/h")
    ok([f"{code} {err!r}"] if code else [], "control: a harmless launch succeeds")
    ok([] if {program for program, _ in given} == {"smolvm", "docker"} else [given], "control: and both are recorded")
    ok([] if all(misread(*one) is None for one in given) else [given], "control: as they are meant")
    wrong = [("smolvm", ["machine", "create", "--name", "--privileged"]), ("docker", ["-H", "unix:///x", "save", "--", "a"]),
             ("docker", ["-H", f"unix://{WORK}/a.sock", "save", "--output=/x", "a"]),
             ("smolvm", ["machine", "create", "--name", "bot-bottle-web", "--allow-cidr", "0.0.0.0/0"]),
             ("smolvm", ["machine", "create", "--volume", "/a:/b:/c"])]
    ok([one for one in wrong if misread(*one) is None], "control: what is not meant is seen")
    run(BOTTLE, "stop", "--all")
    for place, template in PLACES.items():
        for word, value in WORDS.items():
            in_yaml(place, template, word, value)
    os.unlink(WORK + "/project/bottle.yaml")
    base = {"--image": "agent", "--bundle-image": "bundle"}
    for flag in FLAGS:
        for word, value in WORDS.items():
            if "\0" in value or len(value) > 100000:
                continue  # no argument vector can say that
            flags = [part for pair in {**base, **({flag: value + FILES.get(flag, "")} if flag != "name" else {})}.items() for part in pair]
            if flag in ("--pack", "--dockerfile"):
                flags = flags[2:]
            judge(f"launch {flag}: {word}", [*flags, value if flag == "name" else "web"])
    for group in VARIABLES:
        for word, value in WORDS.items():
            if "\0" in value or len(value) > 100000:
                continue
            env = dict.fromkeys(group, value)
            if group == ["DOCKER_CONTEXT"]:
                env["DOCKER_HOST"] = ""
            judge(f"{group[0]}{' and others' * (len(group) > 1)}: {word}",
                  ["--image", "agent", "--bundle-image", "bundle", "web"], env)
    together()
    outside = [name for name in os.listdir(WORK) if name.startswith(("smolvm", ".local", ".cache", "bottle"))]
    ok(outside, "nothing was made beside the home and the project")
    print(f"# {count} cases; {accepted} were taken, of which {skipped} were only planned (STRIDE={STRIDE})")
    print(f"1..{count}")
    sys.exit(failed > 0)


main()
