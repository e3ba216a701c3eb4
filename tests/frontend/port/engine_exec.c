/* Which variables are the docker command's own. tests/native/docker.t runs commands. */
#include "engine_exec.h"

#include <stdlib.h>

#include "tap.h"

int main(void)
{
	static const char *const own[] = {"PATH", "HOME", "TERM", "TMPDIR", "SSH_AUTH_SOCK",
		"DOCKER_HOST", "DOCKER_CONFIG", "DOCKER_", "BUILDKIT_HOST", "LD_PRELOAD",
		"LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "SMOLVM_LIB_DIR", "GODEBUG",
		"GOTRACEBACK", "XDG_CONFIG_HOME", "OTEL_EXPORTER_OTLP_ENDPOINT"};
	static const char *const others[] = {"HTTPS_PROXY", "http_proxy", "NO_PROXY",
		"GIT_GATE_URL", "MCP_SUPERVISE_URL", "ANTHROPIC_API_KEY", "PATHS", "MY_PATH",
		"HOMEPAGE", "DOCKER", "docker_host", "API_TOKEN", "A"};

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		ok(engine_exec_is_own(own[i]), "%s is not handed on by the environment", own[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ok(!engine_exec_is_own(others[i]), "%s is", others[i]);
	return done_testing();
}
