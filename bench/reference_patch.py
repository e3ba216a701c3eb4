#!/usr/bin/python3 -I
"""reference_patch.py DATABASE MACHINE FIRST [TIMES]: sets a machine's allowlist as the tool whose backend this is
does today, by its documents; lines of our own, for comparison.

Reads the whole record as JSON, changes allowed_cidrs, writes the whole record as a BLOB, reads it back. With TIMES it
prints how long each took, in microseconds; FIRST picks the first address, so that each time something is written.
"""
import json
import sqlite3
import sys
import time


def read(connection, machine):
    row = connection.execute("SELECT data FROM vms WHERE name = ?", (machine,)).fetchone()
    if row is None:
        sys.exit("no machine " + machine)
    return json.loads(row[0])


def force(database, machine, cidrs):
    connection = sqlite3.connect(database)
    try:
        record = read(connection, machine)
        if record.get("allowed_cidrs") != cidrs:
            record["allowed_cidrs"] = cidrs
            connection.execute("UPDATE vms SET data = ? WHERE name = ?",
                               (sqlite3.Binary(json.dumps(record).encode()), machine))
            connection.commit()
            record = read(connection, machine)
        if record.get("allowed_cidrs") != cidrs:
            sys.exit("the allowlist of %s could not be set" % machine)
    finally:
        connection.close()


def main():
    database, machine, first = sys.argv[1], sys.argv[2], int(sys.argv[3])
    for i in range(int(sys.argv[4]) if len(sys.argv) > 4 else 1):
        begin = time.monotonic_ns()
        force(database, machine, ["127.0.0.%d/32" % (16 + (first + i) % 2)])
        if len(sys.argv) > 4:
            print((time.monotonic_ns() - begin) / 1000)


main()
