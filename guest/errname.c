#include "errname.h"

#include <errno.h>
#include <stddef.h>

/* Not strerror(3): the host compares these, and a name is the same with every libc and locale. */
static const struct {
	int err;
	const char *name;
} names[] = {
	{E2BIG, "E2BIG"},
	{EACCES, "EACCES"},
	{EADDRINUSE, "EADDRINUSE"},
	{EADDRNOTAVAIL, "EADDRNOTAVAIL"},
	{EAFNOSUPPORT, "EAFNOSUPPORT"},
	{EAGAIN, "EAGAIN"},
	{EBADMSG, "EBADMSG"},
	{ECONNABORTED, "ECONNABORTED"},
	{ECONNREFUSED, "ECONNREFUSED"},
	{ECONNRESET, "ECONNRESET"},
	{EEXIST, "EEXIST"},
	{EFBIG, "EFBIG"},
	{EHOSTDOWN, "EHOSTDOWN"},
	{EHOSTUNREACH, "EHOSTUNREACH"},
	{EINVAL, "EINVAL"},
	{EIO, "EIO"},
	{EISDIR, "EISDIR"},
	{ELOOP, "ELOOP"},
	{EMFILE, "EMFILE"},
	{EMSGSIZE, "EMSGSIZE"},
	{ENETDOWN, "ENETDOWN"},
	{ENETUNREACH, "ENETUNREACH"},
	{ENFILE, "ENFILE"},
	{ENOBUFS, "ENOBUFS"},
	{ENODATA, "ENODATA"},
	{ENODEV, "ENODEV"},
	{ENOENT, "ENOENT"},
	{ENOMEM, "ENOMEM"},
	{ENOPROTOOPT, "ENOPROTOOPT"},
	{ENOSPC, "ENOSPC"},
	{ENOSYS, "ENOSYS"},
	{ENOTDIR, "ENOTDIR"},
	{ENXIO, "ENXIO"},
	{EOPNOTSUPP, "EOPNOTSUPP"},
	{EPERM, "EPERM"},
	{EPIPE, "EPIPE"},
	{EPROTO, "EPROTO"},
	{EPROTONOSUPPORT, "EPROTONOSUPPORT"},
	{EROFS, "EROFS"},
	{ESRCH, "ESRCH"},
	{ETIMEDOUT, "ETIMEDOUT"},
};

const char *errname(int err)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].err == err)
			return names[i].name;
	return NULL;
}
