#!/usr/bin/python3 -I
"""record.py PART COMMAND RUN FOLDER FILE: makes FILE, the result of PART, of what bench/lib.sh wrote into FOLDER.

Every figure is made here, once, as a number and as the text that the report shows. What is missing is an error."""
import ast
import json
import operator
import os
import statistics
import sys
import time

KINDS = {"faster": (">=", "at least"), "cost": ("<=", "at most"), "limit": ("<=", "at most")}
UNITS = {"us": "µs", "ms": "ms", "s": "s", "kib": "KiB", "percent": "%", "calls": "calls", "bytes": "bytes",
         "times": ""}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def fail(text):
    sys.exit("bench/record.py: " + text)


def number(value):
    """Three digits that count, and no exponent."""
    size = abs(value)
    if size >= 100 or value == int(value):
        return "%.0f" % value
    return "%.*f" % (1 if size >= 10 else 2 if size >= 0.1 else 4, value)


def quantity(value, unit):
    for small, big in (("µs", "ms"), ("ms", "s")):
        if unit == small and abs(value) >= 10000:
            value, unit = value / 1000, big
    return (number(value) + ("" if unit == "%" else " ") + unit).rstrip()


def unit_of(name):
    unit = UNITS.get(name.rsplit("_", 1)[-1])
    return unit if unit is not None else fail(name + ": its name does not end in a unit")


def compute(text, medians):
    def value(node):
        if isinstance(node, ast.Expression):
            return value(node.body)
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return medians[node.id] if node.id in medians else fail("no sample " + node.id)
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        return fail("not to be computed: " + text)
    return value(ast.parse(text, mode="eval"))


def fill(template, medians):
    """{EXPRESSION} is a quantity of the unit of the first name in it; {EXPRESSION:x} is a bare number."""
    told = ""
    while "{" in template:
        before, rest = template.split("{", 1)
        expression, template = rest.split("}", 1)
        bare = expression.endswith(":x")
        expression = expression.removesuffix(":x")
        names = [node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)]
        value = compute(expression, medians)
        told += before + (number(value) if bare else quantity(value, unit_of(names[0])))
    return told + template


def lines(folder, name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return [line.rstrip("\n").split("\t") for line in file]
    except FileNotFoundError:
        return []


def read_samples(folder):
    samples = {}
    for name in sorted(os.listdir(os.path.join(folder, "samples"))):
        with open(os.path.join(folder, "samples", name), encoding="utf-8") as file:
            try:
                values = [float(line) for line in file]
            except ValueError as why:
                fail("%s: %s" % (name, why))
        samples[name] = {"unit": unit_of(name), "median": statistics.median(values), "values": values}
    return samples


def spread(samples, name):
    return "%s to %s" % tuple(quantity(end(samples[name]["values"]), unit_of(name)) for end in (min, max))


def make_row(fields, samples, medians, command):
    ident, kind, goal, ours, against, what, by_us, by_them, why = fields
    if kind not in KINDS:
        fail(ident + ": no kind " + kind)
    if ours not in medians or kind != "limit" and against not in medians:
        fail("%s: no sample %s or %s" % (ident, ours, against))
    mine, theirs = medians[ours], medians.get(against)
    if kind == "limit":
        measured, text = mine, quantity(mine, unit_of(ours))
    else:
        measured = theirs / mine if kind == "faster" else mine / theirs
        text = number(measured) + "x"
    row = {"id": ident, "what": what, "kind": kind, "ours": by_us, "ours_sample": ours,
           "ours_text": quantity(mine, unit_of(ours)), "range_text": spread(samples, ours), "measured": measured,
           "measured_text": text, "command": command, "goal": None, "met": None}
    if theirs is not None:
        row["range_text"] += " beside " + spread(samples, against)
        row.update(against=by_them, against_sample=against, against_text=quantity(theirs, unit_of(against)))
    if goal != "-":
        sign, words = KINDS[kind]
        goal = float(goal)
        told = quantity(goal, unit_of(ours)) if kind == "limit" else number(goal) + "x"
        row.update(goal=goal, goal_text=words + " " + told, met=measured >= goal if sign == ">=" else measured <= goal)
    if row["met"] is not True and why != "-":
        row["why"] = fill(why, medians)
    if row["met"] is False and "why" not in row:
        fail(ident + ": missed, and no reason is given")
    return row


def main():
    part, command, run, folder, to = sys.argv[1:]
    samples = read_samples(folder)
    medians = {name: one["median"] for name, one in samples.items()}
    rows = [make_row(fields, samples, medians, command) for fields in lines(folder, "rows")]
    if not rows:
        fail(part + " compared nothing")
    figures = [{"name": name, "text": text, "value_text": quantity(medians[name], unit_of(name)),
                "least_text": quantity(min(samples[name]["values"]), unit_of(name)),
                "most_text": quantity(max(samples[name]["values"]), unit_of(name)),
                "count": len(samples[name]["values"])}
               for name, text in lines(folder, "figures")]
    result = {"schema": "bottle.bench/1", "part": part, "run": run, "command": command,
              "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "machine": dict(lines(folder, "machine")),
              "versions": dict(lines(folder, "versions")), "rows": rows, "figures": figures, "samples": samples}
    with open(to + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file, ensure_ascii=False, indent=1)
        file.write("\n")
    os.rename(to + ".new", to)
    for row in rows:
        print("%-8s %-44s %10s %s" % ({True: "met", False: "MISSED", None: ""}[row["met"]], row["what"],
                                      row["measured_text"],
                                      ("(goal: %s)" % row["goal_text"]) if row["goal"] is not None else ""))
        if "why" in row:
            print("         " + row["why"])


if __name__ == "__main__":
    main()
