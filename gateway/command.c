#include "gateway/command.h"

#include <stdarg.h>

#include "common/clock.h"
#include "common/digest.h"
#include "common/terminal.h"
#include "storage/migrate.h"

#define ACCESS_KEY_LENGTH 20
#define SECRET_KEY_LENGTH 40

int
command_fail(int status, const char *format, ...)
{
	va_list arguments;

	fputs("crossgate: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

const char *
command_store_of_environment(TALLOC_CTX *mem)
{
	const char *data = getenv("CROSSGATE_DATA");

	return data ? talloc_asprintf(mem, "local:%s", data) : getenv("CROSSGATE_STORE");
}

bool
command_may_use(struct store *store, const char *store_url)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *from_url;
	enum store_err err = migrate_unfinished(store, mem, &from_url);
	bool usable = !err && !from_url;

	if (err)
		command_fail(EXIT_FAILED, "%s: cannot read it: %s", store_url, store_err_name(err));
	else if (from_url)
		command_fail(EXIT_FAILED, "%s: the migration to it from %s has not ended: begin it again",
		    store_url, terminal_line(mem, slice_from(from_url)));
	talloc_free(mem);
	return usable;
}

bool
command_open(TALLOC_CTX *mem, const char *store_url, bool create, struct opened *out)
{
	struct store_options options = { .create = create };
	struct catalog_options catalog_options = { 0 };
	char *message = NULL;

	if (store_open(store_url, &options, mem, &out->store, &message) != STORE_OK) {
		command_fail(EXIT_FAILED, "%s", message);
		return false;
	}
	if (!command_may_use(out->store, store_url)) {
		store_close(out->store);
		return false;
	}
	out->catalog = catalog_new(out->store, &catalog_options);
	return true;
}

void
command_close(struct opened *opened)
{
	catalog_free(opened->catalog);
	store_close(opened->store);
}

/* Random letters of an alphabet whose length divides 256. */
static char *
random_text(TALLOC_CTX *mem, const char *alphabet, size_t length)
{
	size_t letters = strlen(alphabet);
	char *text = talloc_zero_size(mem, length + 1);

	random_bytes(text, length);
	for (size_t i = 0; i < length; i++)
		text[i] = alphabet[(unsigned char)text[i] % letters];
	return text;
}

struct access_key *
command_new_key(TALLOC_CTX *mem, const char *user_id)
{
	struct access_key *key = talloc_zero(mem, struct access_key);

	key->id = random_text(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ACCESS_KEY_LENGTH);
	key->secret =
	    random_text(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", SECRET_KEY_LENGTH);
	key->user_id = talloc_strdup(key, user_id);
	key->created_us = clock_wall_us();
	return key;
}
