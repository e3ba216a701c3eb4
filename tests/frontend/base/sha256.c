/* SHA-256 against the vectors of FIPS 180 and NIST's example files. */
#include <stdlib.h>
#include <string.h>

#include "sha256.h"
#include "tap.h"

static const struct {
	const char *name, *text, *want;
} vectors[] = {
	{"the empty message", "",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
	{"one block: abc", "abc",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
	{"448 bits, where the length needs a second block",
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	{"896 bits",
		"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
		"ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		"cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
};

int main(void)
{
	char hex[SHA256_HEX_LEN], *text = malloc(1000000);
	struct sha256 sha;

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		sha256_hex(vectors[i].text, strlen(vectors[i].text), hex);
		is_str(hex, vectors[i].want, vectors[i].name);
	}
	memset(text, 'a', 1000000);
	sha256_hex(text, 1000000, hex);
	is_str(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
		"a million times a");
	sha256_init(&sha);
	for (size_t at = 0, step = 1; at < 1000000; at += step, step = step % 131 + 1) {
		if (step > 1000000 - at)
			step = 1000000 - at;
		sha256_update(&sha, text + at, step);
	}
	sha256_final_hex(&sha, hex);
	is_str(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
		"the same in pieces of 1 to 131 bytes");
	free(text);
	return done_testing();
}
