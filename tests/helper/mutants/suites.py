"""Which tests judge a mutant of which file. A suite compiles the changed file, links it with what the others were
compiled to once, and runs programs until one fails."""
import os
import subprocess
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "../../.."))
CC = os.environ.get("CC", "cc")
BUILD = os.environ.get("BUILD", os.path.join(TOP, "build"))
FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-w", "-O0", "-DPOOL_FIRST=16", "-DPOOL_LAST=31", '-DBOTTLE_VERSION="0.0.0"',
         "-I" + TOP + "/helper", "-I" + TOP + "/shared", "-I" + TOP + "/tests", "-I" + TOP + "/frontend/base"]


def passes(argv):
    """Whether a TAP program passes; it is stopped at its first failure, and after 20 seconds."""
    process = subprocess.Popen(argv, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               errors="replace")
    limit = threading.Timer(20, process.kill)
    limit.start()
    good = True
    for line in process.stdout:
        if line.startswith("not ok"):
            good = False
            process.kill()
            break
    process.stdout.close()
    code = process.wait()
    limit.cancel()
    return code == 0 and good


def compiles(argv):
    return subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/").returncode == 0


class Linux:
    """The model of Linux, then the unit tests of the file's own."""
    model = os.path.join(TOP, "tests/helper/model")
    flags = FLAGS + ["-I" + model, "-I" + os.path.join(BUILD, "netd")]
    helper = ["helper/bottle-netd.c", "helper/os_linux.c", "helper/privilege_linux.c", "helper/report.c",
              "helper/request.c", "shared/addr.c", "shared/pool.c"]
    parts = ["model", "traces", "faults", "behaviour", "rivals", "machine", "rights", "files", "lo"]
    units = {"helper/request.c": "tests/helper/request.c", "helper/report.c": "tests/helper/report.c",
             "shared/addr.c": "tests/shared/addr.c", "shared/pool.c": "tests/shared/pool.c"}
    ready = False

    def __init__(self, name):
        self.name = name

    def compile(self, source, out, renamed=True):
        include = ["-include", self.names] if renamed else []
        return compiles([CC] + self.flags + include + ["-c", "-o", out, source])

    def prepare(self, build):
        if Linux.ready:
            return
        # The same header, compiled before: most of a mutant's time is spent in the system's headers.
        Linux.names = os.path.join(build, "names.h")
        with open(self.names, "w", encoding="utf-8") as file:
            file.write('#include "%s/names.h"\n' % self.model)
        compiles([CC] + self.flags + ["-x", "c-header", "-o", self.names + ".gch", self.names])
        done = [self.compile(os.path.join(TOP, name), os.path.join(build, os.path.basename(name) + ".o"))
                for name in self.helper]
        done += [compiles([CC] + self.flags + ["-O1", "-c", "-o", os.path.join(build, part + ".part.o"),
                                               os.path.join(self.model, part + ".c")]) for part in self.parts]
        if not all(done):
            raise SystemExit("the model does not compile")
        Linux.ready = True

    def __call__(self, path, work, build):
        own = os.path.join(work, "mutant.o")
        program = os.path.join(work, "program")
        if not self.compile(path, own):
            return "does not compile"
        objects = [os.path.join(build, os.path.basename(name) + ".o") for name in self.helper if name != self.name]
        objects += [os.path.join(build, part + ".part.o") for part in self.parts]
        if not compiles([CC, "-o", program, own] + objects):
            return "does not compile (link)"
        if not passes([program, self.model + "/golden"]):
            return "killed by the model"
        unit = self.units.get(self.name)
        if unit is not None:
            sources = [path if name == self.name else os.path.join(TOP, name) for name in
                       ("helper/request.c", "shared/addr.c", "shared/pool.c", "frontend/base/address.c")]
            sources += [path] if self.name == "helper/report.c" else []
            if not compiles([CC] + self.flags + ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-o", program, os.path.join(TOP, unit)] + sources):
                return "killed by the unit test's link"
            if not passes([program]):
                return "killed by " + unit
        return "survives"


class Darwin:
    """The model of xnu, by its own build script, which compiles the two Darwin sources anew each time."""
    script = os.path.join(TOP, "tests/helper/darwin/build.sh")
    sources = ["helper/os_darwin.c", "helper/privilege_darwin.c"]

    def __init__(self, name):
        self.name = name

    def prepare(self, build):
        os.makedirs(os.path.join(build, "darwin"), exist_ok=True)

    def __call__(self, path, work, build):
        program = os.path.join(work, "program")
        sources = [path if name == self.name else os.path.join(TOP, name) for name in self.sources]
        environment = dict(os.environ, OBJ=os.path.join(build, "darwin"))
        if subprocess.run(["sh", self.script, program] + sources, env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode != 0:
            return "does not compile"
        return "survives" if passes([program]) else "killed by the model of xnu"


class Filter:
    """The generator: what it makes is interpreted by filter_judge, what it says is read. No filter is installed."""
    judge = os.path.join(TOP, "tests/helper/filter_judge.c")

    def __init__(self, name):
        pass

    def prepare(self, build):
        pass

    def __call__(self, path, work, build):
        folder = os.path.join(work, "netd")
        os.makedirs(folder)
        generator = os.path.join(folder, "filter_gen")
        header = os.path.join(folder, "netd_filter.h")
        program = os.path.join(work, "program")
        if not compiles([CC] + FLAGS + ["-o", generator, path, "-lseccomp"]):
            return "does not compile"
        with open(header, "w", encoding="utf-8") as out:
            if subprocess.run([generator, "x86_64"], stdout=out, stderr=subprocess.DEVNULL).returncode != 0:
                return "killed by its own exit code"
        if not compiles([CC] + FLAGS + ["-O2", "-I" + folder, "-o", program, self.judge]):
            return "killed by the compiler of its output"
        if not passes(["env", "BUILD=" + work, program]):
            return "killed by filter_judge"
        script = os.path.join(TOP, "tests/helper/filter_gen.t")
        return "survives" if passes(["env", "BUILD=" + BUILD, "FILTER_GEN=" + generator, "sh", script]) else \
            "killed by filter_gen.t"


SUITES = {name: Linux(name) for name in Linux.helper}
SUITES.update({name: Darwin(name) for name in Darwin.sources})
SUITES["helper/filter_gen.c"] = Filter("helper/filter_gen.c")
FILES = list(SUITES)


def suite_of(name):
    if name not in SUITES:
        raise SystemExit("%s: no suite for it; known: %s" % (name, " ".join(FILES)))
    return SUITES[name]
