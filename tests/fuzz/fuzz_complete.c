/* The document of CompleteMultipartUpload. What is taken must be what the header promises of it. */
#include "gateway/operations/complete_document.h"
#include "tests/fuzz/fuzz.h"

static void
check_part(const struct complete_part *part, unsigned before)
{
	if (part->number <= before || (part->etag.length > 0 && part->etag.data == NULL))
		abort();
	if (part->checksum != NULL && !checksum_value_valid(part->checksum, part->checksum_value))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct complete_document parsed;
	enum s3_err err = complete_document_parse(mem, slice_make(data, size), &why, &parsed);

	if (why.err != err || parsed.count > COMPLETE_PARTS_MAX || (parsed.count == 0) != (err != S3_OK))
		abort();
	for (size_t i = 0; i < parsed.count; i++)
		check_part(&parsed.parts[i], i > 0 ? parsed.parts[i - 1].number : 0);
	talloc_free(mem);
	return 0;
}
