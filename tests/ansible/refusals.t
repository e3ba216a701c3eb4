#!/bin/sh
# Variables that cannot work are refused with clear text, before anything is changed. All in one play: a host each, which
# are all the same machine.
# shellcheck source=tests/ansible/lib.sh
. "$(dirname "$0")/lib.sh"

host_start
host useradd -m alice
host useradd -m -g docker dora
touch "$work/bottle_1-1_amd64.deb" "$work/bottle_2-1_amd64.deb" "$work/bottle_1-1_s390x.deb" "$work/x.deb"
host_changes >"$work/before"

# host name, variables, what must be said. The first four are the specification's to refuse.
cat >"$work/cases" <<CASES
state|bottle_state: presnt|value of bottle_state must be one of: present, absent, got: presnt
lock|bottle_lock: [wildcard, proxy]|bottle_lock must be one or more of: pool.first, .*Got no match for: proxy
wildcard|bottle_wildcard: allow|bottle_wildcard must be one of: unset, warn, refuse, got: allow
type|bottle_pool_first: sixteen|'?bottle_pool_first'? .*int
typo|bottle_wildcrad: refuse|bottle_wildcrad: no variable of this role, so it would have no effect
pool-low|{bottle_pool_first: 1}|the pool would be 1 to 31: allowed is a range inside 2 to 254 without 53 and 54
pool-dns|{bottle_pool_first: 40, bottle_pool_last: 60}|the pool would be 40 to 60
pool-back|{bottle_pool_first: 30, bottle_pool_last: 20}|the pool would be 30 to 20
block|bottle_subnet_block: 10.213.8.0/20|bottle_subnet_block: 10.213.8.0/20: allowed is an aligned private /20
block-public|bottle_subnet_block: 8.8.0.0/20|allowed is an aligned private /20
engine|bottle_engine: docker.sock|bottle_engine: docker.sock: allowed is an absolute path
package-name|bottle_packages: [$work/x.deb]|x.deb: allowed are bottle_VERSION_ARCH.deb and bottle-netd_VERSION_ARCH.deb
package-gone|bottle_packages: [/nowhere/bottle_1-1_amd64.deb]|no such file on the controller
package-twice|bottle_packages: [$work/bottle_1-1_amd64.deb, $work/bottle_2-1_amd64.deb]|one package is named twice
package-arch|bottle_packages: [$work/bottle_1-1_s390x.deb]|this host is $(dpkg --print-architecture): name the package of its architecture
package-none|bottle_packages: []|bottle is neither named nor installed
group-root|bottle_group: root|bottle_group, bottle_member_groups: root: allowed is
group-odd|bottle_group: "a b"|bottle_group, bottle_member_groups: a b: allowed is
member-odd|bottle_members: ["alice;id"]|bottle_members: alice;id: allowed is a user name
member-root|bottle_members: [root]|bottle_members: root: allowed is a user name
member-gone|{bottle_members: [nemo], bottle_packages: [$work/bottle_1-1_amd64.deb]}|bottle_members: nemo: no such user on this host
exact-empty|bottle_members_exact: true|it would take everybody out of docker
exact-primary|{bottle_members: [alice], bottle_members_exact: true}|docker is the primary group of dora
groups-gone|bottle_member_groups: [kvmm]|bottle_member_groups: kvmm: no such group on this host
user|bottle_packages: []|the role needs root and is uid [0-9]+; nothing was changed. Next: become: true
pool-unit|{bottle_pool_at_boot: true}|bottle-netd is neither named nor installed
smolvm-hash|{bottle_smolvm_version: 1.32.2, bottle_smolvm_url: "https://example.org/x"}|bottle_smolvm_sha256: needed
smolvm-none|{bottle_smolvm_version: 1.32.2, bottle_smolvm_sha256: "$(printf '%064d' 0)"}|exactly one is needed
smolvm-url|{bottle_smolvm_version: 1.32.2, bottle_smolvm_sha256: "$(printf '%064d' 0)", bottle_smolvm_url: "file:///x"}|allowed is http or https
smolvm-wheel|{bottle_smolvm_version: 1.32.2, bottle_smolvm_sha256: "$(printf '%064d' 0)", bottle_smolvm_wheel: /nowhere/x.whl}|/nowhere/x.whl: no such file
smolvm-both|{bottle_smolvm: /usr/bin/smolvm, bottle_smolvm_version: 1.32.2}|set one of the two
smolvm-alone|bottle_smolvm_sha256: "$(printf '%064d' 0)"|without bottle_smolvm_version they have no effect
CASES
python3 - "$work/cases" "$here/ssh" >"$work/inventory.json" <<'PY'
import json
import sys

import yaml

hosts = {}
with open(sys.argv[1]) as f:
    for line in f:
        name, text, _ = line.split("|", 2)
        hosts["host-" + name] = yaml.safe_load(text)
print(json.dumps({"all": {"hosts": hosts, "vars": {"ansible_connection": "ssh", "ansible_ssh_executable": sys.argv[2]}}}))
PY
mv "$work/inventory.json" "$work/inventory.yml"
ANSIBLE_STDOUT_CALLBACK=oneline ansible-playbook -i "$work/inventory.yml" "$here/play.yml" >"$work/out" 2>&1
while IFS='|' read -r name _ pattern; do
	grep -E "^host-$name \| (FAILED|UNREACHABLE)" "$work/out" >"$work/said"
	count=$((count + 1))
	if grep -Eq -- "$pattern" "$work/said"; then
		echo "ok $count - refused: $name"
	else
		differs "refused: $name" "$(grep "^host-$name " "$work/out" | tail -n 2)" "$pattern"
	fi
done <"$work/cases"
is "nothing was changed by any of them" "$(host_changes)" "$(cat "$work/before")"
done_testing
