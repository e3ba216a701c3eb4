/* macOS's types, constants and calls as far as bottle-netd names them, for compiling it on another system.
 *
 * One file stands for all of macOS's headers: build.sh makes each name that the sources include a line that
 * includes this. The calls are renamed, so that they meet the model (xnu.h) and not the libc that the tests
 * are linked with. layout.c compares sizes, offsets, values and prototypes with macOS's own headers. */
#ifndef DARWIN_H
#define DARWIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int32_t pid_t;
typedef uint32_t uid_t, gid_t, socklen_t, sigset_t;
typedef uint16_t mode_t;
typedef int64_t off_t, blkcnt_t;
typedef long ssize_t;
typedef uint8_t sa_family_t;
typedef uint64_t rlim_t;

/* errno.h */
#define EPERM 1
#define ENOENT 2
#define EINTR 4
#define EIO 5
#define ENXIO 6
#define EBADF 9
#define ENOMEM 12
#define EACCES 13
#define EEXIST 17
#define EINVAL 22
#define EMFILE 24
#define EDESTADDRREQ 39
#define ENOTTY 25
#define EPIPE 32
#define EADDRNOTAVAIL 49
#define ENOBUFS 55
#define EOPNOTSUPP 102
#define errno darwin_errno
extern int errno;

/* string.h */
#define memcpy darwin_memcpy
void *memcpy(void *to, const void *from, size_t size);
void *memset(void *at, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
int strcmp(const char *a, const char *b);
size_t strlen(const char *text);

/* limits.h */
#ifdef DARWIN_QUICK
extern int
	darwin_open_max; /* 10240 where it matters: so many closes in every run take most of its time */
#define OPEN_MAX darwin_open_max
#define BOTTLE_VERSION "1.2.3"
#else
#define OPEN_MAX 10240
#endif

/* sys/socket.h, sys/un.h, netinet/in.h, net/if.h, sys/sockio.h, sys/ioctl.h */
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 30
#define SOCK_DGRAM 2
#define MSG_DONTWAIT 0x80
#define IFNAMSIZ 16
#define IFF_UP 0x1
#define IFF_LOOPBACK 0x8
#define IFF_RUNNING 0x40
#define IFF_MULTICAST 0x8000
#define SIOCSIFADDR 0x8020690cUL
#define SIOCSIFFLAGS 0x80206910UL
#define SIOCGIFFLAGS 0xc0206911UL
#define SIOCDIFADDR 0x80206919UL
#define SIOCAIFADDR 0x8040691aUL
#define SIOCGIFADDR 0xc0206921UL
#define SIOCGIFNETMASK 0xc0206925UL

struct sockaddr {
	uint8_t sa_len;
	sa_family_t sa_family;
	char sa_data[14];
};

struct in_addr {
	uint32_t s_addr;
};

struct sockaddr_in {
	uint8_t sin_len;
	sa_family_t sin_family;
	uint16_t sin_port;
	struct in_addr sin_addr;
	char sin_zero[8];
};

struct sockaddr_un {
	unsigned char sun_len;
	sa_family_t sun_family;
	char sun_path[104];
};

struct ifreq {
	char ifr_name[IFNAMSIZ];
	union {
		struct sockaddr ifru_addr;
		short ifru_flags;
		char *ifru_data;
	} ifr_ifru;
};
#define ifr_addr ifr_ifru.ifru_addr
#define ifr_flags ifr_ifru.ifru_flags

struct ifaliasreq {
	char ifra_name[IFNAMSIZ];
	struct sockaddr ifra_addr;
	struct sockaddr ifra_broadaddr;
	struct sockaddr ifra_mask;
};

#define socket darwin_socket
#define connect darwin_connect
#define send darwin_send
#define ioctl darwin_ioctl
int socket(int domain, int type, int protocol);
int connect(int fd, const struct sockaddr *to, socklen_t size);
ssize_t send(int fd, const void *from, size_t size, int flags);
int ioctl(int fd, unsigned long what, ...);

/* signal.h, sys/time.h */
#define NSIG 32
#define SIGKILL 9
#define SIGPIPE 13
#define SIGALRM 14
#define SIGSTOP 17
#define SIG_BLOCK 1
#define SIG_UNBLOCK 2
#define SIG_SETMASK 3
#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int)) - 1)
#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

struct timeval {
	long tv_sec;
	int32_t tv_usec;
};

struct itimerval {
	struct timeval it_interval;
	struct timeval it_value;
};

#define signal darwin_signal
#define sigprocmask darwin_sigprocmask
#define setitimer darwin_setitimer
#define alarm darwin_alarm
#define sigdelset darwin_sigdelset
int sigdelset(sigset_t *set, int number);
void (*signal(int number, void (*handler)(int)))(int);
int sigprocmask(int how, const sigset_t *set, sigset_t *ret_old);
int setitimer(int which, const struct itimerval *value, struct itimerval *ret_old);
unsigned alarm(unsigned seconds);

/* fcntl.h, sys/stat.h, sys/mount.h, sys/resource.h, libproc.h */
#define O_RDWR 0x2
#define F_GETFD 1
#define S_ISUID 0004000
#define MNT_NOSUID 0x8
#define RLIMIT_CPU 0
#define RLIMIT_CORE 4
#define RLIM_INFINITY (((uint64_t)1 << 63) - 1)
#define PROC_PIDPATHINFO_MAXSIZE 4096

#define stat darwin_stat
#define statfs darwin_statfs

struct timespec {
	long tv_sec;
	long tv_nsec;
};

struct stat {
	int32_t st_dev;
	mode_t st_mode;
	uint16_t st_nlink;
	uint64_t st_ino;
	uid_t st_uid;
	gid_t st_gid;
	int32_t st_rdev;
	struct timespec st_times[4];
	off_t st_size;
	blkcnt_t st_blocks;
	int32_t st_blksize;
	uint32_t st_flags;
	uint32_t st_gen;
	int32_t st_lspare;
	int64_t st_qspare[2];
};

struct statfs {
	uint32_t f_bsize;
	int32_t f_iosize;
	uint64_t f_counts[5];
	int32_t f_fsid[2];
	uid_t f_owner;
	uint32_t f_type;
	uint32_t f_flags;
	uint32_t f_fssubtype;
	char f_fstypename[16];
	char f_mntonname[1024];
	char f_mntfromname[1024];
	uint32_t f_reserved[8];
};

struct rlimit {
	rlim_t rlim_cur;
	rlim_t rlim_max;
};

#define open darwin_open
#define fcntl darwin_fcntl
#define umask darwin_umask
#define proc_pidpath darwin_proc_pidpath
#define getrlimit darwin_getrlimit
#define setrlimit darwin_setrlimit
int open(const char *path, int flags, ...);
int fcntl(int fd, int what, ...);
mode_t umask(mode_t mask);
int stat(const char *path, struct stat *ret);
int statfs(const char *path, struct statfs *ret);
int proc_pidpath(int pid, void *ret, uint32_t size);
int getrlimit(int which, struct rlimit *ret);
int setrlimit(int which, const struct rlimit *limit);

/* unistd.h */
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define environ darwin_environ
#define close darwin_close
#define write darwin_write
#define chdir darwin_chdir
#define getdtablesize darwin_getdtablesize
#define getpid darwin_getpid
#define getuid darwin_getuid
#define geteuid darwin_geteuid
#define getgid darwin_getgid
#define getegid darwin_getegid
#define issetugid darwin_issetugid
#define setuid darwin_setuid
#define seteuid darwin_seteuid
#define setreuid darwin_setreuid
#define setgid darwin_setgid
#define setegid darwin_setegid
#define setregid darwin_setregid
#define setgroups darwin_setgroups
#define _exit darwin__exit
extern char **environ;
int close(int fd);
ssize_t write(int fd, const void *from, size_t size);
int chdir(const char *path);
int getdtablesize(void);
pid_t getpid(void);
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);
int issetugid(void);
int setuid(uid_t uid);
int seteuid(uid_t uid);
int setreuid(uid_t ruid, uid_t euid);
int setgid(gid_t gid);
int setegid(gid_t gid);
int setregid(gid_t rgid, gid_t egid);
int setgroups(int count, const gid_t *list);
_Noreturn void _exit(int code);

#endif
