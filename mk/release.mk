# Releases: the tarball, what it is made of, and whether it stands on its own. CONTRIBUTING.md has the steps.
.PHONY: dist distcheck release-ready release
dist: ## the last commit as a reproducible tarball, with SHA256SUMS and SPDX list, in build/dist
	$(Q)install/release/dist $(BUILD)/dist

distcheck: dist ## unpack that, build and test it, and let it make the same tarball (minutes)
	install/release/distcheck $(BUILD)/dist

release-ready: ## what stands against a release of this commit
	$(Q)install/release/ready

release: release-ready ## the release of this commit, checked; refuses what is not ready
	$(Q)$(MAKE) --no-print-directory distcheck
	@echo 'next: git tag -s v$(VERSION) && (cd $(BUILD)/dist && gpg --armor --detach-sign SHA256SUMS)'

.PHONY: check-scale
check-scale: ## parse the sample job for Nomad (install/scale) with python-hcl2 from PyPI
	install/deps check-scale
	prove tests/scale/hcl.t
