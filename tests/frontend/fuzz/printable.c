/* Any bytes made harmless to a terminal, whole and in pieces. The first byte says where they are cut. */
#include "printable.h"

#include "buf.h"
#include "fuzz.h"

static void check_harmless(const char *text, bool line)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text, next = (unsigned char)text[1];

		FUZZ_RULE(c != 0x7f &&
			  (c >= 0x20 || (!line && (c == '\t' || c == '\n' ||
							  (c == '\r' && next == '\n')))));
		FUZZ_RULE(c != 0xc2 || next >= 0xa0); /* C1 in UTF-8 */
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf pieces = BUF_INIT(16 << 20);
	struct printable_stream stream = {.len = 0};
	cleanup_free char *text = NULL, *line = NULL, *whole = NULL, *end = NULL;
	size_t step;

	if (size == 0)
		return 0;
	step = data[0] % 7 + 1;
	text = fuzz_text(++data, --size);
	whole = printable_n((const char *)data, size);
	line = printable_line(text);
	check_harmless(whole, false);
	check_harmless(line, true);
	for (size_t at = 0; at < size; at += step) {
		cleanup_free char *part = printable_feed(
			&stream, (const char *)data + at, size - at < step ? size - at : step);

		buf_append_str(&pieces, part);
	}
	end = printable_end(&stream);
	buf_append_str(&pieces, end);
	FUZZ_RULE(strcmp(buf_str(&pieces), whole) == 0);
	return 0;
}
