/* Ctrl-C: counting, tolerance, the wake-up descriptor, and giving the signals back. */
#include "cancel.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static bool readable(void)
{
	struct pollfd fd = {cancel_fd(), POLLIN, 0};

	return poll(&fd, 1, 0) == 1;
}

int main(void)
{
	static const int all[] = {SIGINT, SIGTERM, SIGHUP};

	is_int(cancel_fd(), -1, "no descriptor before cancel_init");
	cancel_drain();
	is_int(cancel_asked(), 0, "nothing was asked");
	cancel_init();
	cancel_init();
	ok(cancel_fd() >= 0 && !readable(), "a quiet descriptor after it");
	is_int(cancel_signal(), 0, "no signal yet");
	raise(SIGPIPE);
	is_int(cancel_count(), 0, "SIGPIPE is ignored");
	for (int i = 0; i < 3; i++) {
		raise(all[i]);
		is_int(cancel_count(), i + 1, "a signal counts");
		is_int(cancel_signal(), all[i], "the last one is known");
	}
	ok(cancel_asked(), "the user asked to stop");
	ok(readable(), "the descriptor is readable");
	cancel_drain();
	ok(!readable() && cancel_asked(), "drained, it is quiet, but the request stands");
	is_int(cancel_tolerate(3), 0, "tolerate returns the old value");
	ok(!cancel_asked(), "3 requests are slept through");
	raise(SIGINT);
	ok(cancel_asked() && readable(), "the 4th is not");
	is_int(cancel_tolerate(5), 3, "the old value again");
	ok(!readable(), "tolerating drains");
	cancel_request();
	ok(!cancel_asked(), "a request of our own counts as one");
	cancel_request();
	ok(cancel_asked(), "and as another");
	for (int i = 0; i < 100000; i++)
		raise(SIGINT);
	ok(true, "a full pipe does not block the handler");
	cancel_drain();
	ok(!readable(), "and can be drained");
	return done_testing();
}
