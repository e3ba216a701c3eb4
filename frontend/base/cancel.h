/* Ctrl-C and SIGTERM as state that the waits of this program look at. The first one asks for undo, the
 * second one asks to stop undoing and say what is left. */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

/* Installs handlers for SIGINT, SIGTERM and SIGHUP and ignores SIGPIPE. Once per process. */
void cancel_init(void);

/* How often the user asked to stop since the last cancel_reset. */
int cancel_count(void);

/* Asks on the program's own behalf: the waits of other threads end. */
void cancel_request(void);

/* The last signal that asked, or 0. */
int cancel_signal(void);

/* A descriptor that polls readable after a request until cancel_drain; -1 before cancel_init. */
int cancel_fd(void);
void cancel_drain(void);

/* How many requests a wait sleeps through: 0 while working, 1 during undo. Returns the old value. */
int cancel_tolerate(int requests);

/* Whether a wait should end now. */
int cancel_asked(void);

#endif
