/*
 * An aws-chunked body. The first byte says what kind it is, the second how long the pieces are, the third how many bytes
 * x-amz-decoded-content-length announces; the rest is the body. However it is cut, it must come to the same.
 */
#include <assert.h>

#include "tests/fuzz/fuzz.h"
#include "tests/unit/auth_request.h"

struct outcome {
	enum s3_err err;
	struct slice payload;
	struct slice trailer;
};

static struct credential *
credential_of(TALLOC_CTX *mem, enum payload_kind payload)
{
	struct credential *credential = talloc_zero(mem, struct credential);

	credential->kind = CREDENTIAL_V4_HEADER;
	credential->payload = payload;
	credential->private = talloc_zero(credential, struct credential_private);
	credential->private->verified = true;
	credential->private->signature = SLICE("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
	credential->private->timestamp = SLICE("20130524T000000Z");
	credential->private->scope = SLICE("20130524/us-east-1/s3/aws4_request");
	sigv4_signing_key(
	    SLICE(TEST_SECRET_KEY), SLICE("20130524"), SLICE("us-east-1"), credential->private->signing_key);
	return credential;
}

static struct outcome
decode(TALLOC_CTX *mem, const struct credential *credential, struct slice body, size_t piece, uint64_t length)
{
	struct s3_refusal why = { .mem = mem };
	bool announced = credential->payload != PAYLOAD_CHUNKS_SIGNED;
	struct slice trailer = announced ? SLICE("x-amz-checksum-crc32c") : SLICE("");
	struct chunk_decoder *decoder = chunk_decoder_new(mem, credential, length, trailer);
	struct buf *payload = buf_new(mem, body.length);
	struct outcome got = { .err = S3_OK };

	while (!got.err && body.length > 0) {
		struct slice input = slice_head(body, piece), output;

		body = slice_skip(body, input.length);
		while (!got.err && input.length > 0) {
			size_t before = input.length;

			got.err = chunk_decode(decoder, &input, &output, &why);
			assert(got.err || input.length < before);
			buf_append(payload, output);
		}
	}
	if (!got.err)
		got.err = chunk_decoder_finish(decoder, &got.trailer, &why);
	assert(got.err == why.err);
	assert(got.err || buf_slice(payload).length == length);
	got.payload = buf_slice(payload);
	return got;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const enum payload_kind kinds[] = { PAYLOAD_CHUNKS_SIGNED, PAYLOAD_CHUNKS_SIGNED_TRAILER,
		PAYLOAD_CHUNKS_UNSIGNED_TRAILER };
	TALLOC_CTX *mem = talloc_new(NULL);

	if (size >= 3) {
		struct credential *credential = credential_of(mem, kinds[data[0] % ARRAY_SIZE(kinds)]);
		struct slice body = slice_make(data + 3, size - 3);
		struct outcome whole = decode(mem, credential, body, SIZE_MAX, data[2]);
		struct outcome cut = decode(mem, credential, body, 1 + (size_t)data[1] % 64, data[2]);

		assert(whole.err == cut.err);
		assert(whole.err ||
		       (slice_equal(whole.payload, cut.payload) && slice_equal(whole.trailer, cut.trailer)));
	}
	talloc_free(mem);
	return 0;
}
