/* TAP for C tests: ok(), is_str(), is_int(), plan at the end by done_testing(). Details of a failure go to
 * standard error, which prove(1) shows. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 2, 3), unused)) static bool ok(bool pass, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", pass ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	fflush(stdout);
	if (!pass) {
		fprintf(stderr, "# not ok %d - ", tap_count);
		va_start(ap, fmt);
		vfprintf(stderr, fmt, ap);
		va_end(ap);
		fprintf(stderr, "\n");
	}
	tap_failed += !pass;
	return pass;
}

__attribute__((unused)) static bool is_str(const char *got, const char *want, const char *name)
{
	bool pass = (got == NULL && want == NULL) ||
		    (got != NULL && want != NULL && strcmp(got, want) == 0);

	ok(pass, "%s", name);
	if (!pass)
		fprintf(stderr, "#   got: %s\n#  want: %s\n", got ? got : "(null)",
			want ? want : "(null)");
	return pass;
}

__attribute__((unused)) static bool is_int(long long got, long long want, const char *name)
{
	ok(got == want, "%s", name);
	if (got != want)
		fprintf(stderr, "#   got: %lld\n#  want: %lld\n", got, want);
	return got == want;
}

__attribute__((unused)) static void skip(const char *name, const char *why)
{
	printf("ok %d - %s # SKIP %s\n", ++tap_count, name, why);
}

__attribute__((unused)) static int done_testing(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
