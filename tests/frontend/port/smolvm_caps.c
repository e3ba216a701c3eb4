/* Versions of smolvm: what is one, and how each stands. */
#include "smolvm.h"

#include "err.h"
#include "tap.h"

static const struct {
	const char *version;
	enum smolvm_standing standing;
} known[] = {
	{"0.7.9", SMOLVM_REFUSED},
	{"0.8.0", SMOLVM_OLDER},
	{"1.1.3", SMOLVM_REFUSED},
	{"1.2.5", SMOLVM_OLDER},
	{"1.32.1", SMOLVM_OLDER},
	{"1.32.2", SMOLVM_SUPPORTED},
	{"1.32.3", SMOLVM_NEWER},
	{"2.0.0", SMOLVM_NEWER},
	{"10.0.0", SMOLVM_NEWER},
};

static const char *const strange[] = {"", "1", "1.32", "1.32.2.0", "1.32.2-rc1", "1.32.2 ",
	" 1.32.2", "+1.32.2", "-1.32.2", "1.-1.2", "1.32.-2", "1. 32.2", "1..2", ".32.2", "1.32.",
	"1.32.12345", "99999.0.0", "v1.32.2", "1,32,2", "banana"};

int main(void)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;
		const struct smolvm_caps *caps = NULL;
		enum smolvm_standing standing = SMOLVM_REFUSED;

		ok(smolvm_caps_find(known[i].version, &caps, &standing, &err) == 0 &&
				standing == known[i].standing && caps != NULL,
			"%s is a version, and where it stands", known[i].version);
	}
	for (size_t i = 0; i < sizeof(strange) / sizeof(strange[0]); i++) {
		cleanup_error struct error err = ERROR_INIT;
		const struct smolvm_caps *caps = NULL;
		enum smolvm_standing standing;

		ok(smolvm_caps_find(strange[i], &caps, &standing, &err) == -1 &&
				err.code == EXIT_UNAVAILABLE &&
				strstr(err.message, "not a version"),
			"'%s' is none", strange[i]);
	}
	return done_testing();
}
