#!/usr/bin/env python3
"""plist.py job FILE POOL... | profile FILE: judges a property list by its keys; one fault a line, status 1 if any.

job      a launchd job: keys and types of launchd.plist(5), and that it adds exactly the addresses POOL, if given
profile  a configuration profile: the keys that Apple publishes for it and for the two payloads that ours has
Not a Mac's judgement: launchd and profiles(1) have not seen these files."""
import plistlib
import re
import sys

STR, INT, BOOL, LIST, DICT = str, int, bool, list, dict
JOB = {  # launchd.plist(5), as far as a one-shot job has use for it
    "Label": STR, "Program": STR, "ProgramArguments": LIST, "RunAtLoad": BOOL, "KeepAlive": (BOOL, DICT),
    "ThrottleInterval": INT, "WatchPaths": LIST, "StandardErrorPath": STR, "StandardOutPath": STR,
    "WorkingDirectory": STR, "Umask": (INT, STR), "UserName": STR, "GroupName": STR, "ProcessType": STR,
    "EnvironmentVariables": DICT, "StartInterval": INT, "ExitTimeOut": INT, "LaunchOnlyOnce": BOOL,
}
KEEP_ALIVE = {"SuccessfulExit": BOOL, "Crashed": BOOL, "PathState": DICT, "OtherJobEnabled": DICT}
COMMON = {  # every payload and the profile itself: key -> (type, required)
    "PayloadType": (STR, True), "PayloadVersion": (INT, True), "PayloadIdentifier": (STR, True),
    "PayloadUUID": (STR, True), "PayloadDisplayName": (STR, False), "PayloadDescription": (STR, False),
    "PayloadOrganization": (STR, False),
}
PROFILE = dict(COMMON, PayloadContent=(LIST, True), PayloadScope=(STR, False),
               PayloadRemovalDisallowed=(BOOL, False))
RULE = {"RuleType": (STR, True), "RuleValue": (STR, True), "Comment": (STR, False), "TeamIdentifier": (STR, False)}
RULE_TYPES = {"BundleIdentifier", "BundleIdentifierPrefix", "Label", "LabelPrefix", "TeamIdentifier"}
PAYLOADS = {
    "com.apple.servicemanagement": dict(COMMON, Rules=(LIST, True)),
    "com.apple.ManagedClient.preferences": dict(COMMON, PayloadContent=(DICT, True)),
}
faults = []


def fault(text):
    faults.append(text)


def has_type(value, kind):
    # True is an int to Python and not to a property list.
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return type(value) in kinds


def keys(where, found, known):
    if type(found) is not dict:
        return fault(f"{where}: not a dictionary")
    for key, value in found.items():
        if key not in known:
            fault(f"{where}: unknown key '{key}'")
        elif not has_type(value, known[key][0]):
            fault(f"{where}: {key} is a {type(value).__name__}")
    for key, (_, required) in known.items():
        if required and key not in found:
            fault(f"{where}: no {key}")


def absolute(where, path):
    if type(path) is not str or not re.fullmatch(r"/[^\n]*", path) or "/../" in path:
        fault(f"{where}: '{path}' is not an absolute path")


def job(file, pool):
    top = load(file)
    keys("job", top, {key: (kind, key == "Label") for key, kind in JOB.items()})
    if file.rsplit("/", 1)[-1] != f"{top.get('Label')}.plist":
        fault(f"the file is not named by its label '{top.get('Label')}'")
    argv = top.get("ProgramArguments") or []
    if not argv or any(type(word) is not str for word in argv):
        fault("ProgramArguments: not a list of texts")
    for path in [*argv[:1], *top.get("WatchPaths", []), top.get("StandardErrorPath", "/")]:
        absolute("job", path)
    if type(top.get("KeepAlive")) is dict:
        keys("KeepAlive", top["KeepAlive"], {key: (kind, False) for key, kind in KEEP_ALIVE.items()})
    if not top.get("RunAtLoad"):
        fault("does not run at boot")
    if {"UserName", "GroupName", "Program", "EnvironmentVariables"} & set(top):
        fault("runs as another user, or with another program or environment than it shows")
    if pool and argv[1:] != ["add", *pool]:
        fault(f"ProgramArguments: {argv[1:]} instead of add and the pool")


def profile(file):
    top = load(file)
    keys("profile", top, PROFILE)
    if top.get("PayloadType") != "Configuration" or top.get("PayloadScope", "User") not in ("User", "System"):
        fault("profile: PayloadType or PayloadScope")
    parts = top.get("PayloadContent") or []
    for number, part in enumerate(parts):
        kind = part.get("PayloadType")
        where = f"payload {number} ({kind})"
        if kind not in PAYLOADS:
            fault(f"{where}: a type that is not known here")
            continue
        keys(where, part, PAYLOADS[kind])
        for rule in part.get("Rules", []):
            keys(f"{where}: rule", rule, RULE)
            if rule.get("RuleType") not in RULE_TYPES:
                fault(f"{where}: RuleType {rule.get('RuleType')}")
        for domain, levels in part.get("PayloadContent", {}).items():
            keys(f"{where}: {domain}", levels, {"Forced": (LIST, False), "Set-Once": (LIST, False)})
            for settings in levels.get("Forced", []) + levels.get("Set-Once", []):
                keys(f"{where}: {domain}", settings, {"mcx_preference_settings": (DICT, True)})
    for each in [top, *parts]:
        if each.get("PayloadVersion") != 1:
            fault("PayloadVersion is not 1")
        if not re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", each.get("PayloadUUID", "")):
            fault(f"PayloadUUID {each.get('PayloadUUID')}")
    for key in ("PayloadUUID", "PayloadIdentifier"):
        values = [each.get(key) for each in [top, *parts]]
        if len(set(values)) != len(values):
            fault(f"{key} is there twice")


def load(file):
    with open(file, "rb") as handle:
        return plistlib.load(handle, fmt=plistlib.FMT_XML)


def main():
    what, file, pool = sys.argv[1], sys.argv[2], sys.argv[3:]
    try:
        job(file, pool) if what == "job" else profile(file)
    except Exception as problem:  # whatever a wrong file makes of the parser or of the above is a fault of the file
        fault(f"{type(problem).__name__}: {problem}")
    for text in faults:
        print(f"{file}: {text}")
    return 1 if faults else 0


sys.exit(main())
