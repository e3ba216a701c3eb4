/* The exit codes of bottle-netd and bottle: the one list. Values follow sysexits(3) where it has one. */
#ifndef SHARED_EXIT_CODE_H
#define SHARED_EXIT_CODE_H

enum exit_code {
	EXIT_OK = 0,
	EXIT_BAD = 1,          /* the thing asked about is bad: escape found, doctor red */
	EXIT_USAGE_ERROR = 64, /* bad argv */
	EXIT_DATA = 65,        /* bad bottle.yaml or mount */
	EXIT_UNAVAILABLE = 69, /* engine or smolvm unavailable */
	EXIT_BUG = 70,         /* our mistake */
	EXIT_OS = 71,          /* the kernel refused */
	EXIT_CANTCREATE = 73,  /* cannot create */
	EXIT_AGAIN = 75,       /* try again: pool exhausted, engine busy, loopback down */
	EXIT_REFUSED = 77,     /* refused by policy */
	EXIT_CONFIG = 78,      /* configuration or installation is not as it must be */
	EXIT_DEADLINE = 124,   /* a deadline passed */
	EXIT_NOT_RUN = 125,    /* exec, shell, launch -- CMD: our failure before CMD ran */
	EXIT_NOT_EXECUTABLE = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_SIGNAL_BASE = 128, /* plus the signal's number */
};

#endif
