/* Two requests to a registry, by libcurl. */
#include "registry.h"

#include <jansson.h>
#include <string.h>

#include "buf.h"
#include "cancel.h"
#include "engine_curl.h"
#include "err.h"
#include "mem.h"
#include "outside.h"
#include "sha256.h"

enum {
	ANSWERS_MS = 3000,
	MANIFEST_MS = 15000,
	MANIFEST_MAX = 4 << 20, /* the limit that the distribution API recommends */
};

/* Docker's and the OCI's forms, for one platform and for several. */
#define ACCEPT                                                           \
	"Accept: application/vnd.docker.distribution.manifest.v2+json, " \
	"application/vnd.oci.image.manifest.v1+json, "                   \
	"application/vnd.docker.distribution.manifest.list.v2+json, "    \
	"application/vnd.oci.image.index.v1+json"

static size_t on_body(char *bytes, size_t size, size_t count, void *body)
{
	return buf_append(body, bytes, size * count) == 0 ? size * count : 0;
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)context, (void)a, (void)b, (void)c, (void)d;
	return cancel_asked();
}

static CURLcode set_options(const struct engine_curl *curl, CURL *easy, const char *url,
	int deadline_ms, struct curl_slist *headers, struct buf *body)
{
	CURLcode (*set)(CURL *, CURLoption, ...) = curl->easy_setopt;
	unsigned bad = 0;

	bad |= set(easy, CURLOPT_URL, url);
	bad |= set(easy, CURLOPT_PATH_AS_IS, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	bad |= set(easy, CURLOPT_PROTOCOLS_STR, "http");
#else
	bad |= set(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP);
#endif
	bad |= set(easy, CURLOPT_PROXY, "");
	bad |= set(easy, CURLOPT_NOPROXY, "*");
	bad |= set(easy, CURLOPT_FOLLOWLOCATION, 0L);
	bad |= set(easy, CURLOPT_NOSIGNAL, 1L);
	bad |= set(easy, CURLOPT_TIMEOUT_MS, (long)deadline_ms);
	bad |= set(easy, CURLOPT_HTTPHEADER, headers);
	bad |= set(easy, CURLOPT_NOPROGRESS, 0L);
	bad |= set(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
	bad |= set(easy, CURLOPT_WRITEFUNCTION, on_body);
	bad |= set(easy, CURLOPT_WRITEDATA, body);
	return bad ? CURLE_FAILED_INIT : CURLE_OK;
}

/* GET; the HTTP status, or 0 with what was wrong in *RET_WHY. */
static long ask(const struct engine_curl *curl, const char *url, int deadline_ms, struct buf *body,
	const char **ret_why)
{
	CURL *easy = curl->easy_init();
	struct curl_slist *headers = curl->slist_append(NULL, ACCEPT);
	CURLcode code = CURLE_FAILED_INIT;
	long status = 0;

	if (easy != NULL && headers != NULL)
		code = set_options(curl, easy, url, deadline_ms, headers, body);
	outside_enter();
	if (code == CURLE_OK)
		code = curl->easy_perform(easy);
	outside_leave();
	if (code == CURLE_OK)
		curl->easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	*ret_why = curl->easy_strerror(code);
	if (easy != NULL)
		curl->easy_cleanup(easy);
	curl->slist_free_all(headers);
	return status;
}

bool registry_answers(uint16_t port)
{
	cleanup_error struct error ignored = ERROR_INIT;
	const struct engine_curl *curl = engine_curl_load(&ignored);
	cleanup_buf struct buf body = BUF_INIT(65536);
	cleanup_free char *url = xasprintf("http://127.0.0.1:%u/v2/", port);
	const char *why;

	return curl != NULL && ask(curl, url, ANSWERS_MS, &body, &why) == 200;
}

static int other_manifest(
	const char *repository, const char *digest, const char *what, struct error *err)
{
	err_set(err, EXIT_REFUSED, "registry: %s does not hold what was pushed to it: %s",
		repository, what);
	return err_note(
		err, "why", "pushed was %s; another user of this host can reach it too", digest);
}

int registry_manifest(uint16_t port, const char *repository, const char *digest, char **ret_config,
	struct error *err)
{
	const struct engine_curl *curl = engine_curl_load(err);
	cleanup_buf struct buf body = BUF_INIT(MANIFEST_MAX);
	cleanup_free char *url =
		xasprintf("http://127.0.0.1:%u/v2/%s/manifests/%s", port, repository, digest);
	json_auto_t *manifest = NULL;
	const char *why, *config;
	char hex[SHA256_HEX_LEN];
	long status;

	if (curl == NULL)
		return -1;
	status = ask(curl, url, MANIFEST_MS, &body, &why);
	if (status == 0 && cancel_asked())
		return err_set(err, EXIT_SIGNAL_BASE + cancel_signal(), "registry: interrupted");
	if (status == 0)
		return err_set(err, EXIT_UNAVAILABLE, "registry: 127.0.0.1:%u: %s", port, why);
	if (status != 200) {
		cleanup_free char *text = xasprintf("HTTP status %ld", status);

		return other_manifest(repository, digest, text, err);
	}
	sha256_hex(buf_str(&body), body.len, hex);
	if (strcmp(hex, digest + strlen("sha256:")) != 0)
		return other_manifest(repository, digest, "the manifest has another digest", err);
	manifest = json_loadb(buf_str(&body), body.len, 0, NULL);
	config = json_string_value(json_object_get(json_object_get(manifest, "config"), "digest"));
	*ret_config = xstrdup(config ? config : "");
	return 0;
}
