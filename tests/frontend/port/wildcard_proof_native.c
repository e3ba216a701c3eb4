/* Says what wildcard_prove() finds for an address: for wildcard_proof_native.t. */
#include "wildcard_proof.h"

#include <stdio.h>

#include "err.h"

int main(int argc, char **argv)
{
	static const char *const names[] = {"unknown", "open", "closed"};
	cleanup_error struct error err = ERROR_INIT;
	struct wildcard_proof proof;

	if (wildcard_prove(argc > 1 ? argv[1] : "127.0.0.16", &proof, &err) != 0) {
		err_print(&err, stderr);
		return (int)err.code;
	}
	printf("tcp %s udp %s\n", names[proof.tcp], names[proof.udp]);
	return 0;
}
