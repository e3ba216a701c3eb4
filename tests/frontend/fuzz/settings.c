/* Any bytes as a settings file: the administrator's when the first byte is odd, else the user's. */
#include "settings.h"

#include "err.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_settings struct settings settings = SETTINGS_INIT;
	cleanup_error struct error err = ERROR_INIT;
	cleanup_free char *file = xasprintf("%s/config.yaml", fuzz_folder());
	cleanup_free char *none = xasprintf("%s/none", fuzz_folder());
	bool admin = size > 0 && (data[0] & 1);

	if (size == 0)
		return 0;
	fuzz_file(file, data + 1, size - 1);
	if (settings_load_files(
		    &settings, admin ? file : none, geteuid(), admin ? none : file, &err) != 0) {
		FUZZ_RULE(err.code == EXIT_CONFIG && err.message != NULL);
		return 0;
	}
	FUZZ_RULE(settings.pool_first >= 2 && settings.pool_first <= settings.pool_last &&
		  settings.pool_last <= 254);
	FUZZ_RULE(settings.subnet_block.octet[3] == 0 && settings.subnet_block.octet[2] % 16 == 0);
	FUZZ_RULE(settings.engine == NULL || settings.engine[0] == '/');
	FUZZ_RULE(settings.smolvm == NULL || settings.smolvm[0] == '/');
	FUZZ_RULE(admin || settings.source[SETTINGS_SUBNET_BLOCK].origin == SETTINGS_BUILT_IN);
	for (int i = 0; i < SETTINGS_KEY_COUNT; i++) {
		cleanup_free char *value = settings_value(&settings, (enum settings_key)i);
		cleanup_free char *origin = settings_origin_text(&settings, (enum settings_key)i);

		FUZZ_RULE(value != NULL && origin != NULL);
	}
	return 0;
}
