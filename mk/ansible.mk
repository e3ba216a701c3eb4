# The Ansible role, with ansible-core from PyPI, pinned. As root: the host under test is an overlay of this machine's files.
# The packages are those of `make deb` where this tree has it.
ANSIBLE_DEBS := $(if $(wildcard mk/packages.mk),deb)
.PHONY: check-ansible check-ansible-lab
check-ansible: all $(ANSIBLE_DEBS) ## the Ansible role, against a host made of this machine (as root; some minutes)
	install/deps ansible
	$(PROVE) tests/ansible/static.t tests/ansible/refusals.t tests/ansible/role.t

check-ansible-lab: all $(ANSIBLE_DEBS) ## the Ansible role over ssh, against the throw-away machine
	install/deps ansible
	install/deps lab
	$(PROVE) --verbose tests/ansible/lab.t
