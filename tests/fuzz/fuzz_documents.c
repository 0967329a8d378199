/* A document that a request brings, taken for each kind of document in turn. */
#include "auth/ownership.h"
#include "auth/public_access.h"
#include "gateway/operations/bucket_configuration.h"
#include "gateway/operations/delete_document.h"
#include "gateway/tags.h"
#include "gateway/operations/versioning_configuration.h"
#include "tests/fuzz/fuzz.h"

/* What a parser says, it says alike in its result and in the refusal, and refused is all or nothing. */
static void
check_refusal(const struct s3_refusal *why, enum s3_err err)
{
	if (why->err != err)
		abort();
}

static void
try_configuration(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	struct bucket_configuration got;
	enum s3_err err = bucket_configuration_parse(mem, document, &why, &got);

	check_refusal(&why, err);
	if (got.location.length > LOCATION_MAX || got.tags.count > BUCKET_TAGS_MAX)
		abort();
	if (err != S3_OK && (got.location.length > 0 || got.tags.count > 0))
		abort();
	for (size_t i = 0; i < got.location.length; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-EU", got.location.data[i]) == NULL)
			abort();
}

static void
try_versioning(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	bool enabled;
	enum s3_err err = versioning_configuration_parse(mem, document, &why, &enabled);

	check_refusal(&why, err);
	if (err != S3_OK && enabled)
		abort();
}

static void
try_delete(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	struct delete_document parsed;
	enum s3_err err = delete_document_parse(mem, document, &why, &parsed);

	check_refusal(&why, err);
	if (parsed.count > DELETE_KEYS_MAX || (parsed.count == 0) != (err != S3_OK))
		abort();
	for (size_t i = 0; i < parsed.count; i++)
		if (parsed.items[i].key.length == 0)
			abort();
}

static void
try_ownership(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	enum ownership parsed, again;
	enum s3_err err = ownership_parse(mem, document, &why, &parsed);

	check_refusal(&why, err);
	if (err != S3_OK && parsed != OWNERSHIP_OBJECT_WRITER)
		abort();
	if (err == S3_OK &&
	    (ownership_parse(mem, ownership_write(mem, parsed), NULL, &again) != S3_OK || again != parsed))
		abort();
}

static void
try_public_access(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	struct public_access parsed, again;
	enum s3_err err = public_access_parse(mem, document, &why, &parsed);

	check_refusal(&why, err);
	if (err != S3_OK &&
	    (parsed.block_acls || parsed.ignore_acls || parsed.block_policy || parsed.restrict_buckets))
		abort();
	if (err == S3_OK && (public_access_parse(mem, public_access_write(mem, &parsed), NULL, &again) != S3_OK ||
				memcmp(&again, &parsed, sizeof(again)) != 0))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);

	try_configuration(mem, slice_make(data, size));
	try_versioning(mem, slice_make(data, size));
	try_delete(mem, slice_make(data, size));
	try_ownership(mem, slice_make(data, size));
	try_public_access(mem, slice_make(data, size));
	talloc_free(mem);
	return 0;
}
