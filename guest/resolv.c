#define _GNU_SOURCE 1
#include "resolv.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DNS_PORT 53
#define BLANK " \t\r"

/* An IPv6 link-local nameserver comes with its interface: fe80::1%eth0. */
static void parse_one(const char *word, size_t len, struct endpoint *ret)
{
	char buf[INET6_ADDRSTRLEN + IF_NAMESIZE + 1];
	char *scope;

	*ret = (struct endpoint){.len = 0};
	if (len >= sizeof(buf))
		return;
	memcpy(buf, word, len);
	buf[len] = '\0';
	scope = strchr(buf, '%');
	if (scope)
		*scope++ = '\0';
	if (!endpoint_parse(buf, DNS_PORT, ret) || !scope)
		return;
	if (ret->at.any.sa_family == AF_INET6)
		ret->at.v6.sin6_scope_id = if_nametoindex(scope);
	if (ret->at.any.sa_family != AF_INET6 || ret->at.v6.sin6_scope_id == 0)
		ret->len = 0;
}

size_t resolv_parse(const char *text, struct endpoint ret[static RESOLV_MAX])
{
	static const char key[] = "nameserver";
	size_t n = 0;

	while (*text && n < RESOLV_MAX) {
		size_t line = strcspn(text, "\n");

		/* "The keyword must start the line, and the value must follow it, separated by
		 * white space." */
		if (line > strlen(key) && strncmp(text, key, strlen(key)) == 0 &&
			strchr(BLANK, text[strlen(key)])) {
			const char *word = text + strlen(key);

			word += strspn(word, BLANK);
			parse_one(word, strcspn(word, BLANK "\n"), &ret[n++]);
		}
		text += line + (text[line] == '\n');
	}
	return n;
}

int resolv_read(struct endpoint ret[static RESOLV_MAX], size_t *ret_count)
{
	char text[8192];
	size_t len = 0, count;
	ssize_t n = 1;
	struct stat st;
	/* O_NONBLOCK: the image decides what this is, and a FIFO must not hold us. */
	int err = 0, fd = open("/etc/resolv.conf", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return errno;
	if (fstat(fd, &st) < 0)
		err = errno;
	else if (!S_ISREG(st.st_mode))
		err = EINVAL;
	while (!err && n > 0 && len < sizeof(text)) {
		n = read(fd, text + len, sizeof(text) - len);
		if (n > 0)
			len += (size_t)n;
		else if (n < 0)
			err = errno;
	}
	close(fd);
	if (err)
		return err;
	if (len == sizeof(text))
		return EFBIG;
	text[len] = '\0';

	count = resolv_parse(text, ret);
	if (count == 0)
		return ENODATA;
	*ret_count = count;
	return 0;
}
