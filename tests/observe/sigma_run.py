"""sigma_run.py EVENTS RULE...: a line "WHAT<tab>fine" or "WHAT<tab>what is wrong" for each thing tried of the rules."""
import json, os, sqlite3, sys

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.plugins import InstalledSigmaPlugins
from sigma.validation import SigmaValidator

# Tags are held against a copy of ATT&CK that pySigma downloads; SigmaHQ's own rules of naming are not ours.
NOT_HERE = ("attacktag", "attack_tag", "d3_fendtag", "d3fendtag")

validators = {name: cls for name, cls in InstalledSigmaPlugins.autodiscover().validators.items()
              if name not in NOT_HERE and cls.__module__.startswith("sigma.validators.core")}
validator = SigmaValidator(validators.values())
print(f"# {len(validators)} validators", file=sys.stderr)
with open(sys.argv[1]) as f:
    samples = [json.loads(line) for line in f if line.strip()]
unused = {sample["rule"] for sample in samples}


def found(query, event):
    db = sqlite3.connect(":memory:")
    columns = sorted({key for sample in samples for key in sample["event"]})
    db.execute("CREATE TABLE logs (%s)" % ", ".join(f'"{column}"' for column in columns))
    values = [event.get(column) for column in columns]
    db.execute("INSERT INTO logs VALUES (%s)" % ", ".join("?" * len(columns)), values)
    return len(db.execute(query).fetchall()) > 0


def say(what, wrong):
    print(f"{what}\t{wrong or 'fine'}")


def told(issues):
    return "; ".join(f"{type(issue).__name__} {issue.description}" for issue in issues)


for path in sys.argv[2:]:
    name = os.path.basename(path).removesuffix(".yml")
    unused.discard(name)
    with open(path) as f:
        rules = SigmaCollection.from_yaml(f.read(), collect_errors=True)
    say(f"{name}: parsed", "; ".join(str(error) for error in rules.errors))
    if rules.errors:
        continue
    say(f"{name}: validators", told(issue for rule in rules for issue in validator.validate_rule(rule)))
    (query,) = sqliteBackend().convert(rules)
    query = query.replace("<TABLE_NAME>", "logs")
    for want in (True, False):
        mine = [sample["event"] for sample in samples if sample["rule"] == name and sample["find"] == want]
        wrong = [json.dumps(event) for event in mine if found(query, event) != want]
        say(f"{name}: {'finds' if want else 'passes over'} {len(mine)}", "no sample" if not mine else "; ".join(wrong))
say("all rules together", told(validator.finalize()))
if len(sys.argv) > 3:
    say("every sample is of a rule", ", ".join(unused))
