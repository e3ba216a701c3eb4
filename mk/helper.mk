# bottle-netd, the setuid helper: shared/ and helper/ alone, one static PIE against musl.
#
# Two traps of musl-gcc, both silent: `-static-pie` gives a dynamic program, `-static -pie` one that is not
# position-independent. So the linker is told in its own words, the start file is named, and the ELF is
# judged after the link. _FORTIFY_SOURCE is not set: musl's headers know nothing of it.
MUSL_CC    ?= musl-gcc
MUSL_LIB   ?= /usr/lib/$(ARCH)-linux-musl
KERNEL_INC := -idirafter /usr/include -idirafter /usr/include/$(ARCH)-linux-gnu
ZIG        ?= zig

NETD_SRC  := helper/bottle-netd.c helper/os_$(OS).c helper/privilege_$(OS).c \
	helper/report.c helper/request.c shared/addr.c shared/pool.c
NETD_OBJ  := $(patsubst %.c,$(BUILD)/netd/%.o,$(NETD_SRC))
NETD      := $(BUILD)/libexec/bottle-netd
# The same bytes from any folder: the build folder's name is in no debug information either.
NETD_DEFS := $(DEFS) -D_GNU_SOURCE -D_DARWIN_C_SOURCE -Ihelper -Ishared -I$(BUILD)/netd \
	-ffile-prefix-map=$(BUILD)/netd=build/netd
NETD_TEST := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/helper/*.c))

ifeq ($(OS),linux)
NETD_CC     := $(MUSL_CC)
# clang before 15 has no such option.
NETD_ZERO   := $(shell $(MUSL_CC) -fzero-call-used-regs=used-gpr -x c -fsyntax-only /dev/null \
	2>/dev/null && echo -fzero-call-used-regs=used-gpr)
NETD_CFLAGS = $(STD) $(HARD) $(NETD_ZERO) -fno-builtin-printf $(KERNEL_INC) $(NETD_DEFS)
NETD_FILTER := $(BUILD)/netd/netd_filter.h
NETD_LINK   = $(MUSL_CC) -nostdlib -Wl,-static,-pie,--no-dynamic-linker \
	-Wl,-z,text,-z,relro,-z,now,-z,noexecstack,-z,separate-code,--build-id=none \
	-o $@ $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $(NETD_OBJ) -lc $(MUSL_LIB)/crtn.o
NETD_GATE   = helper/elf_gate.sh $@
else
NETD_CC     := $(CC)
NETD_CFLAGS = $(STD) $(HARD) -D_FORTIFY_SOURCE=2 $(NETD_DEFS)
NETD_FILTER :=
NETD_LINK   = $(CC) -o $@ $(NETD_OBJ)
NETD_GATE   = :
endif

.PHONY: netd netd-darwin netd-tests sbom FORCE
netd: $(NETD) ## build the setuid helper
netd-tests: $(NETD_TEST)

# How it is compiled, linked and filtered, warnings aside. Written anew only when it changes, and everything
# depends on it: after another POOL_LAST, VERSION or ARCH no old object is left.
NETD_FLAGS := $(BUILD)/netd/flags
$(NETD_FLAGS): export NETD_HOW = $(NETD_CC) $(filter-out -W%,$(NETD_CFLAGS)) -- $(NETD_LINK) -- $(ARCH)
$(NETD_FLAGS): FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$NETD_HOW" | cmp -s - $@ || printf '%s\n' "$$NETD_HOW" >$@
FORCE:

$(NETD): $(NETD_OBJ) $(NETD_FLAGS)
	@mkdir -p $(@D)
	$(Q)$(NETD_LINK)
	$(Q)$(NETD_GATE) || { rm -f $@; exit 1; }

$(BUILD)/netd/%.o: %.c $(NETD_FILTER) $(NETD_FLAGS)
	@mkdir -p $(@D)
	$(Q)$(NETD_CC) $(NETD_CFLAGS) -c -o $@ $<

# The generator runs here whatever ARCH is; only its output is for ARCH.
$(BUILD)/netd/filter_gen: helper/filter_gen.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) -D_GNU_SOURCE -o $@ $< -lseccomp
$(BUILD)/netd/netd_filter.h: $(BUILD)/netd/filter_gen $(NETD_FLAGS)
	$(Q)$< $(ARCH) >$@.tmp && mv $@.tmp $@

# Always anew: the packages it names change without any file here.
sbom: $(NETD) ## list what the helper is made of (SPDX), to libexec/bottle-netd.spdx.json
	$(Q)VERSION='$(VERSION)' CC='$(NETD_CC)' MUSL_LIB='$(MUSL_LIB)' FILTER='$(NETD_FILTER)' helper/sbom.sh \
		$(NETD) $(NETD_SRC) helper/filter_gen.c $(wildcard helper/*.h shared/*.h) >$(NETD).spdx.tmp
	$(Q)mv $(NETD).spdx.tmp $(NETD).spdx.json

# Unit tests: the pure parts with the host's compiler, and the filter as generated.
$(BUILD)/tests/helper/%: tests/helper/%.c tests/tap.h $(wildcard tests/helper/filter/*.h) \
		helper/request.c helper/report.c $(NETD_FILTER) \
		$(NETD_FLAGS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(if $(SAN),-fsanitize=$(SAN)) $(NETD_DEFS) -Itests -o $@ $< \
		helper/request.c $(if $(filter %/report,$@),helper/report.c) shared/addr.c shared/pool.c

# What a Mac would build, linked on any host: compile errors and missing names show without a Mac. -g0: else the names
# of the compiler's temporary files are in it.
NETD_MAC := $(patsubst %,$(BUILD)/darwin/%/bottle-netd,aarch64 x86_64)
netd-darwin: $(NETD_MAC) ## cross-link the helper for macOS with zig
$(NETD_MAC): $(BUILD)/darwin/%/bottle-netd: $(patsubst %_$(OS).c,%_darwin.c,$(NETD_SRC)) \
		$(wildcard helper/*.h shared/*.h)
	@mkdir -p $(@D)
	$(Q)$(ZIG) cc -target $*-macos.$(MACOS_MIN) -std=c11 -O2 -g0 $(WARN) $(NETD_DEFS) -fstack-protector-strong \
		-o $@ $(filter %.c,$^)
