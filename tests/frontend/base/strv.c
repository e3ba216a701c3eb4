/* String vectors. */
#include "strv.h"

#include <stdlib.h>

#include "tap.h"

int main(void)
{
	static const char *const three[] = {"a", "", "c d", NULL};
	static const char *const none[] = {NULL};
	cleanup_strv struct strv strv = STRV_INIT;
	char *text;

	text = strv_join(&strv, ",");
	is_str(text, "", "joining nothing");
	free(text);
	ok(!strv_has(&strv, ""), "an empty vector has nothing");
	strv_push_all(&strv, NULL);
	strv_push_all(&strv, none);
	is_int((long long)strv.count, 0, "no items are none");
	strv_push_all(&strv, three);
	is_int((long long)strv.count, 3, "all items of a list");
	ok(strv.item[3] == NULL, "the vector ends with NULL");
	ok(strv.item[0] != three[0], "items are copies");
	ok(strv_has(&strv, "") && strv_has(&strv, "c d") && !strv_has(&strv, "c"),
		"has whole items");
	text = strv_join(&strv, ", ");
	is_str(text, "a, , c d", "joined");
	free(text);
	text = strv_join(&strv, "");
	is_str(text, "ac d", "joined by nothing");
	free(text);
	strv_pushf(&strv, "%s=%d", "n", 7);
	is_str(strv.item[3], "n=7", "a formatted item");
	strv_take(&strv, strdup("mine"));
	is_str(strv.item[4], "mine", "an item that was handed over");
	strv_push(&strv, strv.item[0]);
	is_str(strv.item[5], "a", "an item of its own, while it may move");
	ok(strv.item[6] == NULL, "the end is NULL after each");
	strv_clear(&strv);
	ok(strv.item == NULL && strv.count == 0, "cleared");
	for (int i = 0; i < 1000; i++)
		strv_pushf(&strv, "%d", i);
	is_str(strv.item[999], "999", "a thousand items");
	return done_testing();
}
