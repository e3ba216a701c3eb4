# What bench/helper times the helper with and against: the same compiler, flags and link as the helper's own.
#
#	make -f bench/helper.mk BUILD=build bench-helper
include Makefile

BENCH := $(BUILD)/bench/helper_bare $(BUILD)/bench/helper_time

.PHONY: bench-helper
bench-helper: $(NETD) $(BENCH)
$(BENCH): private NETD_OBJ = $<
$(BENCH): $(BUILD)/bench/%: $(BUILD)/netd/bench/%.o
	@mkdir -p $(@D)
	$(Q)$(NETD_LINK)
