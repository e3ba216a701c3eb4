/* How what is installed is installed anew, by where it is. */
#include "self.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"
#include "tap.h"

#define PACKAGE "install the package bottle-netd anew"
#define TREE "sudo install/install.sh"

static const struct {
	const char *path, *want;
} cases[] = {
	{"/usr/libexec/bottle/bottle-netd", PACKAGE},
	{"/usr/lib/bottle/bottle-netd", PACKAGE},
	{"/usr/local/libexec/bottle/bottle-netd", TREE},
	{"/usr/localised/libexec/bottle/bottle-netd", PACKAGE},
	{"/opt/bottle/libexec/bottle/bottle-netd", TREE},
	{"/usrlocal/libexec/bottle/bottle-netd", TREE},
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_free char *words = self_install_again(cases[i].path, "bottle-netd");

		ok(strcmp(words, cases[i].want) == 0, "%s: %s", cases[i].path, words);
	}
	return done_testing();
}
