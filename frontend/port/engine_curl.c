/* libcurl by dlopen(3). */
#include "engine_curl.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "err.h"

/* The ABI is 4 since 2006; Debian's GnuTLS build has another name, macOS keeps its own in the
 * dyld cache. */
static const char *const names[] = {
	"libcurl.so.4", "libcurl-gnutls.so.4", "/usr/lib/libcurl.4.dylib"};

/* A cache of what the loader returned; written once, never to anything else. */
static struct engine_curl loaded;
static bool ready;

static bool resolve(void *library, const char *name, void *slot, size_t slot_size)
{
	void *symbol = dlsym(library, name);

	/* A function and an object pointer have one representation wherever dlsym exists
	 * (POSIX). */
	memcpy(slot, &symbol, slot_size);
	return symbol != NULL;
}

#define RESOLVE(field) resolve(library, "curl_" #field, &functions.field, sizeof(functions.field))

const struct engine_curl *engine_curl_load(struct error *err)
{
	struct engine_curl functions;
	CURLcode (*global_init)(long);
	const char *why = NULL;
	void *library = NULL;

	if (ready)
		return &loaded;
	for (size_t i = 0; library == NULL && i < sizeof(names) / sizeof(names[0]); i++) {
		library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
		if (library == NULL && why == NULL)
			why = dlerror();
	}
	if (library == NULL) {
		err_set(err, EXIT_UNAVAILABLE, "docker: cannot load libcurl: %s",
			why ? why : "no reason given");
		err_note(err, "next", "install it (Debian: libcurl4)");
		return NULL;
	}
	/* Without TLS: plain HTTP over a unix socket is all that is ever spoken. */
	if (!RESOLVE(easy_init) || !RESOLVE(easy_cleanup) || !RESOLVE(easy_reset) ||
		!RESOLVE(easy_setopt) || !RESOLVE(easy_getinfo) || !RESOLVE(easy_perform) ||
		!RESOLVE(easy_strerror) || !RESOLVE(slist_append) || !RESOLVE(slist_free_all) ||
		!resolve(library, "curl_global_init", &global_init, sizeof(global_init)) ||
		global_init(CURL_GLOBAL_NOTHING) != CURLE_OK) {
		err_set(err, EXIT_UNAVAILABLE, "docker: libcurl is not usable");
		dlclose(library);
		return NULL;
	}
	loaded = functions;
	ready = true;
	return &loaded;
}
