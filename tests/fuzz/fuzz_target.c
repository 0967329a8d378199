/* A request target with its query, and the Host that may name a bucket: the first line of the input is the Host. */
#include "gateway/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const domains[] = { "s3.example", NULL };
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct slice raw = slice_make(data, size), host = { NULL, 0 };
	struct target target;

	if (slice_next(&raw, '\n', &host) && target_split(mem, raw, host, domains, &why, &target) == S3_OK &&
	    target_decode(mem, &why, &target) == S3_OK) {
		if (target.key.length > 1024 || target.parameters.count > TARGET_PARAMETERS_MAX)
			abort();
		if (target.key.length > 0 && target.bucket.length == 0)
			abort();
	}
	talloc_free(mem);
	return 0;
}
