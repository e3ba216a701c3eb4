# Installing. Ownership and modes are set here and nowhere else; chown comes before the setuid bit, because
# chown clears it, and the helper appears under its name only when it is complete.
BINDIR  := $(DESTDIR)$(PREFIX)/bin
LIBDIR  := $(DESTDIR)$(PREFIX)/libexec/bottle
MANDIR  := $(DESTDIR)$(PREFIX)/share/man
COMPDIR := $(DESTDIR)$(PREFIX)/share
# A staged install (DESTDIR, not root) leaves owner and setuid bit to the package.
AS_ROOT := $(if $(filter 0,$(shell id -u)),yes)

# Packet-filter rules with this build's pool; installed, not loaded.
NFT := $(patsubst install/nft/%.in,$(BUILD)/share/nft/%,$(wildcard install/nft/*.nft.in))
.PHONY: nft
nft: $(NFT)
all: nft
$(NFT): $(BUILD)/share/nft/%: install/nft/%.in $(NETD_FLAGS)
	@mkdir -p $(@D)
	$(Q)sed 's/@POOL_FIRST@/127.0.0.$(POOL_FIRST)/g; s/@POOL_LAST@/127.0.0.$(POOL_LAST)/g' $< >$@

install: ## install to PREFIX (as root: helper setuid for GROUP; HELPER=no leaves it out)
	install -d $(BINDIR) $(LIBDIR) $(LIBDIR)/guest $(MANDIR)/man1 $(MANDIR)/man5 $(MANDIR)/man8
	install -m 755 $(BUILD)/bin/bottle $(BINDIR)/bottle
	for arch in $$(ls $(BUILD)/libexec/guest); do install -d $(LIBDIR)/guest/$$arch && \
		install -m 755 $(BUILD)/libexec/guest/$$arch/bottle-guest $(LIBDIR)/guest/$$arch/ || exit; done
	install -m 644 frontend/bottle.1 $(MANDIR)/man1/
	install -m 644 frontend/bottle.yaml.5 $(MANDIR)/man5/
	install -d $(COMPDIR)/bottle/json
	install -m 644 docs/json/*.json $(COMPDIR)/bottle/json/
	install -d $(COMPDIR)/bash-completion/completions $(COMPDIR)/zsh/site-functions \
		$(COMPDIR)/fish/vendor_completions.d
	$(BUILD)/bin/bottle completion bash >$(COMPDIR)/bash-completion/completions/bottle
	$(BUILD)/bin/bottle completion zsh >$(COMPDIR)/zsh/site-functions/_bottle
	$(BUILD)/bin/bottle completion fish >$(COMPDIR)/fish/vendor_completions.d/bottle.fish
	install -d $(COMPDIR)/bottle/nft
	install -m 644 $(NFT) $(COMPDIR)/bottle/nft/
	install -m 755 install/check.sh $(LIBDIR)/check
	install -m 755 install/uninstall.sh $(LIBDIR)/uninstall
	install -m 644 install/bottle-check.8 $(MANDIR)/man8/
	for dir in audit logrotate osquery rsyslog sigma systemd; do install -d $(COMPDIR)/bottle/observe/$$dir && \
		install -m 644 install/observe/$$dir/* $(COMPDIR)/bottle/observe/$$dir/ || exit; done
	sed 's,=/usr/libexec/,=$(PREFIX)/libexec/,' install/observe/audit/bottle.rules \
		>$(COMPDIR)/bottle/observe/audit/bottle.rules
	install -m 644 docs/soc.md install/observe/netd.jq $(COMPDIR)/bottle/observe/
	install -m 755 install/observe/doctor-status $(COMPDIR)/bottle/observe/
ifeq ($(HELPER),yes)
	install -m 644 helper/bottle-netd.8 $(MANDIR)/man8/
	install -m 700 $(BUILD)/libexec/bottle-netd $(LIBDIR)/.bottle-netd.new
	$(if $(AS_ROOT),chown 0:$(GROUP) $(LIBDIR)/.bottle-netd.new && chmod 4750 $(LIBDIR)/.bottle-netd.new, \
		chmod 755 $(LIBDIR)/.bottle-netd.new)
	mv -f $(LIBDIR)/.bottle-netd.new $(LIBDIR)/bottle-netd
endif

# What install/install.sh has recorded is its own script's to remove.
RECORDED = $(if $(AS_ROOT),$(if $(DESTDIR),,$(shell grep -ls '^. bottle [^ ]* prefix $(PREFIX) group ' \
	/var/lib/bottle/installs.d/* /var/lib/bottle/installs.d/.*.pending)))

uninstall: ## remove what install put there (stop bottles first: bottle stop --all)
	$(if $(RECORDED),install/uninstall.sh --prefix $(PREFIX))
	rm -f $(BINDIR)/bottle $(LIBDIR)/bottle-netd $(MANDIR)/man1/bottle.1 $(MANDIR)/man5/bottle.yaml.5 \
		$(MANDIR)/man8/bottle-netd.8 $(MANDIR)/man8/bottle-check.8 $(COMPDIR)/zsh/site-functions/_bottle \
		$(COMPDIR)/bash-completion/completions/bottle $(COMPDIR)/fish/vendor_completions.d/bottle.fish
	rm -rf $(LIBDIR) $(COMPDIR)/bottle

.PHONY: check-install
check-install: all ## install, drift, uninstall, and a kill at every step of them (as root; some minutes)
	install/deps check-install
	BUILD=$(BUILD) prove --timer $(wildcard tests/install/*.t)
