/* What gc says of the things that it finds: since when they are dead, and how that is known. And state folders that
 * no journal speaks for. */
#ifndef DOMAIN_REMAINS_H
#define DOMAIN_REMAINS_H

#include <stdbool.h>

struct context;
struct error;
struct strv;

/* "since TIME: the launch (pid N) ended before the bottle was ready", of one that teardown_find_dead named. Caller
 * frees. */
char *remains_of_launch(const struct context *ctx, const char *slug);

/* The same of a container or network that teardown_find_orphans named. Asks the engine once. */
char *remains_of_orphan(struct context *ctx, bool is_network, const char *id);

/* Names of bottles whose state folder has no journal, so that nothing else would remove it: a launch that died while
 * it made the folder, or a removal that was cut short. One that a command works on is none. */
int remains_find_folders(const struct context *ctx, struct strv *slugs, struct error *err);

/* Removes such a folder; 1 when it is none any more. EXIT_CANTCREATE when more than plain files is in it. */
int remains_remove_folder(const struct context *ctx, const char *slug, struct error *err);

#endif
