/*
 * What reading and checking the credentials of a request cost, on vectors of real clients, and what an aws-chunked body
 * costs a byte.
 *
 *	bench_signature (from the top of the source tree)
 */
#include "tests/unit/auth_request.h"

#include <assert.h>

#define ROUNDS      5
#define CHUNK_BYTES 65536

static const char *const vectors[] = { "sigv4/amazon-get-object", "sigv4/botocore-key-plain",
	"sigv4/botocore-list-path", "sigv4/botocore-put-object", "sigv4/botocore-presigned-plain",
	"sigv2/botocore-key-plain", "sigv2/botocore-presigned-plain", "sigv2/botocore-get-cors" };

static void
check(const struct auth_request *request, struct slice secret, enum s3_err expected)
{
	TALLOC_CTX *mem = talloc_pool(NULL, 8192);
	struct s3_refusal why = { .mem = mem };
	struct credential *credential;
	enum s3_err err = credential_read(mem, request, &why, &credential);

	if (!err)
		err = credential_verify(credential, request, secret, &why);
	assert(err == expected);
	talloc_free(mem);
}

/* The best of some rounds, each of a tenth of a second: the machine is shared. */
static double
measure_ns(const struct auth_request *request, struct slice secret, enum s3_err expected)
{
	double best_ns = 1e18;

	for (unsigned round = 0; round < ROUNDS; round++) {
		int64_t start_us = clock_monotonic_us(), passed_us;
		uint64_t done = 0;

		do {
			for (unsigned i = 0; i < 16; i++)
				check(request, secret, expected);
			done += 16;
			passed_us = clock_monotonic_us() - start_us;
		} while (passed_us < 100000);
		if ((double)passed_us * 1000 / (double)done < best_ns)
			best_ns = (double)passed_us * 1000 / (double)done;
	}
	return best_ns;
}

static void
bench_vector(const char *name)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct auth_request request;

	if (!test_vector_read(mem, talloc_asprintf(mem, "tests/vectors/%s", name), &request)) {
		fprintf(stderr, "no vector %s: run this from the top of the source tree\n", name);
		exit(1);
	}
	printf("%-40s verified %6.0f ns, refused %6.0f ns\n", name,
	    measure_ns(&request, SLICE(TEST_SECRET_KEY), S3_OK),
	    measure_ns(&request, SLICE("another secret"), S3_SIGNATURE_DOES_NOT_MATCH));
	talloc_free(mem);
}

/* One body of unsigned chunks: what the parser costs beside the hash, which is OpenSSL's. */
static void
bench_chunks(void)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct auth_request request = { .method = SLICE("PUT"), .path = SLICE("/b/k") };
	struct s3_refusal why = { .mem = mem };
	char *data = talloc_zero_size(mem, CHUNK_BYTES);
	struct credential *credential;
	struct chunk_decoder *decoder;
	const uint64_t chunks = 16384;
	int64_t start_us;
	enum s3_err err;

	fields_add(
	    mem, &request.headers, SLICE("x-amz-content-sha256"), SLICE("STREAMING-UNSIGNED-PAYLOAD-TRAILER"));
	err = credential_read(mem, &request, &why, &credential);
	assert(!err);
	decoder = chunk_decoder_new(mem, credential, chunks * CHUNK_BYTES, SLICE(""));
	start_us = clock_monotonic_us();
	for (uint64_t i = 0; i < chunks; i++) {
		struct slice parts[] = { SLICE("10000\r\n"), slice_make(data, CHUNK_BYTES), SLICE("\r\n") };

		for (size_t p = 0; p < ARRAY_SIZE(parts); p++)
			while (parts[p].length > 0) {
				struct slice output;

				err = chunk_decode(decoder, &parts[p], &output, &why);
				assert(!err);
			}
	}
	printf("%-40s %6.0f ns a chunk\n", "unsigned chunks",
	    (double)(clock_monotonic_us() - start_us) * 1000 / (double)chunks);
	talloc_free(mem);
}

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++)
		bench_vector(vectors[i]);
	bench_chunks();
	return 0;
}
