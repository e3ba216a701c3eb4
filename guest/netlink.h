/* netlink: one rtnetlink(7) request and its answers. */
#ifndef GUEST_NETLINK_H
#define GUEST_NETLINK_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_msg {
	struct nlmsghdr head;
	char body[240];
};

/* Called for each answer that is neither an error nor the end. */
typedef void netlink_each(const struct nlmsghdr *answer, void *ctx);

/* Starts a request with its fixed part. */
void netlink_begin(
	struct netlink_msg *m, uint16_t type, uint16_t flags, const void *fixed, size_t len);
/* Adds an attribute. Requests are small and of our making; one that does not fit is a bug. */
void netlink_add(struct netlink_msg *m, uint16_t type, const void *data, size_t len);
/* Attributes added between the two are inside the one that netlink_nest() opened. */
size_t netlink_nest(struct netlink_msg *m, uint16_t type);
void netlink_unnest(struct netlink_msg *m, size_t nest);

/* Sends m and waits for the end of the answer, 2 s at most. 0 or an errno, that of the kernel
 * included. each may be NULL. */
int netlink_talk(struct netlink_msg *m, netlink_each *each, void *ctx);

/* The attribute of that type among len bytes of them, or NULL. */
const struct rtattr *netlink_find(const void *attrs, size_t len, uint16_t type);
/* The same behind the fixed part of an answer. */
const struct rtattr *netlink_attr(const struct nlmsghdr *answer, size_t fixed, uint16_t type);
/* The same inside another attribute, which may be NULL. */
const struct rtattr *netlink_inside(const struct rtattr *nest, uint16_t type);
/* Is it there, with four bytes in it? */
bool netlink_u32(const struct rtattr *attr, uint32_t *ret);

#endif
