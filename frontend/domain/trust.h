/* What the user approved. A file that an agent could have written takes effect only if its bytes are those
 * that were approved for its path; what root alone can have written needs no approval.
 *
 * Approvals lie in STATE/.trust/, which no slug can name: one file for each kind of thing and path, named by
 * their hash, with a line of JSON and then the approved text, from which a later change can be shown. */
#ifndef DOMAIN_TRUST_H
#define DOMAIN_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "sha256.h"

struct context;
struct error;

#define TRUST_TEXT_MAX (256 * 1024) /* bytes of a file that are kept to be shown */

/* Of what an approval is. */
enum trust_kind {
	TRUST_FILE, /* the bytes of one file */
	TRUST_TREE, /* a Dockerfile with the folder that it builds from; see build_tree.h */
};

/* A file, read once through one descriptor. */
struct trust_file {
	enum trust_kind kind;
	int fd;
	char *path;  /* without links */
	bool rooted; /* only root can have written it */
	char sha256[SHA256_HEX_LEN];
	struct buf
		text; /* what was hashed: bytes, or the list of a tree; empty beyond TRUST_TEXT_MAX */
};

#define TRUST_FILE_INIT                                                    \
	{                                                                  \
		TRUST_FILE, -1, NULL, false, {0}, BUF_INIT(TRUST_TEXT_MAX) \
	}
#define cleanup_trust_file __attribute__((cleanup(trust_file_clear)))

/* An approval. Zero-initialise. */
struct trust_record {
	enum trust_kind kind;
	char *path; /* NULL = there is none */
	char *sha256;
	int64_t since; /* seconds since 1970 */
	char *text;    /* what was approved, or NULL when it was too large to keep */
	size_t text_len;
};

#define cleanup_trust_record __attribute__((cleanup(trust_record_clear)))

/* Opens NAME, a regular file and no symbolic link: path and rooted are known then. */
int trust_open(const char *name, struct trust_file *file, struct error *err);

/* Reads it to its end, at most MAX bytes: sha256 and text are known then. The same bytes go to the descriptor
 * COPY unless that is -1. */
int trust_read(struct trust_file *file, size_t max, int copy, struct error *err);

/* What was approved for FILE's path. *ret is empty when nothing was. */
int trust_find(const struct context *ctx, const struct trust_file *file, struct trust_record *ret,
	struct error *err);

/* Whether FILE, with the approval WAS of its path, may take effect. */
bool trust_given(const struct trust_file *file, const struct trust_record *was);

/* "PATH is not trusted", EXIT_REFUSED, with the hash and what to type. Returns -1. */
int trust_refuse(const struct trust_file *file, const struct trust_record *was, struct error *err);

/* Approves the bytes that were read, whatever the file holds by now. */
int trust_approve(const struct context *ctx, const struct trust_file *file, struct error *err);

/* "file" or "tree". */
const char *trust_kind_name(enum trust_kind kind);

/* Withdraws the approvals of NAME, of either kind, which need not be there any more. *ret_found says whether there
 * was one. */
int trust_revoke(const struct context *ctx, const char *name, bool *ret_found, struct error *err);

/* All approvals, by path. The caller clears each and frees the array. */
int trust_list(
	const struct context *ctx, struct trust_record **ret, size_t *ret_count, struct error *err);

void trust_file_clear(struct trust_file *file);
void trust_record_clear(struct trust_record *record);

#endif
