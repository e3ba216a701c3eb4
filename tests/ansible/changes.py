#!/usr/bin/env python3
"""changes.py UPPER: what the upper folder of an overlay changes of /, a line each: KIND PATH DETAIL.

A file that was copied up and has its old owner, mode and bytes again is no change; times are not looked at.
"""

import hashlib
import os
import stat
import sys


def facts(path):
    """What counts of a file, or None where there is none."""
    try:
        st = os.lstat(path)
    except FileNotFoundError:
        return None
    kind = stat.S_IFMT(st.st_mode)
    what = ""
    if kind == stat.S_IFLNK:
        what = os.readlink(path)
    elif kind == stat.S_IFREG:
        with open(path, "rb") as f:
            what = hashlib.sha256(f.read()).hexdigest()
    return (oct(st.st_mode), st.st_uid, st.st_gid, what)


def main():
    upper = sys.argv[1]
    for folder, folders, files in os.walk(upper):
        for name in sorted(folders + files):
            path = os.path.join(folder, name)
            below = "/" + os.path.relpath(path, upper)
            st = os.lstat(path)
            if stat.S_ISCHR(st.st_mode) and st.st_rdev == 0:
                print("removed", below)
                continue
            now, before = facts(path), facts(below)
            if stat.S_ISDIR(st.st_mode) and before is not None:
                try:
                    if os.getxattr(path, "trusted.overlay.opaque") == b"y":
                        for gone in sorted(set(os.listdir(below)) - set(os.listdir(path))):
                            print("removed", os.path.join(below, gone))
                except OSError:
                    pass
            if now != before:
                print("new" if before is None else "changed", below, *now)


main()
