/* Mistyped words. */
#include "nearest.h"

#include "tap.h"

static const char *const words[] = {"launch", "exec", "shell", "stop", "ps", "env", "verify",
	"pool", "allowlist", "trust", "gc", "completion", "version", "help", "bundle-image"};

static const struct {
	const char *typed, *meant;
} table[] = {
	{"lunch", "launch"},
	{"lauch", "launch"},
	{"laucnh", "launch"},
	{"launhc", "launch"},
	{"launchh", "launch"},
	{"laumch", "launch"},
	{"exce", "exec"},
	{"sp", "ps"},
	{"pss", "ps"},
	{"verfy", "verify"},
	{"vrify", "verify"},
	{"alowlist", "allowlist"},
	{"allow", "allowlist"},
	{"bundle", "bundle-image"},
	{"bundel-imgae", "bundle-image"},
	{"veri", "verify"},
	{"stpo", "stop"},
	{"launch", "launch"},
	/* too far */
	{"", NULL},
	{"x", NULL},
	{"p", NULL},
	{"destroy", NULL},
	{"run", NULL},
	{"LAUNCH", NULL},
	{"lnch", "launch"},
	{"nothing", NULL},
	{"la", NULL},
	{"stopwatch", NULL},
	{"exxxxec", NULL},
	{"launchlaunchlaunchlaunchlaunchlaunch", NULL},
};

int main(void)
{
	struct nearest nearest;

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		nearest_init(&nearest, table[i].typed);
		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++)
			nearest_try(&nearest, words[k]);
		is_str(nearest.found, table[i].meant, table[i].typed);
	}
	nearest_init(&nearest, "sto");
	nearest_try(&nearest, "stop");
	nearest_try(&nearest, "step");
	is_str(nearest.found, "stop", "the first of two that are as near");
	nearest_init(&nearest, "versoin");
	nearest_try(&nearest, "verison");
	nearest_try(&nearest, "version");
	is_str(nearest.found, "version", "a nearer one that comes later");
	nearest_init(&nearest, "stop");
	nearest_try(&nearest, "a-word-that-is-longer-than-any-that-is-compared-stop");
	is_str(nearest.found, NULL, "a candidate that is too long");
	return done_testing();
}
