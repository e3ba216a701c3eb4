#!/usr/bin/python3 -I
"""same_bytes.py BEFORE AFTER: how many bytes of a record are others now, apart from the values that were to be set.

Both are files with the record's bytes. The values of network, allowed_cidrs, entrypoint and cmd are set aside; so is
dns, which an older record has not."""
import re
import sys

VALUE = rb'(?:true|false|null|"[^"]*"|\[[^\]]*\])'


def rest(path):
    with open(path, "rb") as file:
        data = file.read()
    data = re.sub(rb',\s*"dns":\s*' + VALUE, b"", data)
    for key in (b"network", b"allowed_cidrs", b"entrypoint", b"cmd"):
        data, found = re.subn(rb'"%s":\s*%s' % (key, VALUE), b'"%s":_' % key, data)
        if found != 1:
            sys.exit("%s: %d values of %s" % (path, found, key.decode()))
    return data


def main():
    before, after = rest(sys.argv[1]), rest(sys.argv[2])
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    tail = 0
    while tail < min(len(before), len(after)) - same and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    print(max(len(before), len(after)) - same - tail)


main()
