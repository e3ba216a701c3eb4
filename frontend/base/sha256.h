/* SHA-256 (FIPS 180-4), because none of the libraries that this program links offers it. It names
 * folders and recognises files; nothing here is secret, so nothing is done about timing. */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE 32
#define SHA256_HEX_LEN 65 /* 64 lower-case digits and their NUL */

struct sha256 {
	uint32_t state[8];
	uint64_t len; /* bytes so far */
	uint8_t block[64];
};

void sha256_init(struct sha256 *sha);
void sha256_update(struct sha256 *sha, const void *bytes, size_t len);

/* Fills DIGEST. *sha must be initialised again before another update. */
void sha256_final(struct sha256 *sha, uint8_t digest[static SHA256_SIZE]);

/* sha256_final, spelled in lower-case hexadecimal. */
void sha256_final_hex(struct sha256 *sha, char hex[static SHA256_HEX_LEN]);

/* The whole of BYTES in one call. */
void sha256_hex(const void *bytes, size_t len, char hex[static SHA256_HEX_LEN]);

#endif
