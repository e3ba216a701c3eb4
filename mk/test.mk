# Tests. tests/ mirrors the sources: every tests/DIR/x.c is a TAP program linked with the frontend's
# objects, every tests/DIR/x.t a TAP script. *_native.c is a program that the .t beside it runs.
FUZZ_C     := $(wildcard tests/frontend/fuzz/*.c)
TEST_C     := $(filter-out $(FUZZ_C),$(wildcard tests/shared/*.c tests/frontend/*/*.c))
TEST_BIN   := $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_C))
UNIT_BIN   := $(filter-out %_native,$(TEST_BIN))
NETD_BIN   := $(NETD_TEST)
# What takes minutes of computing, or packages of its own.
DEEP_TESTS := $(patsubst %,tests/helper/%.t,proof exhaustive fuzz storm repro sbom model darwin trace) \
	tests/frontend/fuzz/run.t
FAST_TESTS := $(UNIT_BIN) $(NETD_BIN) $(GUEST_TEST_BIN) $(filter-out $(DEEP_TESTS),$(wildcard tests/shared/*.t \
	tests/frontend/*/*.t tests/guest/*.t tests/helper/*.t))
TREE_TESTS := $(wildcard tests/tree/*.t)
LAB_TESTS  := $(patsubst %,tests/lab/%.t,sealed acceptance)
LAST_TESTS := tests/lab/attacks.t
SLOW_TESTS := $(wildcard tests/native/*.t)
SANITIZE   := address,undefined
PROVE      := BUILD=$(BUILD) prove --timer

.PHONY: test-programs sanitized newer-engines lab lab-registry handover terminal audit mutants fuzz fault-matrix load valgrind
test-programs: $(TEST_BIN) $(NETD_BIN) $(GUEST_TEST_BIN) $(BUILD)/tests/lab/stream

# Fuzz targets, with BUILD a folder of their own: see frontend-fuzzers. An archive, so that a target that includes a
# source file, for the functions that are static there, is not linked with it twice.
$(BUILD)/libbottle.a: $(FE_OBJ)
	$(Q)rm -f $@ && ar rcs $@ $^
FUZZ_BIN := $(FUZZ_C:tests/frontend/fuzz/%.c=$(BUILD)/fuzz/%)
$(FUZZ_BIN): $(BUILD)/fuzz/%: tests/frontend/fuzz/%.c tests/frontend/fuzz/fuzz.h $(BUILD)/libbottle.a
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) $(INC_domain) -fsanitize=fuzzer -o $@ $< $(BUILD)/libbottle.a $(FE_LDFLAGS) $(PKG_LIBS)
.PHONY: fuzz-targets
fuzz-targets: $(FUZZ_BIN)

$(BUILD)/tests/%: tests/%.c tests/tap.h $(FE_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) $(INC_domain) -Ifrontend/cmd -Itests -o $@ $< $(FE_OBJ) $(FE_LDFLAGS) $(PKG_LIBS)

# The unit programs once more, with the sanitizers.
sanitized:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/sanitized SAN=$(SANITIZE) \
		$(patsubst $(BUILD)/%,$(BUILD)/sanitized/%,$(UNIT_BIN))

check-fast: all test-programs ## the tests that need neither machine nor engine
	$(PROVE) -j 2 $(FAST_TESTS)

JOBS   = $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
check: ## install what is missing, build, test programs, helper, launches and the tree, boot the lab machine
	install/deps check
	$(Q)$(MAKE) --no-print-directory -j $(JOBS) all test-programs sanitized frontend-fuzzers WERROR=-Werror
	HARNESS_RULESFILE=tests/rules.yml BUILD=$(BUILD) tests/prove --timer -j 4 $(LAB_TESTS) $(SLOW_TESTS) $(DEEP_TESTS) $(FAST_TESTS) $(TREE_TESTS) \
		$(patsubst $(BUILD)/%,$(BUILD)/sanitized/%,$(UNIT_BIN)) $(LAST_TESTS)

# What `make check` leaves out, as it wants packages or a machine of its own. tests/tree/targets.t: no test is in neither.
OWN_TARGETS := audit check-install check-packages check-ansible check-ansible-lab check-observe check-scale lab-fleet lab-registry
.PHONY: check-all
check-all: ## every test of the tree: check, and what has a target of its own (as root; hours)
	$(Q)for target in check $(OWN_TARGETS); do $(MAKE) --no-print-directory $$target || exit; done

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

# Every parser of outside bytes in frontend/ and guest/, FUZZ_SECONDS each, at the lowest priority; in `make check` eight at
# a time, which share what the processors have left.
FUZZ_CC ?= clang-14
.PHONY: frontend-fuzzers fuzz-frontend
frontend-fuzzers:
	$(Q)$(MAKE) --no-print-directory BUILD=$(BUILD)/fuzzers CC=$(FUZZ_CC) SAN=fuzzer-no-link,address,undefined fuzz-targets

fuzz-frontend: frontend-fuzzers ## fuzz the frontend's parsers for FUZZ_SECONDS each (60)
	BUILD=$(BUILD) FUZZ_SECONDS=$(if $(filter file,$(origin FUZZ_SECONDS)),60,$(FUZZ_SECONDS)) \
		FUZZ_JOBS=2 FUZZ_DIR=$(abspath $(BUILD))/fuzz prove --verbose tests/frontend/fuzz/run.t

lint: ## style and static checks
	install/deps lint
	$(PROVE) $(wildcard tests/tree/lint*.t)

VALGRIND := valgrind --quiet --leak-check=full --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite \
	--error-exitcode=99
valgrind: all test-programs ## the unit programs under valgrind: no error and no leak (some minutes)
	install/deps load
	$(PROVE) --exec '$(VALGRIND)' $(UNIT_BIN)

load: all ## 200 launches and stops, the outage tests, and ps and launch beside 4000 containers (as root; 15 minutes)
	install/deps load
	BUILD=$(BUILD) CYCLES=200 ROUNDS=20 COUNTS="16 200 1000 4000" prove --verbose tests/native/cycles.t tests/native/scale.t \
		tests/native/outage.t tests/native/concurrency.t

# Debian's newer engines, each from a folder of its own. Their isolated networks and their resolver are not 20.10's.
NEWER_ENGINES ?= trixie sid
newer-engines: all test-programs ## the docker backend and launches with Docker 26 and 28 (as root; some minutes)
	install/deps check
	$(Q)for suite in $(NEWER_ENGINES); do \
		root=$$(tests/native/engine_root $$suite) && echo "# $$($$root/usr/sbin/dockerd --version 2>/dev/null || echo $$suite)" && \
		ENGINE_ROOT=$$root $(PROVE) tests/native/docker.t tests/native/launch.t tests/native/supervise.t || exit; \
	done

fault-matrix: all ## each step of launch and stop times each fault, also those that are waited for long (as root)
	BUILD=$(BUILD) LONGEST=600 WORKERS=12 prove --verbose tests/native/fault_matrix.t

lab: all ## the acceptance tests in the throw-away machine alone
	install/deps lab
	$(PROVE) --verbose tests/lab/acceptance.t

lab-registry: all ## packing by a registry with smolvm 1.7.4, in the throw-away machine
	install/deps lab
	$(PROVE) --verbose tests/lab/registry.t

# Runs inside a VM of the lab.
$(BUILD)/tests/lab/knock $(BUILD)/tests/lab/stream: $(BUILD)/tests/lab/%: tests/lab/%.c
	@mkdir -p $(@D)
	$(Q)$(MUSL_CC) $(STD) -static -o $@ $<

# What the commands look like; needs nothing but the lab. Commit what it prints.
terminal: all ## every command on a terminal, right and wrong, as docs/terminal.txt (a quarter of an hour)
	install/deps lab
	tests/lab/run tests/lab/terminal.sh >$(BUILD)/terminal.txt && mv $(BUILD)/terminal.txt docs/terminal.txt

ROUNDS ?= 20
handover: all $(BUILD)/tests/lab/knock ## an address changes hands under a real VM, ROUNDS=20 times (half an hour)
	install/deps lab
	LAB_RUN_SECONDS=3600 tests/lab/run tests/lab/handover.sh $(ROUNDS)

demo: ## set up what is missing and run the main job, step by step
	demo/run
