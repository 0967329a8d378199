/* A document that a request brings, taken for a CreateBucketConfiguration and for a Delete in turn. */
#include "gateway/operations/bucket_configuration.h"
#include "gateway/operations/delete_document.h"
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
	struct slice location;
	enum s3_err err = bucket_configuration_parse(mem, document, &why, &location);

	check_refusal(&why, err);
	if (location.length > LOCATION_MAX || (err != S3_OK && location.length > 0))
		abort();
	for (size_t i = 0; i < location.length; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-EU", location.data[i]) == NULL)
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);

	try_configuration(mem, slice_make(data, size));
	try_delete(mem, slice_make(data, size));
	talloc_free(mem);
	return 0;
}
