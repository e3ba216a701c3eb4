#!/bin/sh
# The Nomad job file, parsed by python-hcl2 (PyPI, pinned): its syntax, and what its parts say. Not Nomad's own judgement:
# no Nomad is run. `make check-scale`; needs PyPI.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/tree/tap.sh
. "$here/../tree/tap.sh"

python3 -m venv "$work/venv" >"$work/log" 2>&1 &&
	"$work/venv/bin/pip" --disable-pip-version-check install --quiet --require-hashes --only-binary :all: \
		-r tests/scale/requirements.txt >"$work/log" 2>&1 || {
	sed 's/^/# /' "$work/log"
	check "python-hcl2 can be installed (install/deps check-scale)" false
	done_testing
}
cat >"$work/job.py" <<'END'
"""job.py FILE: what the job file, or a client's configuration, says, a fact a line."""
import sys
import hcl2

def plain(value):
	"""Without quotes around strings, blocks of one without their list, and the parser's own marks."""
	if isinstance(value, str):
		return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
	if isinstance(value, list):
		return [plain(one) for one in value]
	if isinstance(value, dict):
		return {plain(key): plain(one) for key, one in value.items() if not key.startswith("__")}
	return value

def only(block):
	assert isinstance(block, list) and len(block) == 1, block
	return block[0]

with open(sys.argv[1]) as file:
	tree = plain(hcl2.load(file))
if "client" in tree:
	client = only(tree["client"])
	print("client", client["max_kill_timeout"], only(client["meta"])["bottle"])
	print("plugin", *(f"{name} {only(one['config'])['enabled']}" for block in tree["plugin"] for name, one in block.items()))
	sys.exit()
assert set(tree) == {"variable", "job"}, set(tree)
variables = {name for one in tree["variable"] for name in one}
job = only(tree["job"])["bottle"]
group = only(job["group"])["bottle"]
task = only(group["task"])["launch"]
print("variables", *sorted(variables))
print("driver", task["driver"], "user", task["user"])
print("command", only(task["config"])["command"], *only(task["config"])["args"])
print("restart", only(group["restart"])["attempts"], only(group["restart"])["mode"])
print("reschedule", str(only(group["reschedule"])["unlimited"]).lower())
print("constraint", only(job["constraint"])["attribute"], only(job["constraint"])["value"])
print("kill", task["kill_signal"], task["kill_timeout"])
print("env", *sorted(only(task["env"])))
print("resources", *sorted(only(task["resources"])))
END
job=install/scale/bottle.nomad.hcl
parse() { # FILE
	"$work/venv/bin/python" "$work/job.py" "$1" 2>"$work/err"
}
parse $job >"$work/got"
is "the file parses" "$(tail -n 1 "$work/err")" ""
cat >"$work/want" <<'END'
variables memory name user
driver raw_exec user ${var.user}
command /usr/bin/bottle launch ${var.name} -f /etc/bottle/bottles/${var.name}.yaml --rm -- sleep infinity
restart 0 fail
reschedule true
constraint ${meta.bottle} yes
kill SIGTERM 2m
env HOME PATH
resources cpu memory
END
check "it says what docs/scale.md says of it" diff "$work/want" "$work/got"
lines=$(wc -l <$job)
# The client's configuration stands in the comment at the head.
sed -n 's/^#	//p' $job >"$work/client.hcl"
is "the client it shows lets a task have as long to end as the job asks for; Nomad would cut it to 30 s and say nothing" \
	"$(parse "$work/client.hcl" || cat "$work/err")" "client $(sed -n 's/^kill SIGTERM //p' "$work/got") yes
plugin raw_exec True"
sed '$d' $job >"$work/bad.hcl"
check "(without its last brace it does not parse)" refuses parse "$work/bad.hcl"
sed 's/driver = "raw_exec"/driver = "raw_exec/' $job >"$work/bad.hcl"
check "(nor with a quote that is not closed)" refuses parse "$work/bad.hcl"
sed 's/attempts = 0/attempts 0/' $job >"$work/bad.hcl"
check "(nor with an attribute without =)" refuses parse "$work/bad.hcl"
echo "# python-hcl2 $("$work/venv/bin/pip" show python-hcl2 2>/dev/null | sed -n 's/^Version: //p'), $lines lines"
done_testing
