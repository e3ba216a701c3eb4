/* Any bytes as a container's log. The first byte: of a terminal or not, whether its reader has had enough at some
 * point, and the length of the pieces in which it comes. */
#include "engine_logs.h"

#include "buf.h"
#include "err.h"
#include "fuzz.h"

struct heard {
	struct buf text; /* of each piece a byte for its stream and then its bytes, one by one */
	size_t enough;
};

static int take(void *arg, int stream, const char *bytes, size_t len)
{
	struct heard *heard = arg;

	FUZZ_RULE(len > 0 && (stream == 1 || stream == 2));
	for (size_t i = 0; i < len; i++) {
		buf_append(&heard->text, stream == 2 ? "2" : "1", 1);
		buf_append(&heard->text, bytes + i, 1);
	}
	return heard->text.len / 2 >= heard->enough ? -1 : 0;
}

/* The same by a reader that has all of it. Whether it ends well. */
static bool unpack(const uint8_t *data, size_t size, bool tty, struct buf *ret)
{
	while (size > 0) {
		size_t head = tty ? 0 : 8, len;
		const char *stream = !tty && data[0] == 2 ? "2" : "1";

		if (size < head || (!tty && (data[0] > 2 || data[1] || data[2] || data[3])))
			return false;
		len = tty ? size
			  : (size_t)data[4] << 24 | (size_t)data[5] << 16 | (size_t)data[6] << 8 |
				      data[7];
		for (data += head, size -= head; len > 0 && size > 0; len--, data++, size--) {
			buf_append(ret, stream, 1);
			buf_append(ret, data, 1);
		}
		if (len > 0)
			return false;
	}
	return true;
}

static int hear(struct engine_logs *logs, int to, const uint8_t *data, size_t size, size_t piece,
	struct heard *heard, struct error *err)
{
	int more = 1;

	for (size_t at = 0; at < size && more > 0; at += piece) {
		size_t len = size - at < piece ? size - at : piece;

		FUZZ_RULE(write(to, data + at, len) == (ssize_t)len);
		more = engine_logs_read(logs, take, heard, err);
	}
	close(to);
	return more > 0 ? engine_logs_read(logs, take, heard, err) : more;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_engine_logs struct engine_logs logs = ENGINE_LOGS_INIT;
	cleanup_buf struct buf want = BUF_INIT(1 << 20);
	struct heard heard = {.text = BUF_INIT(1 << 20), .enough = SIZE_MAX};
	cleanup_error struct error err = ERROR_INIT;
	bool ends_well;
	int way[2], result;

	if (size == 0 || size > 16384)
		return 0;
	FUZZ_RULE(pipe(way) == 0);
	logs.fd = way[0];
	logs.tty = data[0] & 1;
	if (data[0] & 2)
		heard.enough = size / 2 + 1;
	result = hear(&logs, way[1], data + 1, size - 1, data[0] / 4 * 8 + 1, &heard, &err);
	ends_well = unpack(data + 1, size - 1, logs.tty, &want);
	if (heard.text.len / 2 >= heard.enough) {
		FUZZ_RULE(result == -1 && err.code == EXIT_OK);
		FUZZ_RULE(want.len >= heard.text.len);
	} else {
		FUZZ_RULE(result == (ends_well ? 0 : -1));
		FUZZ_RULE(err.code == (ends_well ? EXIT_OK : EXIT_UNAVAILABLE));
		FUZZ_RULE(want.len == heard.text.len);
	}
	FUZZ_RULE(memcmp(buf_str(&want), buf_str(&heard.text), heard.text.len) == 0);
	buf_clear(&heard.text);
	return 0;
}
