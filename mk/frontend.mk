# bottle: each folder sees only the layers below it, so a wrong include does not compile.
PKGS      := libcurl libcyaml yaml-0.1 jansson sqlite3
PKG_CF    := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS  := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
LIBEXEC   := $(PREFIX)/libexec/bottle

INC_base   := -Ifrontend/base -Ishared
INC_port   := -Ifrontend/port $(INC_base) -Iguest
INC_domain := -Ifrontend/domain $(INC_port)
INC_cmd    := -Ifrontend/cmd -Ifrontend/domain $(INC_base)
INC_main   := -Ifrontend/cmd $(INC_base)

FE_CFLAGS  = $(STD) $(HARD) $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all,-D_FORTIFY_SOURCE=2) \
	-D_GNU_SOURCE -D_DARWIN_C_SOURCE $(DEFS) $(PKG_CF) $(CFLAGS)
FE_LDFLAGS = -pie -pthread $(if $(SAN),-fsanitize=$(SAN),-Wl,-z,relro,-z,now -Wl,--as-needed) $(LDFLAGS)
# dlopen lived in libdl before glibc 2.34; libcurl is loaded when first needed.
PKG_LIBS  += $(if $(filter linux,$(OS)),-ldl)

fe_src    = $(call pick,frontend/$(1)/*.c)
FE_SRC   := $(foreach layer,base port domain cmd,$(call fe_src,$(layer)))
SHARED_SRC := $(wildcard shared/*.c)
# Both ends of a sealed bottle's sockets pump bytes by one source.
PUMP_SRC := guest/pump.c
FE_OBJ   := $(patsubst %.c,$(BUILD)/obj/%.o,$(FE_SRC) $(SHARED_SRC) $(PUMP_SRC))

bottle: $(BUILD)/bin/bottle ## build the frontend

# The link makes the build folder look like an installation to the program.
$(BUILD)/bin/bottle: $(BUILD)/obj/frontend/main.o $(FE_OBJ)
	@mkdir -p $(@D) $(BUILD)/libexec && ln -sfn . $(BUILD)/libexec/bottle
	$(Q)$(CC) -o $@ $^ $(FE_LDFLAGS) $(PKG_LIBS)

define layer_rule
$(BUILD)/obj/frontend/$(1)/%.o: frontend/$(1)/%.c
	@mkdir -p $$(@D)
	$$(Q)$$(CC) $$(FE_CFLAGS) $$(INC_$(1)) -c -o $$@ $$<
endef
$(foreach layer,base port domain cmd,$(eval $(call layer_rule,$(layer))))

$(BUILD)/obj/frontend/main.o: frontend/main.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) $(INC_main) -c -o $@ $<

$(BUILD)/obj/shared/%.o: shared/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) -Ishared -c -o $@ $<

$(BUILD)/obj/guest/%.o: guest/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) -Iguest -c -o $@ $<

# For tests/tree/layers.t: what a file of LAYER is compiled with.
.PHONY: print-flags
print-flags:
	@echo $(filter-out -MMD -MP,$(FE_CFLAGS)) $(INC_$(LAYER))

# What a Mac would compile, without the libraries that only a Mac has in the right form: base, and the ports
# that need none. A shared library, so that a name which nobody defines fails the link.
MAC_PORT := agent_command bridge_darwin canary claim dial guest hostaddr hostroute_darwin kvm_darwin \
	listeners_darwin listeners_table netd plan proxy_ask relay resolver_darwin smolvm smolvm_caps \
	smolvm_exec smolvm_process smolvm_process_darwin socket_owner_darwin vmdb_path vmdb_path_darwin \
	vmdb_private wildcard_proof
MAC_SRC  := $(filter-out %_linux.c,$(wildcard frontend/base/*.c)) $(MAC_PORT:%=frontend/port/%.c) $(SHARED_SRC) $(PUMP_SRC)
MAC_LIB  := $(patsubst %,$(BUILD)/darwin/%/libbottle.dylib,aarch64 x86_64)
$(MAC_LIB): $(BUILD)/darwin/%/libbottle.dylib: $(MAC_SRC)
	@mkdir -p $(@D)
	$(Q)$(ZIG) cc -target $*-macos.$(MACOS_MIN) -std=c11 -O2 $(WARN) $(DEFS) -D_DARWIN_C_SOURCE $(INC_port) -shared \
		-o $@ $(MAC_SRC)
