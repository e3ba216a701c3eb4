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
	BUILD=$(BUILD) bench/run $(PARTS)
	$(Q)$(MAKE) --no-print-directory bench-report

bench-report: ## docs/performance.md from the results that are there
	@mkdir -p docs/performance
	bench/render.py merge $(BUILD)/bench >$(BUILD)/bench/results.new
	mv $(BUILD)/bench/results.new docs/performance/results.json
	rm -f docs/performance/*.svg
	bench/plots.py docs/performance/results.json docs/performance
	bench/render.py page docs/performance/results.json >$(BUILD)/bench/page.new
	mv $(BUILD)/bench/page.new docs/performance.md
