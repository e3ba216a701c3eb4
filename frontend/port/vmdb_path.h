/* The two folders of the platform in which smolvm makes its own. Inside vmdb only. */
#ifndef PORT_VMDB_PATH_H
#define PORT_VMDB_PATH_H

struct error;

/* HOME when it is set and not empty, else the home folder of the password database. The caller
 * frees it. NULL: there is none, or it is not absolute. */
char *vmdb_home(struct error *err);

/* The folder for data and the one for caches, absolute. The caller frees both; -1: no home
 * folder. */
int vmdb_platform_dirs(char **data, char **cache, struct error *err);

#endif
