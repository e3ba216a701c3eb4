/* Heap allocation that does not return on failure, and scope-bound release. Out of memory is not an
 * error path of this program: it prints one line and exits with EXIT_OS. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *xcalloc(size_t count, size_t size) __attribute__((warn_unused_result));
void *xrealloc(void *ptr, size_t count, size_t size) __attribute__((warn_unused_result));
char *xstrdup(const char *text) __attribute__((warn_unused_result));
char *xstrndup(const char *text, size_t len) __attribute__((warn_unused_result));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2), warn_unused_result));
char *xvasprintf(const char *fmt, va_list ap)
	__attribute__((format(printf, 1, 0), warn_unused_result));

/* Declares a pointer or descriptor that is released when its scope ends. Initialise at declaration. */
#define cleanup_free __attribute__((cleanup(mem_cleanup_free)))
#define cleanup_fd __attribute__((cleanup(mem_cleanup_fd)))

void mem_cleanup_free(void *ptr_to_ptr);
void mem_cleanup_fd(int *fd); /* -1 = nothing to close; errno is kept */

/* Overwrites a secret text before it is freed; NULL is fine. */
void mem_free_secret(char *text);
#define cleanup_secret __attribute__((cleanup(mem_cleanup_secret)))
void mem_cleanup_secret(char **text);

/* Hands a pointer or descriptor over: returns it and leaves NULL or -1 behind. */
char *steal_str(char **ptr);
int steal_fd(int *fd);

#endif
