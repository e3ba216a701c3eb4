#!/usr/bin/python3 -I
"""plots.py RESULTS FOLDER: the plots of the report, as SVG, by gnuplot. A part that was not measured has none."""
import json
import os
import subprocess
import sys

HEAD = """set terminal svg size {width},{height} dynamic background rgb 'white' font 'sans-serif,12'
set output '{output}'
set style fill solid 0.8 noborder
set border 3
set tics nomirror
"""


def quoted(text):
    return '"%s"' % text.replace("\\", "").replace('"', "").replace("`", "")


def block(name, lines):
    return "$%s << END\n%s\nEND\n" % (name, "\n".join(lines))


def goals(results):
    rows = [row for result in results for row in result["rows"] if row["goal"] and row["measured"]]
    lines = []
    for at, row in enumerate(reversed(rows)):
        share = row["measured"] / row["goal"] if row["kind"] == "faster" else row["goal"] / row["measured"]
        name = quoted("%s (%s)" % (row["what"], row.get("against", "limit")))
        lines.append("%d %g %s %d" % (at, share, name, row["met"]))
    return 1100, 80 + 22 * len(lines), block("rows", lines) + """
set logscale x
set ytics font ',10'
set yrange [-0.6:%g]
set xlabel 'times the goal (1 = met)'
set lmargin 74
set arrow from 1, graph 0 to 1, graph 1 nohead lw 2 lc rgb '#333333'
set label 1 '' at graph 0,0
plot $rows using (1):1:(1):2:($1-0.35):($1+0.35):(int($4) ? 0x2a7f4f : 0xc0392b) \\
	with boxxyerror lc rgb variable notitle, \\
	$rows using 2:1:yticlabel(3) with points pt 7 ps 0.4 lc rgb '#333333' notitle
""" % (len(lines) - 0.4)


def median(results, name):
    for result in results:
        if name in result["samples"]:
            return result["samples"][name]["median"]
    return None


def pool(results):
    lines = []
    for verb, text in (("pool", "free address"), ("ps", "list")):
        for count in ("16", "200"):
            ours = median(results, "%s_%s_us" % (verb, count)) / 1000
            theirs = median(results, "%s_reference_%s_us" % (verb, count)) / 1000
            lines.append('"%s\\n%s bundles" %g %g' % (text, count, ours, theirs))
    return 800, 400, block("rows", lines) + """
set style data histograms
set style histogram clustered gap 1
set logscale y
set ylabel 'ms, whole process'
set yrange [%g:]
set key above
plot $rows using 2:xtic(1) title 'bottle' lc rgb '#2a7f4f', \\
	$rows using 3 title 'the reference, from Python' lc rgb '#8a8a8a'
""" % (min(float(line.rsplit(" ", 2)[1]) for line in lines) / 2)


def patch(results):
    samples = next(result["samples"] for result in results if result["part"] == "patch")
    series = [("patch_us", "bottle"), ("reference_us", "Python"), ("read_us", "reading alone"),
              ("bare_us", "SQLite alone")]
    text, plots = "", []
    for at, (name, title) in enumerate(series):
        values = samples[name]["values"]
        places = [at + 0.6 * (i / max(len(values) - 1, 1) - 0.5) for i in range(len(values))]
        text += block("s%d" % at, ["%g %g" % one for one in zip(places, values)])
        plots.append("$s%d with points pt 7 ps 0.4 title %s" % (at, quoted(title)))
    tics = ", ".join("%s %d" % (quoted(title), at) for at, (_, title) in enumerate(series))
    return 800, 400, text + """
set logscale y
set ylabel 'microseconds'
set xrange [-0.5:%g]
set xtics (%s)
unset key
plot %s
""" % (len(series) - 0.5, tics, ", ".join(plots))


HAND = ["save", "pack", "network", "run", "publish", "machine", "start", "route"]
OURS = ["preflight", "bundle", "publish", "machine", "record", "start", "verify", "supervise"]
COLOURS = {"preflight": "0x7f8c8d", "bundle": "0x2980b9", "network": "0x5dade2", "run": "0x2980b9",
           "publish": "0x85c1e9", "save": "0xd7bde2", "pack": "0x8e44ad", "machine": "0xaf7ac5", "record": "0x16a085",
           "start": "0xe67e22",
           "route": "0xc0392b", "verify": "0xc0392b", "supervise": "0x34495e"}


def launch(results):
    bars, names, tics = [], [], []
    for kind in ("cached", "cold"):
        for way, steps, infix in (("by hand", HAND, "hand"), ("bottle", OURS, "step")):
            at, y = 0.0, len(tics)
            tics.append("%s %d" % (quoted("%s, %s" % (kind, way)), y))
            for step in steps:
                took = median(results, "%s_%s_%s_ms" % (kind, infix, step))
                if not took:
                    continue
                bars.append("%g %g %d %s" % (at / 1000, (at + took) / 1000, y, COLOURS[step]))
                names.append("%g %d %s" % ((at + took / 2) / 1000, y, step))
                at += took
    longest = max(float(bar.split()[1]) for bar in bars)
    names = [name for name, bar in zip(names, bars) if float(bar.split()[1]) - float(bar.split()[0]) > 0.05 * longest]
    return 1000, 380, block("bars", bars) + block("names", names) + """
set yrange [-0.6:%g]
set ytics (%s)
set xlabel 'seconds in the emulated machine, medians of the steps'
unset key
plot $bars using 1:3:1:2:($3-0.35):($3+0.35):4 with boxxyerror lc rgb variable, \\
	$names using 1:2:3 with labels font ',10' tc rgb 'white'
""" % (len(tics) - 0.4, ", ".join(tics))


def transport(results):
    ways = ["alias", "listed", "virtio", "sealed", "mount", "relays"]
    titles = {"alias": "alias", "listed": "allowlist, no bottle", "virtio": "virtio-net, no bottle", "sealed": "sealed",
              "mount": "socket mount, no relay", "relays": "the two relays, no VM"}
    lines = []
    for kind, text in (("get", "from bundle"), ("put", "to bundle"), ("ping", "a byte, there and back"),
                       ("meet", "connect")):
        plain = median(results, "plain_%s_us" % kind)
        shares = [plain / median(results, "%s_%s_us" % (way, kind)) for way in ways]
        lines.append(quoted(text) + "".join(" %g" % share for share in shares))
    plots = ", ".join("$rows using %d%s title %s" % (at + 2, ":xtic(1)" if at == 0 else "", quoted(titles[way]))
                      for at, way in enumerate(ways))
    return 900, 420, block("rows", lines) + """
set style data histograms
set style histogram clustered gap 1
set yrange [0:]
set ylabel 'speed beside a VM with plain --net'
set key above
set arrow from graph 0, first 0.9 to graph 1, first 0.9 nohead dt 2 lc rgb '#333333'
plot """ + plots + "\n"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        results = json.load(file)["results"]
    parts = {result["part"] for result in results}
    for make, part in ((goals, None), (pool, "pool"), (patch, "patch"), (launch, "start"), (transport, "transport")):
        if part is not None and part not in parts:
            continue
        width, height, text = make(results)
        output = os.path.join(sys.argv[2], make.__name__ + ".svg")
        done = subprocess.run(["gnuplot"], input=HEAD.format(width=width, height=height, output=output) + text,
                              text=True, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0 or not os.path.getsize(output):
            sys.exit("bench/plots.py: %s: %s" % (make.__name__, done.stderr))


main()
