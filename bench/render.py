#!/usr/bin/python3 -I
"""The report of the benchmark, made of the results of its parts and of nothing else.

    render.py merge FOLDER > RESULTS    the parts' results in FOLDER (PART.json each) as one document
    render.py page RESULTS > PAGE       docs/performance.md

Each ratio and verdict is computed once more, from the single samples; one that is not what is told is an error.
"""
import json
import os
import statistics
import sys

PARTS = ["helper", "pool", "patch", "launch", "start", "transport", "resident"]
PLOTS = [("goals", "Each goal and what was measured: to the right of the line it is met"),
         ("pool", "Finding a free address and listing the bottles, by the number of bundles"),
         ("patch", "The allowlist patch: every single transaction"),
         ("launch", "The steps of a launch, and of the same by hand"),
         ("transport", "Connections of a bottle, and what lies between, beside a VM with plain --net")]
NEEDS = {"pool": "pool", "patch": "patch", "launch": "start", "transport": "transport"}


def fail(text):
    sys.exit("bench/render.py: " + text)


def same(a, b):
    return abs(a - b) <= 1e-9 * max(abs(a), abs(b), 1)


def judge(result):
    samples = result["samples"]
    for name, one in samples.items():
        if not same(statistics.median(one["values"]), one["median"]):
            fail("%s: the median of %s is not that of its samples" % (result["part"], name))
    for row in result["rows"]:
        ours = samples[row["ours_sample"]]["median"]
        against = samples[row["against_sample"]]["median"] if row["kind"] != "limit" else 1
        kind, goal, told, name = row["kind"], row["goal"], row["measured_text"], "%s: %s" % (result["part"], row["id"])
        measured = against / ours if kind == "faster" else ours / against
        met = None if goal is None else measured >= goal if kind == "faster" else measured <= goal
        if not same(measured, row["measured"]):
            fail("%s was measured as %r, its samples say %r" % (name, row["measured"], measured))
        if met is not row["met"]:
            fail("%s: met is %r, its samples say %r" % (name, row["met"], met))
        if met is False and "why" not in row:
            fail(name + ": missed without a reason")
        if kind == "limit":
            right = told == row["ours_text"]
        else:
            right = abs(float(told.rstrip("x")) - measured) <= 0.006 + 0.01 * measured
        if not right:
            fail("%s: %s is told, %r was measured" % (name, told, measured))


def merge(folder):
    results = []
    for part in PARTS:
        path = os.path.join(folder, part + ".json")
        if os.path.exists(path):
            try:
                with open(path, encoding="utf-8") as file:
                    results.append(json.load(file))
                judge(results[-1])
            except (ValueError, KeyError, TypeError) as why:
                fail("%s is no result (%r): remove it, or bench/run %s" % (path, why, part))
    if not results:
        fail("no result in %s: bench/run PART, or make bench" % folder)
    return {"schema": "bottle.performance/1", "results": results}


def cell(text):
    return text.replace("|", "\\|")


def line(*cells):
    return "| " + " | ".join(cell(text) for text in cells) + " |"


def measured(row):
    text = "**%s**" % row["measured_text"]
    if row["kind"] != "limit":
        text += ": %s beside %s" % (row["ours_text"], row["against_text"])
    return text


def what(row):
    return "%s: %s" % (row["what"], row["ours"])


def goals(results):
    yield line("what", "against", "goal", "least to most", "measured, medians", "met, or the reason", "command")
    yield line(*["---"] * 7)
    for row in (row for result in results for row in result["rows"] if row["goal"] is not None):
        yield line(what(row), row.get("against", "-"), row["goal_text"], row["range_text"], measured(row),
                   "met" if row["met"] else "**missed**: " + row["why"], "`%s`" % row["command"])


def beside(results):
    yield line("what", "against", "least to most", "measured, medians", "of that", "command")
    yield line(*["---"] * 6)
    for row in (row for result in results for row in result["rows"] if row["goal"] is None):
        yield line(what(row), row.get("against", "-"), row["range_text"], measured(row),
                   row.get("why", ""), "`%s`" % row["command"])


def figures(results):
    yield line("figure", "median", "least", "most", "samples", "command")
    yield line(*["---"] * 6)
    for result in results:
        for one in result["figures"]:
            yield line(one["text"], one["value_text"], one["least_text"], one["most_text"], str(one["count"]),
                       "`%s`" % result["command"])


def machines(results):
    yield line("part", "run", "machine", "versions")
    yield line(*["---"] * 4)
    for result in results:
        yield line(result["part"], "%s, ended %s" % (result["run"], result["time"]),
                   "; ".join("%s: %s" % one for one in result["machine"].items()),
                   "; ".join("%s %s" % one for one in result["versions"].items()))


def page(results):
    runs = sorted({result["run"] for result in results})
    parts = [result["part"] for result in results]
    yield "# Performance"
    yield ""
    yield "Made by `make bench` of [performance/results.json](performance/results.json), where every sample is; do not"
    yield "edit it. Each command of the table measures one part anew, both sides of a comparison in turn."
    yield "All of it is of one run: %s." % runs[0] if len(runs) == 1 else \
        "**Parts are of different runs**: %s; a ratio is always of one." % ", ".join(runs)
    missing = [part for part in PARTS if part not in parts]
    if missing:
        yield "**Not measured in it**: " + ", ".join(missing) + "."
    yield ""
    yield "A ratio of times says how many times faster bottle is, so more is better; where the goal is an \"at most\","
    yield "it is what bottle costs beside the other, so less is better. The lab's machine is emulated, with one processor:"
    yield "ratios of it say something, and the times themselves do not. For throughput and latency a plain server stands in"
    yield "the bundle where its proxy does: what a proxy takes is the same on both sides, and would hide the way to it."
    yield ""
    yield "## Goals"
    yield ""
    yield from goals(results)
    yield ""
    yield "## Beside them"
    yield ""
    yield from beside(results)
    yield ""
    yield "## Plots"
    yield ""
    for name, text in PLOTS:
        if NEEDS.get(name, parts[0]) in parts:
            yield "![%s](performance/%s.svg)" % (text, name)
            yield ""
    yield "## Figures"
    yield ""
    yield from figures(results)
    yield ""
    yield "## Machines and versions"
    yield ""
    yield from machines(results)


def main():
    verb, path = sys.argv[1:]
    if verb == "merge":
        json.dump(merge(path), sys.stdout, ensure_ascii=False, indent=1)
        print()
    elif verb == "page":
        with open(path, encoding="utf-8") as file:
            results = json.load(file)["results"]
        if not results:
            fail("no result in " + path)
        for result in results:
            judge(result)
        print("\n".join(page(results)))
    else:
        fail("no verb " + verb)


if __name__ == "__main__":
    main()
