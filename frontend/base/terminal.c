/* Giving a terminal back as it was. */
#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* DECSTR resets character sets, margins, origin mode, cursor keys and colours, but leaves these. The cursor is
 * saved before the alternate screen is left, because leaving restores it also where there is none to leave. */
static const char soft_reset[] = "\033[!p"    /* DECSTR */
				 "\033(B\017" /* ASCII, for those that have no DECSTR */
				 "\033[0m"    /* colours */
				 "\0337\033[?1049l"
				 "\033[?1000l\033[?1002l\033[?1003l\033[?1006l" /* mouse */
				 "\033[?1004l"   /* reports of focus */
				 "\033[?2004l"   /* bracketed paste */
				 "\033[?1l\033>" /* keypad and cursor keys */
				 "\033[?25h";

bool terminal_can_move(int fd)
{
	const char *term = getenv("TERM");

	return term != NULL && *term != '\0' && strcmp(term, "dumb") != 0 && isatty(fd);
}

int terminal_columns(int fd)
{
	struct winsize size;

	return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void terminal_lend(struct terminal *terminal)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	int fd = isatty(STDIN_FILENO) ? STDIN_FILENO : STDOUT_FILENO;

	if (tcgetattr(fd, &terminal->modes) != 0)
		return;
	terminal->fd = fd;
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGQUIT, &ignore, &terminal->quit);
}

void terminal_restore(struct terminal *terminal)
{
	int saved = errno;
	ssize_t ignored;

	if (terminal->fd < 0)
		return;
	if (tcgetpgrp(terminal->fd) == getpgrp()) {
		tcsetattr(terminal->fd, TCSANOW, &terminal->modes);
		if (isatty(STDOUT_FILENO)) {
			ignored = write(STDOUT_FILENO, soft_reset, sizeof(soft_reset) - 1);
			(void)ignored;
		}
	}
	sigaction(SIGQUIT, &terminal->quit, NULL);
	terminal->fd = -1;
	errno = saved;
}
