/* Yes or no. */
#include "ask.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cancel.h"

bool ask_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool ask_yes(const char *question)
{
	struct pollfd polled[] = {{STDIN_FILENO, POLLIN, 0}, {cancel_fd(), POLLIN, 0}};
	char answer[16] = "";
	ssize_t got;

	/* What was typed, or sent by the terminal, before is no answer to it. */
	tcflush(STDIN_FILENO, TCIFLUSH);
	fprintf(stderr, "%s? [y/N] ", question);
	while (!cancel_asked() && poll(polled, 2, -1) < 0 && errno == EINTR)
		;
	if (cancel_asked()) {
		fputc('\n', stderr);
		return false;
	}
	got = read(STDIN_FILENO, answer, sizeof(answer) - 1);
	if (got <= 0)
		fputc('\n', stderr);
	return got > 0 && (strcmp(answer, "y\n") == 0 || strcmp(answer, "Y\n") == 0 ||
				  strcmp(answer, "yes\n") == 0);
}
