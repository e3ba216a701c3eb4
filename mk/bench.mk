# The benchmark: every part against what it is compared with, and the report of one run. bench/run PART for one alone.
PARTS ?= all

$(BUILD)/bench/%: bench/%.c $(FE_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) $(INC_domain) -o $@ $< $(FE_OBJ) $(FE_LDFLAGS) $(PKG_LIBS)

.PHONY: bench bench-programs bench-report
bench-programs: all $(BUILD)/bench/patch $(BUILD)/bench/relay $(BUILD)/tests/lab/stream
	$(Q)$(MAKE) --no-print-directory -f bench/helper.mk BUILD=$(BUILD) bench-helper

bench: ## measure everything against its goal and write docs/performance.md (root; PARTS=... for some; an hour)
	install/deps bench
	$(Q)$(MAKE) --no-print-directory bench-programs
	BUILD=$(BUILD) bench/run $(PARTS); status=$$?; \
	$(MAKE) --no-print-directory bench-report && exit $$status

# A part that could not measure is told as missing in it, and the old page is replaced by a whole new one or not at all.
bench-report: ## docs/performance.md from the results that are there
	$(Q)rm -rf $(BUILD)/bench/report
	$(Q)mkdir -p $(BUILD)/bench/report/performance
	bench/render.py merge $(BUILD)/bench >$(BUILD)/bench/report/performance/results.json
	bench/plots.py $(BUILD)/bench/report/performance/results.json $(BUILD)/bench/report/performance
	bench/render.py page $(BUILD)/bench/report/performance/results.json >$(BUILD)/bench/report/performance.md
	$(Q)rm -rf docs/performance
	mv $(BUILD)/bench/report/performance $(BUILD)/bench/report/performance.md docs/
