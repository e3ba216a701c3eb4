# bottle-guest: static, no dependency on the image it runs in. Alone in its folder, since the folder
# is what gets mounted. The musl wrapper builds it for this machine; ZIG builds it for any other, and
# on macOS.
ZIG        ?= zig
MUSL_CC    ?= musl-gcc
KERNEL_INC ?= -idirafter /usr/include -idirafter /usr/include/$(ARCH)-linux-gnu
READELF    ?= $(firstword $(shell command -v readelf llvm-readelf 2>/dev/null))
GUEST_SRC  := $(sort $(wildcard guest/*.c))
GUEST_NATIVE := $(OS)-$(shell uname -m)
GUEST_CC    = $(if $(filter linux-$(1),$(GUEST_NATIVE)),$(MUSL_CC) $(KERNEL_INC),$(ZIG) cc -target $(1)-linux-musl)
GUEST_FLAGS := $(STD) -Os -DBOTTLE_VERSION='"$(VERSION)"' -fno-pie -fstack-protector-strong \
	'-ffile-prefix-map=$(CURDIR)=.' -ffunction-sections -fdata-sections
GUEST_LINK := -static -no-pie -s -Wl,--gc-sections,-z,relro,-z,now,-z,noexecstack

# Its unit tests run on the host: everything but main(), with the host's compiler.
GUEST_TEST_BIN := $(if $(filter linux,$(OS)),$(patsubst tests/%.c,$(BUILD)/tests/%,\
	$(wildcard tests/guest/*.c)))
GUEST_TEST_SRC := $(filter-out guest/bottle-guest.c,$(GUEST_SRC))

.PHONY: guest guest-aarch64 check-guest
guest: $(BUILD)/libexec/guest/$(ARCH)/bottle-guest ## the guest's binary for this architecture
guest-aarch64: $(BUILD)/libexec/guest/aarch64/bottle-guest ## the guest's binary for aarch64, by ZIG=zig
check-guest: guest $(GUEST_TEST_BIN) ## the guest's tests
	BUILD=$(BUILD) prove $(GUEST_TEST_BIN) $(wildcard tests/guest/*.t)

# An interpreter or a needed library would make it depend on the image: no such file is left behind.
define guest_rules
$(BUILD)/guest/$(1)/%.o: guest/%.c
	@mkdir -p $$(@D)
	$(Q)$$(call GUEST_CC,$(1)) $$(GUEST_FLAGS) -c -o $$@ $$<
$(BUILD)/libexec/guest/$(1)/bottle-guest: $(GUEST_SRC:guest/%.c=$(BUILD)/guest/$(1)/%.o)
	@mkdir -p $$(@D)
	$(Q)$$(call GUEST_CC,$(1)) $$(GUEST_LINK) -o $(BUILD)/guest/$(1)/linked $$^
	@if [ -z "$(READELF)" ]; then echo "$$@: no readelf, not checked to be static" >&2; \
	elif $(READELF) -lWd $(BUILD)/guest/$(1)/linked | grep -E 'INTERP|NEEDED|RWE'; then \
		echo "$$@: not static" >&2; exit 1; fi
	@mv $(BUILD)/guest/$(1)/linked $$@
endef
$(foreach arch,x86_64 aarch64,$(eval $(call guest_rules,$(arch))))

$(GUEST_TEST_BIN): $(BUILD)/tests/guest/%: tests/guest/%.c tests/tap.h $(GUEST_TEST_SRC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(SAN) -Iguest -Itests -o $@ $< $(GUEST_TEST_SRC)
