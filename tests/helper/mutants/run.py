"""Changes each condition, constant and step of the helper in turn, and runs the tests that need no kernel.

    run.py [-v] [-j JOBS] [FILE...]

Every change must be noticed, or stand in the file `survivors` with the reason why nothing can notice it. A line
there that is not needed (any more) is an error too. One line a source file; a line for each change with -v.
"""
import argparse
import collections
import concurrent.futures
import os
import shutil
import sys
import tempfile
import time

from mutate import mutants
from suites import suite_of, FILES

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(HERE, "../../.."))


def read_survivors():
    """{(file, line's text, change, which of these): reason}"""
    found = {}
    with open(os.path.join(HERE, "survivors"), encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.startswith("#"):
                continue
            part = [p.strip() for p in line.rstrip("\n").split("\t")]
            if len(part) != 5 or not part[4]:
                sys.exit("survivors:%d: want FILE, LINE, CHANGE, WHICH, REASON" % number)
            found[(part[0], part[1], part[2], int(part[3]))] = part[4]
    return found


def name_mutants(name, text):
    """The mutants of a file with a name each that survives a change elsewhere in the file."""
    lines = text.split("\n")
    seen = collections.Counter()
    for number, change, mutated in mutants(text):
        key = (name, lines[number - 1].strip(), change)
        seen[key] += 1
        yield key + (seen[key],), number, mutated


def judge(job):
    """What became of one mutant: "killed by ...", "does not compile" or "survives"."""
    name, mutated, build = job
    with tempfile.TemporaryDirectory(prefix="mutant-") as work:
        path = os.path.join(work, os.path.basename(name))
        with open(path, "w", encoding="utf-8") as file:
            file.write(mutated)
        return suite_of(name)(path, work, build)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("-v", action="store_true")
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", default=FILES)
    options = parser.parse_args()
    build = tempfile.mkdtemp(prefix="mutants-")
    survivors = read_survivors()
    total = collections.Counter()
    begin = time.monotonic()
    bad = []
    try:
        for name in options.files:
            with open(os.path.join(TOP, name), encoding="utf-8") as file:
                text = file.read()
            suite = suite_of(name)
            suite.prepare(build)
            if suite(os.path.join(TOP, name), build, build) != "survives":
                sys.exit("%s: the tests fail without any change" % name)
            named = list(name_mutants(name, text))
            count = collections.Counter(made=len(named))
            with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
                fates = list(pool.map(judge, ((name, mutated, build) for _, _, mutated in named)))
            for (key, number, _), fate in zip(named, fates):
                kind = fate.split(" ")[0]
                reason = survivors.pop(key, None)
                if kind == "survives" and reason is None:
                    bad.append("%s:%d: nothing notices: %s (%d)  in: %s" % (name, number, key[2], key[3], key[1]))
                elif kind != "survives" and reason is not None:
                    bad.append("%s:%d: in survivors, but %s: %s" % (name, number, fate, key[2]))
                count[kind + (" explained" if kind == "survives" and reason else "")] += 1
                if options.v:
                    print("%s:%d: %s: %s" % (name, number, key[2], fate))
            print("%-27s %4d made, %3d do not compile, %4d killed, %3d survive with a reason, %d unexplained" % (
                name, count["made"], count["does"], count["killed"], count["survives explained"], count["survives"]),
                flush=True)
            total.update(count)
    finally:
        shutil.rmtree(build)
    bad += ["survivors: no such change: %s: %s" % (key[0], key[2]) for key in survivors if key[0] in options.files]
    for line in bad:
        print(line, file=sys.stderr)
    print("# audit: mutants %d made, %d do not compile, %d killed, %d survive with a reason, %d unexplained, %d s" % (
        total["made"], total["does"], total["killed"], total["survives explained"], total["survives"],
        time.monotonic() - begin))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
