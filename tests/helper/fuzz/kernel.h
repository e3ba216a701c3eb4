/* The ioctl(2) of the fuzzed kernel: sources compiled with this have it instead of the model's. */
#ifndef FUZZ_KERNEL_H
#define FUZZ_KERNEL_H

#include "calls.h"

int fuzz_ioctl(int fd, unsigned long request, ...);

#ifdef ioctl
#undef ioctl
#define ioctl fuzz_ioctl
#endif

#endif
