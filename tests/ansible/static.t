#!/bin/sh
# The role as text: syntax, the linter's strictest profile, its documentation, and that each variable is in all three places.
# shellcheck source=tests/ansible/lib.sh
. "$(dirname "$0")/lib.sh"

role=install/ansible/roles/bottle
example=install/ansible
run() { # COMMAND...: its output is kept for done_by
	"$@" >"$work/out" 2>&1
}

done_by "the example's playbook passes ansible-playbook --syntax-check" run env ANSIBLE_CONFIG="$example/ansible.cfg" \
	ansible-playbook --syntax-check -i "$example/inventory/hosts.yml" "$example/bottle.yml"
done_by "its inventory reads, and knows its hosts" run sh -c \
	"ansible-inventory -i $example/inventory/hosts.yml --list | grep -q bottle_lock"
done_by "ansible-doc prints the role" run ansible-doc -t role -r install/ansible/roles bottle

sed -n 's/^\(bottle_[a-z0-9_]*\):.*/\1/p' $role/defaults/main.yml | sort >"$work/defaults"
sed -n 's/^      \(bottle_[a-z0-9_]*\):$/\1/p' $role/meta/argument_specs.yml | sort >"$work/specs"
sed -n 's/^| `\(bottle_[a-z0-9_]*\)`.*/\1/p' $example/README.md | sort >"$work/readme"
is "defaults and argument specification name the same variables" "$(cat "$work/specs")" "$(cat "$work/defaults")"
is "and so does the README" "$(cat "$work/readme")" "$(cat "$work/defaults")"
is "each has its default in the specification too" "$(python3 - $role 2>&1 <<'PY'
import sys
import yaml

role = sys.argv[1]
with open(role + "/defaults/main.yml") as f:
    defaults = yaml.safe_load(f)
with open(role + "/meta/argument_specs.yml") as f:
    options = yaml.safe_load(f)["argument_specs"]["main"]["options"]
for name, value in defaults.items():
    if options[name].get("default") != value:
        print(name, options[name].get("default"), value)
PY
)" ""
is "the lock's keys are those of bottle" "$(sed -n '/bottle_lock:/,/default:/s/^          - //p' $role/meta/argument_specs.yml | grep -v ' ')" \
	"$(sed -n 's/^\t\[SETTINGS_[A-Z_]*\] = {"\([a-z_.]*\)", .*/\1/p' frontend/domain/settings.c)"
is "the role's way to get-smolvm is the tree's" "$(readlink -f $role/../../../get-smolvm)" "$top/install/get-smolvm"

# Offline: what it would fetch from Galaxy is no part of this role. It is told where to be by the folder that it runs in.
lint() { # FOLDER
	(cd "$1" && ansible-lint --offline --profile production --strict -c "$here/lint.yml") >"$work/out" 2>&1
}
if install/get-ansible --lint >"$work/out" 2>&1; then
	done_by "ansible-lint, profile production, finds nothing" lint "$top/$example"
	looked_at=$(sed -n 's/.*in \([0-9]*\) files processed.*/\1/p' "$work/out")
	ok "in as many files as there are (${looked_at:-0})" [ "${looked_at:-0}" -ge "$(git ls-files "$example" | grep -c 'yml$')" ]
	cp -r "$example" "$work/copy"
	printf -- '- name: A mistake\n  command: touch /x\n' >>"$work/copy/roles/bottle/tasks/members.yml"
	done_by "and finds a mistake that is put into a copy" sh -c "! (cd '$work/copy' && ansible-lint --offline --profile production \
		--strict -c '$here/lint.yml') >'$work/out' 2>&1 && grep -q 'fqcn' '$work/out'"
else
	skip "ansible-lint, profile production" "it could not be installed: $(tail -n 1 "$work/out")"
fi
done_testing
