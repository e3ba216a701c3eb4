/* Included before every source of the helper: the calls that it makes become calls of the model. The system's
 * own headers come first, so that only uses are renamed, not declarations. */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "calls.h"

#define main netd_main
#define _exit model_exit
#define alarm model_alarm
#define chdir model_chdir
#define close model_close
#define connect model_connect
#define environ model_environ
#define fcntl model_fcntl
#define geteuid model_geteuid
#define getgid model_getgid
#define getgroups model_getgroups
#define getpid model_getpid
#define getresgid model_getresgid
#define getresuid model_getresuid
#define getuid model_getuid
#define ioctl model_ioctl
#define issetugid model_issetugid
#define open model_open
#define prctl model_prctl
#define send model_send
#define prlimit(pid, which, limit, old) model_prlimit(pid, (int)(which), limit, old)
#define signal model_signal
#define sigprocmask model_sigprocmask
#define socket model_socket
#define stat(path, ret) model_stat(path, ret)
#define statvfs(path, ret) model_statvfs(path, ret)
#define syscall model_syscall
#define umask model_umask
#define write model_write

#endif
