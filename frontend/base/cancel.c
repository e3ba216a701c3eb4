/* Signals that ask this program to stop. The state is global because a signal handler has no argument. */
#include "cancel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t asked, last_signal;
static int tolerated;
static int wake[2] = {-1, -1};
static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static void on_signal(int signal_number)
{
	int saved = errno;
	ssize_t ignored;

	asked++;
	last_signal = signal_number;
	ignored = write(wake[1], "", 1);
	(void)ignored;
	errno = saved;
}

void cancel_init(void)
{
	struct sigaction action = {.sa_handler = on_signal}, hangup = {.sa_handler = SIG_DFL};

	if (wake[0] >= 0 || pipe(wake) != 0)
		return;
	for (int i = 0; i < 2; i++) {
		fcntl(wake[i], F_SETFD, FD_CLOEXEC);
		fcntl(wake[i], F_SETFL, O_NONBLOCK);
	}
	sigemptyset(&action.sa_mask);
	sigaction(SIGHUP, NULL, &hangup);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	if (hangup.sa_handler == SIG_IGN) /* nohup */
		sigaction(SIGHUP, &action, NULL);
	/* A parent that ignores it would have our children reaped unseen. */
	action.sa_handler = SIG_DFL;
	sigaction(SIGCHLD, &action, NULL);
}

int cancel_count(void)
{
	return asked;
}

void cancel_request(void)
{
	asked++;
}

int cancel_signal(void)
{
	return last_signal;
}

int cancel_fd(void)
{
	return wake[0];
}

void cancel_drain(void)
{
	char sink[16];

	while (wake[0] >= 0 && read(wake[0], sink, sizeof(sink)) > 0)
		;
}

int cancel_tolerate(int requests)
{
	int old = tolerated;

	tolerated = requests;
	cancel_drain();
	return old;
}

int cancel_asked(void)
{
	return asked > tolerated;
}
