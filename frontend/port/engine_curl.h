/* libcurl, loaded when it is first needed. It brings some thirty shared libraries with it, about
 * 6 ms that a command which never speaks to the engine need not wait for. */
#ifndef PORT_ENGINE_CURL_H
#define PORT_ENGINE_CURL_H

#include <curl/curl.h>

struct error;

struct engine_curl {
	CURL *(*easy_init)(void);
	void (*easy_cleanup)(CURL *);
	void (*easy_reset)(CURL *);
	CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
	CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
	CURLcode (*easy_perform)(CURL *);
	const char *(*easy_strerror)(CURLcode);
	struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
	void (*slist_free_all)(struct curl_slist *);
};

/* The functions, or NULL with *err. Stays loaded for the life of the process. The first call
 * must not race with another one. */
const struct engine_curl *engine_curl_load(struct error *err);

#endif
