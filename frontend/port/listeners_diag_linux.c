/* TCP listeners by NETLINK_SOCK_DIAG (sock_diag(7), linux/inet_diag.h). */
#include "listeners_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listeners_table.h"
#include "mem.h"

struct request {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

static bool ask(int fd, bool is_v6)
{
	struct request request = {
		.head = {.nlmsg_len = sizeof(request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.body = {.sdiag_family = is_v6 ? AF_INET6 : AF_INET,
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = 1u << TCP_LISTEN},
	};

	return send(fd, &request, sizeof(request), 0) == sizeof(request);
}

static void add(struct listeners *to, const struct inet_diag_msg *msg, bool is_v6)
{
	struct listener listener = {.proto = LISTENER_TCP,
		.port = ntohs(msg->id.idiag_sport),
		.uid = msg->idiag_uid,
		.inode = msg->idiag_inode};
	uint8_t bytes[16] = {0};

	memcpy(bytes, msg->id.idiag_src, is_v6 ? 16 : 4);
	listeners_fill_address(&listener, bytes, is_v6);
	listeners_add(to, &listener);
}

/* Returns 1 at the end of the dump, 0 when there is more, -1 when it cannot be had. */
static int read_part(int fd, struct listeners *to, bool is_v6)
{
	char part[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t got = recv(fd, part, sizeof(part), 0);
	const struct nlmsghdr *head;

	if (got <= 0)
		return -1;
	/* Not by NLMSG_NEXT: a last message whose length is not rounded up takes what it counts down below 0. */
	for (size_t at = 0; at + sizeof(*head) <= (size_t)got; at += NLMSG_ALIGN(head->nlmsg_len)) {
		head = (const struct nlmsghdr *)(const void *)(part + at);
		if (head->nlmsg_len < sizeof(*head) || head->nlmsg_len > (size_t)got - at)
			return -1;
		if (head->nlmsg_type == NLMSG_DONE)
			return (head->nlmsg_flags & NLM_F_DUMP_INTR) ? -1 : 1;
		if (head->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
			head->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			return -1;
		add(to, NLMSG_DATA(head), is_v6);
	}
	return 0;
}

bool listeners_diag_tcp(struct listeners *to, bool is_v6)
{
	cleanup_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	size_t before = to->count;
	int state = fd >= 0 && ask(fd, is_v6) ? 0 : -1;

	while (state == 0)
		state = read_part(fd, to, is_v6);
	if (state < 0)
		to->count = before;
	return state > 0;
}
