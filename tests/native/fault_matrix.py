#!/usr/bin/python3 -I
"""Every step of a launch and a stop times every fault of the engine and of smolvm; called by fault_matrix.t.

The steps are those that a good launch and a good stop make: requests that a proxy before the real engine counts, and
commands of the scripted smolvm. Then one cell at a time: a fault at one step, and what is asked is that the command
ends within the step's deadline and its undo, with an exit code of CODES, and that nothing is left: at once where it
says so or succeeds in stopping, else after the `bottle stop` and `bottle gc -f` of somebody who reads what it says.
Left over is every container, network, record, process and file that a good launch and stop do not leave."""
import collections
import http.client
import json
import os
import queue
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.path.insert(0, HERE)
import faultproxy  # noqa: E402

WORK, NETNS, GROUP = os.environ["WORK"], os.environ["NETNS"], int(os.environ["GROUP"])
FIRST_UID = int(os.environ["FIRST_UID"])
SAY = bool(os.environ.get("SAY"))  # what each command said
BOTTLE = os.environ["BOTTLE"]
WORKERS = int(os.environ.get("WORKERS", "6"))
LONGEST = int(os.environ.get("LONGEST", "64"))  # seconds; a step with a longer deadline is not held up
SLACK = 75  # seconds for the undo, on a loaded host

# Seconds, of the enums in frontend/port: what a step may take before it is given up.
DEADLINES = [("GET /_ping", 10), ("HEAD /_ping", 600), ("GET /images/get", 600), ("GET /events", 10), ("GET ", 15),
             ("POST ", 180), ("DELETE ", 180), ("version", 30), ("pack", 1800), ("create", 300), ("start", 180),
             ("exec", 64), ("stop", 60), ("delete", 60)]
VM_FAULTS = {
    "hold": ("delay", "100000", "it hangs"),
    "fail": ("", "", "it fails with a message"),
    "kill": ("kill", "", "it dies by a signal before it did anything"),
    "then-kill": ("then-kill", "", "it dies by a signal after it did everything"),
    "garbage": ("garbage", "", "it does its work and prints bytes"),
    "nothing": ("nothing", "", "it does nothing, says nothing, and succeeds"),
    "old": (None, "1.9.3", "another version answers"),
}
VM_STEPS = {"launch": ["version", "pack", "create", "start", "exec"], "stop": ["stop", "delete"]}
# 69 unavailable, 73 cannot create, 75 try again, 77 refused, 124 deadline; 65: an image that is said to be none.
# 0 where the fault changes nothing: something else stood in for it, or it was the last word of what had been done.
CODES = {"hold": {124, 0}, None: {0, 65, 69, 73, 75, 77}}


class EngineHTTP(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(WORK + "/a.sock")


def engine_list(path):
    connection = EngineHTTP("docker", timeout=60)
    connection.request("GET", path)
    answer = json.load(connection.getresponse())
    connection.close()
    return answer


class Worker:
    """A user with a home and a proxy of their own, who has one bottle."""

    def __init__(self, number):
        self.name, self.uid = f"m{number}", FIRST_UID + number
        self.home, self.sock = f"{WORK}/m{number}", f"{WORK}/m{number}.sock"
        os.makedirs(self.home + "/faults")
        for folder in (self.home, self.home + "/faults"):
            os.chown(folder, self.uid, self.uid)
        self.proxy = faultproxy.Proxy(self.sock, WORK + "/a.sock", GROUP)
        self.baseline = set()

    def run(self, *words, limit=60):
        """(exit code, or None when it had to be killed; stderr; stdout; seconds)"""
        begin = time.monotonic()
        child = subprocess.Popen(
            ["nsenter", "--net=/run/netns/" + NETNS, "setpriv", "--reuid", str(self.uid), "--regid", str(self.uid),
             "--groups", str(GROUP), "env", "-i", "-C", "/", "HOME=" + self.home,
             "PATH=" + WORK + "/bin:/usr/bin:/bin:/usr/local/bin", "DOCKER_HOST=unix://" + self.sock, BOTTLE, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        try:
            out, err = child.communicate(timeout=limit)
            code = child.returncode
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            out, err = child.communicate()
            code = None
        return code, err.decode(errors="replace"), out.decode(errors="replace"), time.monotonic() - begin

    def launch(self, limit=60):
        return self.run("launch", "--image", "agent", "--bundle-image", "bundle", "--memory", "512", "--cpus", "1",
                        self.name, limit=limit)

    def fault(self, name, text):
        path = f"{self.home}/faults/{name}"
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        os.chown(path, self.uid, self.uid)

    def no_faults(self):
        self.proxy.arm(None, 0, None)
        for name in os.listdir(self.home + "/faults"):
            os.unlink(f"{self.home}/faults/{name}")

    def files(self):
        found = set()
        for folder, folders, files in os.walk(self.home):
            found.update(os.path.join(folder, name) for name in folders + files)
        for name in os.listdir("/tmp"):
            try:
                if os.lstat("/tmp/" + name).st_uid == self.uid:
                    found.add("/tmp/" + name)
            except OSError:
                pass
        return {path for path in found if "/faults/" not in path and not path.endswith(("-wal", "-shm", "-journal"))}

    def processes(self):
        found = []
        for pid in os.listdir("/proc"):
            try:
                if pid.isdigit() and os.stat("/proc/" + pid).st_uid == self.uid:
                    with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
                        zombie = file.read().rsplit(")", 1)[1].split()[0] == "Z"
                    with open(f"/proc/{pid}/cmdline", encoding="latin-1") as file:
                        line = file.read().replace("\0", " ")
                    if not zombie:
                        found.append(f"process {pid} {line[:100]}")
            except (OSError, IndexError):
                pass
        return found

    def leftovers(self):
        left = self.processes() + ["file " + path for path in sorted(self.files() - self.baseline)]
        for container in engine_list("/containers/json?all=1"):
            if any(name == "/bot-bottle-sidecars-" + self.name for name in container["Names"]):
                left.append("container " + container["Names"][0])
        for network in engine_list("/networks"):
            if network["Name"] == "bot-bottle-bundle-" + self.name:
                left.append("network " + network["Name"])
        database = self.home + "/.local/share/smolvm/server/smolvm.db"
        if os.path.exists(database):
            with sqlite3.connect(database, timeout=15) as db:
                left += ["row " + name for (name,) in db.execute("SELECT name FROM vms")]
            db.close()
        return left

    def settled(self, seconds):
        """What is left after so long at most: a supervisor that was told needs a moment."""
        end = time.monotonic() + seconds
        while True:
            left = self.leftovers()
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.1)

    def lost(self, seconds):
        """Why the supervisor says that it ended the bottle, after so long at most."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with open(f"{self.home}/.local/state/bottle/{self.name}/journal", encoding="utf-8") as file:
                    for line in file.read().split("\n")[:-1]:
                        if json.loads(line)["event"] == "lost":
                            return json.loads(line)["why"]
            except OSError:
                pass
            time.sleep(0.1)
        return ""

    def purge(self):
        """After a failure, so that the next cell is judged by itself."""
        self.no_faults()
        for line in self.processes():
            try:
                os.kill(int(line.split()[1]), signal.SIGKILL)
            except OSError:
                pass
        docker = ["docker", "-H", f"unix://{WORK}/a.sock"]
        subprocess.run(docker + ["rm", "-f", "bot-bottle-sidecars-" + self.name], capture_output=True, check=False)
        subprocess.run(docker + ["network", "rm", "bot-bottle-bundle-" + self.name], capture_output=True, check=False)
        for name in os.listdir(self.home):
            if name != "faults":
                path = f"{self.home}/{name}"
                shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def deadline_of(step):
    return next(seconds for prefix, seconds in DEADLINES if step.startswith(prefix))


Cell = collections.namedtuple("Cell", "command step nth fault")


def label(cell):
    nth = f" #{cell.nth}" if cell.nth > 1 else ""
    return f"{cell.command}: {cell.step}{nth}, {cell.fault}"


def judge(worker, cell):
    """(problems, what to print of the cell, seconds)"""
    problems, engine = [], cell.nth > 0
    limit = (deadline_of(cell.step) if cell.fault == "hold" else 30) + SLACK
    if cell.step in ("HEAD /_ping", "GET /images/get", "pack") or \
            (cell.command, cell.step, cell.nth) == ("launch", "GET /_ping", 2):
        shutil.rmtree(worker.home + "/.cache/bot-bottle/smolmachines", ignore_errors=True)
    if cell.command == "stop":
        code, err, _, _ = worker.launch()
        if code != 0:
            return [f"the launch before it failed: {code} {err}"], "?", 0
    if engine:
        worker.proxy.arm(cell.step, cell.nth, cell.fault)
    else:
        name, text, _ = VM_FAULTS[cell.fault]
        worker.fault("old-version" if name is None else ".".join(filter(None, (cell.step, name))), text)
    code, err, out, seconds = worker.launch(limit) if cell.command == "launch" else \
        worker.run("stop", worker.name, limit=limit)
    if engine and not worker.proxy.fired.is_set():
        problems.append("the step was not reached")
    worker.no_faults()
    if code is None:
        problems.append(f"it did not end within {limit} s")
    elif code not in CODES.get(cell.fault, CODES[None]):
        problems.append(f"exit code {code}")
    if code == 0 and cell.command == "launch" and "verified" not in out:
        problems.append("success without a verdict")
    if code and len(re.findall(r"(?m)^bottle: ", err)) < 1:
        problems.append("no error was printed")
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", err + out):
        problems.append("a control character was printed")
    if cell.step.startswith("GET /events") and cell.fault in ("badjson", "gig"):
        # A launch may be ready before the supervisor has read enough to know: then the bottle's own record says it.
        if not re.search(r"(?m)^  why +the eng", err) if code else not worker.lost(30).startswith("the eng"):
            problems.append("it is not said why the supervisor ended the VM")
    mark = str(code)
    says_nothing_left = re.search(r"(?m)^  left +nothing", err) is not None
    if (cell.command == "stop" and code == 0) or says_nothing_left:
        left = worker.settled(6)
        if left:
            problems.append("at once is left: " + "; ".join(left))
    elif code != 0 and worker.settled(1):
        mark += "+"
        if not re.search(r"(?m)^  left ", err) or not re.search(r"(?m)^  next .*bottle (stop|gc)", err):
            problems.append("something is left, and it is not said what, or what to do")
    after, why, _, _ = worker.run("stop", worker.name)
    gc, gc_why, _, _ = worker.run("gc", "-f")
    if after not in (0, 65) or gc != 0:
        problems.append(f"stop {after}, gc {gc}: {why} {gc_why}")
    left = worker.settled(6)
    if left:
        problems.append("is left: " + "; ".join(left))
    if SAY:
        print("\n".join("#   " + line for line in err.splitlines()))
    if problems:
        problems.append("it said: " + err)
        worker.purge()
        worker.baseline = set()
        learn(worker)
    return problems, mark, seconds


def learn(worker):
    """A good launch and stop: the steps, and what they leave."""
    worker.proxy.arm(None, 0, None)
    code, err, _, _ = worker.launch()
    launch_steps, stop_steps = list(worker.proxy.log), []
    if code == 0:
        worker.proxy.arm(None, 0, None)
        code, err, _, _ = worker.run("stop", worker.name)
        stop_steps = list(worker.proxy.log)
    if code != 0:
        print(f"Bail out! a good launch or stop of {worker.name} fails: {code} {err}", flush=True)
        os._exit(99)
    worker.run("gc", "-f")
    worker.settled(6)
    worker.baseline = worker.files()
    return launch_steps, stop_steps


def cells_of(launch_steps, stop_steps):
    """All that there are, and those that are left out with the reason."""
    cells, left_out = [], []
    for command, steps in (("launch", launch_steps), ("stop", stop_steps)):
        for step, nth in steps:
            cells += [Cell(command, step, nth, fault) for fault in faultproxy.FAULTS]
        for step in VM_STEPS[command]:
            cells += [Cell(command, step, 0, fault) for fault in VM_FAULTS if (fault != "old") or step == "version"]
    for cell in list(cells):
        why = None
        if cell.fault == "hold" and deadline_of(cell.step) > LONGEST:
            why = f"its deadline of {deadline_of(cell.step)} s is longer than {LONGEST} s"
        elif cell.fault == "gig" and cell.step == "GET /images/get":
            why = "an archive may be as large"
        elif cell.fault in ("fail", "nothing") and cell.step == "version" and cell.fault == "fail":
            why = "the stand-in has none"
        if why:
            cells.remove(cell)
            left_out.append((cell, why))
    cells.sort(key=lambda cell: -deadline_of(cell.step) if cell.fault == "hold" else 0)
    return cells, left_out


def print_matrix(results, steps):
    faults = list(faultproxy.FAULTS) + [fault for fault in VM_FAULTS if fault not in faultproxy.FAULTS]
    print("# " + " " * 44 + "".join(f"{fault:>10}" for fault in faults))
    for command, step, nth in steps:
        row = "".join(f"{results.get(Cell(command, step, nth, fault), '-'):>10}" for fault in faults)
        print(f"# {command + ': ' + step + (f' #{nth}' if nth > 1 else ''):<44}{row}")
    print("# a cell is the exit code; + something was left that the error named, and stop or gc removed; - not run")


def main():
    workers = [Worker(number) for number in range(WORKERS)]
    launch_steps, stop_steps = learn(workers[0])
    for worker in workers[1:]:
        learn(worker)
    only = os.environ.get("ONLY")
    cells, left_out = cells_of(launch_steps, stop_steps)
    if only:
        cells = [cell for cell in cells if re.search(only, label(cell))]
    todo, done, lock = queue.Queue(), {}, threading.Lock()
    for cell in cells:
        todo.put(cell)
    count = collections.Counter()

    def work(worker):
        while True:
            try:
                cell = todo.get_nowait()
            except queue.Empty:
                return
            try:
                problems, mark, seconds = judge(worker, cell)
            except Exception as error:  # a broken test is a failed one
                problems, mark, seconds = [repr(error)], "!", 0
            with lock:
                done[cell] = mark + ("!" if problems else "")
                count["run"] += 1
                count["bad"] += bool(problems)
                print(f"{'not ' if problems else ''}ok {count['run']} - {label(cell)}: {mark} after {seconds:.1f} s, "
                      f"{'' if problems else '0 leaks'}", flush=True)
                for problem in problems:
                    print("\n".join("#   " + line for line in problem.splitlines()), file=sys.stderr, flush=True)

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    steps = [("launch", *step) for step in launch_steps] + [("launch", step, 0) for step in VM_STEPS["launch"]] + \
        [("stop", *step) for step in stop_steps] + [("stop", step, 0) for step in VM_STEPS["stop"]]
    print_matrix(done, steps)
    for why, number in collections.Counter(why for _, why in left_out).items():
        print(f"# not run: {number}, {why}")
    print(f"# {len(steps)} steps, {count['run']} cells run, {len(left_out)} not, {count['bad']} bad")
    print(f"1..{count['run']}")
    sys.exit(count["bad"] > 0 or count["run"] == 0)


main()
