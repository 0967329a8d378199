/* Credentials of a request: the text of its head. Nothing that is made up may verify, and nothing may crash. */
#include <assert.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/auth_request.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct auth_request request;
	struct credential *credential;
	enum s3_err err;

	if (!test_request_read(mem, slice_make(data, size), &request))
		goto out;
	request.now = test_request_time(&request);
	err = credential_read(mem, &request, &why, &credential);
	assert((credential != NULL) == (err == S3_OK) && why.err == err);
	if (err || credential->kind == CREDENTIAL_NONE)
		goto out;
	assert(credential->access_key.length > 0);
	/* The seeds are signed with another secret. */
	err = credential_verify(credential, &request, SLICE("of nobody"), &why);
	assert(err != S3_OK && why.err == err && !credential->private->verified);
out:
	talloc_free(mem);
	return 0;
}
