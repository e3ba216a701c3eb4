#define _GNU_SOURCE 1
#include "netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* The pieces of a dump are never longer than what the reader offers room for (netlink(7)). */
#define ANSWER_MAX 16384

void netlink_begin(
	struct netlink_msg *m, uint16_t type, uint16_t flags, const void *fixed, size_t len)
{
	memset(m, 0, sizeof(*m));
	m->head.nlmsg_type = type;
	/*
	 * A dump ends by NLMSG_DONE; anything else is made to end by an acknowledgement. NLM_F_DUMP
	 * is two bits, and NLM_F_REPLACE is one of them.
	 */
	if ((flags & NLM_F_DUMP) != NLM_F_DUMP)
		flags |= NLM_F_ACK;
	m->head.nlmsg_flags = NLM_F_REQUEST | flags;
	m->head.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	memcpy(m->body, fixed, len);
}

void netlink_add(struct netlink_msg *m, uint16_t type, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(m->head.nlmsg_len);
	struct rtattr attr = {.rta_len = (uint16_t)RTA_LENGTH(len), .rta_type = type};

	if (at + RTA_SPACE(len) > sizeof(*m))
		abort();
	memcpy((char *)m + at, &attr, sizeof(attr));
	if (len)
		memcpy((char *)m + at + RTA_LENGTH(0), data, len);
	m->head.nlmsg_len = (uint32_t)(at + RTA_LENGTH(len));
}

size_t netlink_nest(struct netlink_msg *m, uint16_t type)
{
	size_t at = NLMSG_ALIGN(m->head.nlmsg_len);

	netlink_add(m, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void netlink_unnest(struct netlink_msg *m, size_t nest)
{
	uint16_t len = (uint16_t)(NLMSG_ALIGN(m->head.nlmsg_len) - nest);

	memcpy((char *)m + nest + offsetof(struct rtattr, rta_len), &len, sizeof(len));
}

/* Walks one datagram. 1: more to come; 0: the end; otherwise a negative errno. */
static int hear(const char *buf, size_t len, netlink_each *each, void *ctx)
{
	const struct nlmsghdr *h;
	int code;

	for (size_t at = 0; at + sizeof(*h) <= len; at += NLMSG_ALIGN(h->nlmsg_len)) {
		h = (const struct nlmsghdr *)(buf + at);
		if (h->nlmsg_len < sizeof(*h) || h->nlmsg_len > len - at)
			return -EBADMSG;
		if (h->nlmsg_flags & NLM_F_DUMP_INTR)
			return -EAGAIN; /* the tables changed under the dump */
		if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE) {
			if (h->nlmsg_len < NLMSG_LENGTH(sizeof(code)))
				return -EBADMSG;
			memcpy(&code, NLMSG_DATA(h), sizeof(code));
			return code;
		}
		if (each)
			each(h, ctx);
	}
	return 1;
}

static int talk(int fd, struct netlink_msg *m, netlink_each *each, void *ctx)
{
	struct timeval patience = {.tv_sec = 2};
	_Alignas(struct nlmsghdr) char buf[ANSWER_MAX];
	int code = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		send(fd, m, m->head.nlmsg_len, 0) < 0)
		return -errno;
	while (code > 0) {
		struct sockaddr_nl from = {.nl_family = AF_NETLINK};
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(
			fd, buf, sizeof(buf), MSG_TRUNC, (struct sockaddr *)&from, &from_len);

		if (n < 0)
			return -errno;
		if ((size_t)n > sizeof(buf))
			return -EMSGSIZE;
		/* Only the kernel is port 0; another process could write to our socket
		 * (netlink(7)). */
		if (from.nl_pid == 0)
			code = hear(buf, (size_t)n, each, ctx);
	}
	return code;
}

int netlink_talk(struct netlink_msg *m, netlink_each *each, void *ctx)
{
	int code, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return errno;
	code = talk(fd, m, each, ctx);
	close(fd);
	return -code;
}

const struct rtattr *netlink_find(const void *attrs, size_t len, uint16_t type)
{
	const struct rtattr *a = attrs;
	int left = (int)len;

	for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
		if ((a->rta_type & NLA_TYPE_MASK) == type)
			return a;
	return NULL;
}

const struct rtattr *netlink_attr(const struct nlmsghdr *answer, size_t fixed, uint16_t type)
{
	if (answer->nlmsg_len < NLMSG_SPACE(fixed))
		return NULL;
	return netlink_find((const char *)answer + NLMSG_SPACE(fixed),
		answer->nlmsg_len - NLMSG_SPACE(fixed), type);
}

const struct rtattr *netlink_inside(const struct rtattr *nest, uint16_t type)
{
	return nest ? netlink_find(RTA_DATA(nest), RTA_PAYLOAD(nest), type) : NULL;
}

bool netlink_u32(const struct rtattr *attr, uint32_t *ret)
{
	if (!attr || RTA_PAYLOAD(attr) < sizeof(*ret))
		return false;
	memcpy(ret, RTA_DATA(attr), sizeof(*ret));
	return true;
}
