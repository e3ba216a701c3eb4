# macOS: what a Mac runs (the helper) and what its Linux guests run (bottle-guest), built on any host by zig, and the tree
# of an installer package. Built and judged here. Untested on hardware: nothing of it has run on a Mac.
MACOS_MIN    ?= 13.0
MACOS_PREFIX ?= /opt/bottle
# The name of receipt, daemons and preference domain. An organisation sets its own: MACOS_ID=com.example.bottle
MACOS_ID     ?= local.bottle
MACOS_OUT    := $(BUILD)/darwin
MACOS_NETD   := $(MACOS_OUT)/universal/bottle-netd
MACOS_GUEST  := $(patsubst %,$(MACOS_OUT)/guest/%/bottle-guest,aarch64 x86_64)
MACOS_GATE   := install/macos/gate

.PHONY: macos macos-build macos-pkg
macos: ## helper and guest for Macs of both architectures, by zig, to build/darwin
	install/deps macos
	$(Q)zig=$$(command -v '$(ZIG)') || zig=$$(install/get-zig) || exit; \
		$(MAKE) --no-print-directory ZIG="$$zig" macos-build

macos-build: $(MACOS_NETD) $(MACOS_GUEST)

macos-pkg: macos ## the tree of a macOS installer package; on a Mac also the package
	$(Q)VERSION='$(VERSION)' PREFIX='$(MACOS_PREFIX)' ID='$(MACOS_ID)' MIN='$(MACOS_MIN)' \
		POOL_FIRST='$(POOL_FIRST)' POOL_LAST='$(POOL_LAST)' \
		install/macos/layout $(MACOS_NETD) $(MACOS_OUT)/guest $(MACOS_OUT)/pkg
	$(Q)$(MACOS_OUT)/pkg/build-pkg

# After another pool, version or oldest macOS no old program is left.
MACOS_FLAGS := $(MACOS_OUT)/flags
$(MACOS_FLAGS): export MACOS_HOW = $(MACOS_MIN) $(filter-out -W%,$(NETD_DEFS))
$(MACOS_FLAGS): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$MACOS_HOW" | cmp -s - $@ || printf '%s\n' "$$MACOS_HOW" >$@
$(NETD_MAC): $(MACOS_FLAGS)

# One file for both architectures; it appears under its name only when it has been judged.
$(MACOS_NETD): $(NETD_MAC) $(MACOS_GATE) install/macos/tool
	@mkdir -p $(@D)
	$(Q)"$$(install/macos/tool lipo)" -create -output $@.new $(NETD_MAC)
	$(Q)$(MACOS_GATE) $(MACOS_MIN) 'arm64 x86_64' $@.new || { rm -f $@.new; exit 1; }
	@mv -f $@.new $@

# In a build folder of their own: build/libexec/guest is what `make install` installs on this host. Both by zig, so
# that the bytes do not depend on the host.
$(MACOS_GUEST): $(MACOS_OUT)/guest/%/bottle-guest: $(GUEST_SRC) $(wildcard guest/*.h)
	$(Q)$(MAKE) --no-print-directory BUILD=$(MACOS_OUT)/linux GUEST_NATIVE= ZIG='$(ZIG)' \
		$(MACOS_OUT)/linux/libexec/guest/$*/bottle-guest
	@mkdir -p $(@D) && cp $(MACOS_OUT)/linux/libexec/guest/$*/bottle-guest $@
