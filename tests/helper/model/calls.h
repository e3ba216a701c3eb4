/* The system calls of the modelled machine: prototypes as the helper's own headers have them. */
#ifndef MODEL_CALLS_H
#define MODEL_CALLS_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>

int netd_main(int argc, char **argv);
extern char **model_environ;

_Noreturn void model_exit(int code);
unsigned model_alarm(unsigned seconds);
int model_chdir(const char *path);
int model_close(int fd);
int model_connect(int fd, const struct sockaddr *addr, socklen_t len);
int model_fcntl(int fd, int command, ...);
uid_t model_geteuid(void);
gid_t model_getgid(void);
int model_getgroups(int size, gid_t list[]);
pid_t model_getpid(void);
int model_getresgid(gid_t *real, gid_t *effective, gid_t *saved);
int model_getresuid(uid_t *real, uid_t *effective, uid_t *saved);
uid_t model_getuid(void);
int model_ioctl(int fd, unsigned long request, ...);
int model_issetugid(void);
int model_open(const char *path, int flags, ...);
int model_prctl(int option, ...);
ssize_t model_send(int fd, const void *bytes, size_t len, int flags);
int model_prlimit(pid_t pid, int which, const struct rlimit *limit, struct rlimit *old);
void (*model_signal(int number, void (*handler)(int)))(int);
int model_sigprocmask(int how, const sigset_t *set, sigset_t *old);
int model_socket(int family, int type, int protocol);
int model_stat(const char *path, struct stat *ret);
int model_statvfs(const char *path, struct statvfs *ret);
long model_syscall(long number, ...);
mode_t model_umask(mode_t mask);
ssize_t model_write(int fd, const void *bytes, size_t len);

#endif
