/* What darwin.h says of macOS: sizes, offsets, values, prototypes. Compiled, never run.
 *
 * Twice from this one list: with darwin.h, and with macOS's own headers for each of its architectures. Where
 * both compile, both mean the same. */
#include <errno.h>
#include <fcntl.h>
#include <libproc.h>
#include <limits.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define IS(what, value) _Static_assert((what) == (value), #what)
#define SIZE(type, size) IS(sizeof(type), size)
#define AT(type, member, offset, size)      \
	IS(offsetof(type, member), offset); \
	IS(sizeof(((type *)NULL)->member), size)
#define CALL(name, ...) _Static_assert(_Generic(&(name), __VA_ARGS__ : 1, default : 0), #name)

IS(EPERM, 1);
IS(ENOENT, 2);
IS(EINTR, 4);
IS(EIO, 5);
IS(ENXIO, 6);
IS(EBADF, 9);
IS(ENOMEM, 12);
IS(EACCES, 13);
IS(EEXIST, 17);
IS(EINVAL, 22);
IS(EMFILE, 24);
IS(EDESTADDRREQ, 39);
IS(ENOTTY, 25);
IS(EPIPE, 32);
IS(EADDRNOTAVAIL, 49);
IS(ENOBUFS, 55);
IS(EOPNOTSUPP, 102);
IS(OPEN_MAX, 10240);
IS(AF_UNIX, 1);
IS(AF_INET, 2);
IS(AF_INET6, 30);
IS(SOCK_DGRAM, 2);
IS(MSG_DONTWAIT, 0x80);
IS(IFNAMSIZ, 16);
IS(IFF_UP, 0x1);
IS(IFF_LOOPBACK, 0x8);
IS(IFF_RUNNING, 0x40);
IS(IFF_MULTICAST, 0x8000);
IS(SIOCSIFADDR, 0x8020690c);
IS(SIOCSIFFLAGS, 0x80206910);
IS(SIOCGIFFLAGS, 0xc0206911);
IS(SIOCDIFADDR, 0x80206919);
IS(SIOCAIFADDR, 0x8040691a);
IS(SIOCGIFADDR, 0xc0206921);
IS(SIOCGIFNETMASK, 0xc0206925);
IS(NSIG, 32);
IS(SIGKILL, 9);
IS(SIGPIPE, 13);
IS(SIGALRM, 14);
IS(SIGSTOP, 17);
IS(SIG_BLOCK, 1);
IS(SIG_UNBLOCK, 2);
IS(SIG_SETMASK, 3);
IS(ITIMER_REAL, 0);
IS(ITIMER_VIRTUAL, 1);
IS(ITIMER_PROF, 2);
IS(O_RDWR, 0x2);
IS(F_GETFD, 1);
IS(S_ISUID, 0004000);
IS(MNT_NOSUID, 0x8);
IS(RLIMIT_CPU, 0);
IS(RLIMIT_CORE, 4);
IS(RLIM_INFINITY, 0x7fffffffffffffff);
IS(PROC_PIDPATHINFO_MAXSIZE, 4096);
IS(STDIN_FILENO, 0);
IS(STDOUT_FILENO, 1);
IS(STDERR_FILENO, 2);

SIZE(pid_t, 4);
SIZE(uid_t, 4);
SIZE(gid_t, 4);
SIZE(socklen_t, 4);
SIZE(sigset_t, 4);
SIZE(mode_t, 2);
SIZE(ssize_t, 8);
SIZE(rlim_t, 8);
SIZE(struct sockaddr, 16);
AT(struct sockaddr, sa_len, 0, 1);
AT(struct sockaddr, sa_family, 1, 1);
AT(struct sockaddr, sa_data, 2, 14);
SIZE(struct sockaddr_in, 16);
AT(struct sockaddr_in, sin_len, 0, 1);
AT(struct sockaddr_in, sin_family, 1, 1);
AT(struct sockaddr_in, sin_port, 2, 2);
AT(struct sockaddr_in, sin_addr.s_addr, 4, 4);
AT(struct sockaddr_in, sin_zero, 8, 8);
SIZE(struct sockaddr_un, 106);
AT(struct sockaddr_un, sun_len, 0, 1);
AT(struct sockaddr_un, sun_family, 1, 1);
AT(struct sockaddr_un, sun_path, 2, 104);
SIZE(struct ifreq, 32);
AT(struct ifreq, ifr_name, 0, 16);
AT(struct ifreq, ifr_addr, 16, 16);
AT(struct ifreq, ifr_flags, 16, 2);
SIZE(struct ifaliasreq, 64);
AT(struct ifaliasreq, ifra_name, 0, 16);
AT(struct ifaliasreq, ifra_addr, 16, 16);
AT(struct ifaliasreq, ifra_broadaddr, 32, 16);
AT(struct ifaliasreq, ifra_mask, 48, 16);
SIZE(struct timeval, 16);
AT(struct timeval, tv_sec, 0, 8);
AT(struct timeval, tv_usec, 8, 4);
SIZE(struct itimerval, 32);
AT(struct itimerval, it_interval, 0, 16);
AT(struct itimerval, it_value, 16, 16);
SIZE(struct rlimit, 16);
AT(struct rlimit, rlim_cur, 0, 8);
AT(struct rlimit, rlim_max, 8, 8);
SIZE(struct stat, 144);
AT(struct stat, st_mode, 4, 2);
AT(struct stat, st_uid, 16, 4);
AT(struct stat, st_gid, 20, 4);
SIZE(struct statfs, 2168);
AT(struct statfs, f_flags, 64, 4);

CALL(memcpy, void *(*)(void *, const void *, size_t));
CALL(socket, int (*)(int, int, int));
CALL(connect, int (*)(int, const struct sockaddr *, socklen_t));
CALL(send, ssize_t (*)(int, const void *, size_t, int));
CALL(ioctl, int (*)(int, unsigned long, ...));
CALL(signal, void (*(*)(int, void (*)(int)))(int));
CALL(sigprocmask, int (*)(int, const sigset_t *, sigset_t *));
CALL(setitimer, int (*)(int, const struct itimerval *, struct itimerval *));
CALL(alarm, unsigned (*)(unsigned));
CALL(open, int (*)(const char *, int, ...));
CALL(fcntl, int (*)(int, int, ...));
CALL(umask, mode_t (*)(mode_t));
CALL(stat, int (*)(const char *, struct stat *));
CALL(statfs, int (*)(const char *, struct statfs *));
CALL(proc_pidpath, int (*)(int, void *, uint32_t));
CALL(getrlimit, int (*)(int, struct rlimit *));
CALL(setrlimit, int (*)(int, const struct rlimit *));
CALL(close, int (*)(int));
CALL(write, ssize_t (*)(int, const void *, size_t));
CALL(chdir, int (*)(const char *));
CALL(getdtablesize, int (*)(void));
CALL(getpid, pid_t (*)(void));
CALL(getuid, uid_t (*)(void));
CALL(geteuid, uid_t (*)(void));
CALL(getgid, gid_t (*)(void));
CALL(getegid, gid_t (*)(void));
CALL(issetugid, int (*)(void));
CALL(setuid, int (*)(uid_t));
CALL(seteuid, int (*)(uid_t));
CALL(setreuid, int (*)(uid_t, uid_t));
CALL(setgid, int (*)(gid_t));
CALL(setegid, int (*)(gid_t));
CALL(setregid, int (*)(gid_t, gid_t));
CALL(setgroups, int (*)(int, const gid_t *));
CALL(_exit, void (*)(int));
