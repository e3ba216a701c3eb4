/* fuse FILE SECONDS: mounts a file of the caller's own making over FILE, whose writes are answered only after SECONDS:
 * what a user's file system on a standard descriptor can do. Runs until it is killed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int device;

static void answer(const struct fuse_in_header *in, int error, const void *body, size_t len)
{
	char bytes[512];
	struct fuse_out_header head = {(uint32_t)(sizeof(head) + len), error, in->unique};

	memcpy(bytes, &head, sizeof(head));
	if (len > 0)
		memcpy(bytes + sizeof(head), body, len);
	if (write(device, bytes, sizeof(head) + len) < 0 && errno != ENOENT)
		perror("fuse: answer");
}

static void serve(const struct fuse_in_header *in, const void *body, unsigned seconds)
{
	struct fuse_init_out init = {.major = FUSE_KERNEL_VERSION,
		.minor = FUSE_KERNEL_MINOR_VERSION,
		.max_readahead = 4096,
		.max_write = 4096};
	struct fuse_attr_out attr = {.attr = {.ino = 1, .mode = S_IFREG | 0666, .nlink = 1}};
	struct fuse_open_out open_out = {.open_flags = FOPEN_DIRECT_IO};
	struct fuse_write_out written = {0};

	switch (in->opcode) {
	case FUSE_INIT:
		answer(in, 0, &init, sizeof(init));
		break;
	case FUSE_GETATTR:
		answer(in, 0, &attr, sizeof(attr));
		break;
	case FUSE_OPEN:
		answer(in, 0, &open_out, sizeof(open_out));
		break;
	case FUSE_WRITE:
		sleep(seconds);
		memcpy(&written.size, &((const struct fuse_write_in *)body)->size,
			sizeof(written.size));
		answer(in, 0, &written, sizeof(written));
		break;
	case FUSE_RELEASE:
		answer(in, 0, NULL, 0);
		break;
	case FUSE_INTERRUPT:
	case FUSE_FORGET:
		break;
	default:
		answer(in, -ENOSYS, NULL, 0);
	}
}

int main(int argc, char **argv)
{
	_Alignas(struct fuse_in_header) char request[1 << 16];
	char options[128];
	ssize_t got;

	device = open("/dev/fuse", O_RDWR);
	if (argc != 3 || device < 0)
		return 69;
	snprintf(options, sizeof(options), "fd=%d,rootmode=100000,user_id=0,group_id=0,allow_other",
		device);
	if (mount("attack", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0)
		return 69;
	puts("mounted");
	fflush(stdout);
	while ((got = read(device, request, sizeof(request))) > 0 || errno == EINTR ||
		errno == ENOENT)
		if (got > 0)
			serve((struct fuse_in_header *)request,
				request + sizeof(struct fuse_in_header), (unsigned)atoi(argv[2]));
	return 0;
}
