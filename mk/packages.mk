# Packages, each built from a clean copy of the tree: docs/packages.md.
PACKAGES := $(BUILD)/packages

.PHONY: deb rpm check-packages lab-fleet
deb: ## packages for Debian, to build/packages
	install/deps packages
	$(Q)rm -f $(PACKAGES)/*.deb $(PACKAGES)/*.changes $(PACKAGES)/*.buildinfo
	install/make-deb $(PACKAGES)

rpm: ## packages for rpm, to build/packages; installed on no rpm-based system yet
	install/deps packages
	$(Q)rm -f $(PACKAGES)/*.rpm
	install/make-rpm $(PACKAGES)

# The release before this one is this tree under another number.
check-packages: deb rpm ## the packages: contents, lintian, twice the same, install to purge, killed upgrades (as root)
	$(Q)rm -rf $(PACKAGES)/old $(PACKAGES)/again
	install/make-deb $(PACKAGES)/old 0.0.9
	install/make-rpm $(PACKAGES)/old 0.0.9
	$(PROVE) tests/packages

lab-fleet: all ## a host's life with the packages, from install to removal, in the throw-away machine
	install/deps lab
	install/deps packages
	$(Q)rm -f $(foreach dir,$(PACKAGES) $(PACKAGES)/old,$(patsubst %,$(dir)/*.%,deb changes buildinfo))
	install/make-deb $(PACKAGES)
	install/make-deb $(PACKAGES)/old 0.0.9
	$(PROVE) --verbose tests/lab/fleet.t
