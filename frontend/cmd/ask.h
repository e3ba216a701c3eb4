/* A question on the terminal. */
#ifndef CMD_ASK_H
#define CMD_ASK_H

#include <stdbool.h>

/* Whether there is somebody to ask: standard input and error are a terminal. */
bool ask_possible(void);

/* Prints "QUESTION? [y/N] " to standard error and waits for a line. True for y, Y and yes alone: end of input, an error
 * and Ctrl-C are no yes. What was typed before the question does not answer it. */
bool ask_yes(const char *question);

#endif
