# Tests. tests/ mirrors the sources: every tests/DIR/x.c is a TAP program linked with the frontend's
# objects, every tests/DIR/x.t a TAP script. *_native.c is a program that the .t beside it runs.
TEST_C     := $(wildcard tests/shared/*.c tests/frontend/*/*.c)
TEST_BIN   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_C))
UNIT_BIN   := $(filter-out %_native,$(TEST_BIN))
NETD_BIN   := $(NETD_TEST)
# What takes minutes of computing, or packages of its own.
DEEP_TESTS := $(patsubst %,tests/helper/%.t,proof exhaustive fuzz storm repro sbom model darwin trace)
FAST_TESTS := $(UNIT_BIN) $(NETD_BIN) $(GUEST_TEST_BIN) $(wildcard tests/shared/*.t tests/frontend/*/*.t \
	tests/guest/*.t) $(filter-out $(DEEP_TESTS),$(wildcard tests/helper/*.t))
TREE_TESTS := $(wildcard tests/tree/*.t)
SLOW_TESTS := $(wildcard tests/native/*.t)
SANITIZE   := address,undefined
# One job for the machine of the lab, one for everything else.
PROVE      := BUILD=$(BUILD) prove --timer

.PHONY: test-programs sanitized lab handover bench-transport audit mutants fuzz
test-programs: $(TEST_BIN) $(NETD_BIN) $(GUEST_TEST_BIN) $(BUILD)/tests/lab/stream

$(BUILD)/tests/%: tests/%.c tests/tap.h $(FE_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) $(INC_domain) -Ifrontend/cmd -Itests -o $@ $< $(FE_OBJ) $(FE_LDFLAGS) $(PKG_LIBS)

$(BUILD)/bench/%: bench/%.c $(FE_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) $(INC_domain) -o $@ $< $(FE_OBJ) $(FE_LDFLAGS) $(PKG_LIBS)

# The unit programs once more, with the sanitizers.
sanitized:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitized SAN=$(SANITIZE) \
		$(patsubst $(BUILD)/%,$(BUILD)/sanitized/%,$(UNIT_BIN))

check-fast: all test-programs ## the tests that need neither machine nor engine
	$(PROVE) -j 2 $(FAST_TESTS)

# In two runs: beside the machine of the acceptance tests, which has one processor, there are only tests that mostly
# wait (smolvm gives up on a boot that makes no progress for 30 seconds). What computes for minutes comes after.
check: ## everything: installs what is missing, builds, tests, and boots the lab machine
	install/deps check
	$(Q)$(MAKE) --no-print-directory all test-programs sanitized WERROR=-Werror
	$(PROVE) -j 2 tests/lab/acceptance.t $(SLOW_TESTS) $(FAST_TESTS) $(TREE_TESTS) \
		$(patsubst $(BUILD)/%,$(BUILD)/sanitized/%,$(UNIT_BIN))
	$(PROVE) -j 2 tests/lab/attacks.t $(DEEP_TESTS)
	$(PROVE) tests/lab/sealed.t

audit: ## every claim of AUDIT.md, by its command (15 minutes; as root)
	install/deps audit
	@tests/lab/image >/dev/null && install/get-zig >/dev/null
	$(Q)$(MAKE) --no-print-directory all test-programs
	BUILD=$(BUILD) tests/audit/run

mutants: all ## change each condition, constant and step of the helper: does a test notice?
	BUILD=$(BUILD) python3 tests/helper/mutants/run.py

# What is found, and the inputs that were new, stay in $(BUILD)/fuzz.
FUZZ_SECONDS ?= 3600
fuzz: all ## fuzz the helper for FUZZ_SECONDS
	install/deps check
	BUILD=$(BUILD) FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_DIR=$(abspath $(BUILD))/fuzz prove --verbose tests/helper/fuzz.t

lint: ## style and static checks
	install/deps lint
	$(PROVE) $(wildcard tests/tree/lint*.t)

lab: all ## the acceptance tests in the throw-away machine alone
	install/deps lab
	$(PROVE) --verbose tests/lab/acceptance.t

# Runs inside a VM of the lab.
$(BUILD)/tests/lab/knock $(BUILD)/tests/lab/stream: $(BUILD)/tests/lab/%: tests/lab/%.c
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(STD) -static -o $@ $<

ROUNDS ?= 20
handover: all $(BUILD)/tests/lab/knock ## an address changes hands under a real VM, ROUNDS=20 times (half an hour)
	install/deps lab
	LAB_RUN_SECONDS=3600 tests/lab/run tests/lab/handover.sh $(ROUNDS)

ROUNDS_TRANSPORT ?= 5
bench-transport: all $(BUILD)/tests/lab/stream ## what a sealed bottle's connections cost beside an alias's, in the lab
	install/deps lab
	tests/lab/run bench/transport $(ROUNDS_TRANSPORT)

demo: ## set up what is missing and run the main job, step by step
	demo/run
