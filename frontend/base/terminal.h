/* The terminal, lent to a program that may leave it in any state. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <signal.h>
#include <stdbool.h>
#include <termios.h>

struct terminal {
	int fd; /* -1 = none was lent */
	struct termios modes;
	struct sigaction quit;
};

#define TERMINAL_INIT    \
	{                \
		.fd = -1 \
	}
#define cleanup_terminal __attribute__((cleanup(terminal_restore)))

/* Whether FD is a terminal that knows escape sequences: TERM is neither missing nor `dumb`. */
bool terminal_can_move(int fd);

/* How many columns the terminal FD has; 0 = it is none, or does not say. */
int terminal_columns(int fd);

/* Remembers the state of our terminal, if there is one. Ctrl-\\ does not end this program until it is restored. */
void terminal_lend(struct terminal *terminal);

/* Puts the terminal back as it was: modes of the line, and what escape sequences can have changed of screen,
 * keyboard, mouse and cursor. The title stays. A terminal that another job has meanwhile is left alone. Twice
 * is fine. */
void terminal_restore(struct terminal *terminal);

#endif
