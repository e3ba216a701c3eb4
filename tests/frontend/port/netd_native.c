/* netd_native policy | release ADDRESS...: asks the helper that is installed beside it, as the frontend does. */
#include <stdio.h>
#include <string.h>

#include "alias.h"
#include "err.h"
#include "netd.h"
#include "strv.h"

int main(int argc, char **argv)
{
	cleanup_strv struct strv addresses = STRV_INIT, removed = STRV_INIT;
	cleanup_error struct error err = ERROR_INIT;
	unsigned first, last;

	for (int i = 2; i < argc; i++)
		strv_push(&addresses, argv[i]);
	if (argc == 2 && strcmp(argv[1], "policy") == 0 && netd_policy(&first, &last, &err) == 0) {
		printf("%d: %u to %u\n", NETD_PROTOCOL, first, last);
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "release") == 0 &&
		alias_release(&addresses, &removed, &err) == 0) {
		printf("released %zu\n", removed.count);
		return 0;
	}
	err_print(&err, stderr);
	return (int)err.code;
}
