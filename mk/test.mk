# Tests: every tests/DIR/x.c is a TAP program linked with the frontend's objects, every tests/DIR/x.t a script.
TEST_C   := $(wildcard tests/shared/*.c tests/frontend/*/*.c)
TEST_BIN := $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_C))

$(BUILD)/tests/%: tests/%.c tests/tap.h $(FE_OBJ)
	@mkdir -p $(@D)
	$(Q)$(CC) $(FE_CFLAGS) $(INC_domain) -Ifrontend/cmd -Itests -o $@ $< $(FE_OBJ) $(FE_LDFLAGS) $(PKG_LIBS)
