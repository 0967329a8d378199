#include <signal.h>

#include "tests/unit/auth_upload.h"
#include "tests/unit/suite.h"

/* What came out of a body that was fed in pieces of that size. */
struct outcome {
	enum s3_err err;
	struct slice payload;
	struct slice trailer;
};

static struct outcome
decode(struct upload *u, struct slice body, size_t piece, uint64_t decoded_length, const char *trailer)
{
	struct s3_refusal why = { .mem = u->mem };
	struct chunk_decoder *decoder =
	    chunk_decoder_new(u->mem, u->credential, decoded_length, slice_from(trailer));
	struct buf *payload = buf_new(u->mem, BODY_MAX);
	struct outcome got = { .err = S3_OK };

	while (!got.err && body.length > 0) {
		/* Its own memory, so that a sanitizer sees what reads beyond it. */
		struct slice part = slice_head(body, piece);
		char *copy = slice_dup(u->mem, part);
		struct slice input = slice_make(copy, part.length);

		body = slice_skip(body, part.length);
		while (!got.err && input.length > 0) {
			struct slice output;

			got.err = chunk_decode(decoder, &input, &output, &why);
			ck_assert(output.length == 0 ||
				  (output.data >= copy && output.data + output.length <= copy + part.length));
			buf_append(payload, output);
		}
		talloc_free(copy);
	}
	if (!got.err)
		got.err = chunk_decoder_finish(decoder, &got.trailer, &why);
	ck_assert_int_eq(got.err, why.err);
	got.payload = buf_slice(payload);
	return got;
}

static void
decodes(struct upload *u, const char *name, struct slice payload, const char *trailer, const char *value)
{
	const size_t pieces[] = { 1, 2, 3, 7, 8, 64, 85, 86, 87, 1000, 65536, SIZE_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct outcome got = decode(u, buf_slice(u->body), pieces[i], payload.length, trailer);

		ck_assert_msg(got.err == S3_OK, "%s in pieces of %zu: %s", name, pieces[i], s3_err_code(got.err));
		ck_assert_msg(
		    slice_equal(got.payload, payload), "%s in pieces of %zu: another payload", name, pieces[i]);
		ck_assert_msg(slice_equal(got.trailer, slice_from(value)), "%s: another trailer", name);
	}
}

static void
refuses(
    struct upload *u, const char *name, struct slice body, uint64_t length, const char *trailer, enum s3_err err)
{
	const size_t pieces[] = { 1, 8, SIZE_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct outcome got = decode(u, body, pieces[i], length, trailer);

		ck_assert_msg(got.err == err, "%s in pieces of %zu: %s", name, pieces[i], s3_err_code(got.err));
	}
}

static struct slice
letters(TALLOC_CTX *mem, size_t length)
{
	char *text = talloc_size(mem, length);

	memset(text, 'a', length);
	return slice_make(text, length);
}

#define SIGNED         "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
#define SIGNED_TRAILER "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
#define UNSIGNED       "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

/* A request of the S3 API reference, whose signature is published. */
static void
published_open(
    struct upload *u, const char *payload, const char *headers, const char *signed_headers, const char *seed)
{
	struct s3_refusal why = { .mem = NULL };

	upload_open(u, payload, headers);
	why.mem = u->mem;
	u->credential->private->signed_headers = slice_from(signed_headers);
	u->credential->private->signature = slice_from(seed);
	ck_assert_int_eq(credential_verify(u->credential, &u->request, SLICE(TEST_SECRET_KEY), &why), S3_OK);
}

/* "Example: PUT Object": 66,560 bytes in two chunks, each signature as published. */
START_TEST(published)
{
	struct upload u;
	struct slice payload;

	published_open(&u, SIGNED,
	    "x-amz-storage-class: REDUCED_REDUNDANCY\nContent-Encoding: aws-chunked\n"
	    "x-amz-decoded-content-length: 66560\nContent-Length: 66824\n",
	    "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
	    "x-amz-storage-class",
	    "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
	payload = letters(u.mem, 66560);
	buf_append_string(
	    u.body, "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n");
	buf_append(u.body, slice_head(payload, 65536));
	buf_append_string(
	    u.body, "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n");
	buf_append(u.body, slice_head(payload, 1024));
	buf_append_string(u.body,
	    "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n");
	ck_assert_uint_eq(buf_slice(u.body).length, 66824);
	decodes(&u, "published", payload, "", "");
	talloc_free(u.mem);
}
END_TEST

/* The same with a trailing checksum, in the line ends that the documentation shows. */
START_TEST(published_trailer)
{
	struct upload u;
	struct slice payload;

	published_open(&u, SIGNED_TRAILER,
	    "x-amz-storage-class: REDUCED_REDUNDANCY\nContent-Encoding: aws-chunked\n"
	    "x-amz-decoded-content-length: 66560\nx-amz-trailer: x-amz-checksum-crc32c\n",
	    "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;"
	    "x-amz-trailer",
	    "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
	payload = letters(u.mem, 66560);
	buf_append_string(
	    u.body, "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n");
	buf_append(u.body, slice_head(payload, 65536));
	buf_append_string(
	    u.body, "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n");
	buf_append(u.body, slice_head(payload, 1024));
	buf_append_string(u.body,
	    "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
	    "x-amz-checksum-crc32c:sOO8/Q==\n\r\n"
	    "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n");
	decodes(&u, "published with a trailer", payload, "x-amz-checksum-crc32c", "sOO8/Q==");
	talloc_free(u.mem);
}
END_TEST

static const struct {
	const char *name;
	const char *payload;
	size_t sizes[5];     /* of the chunks, up to the first 0 */
	const char *trailer; /* "" or a name */
	const char *line_end;
	const char *gap;
	const char *end;
} bodies[] = {
	{ "nothing", SIGNED, { 0 }, "", "", "", "\r\n" },
	{ "one byte", SIGNED, { 1 }, "", "", "", "\r\n" },
	{ "small chunks", SIGNED, { 1, 2, 3, 4 }, "", "", "", "\r\n" },
	{ "a large chunk", SIGNED, { 200000 }, "", "", "", "\r\n" },
	{ "without the last line", SIGNED, { 10 }, "", "", "", "" },
	{ "a trailer", SIGNED_TRAILER, { 100, 5 }, "x-amz-checksum-crc32", "\r\n", "", "\r\n" },
	{ "a trailer to nothing", SIGNED_TRAILER, { 0 }, "x-amz-checksum-crc32", "\r\n", "", "\r\n" },
	{ "a trailer with line feeds", SIGNED_TRAILER, { 100 }, "x-amz-checksum-crc32", "\n", "", "\r\n" },
	{ "a trailer with a gap", SIGNED_TRAILER, { 100 }, "x-amz-checksum-crc32", "\n", "\r\n", "" },
	{ "unsigned", UNSIGNED, { 100, 5 }, "x-amz-checksum-sha256", "\r\n", "", "\r\n" },
	{ "unsigned, nothing", UNSIGNED, { 0 }, "x-amz-checksum-sha256", "\r\n", "", "\r\n" },
	{ "unsigned, no trailer", UNSIGNED, { 70000 }, "", "", "", "\r\n" },
	{ "unsigned, line feeds, no last line", UNSIGNED, { 9 }, "x-amz-checksum-sha256", "\n", "", "" },
};

/* The body of that row; returns its payload. */
static struct slice
body_open(struct upload *u, int row)
{
	struct slice payload = { NULL, 0 };
	size_t total = 0;

	upload_open(u, bodies[row].payload, "");
	for (size_t i = 0; bodies[row].sizes[i] > 0; i++)
		total += bodies[row].sizes[i];
	payload = letters(u->mem, total);
	for (size_t i = 0; bodies[row].sizes[i] > 0; i++)
		upload_add(u, slice_head(payload, bodies[row].sizes[i]));
	upload_add(u, SLICE(""));
	if (bodies[row].trailer[0] != '\0')
		upload_add_trailer(u, bodies[row].trailer, "AAAAAA==", bodies[row].line_end, bodies[row].gap);
	buf_append_string(u->body, bodies[row].end);
	return payload;
}

START_TEST(accepted)
{
	struct upload u;
	struct slice payload = body_open(&u, _i);

	decodes(&u, bodies[_i].name, payload, bodies[_i].trailer, bodies[_i].trailer[0] != '\0' ? "AAAAAA==" : "");
	talloc_free(u.mem);
}
END_TEST

/* Where can a body end? Nowhere but at its end, with or without the empty line. */
START_TEST(truncated)
{
	struct upload u;
	struct slice payload = body_open(&u, _i), whole = buf_slice(u.body);
	size_t needed = whole.length - strlen(bodies[_i].end);

	for (size_t length = 0; length < whole.length; length += length + 400 < needed && length > 400 ? 97 : 1) {
		struct outcome got =
		    decode(&u, slice_head(whole, length), SIZE_MAX, payload.length, bodies[_i].trailer);

		ck_assert_msg((got.err == S3_OK) == (length == needed), "%s cut at %zu of %zu: %s", bodies[_i].name,
		    length, whole.length, s3_err_code(got.err));
	}
	talloc_free(u.mem);
}
END_TEST

START_TEST(other_length)
{
	struct upload u;
	struct slice payload = body_open(&u, _i), body = buf_slice(u.body);

	refuses(&u, "one byte more", body, payload.length + 1, bodies[_i].trailer, S3_INCOMPLETE_BODY);
	if (payload.length > 0)
		refuses(&u, "one byte less", body, payload.length - 1, bodies[_i].trailer, S3_INCOMPLETE_BODY);
	talloc_free(u.mem);
}
END_TEST

START_TEST(bytes_behind)
{
	struct upload u;
	struct slice payload = body_open(&u, _i);

	if (bodies[_i].end[0] == '\0')
		buf_append_string(u.body, "\r\n");
	buf_append_string(u.body, "0");
	refuses(&u, bodies[_i].name, buf_slice(u.body), payload.length, bodies[_i].trailer, S3_INVALID_REQUEST);
	talloc_free(u.mem);
}
END_TEST

/* Any byte of a signed body may be another one, and then it is refused. */
START_TEST(every_byte)
{
	struct upload u;
	struct slice payload;
	char *bytes;
	size_t length;

	upload_open(&u, SIGNED_TRAILER, "");
	payload = letters(u.mem, 30);
	upload_add(&u, slice_head(payload, 20));
	upload_add(&u, slice_head(payload, 10));
	upload_add(&u, SLICE(""));
	upload_add_trailer(&u, "x-amz-checksum-crc32", "AAAAAA==", "\r\n", "");
	buf_append_string(u.body, "\r\n");
	length = buf_slice(u.body).length;
	bytes = slice_dup(u.mem, buf_slice(u.body));
	for (size_t i = 0; i < length; i++) {
		char before = bytes[i];
		struct outcome got;

		bytes[i] = (char)(before ^ 1);
		got = decode(&u, slice_make(bytes, length), SIZE_MAX, payload.length, "x-amz-checksum-crc32");
		ck_assert_msg(got.err != S3_OK, "byte %zu changed from %d", i, before);
		bytes[i] = before;
	}
	talloc_free(u.mem);
}
END_TEST

/* CVE-2026-49017: chunks in another order, twice, left out, or from another upload. */
START_TEST(replayed)
{
	struct upload u, other;
	struct slice first, second, end, body;
	TALLOC_CTX *mem;

	upload_open(&u, SIGNED, "");
	mem = u.mem;
	upload_add(&u, SLICE("one"));
	first = slice_make(slice_dup(mem, buf_slice(u.body)), buf_slice(u.body).length);
	buf_reset(u.body);
	upload_add(&u, SLICE("two"));
	second = slice_make(slice_dup(mem, buf_slice(u.body)), buf_slice(u.body).length);
	buf_reset(u.body);
	upload_add(&u, SLICE(""));
	buf_append_string(u.body, "\r\n");
	end = slice_make(slice_dup(mem, buf_slice(u.body)), buf_slice(u.body).length);

#define JOINED(a, b, c) slice_from(talloc_asprintf(mem, "%.*s%.*s%.*s", SLICE_ARG(a), SLICE_ARG(b), SLICE_ARG(c)))
	refuses(&u, "in order", JOINED(first, second, SLICE("")), 6, "", S3_INCOMPLETE_BODY);
	refuses(&u, "another order", JOINED(second, first, end), 6, "", S3_SIGNATURE_DOES_NOT_MATCH);
	refuses(&u, "the first twice", JOINED(first, first, end), 6, "", S3_SIGNATURE_DOES_NOT_MATCH);
	refuses(&u, "the second left out", JOINED(first, end, SLICE("")), 3, "", S3_SIGNATURE_DOES_NOT_MATCH);
	refuses(&u, "the end alone", end, 0, "", S3_SIGNATURE_DOES_NOT_MATCH);
	body = JOINED(first, second, end);
	ck_assert_int_eq(decode(&u, body, SIZE_MAX, 6, "").err, S3_OK);

	upload_open(&other, SIGNED, "x-amz-storage-class: STANDARD\n");
	refuses(&other, "another request", body, 6, "", S3_SIGNATURE_DOES_NOT_MATCH);
	talloc_free(other.mem);
	talloc_free(mem);
}
END_TEST

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *name;
	const char *payload;
	const char *body;
	uint64_t length;
	const char *trailer;
	enum s3_err err;
} malformed[] = {
	{ "no size", UNSIGNED, "\r\n", 0, "", S3_INVALID_REQUEST },
	{ "no hexadecimal size", UNSIGNED, "g\r\n", 0, "", S3_INVALID_REQUEST },
	{ "a sign", UNSIGNED, "+1\r\na\r\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "a prefix", UNSIGNED, "0x1\r\na\r\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "a space before", UNSIGNED, " 1\r\na\r\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "a space behind", UNSIGNED, "1 \r\na\r\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "a line feed alone", UNSIGNED, "1\na\r\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "an extension", UNSIGNED, "1;a=b\r\na\r\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "an empty extension", UNSIGNED, "1;\r\na\r\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "17 digits", UNSIGNED, "00000000000000001\r\na\r\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "16 digits", UNSIGNED, "0000000000000001\r\na\r\n0\r\n\r\n", 1, "", S3_OK },
	{ "the largest size", UNSIGNED, "ffffffffffffffff\r\na", 1, "", S3_INCOMPLETE_BODY },
	{ "capital digits", UNSIGNED, "A\r\naaaaaaaaaa\r\n0\r\n\r\n", 10, "", S3_OK },
	{ "longer than it says", UNSIGNED, "1\r\nab\r\n0\r\n\r\n", 2, "", S3_INVALID_REQUEST },
	{ "shorter than it says", UNSIGNED, "3\r\na\r\n0\r\n\r\n", 3, "", S3_INVALID_REQUEST },
	{ "no CRLF behind the data", UNSIGNED, "1\r\na\n0\r\n\r\n", 1, "", S3_INVALID_REQUEST },
	{ "not chunked at all", UNSIGNED, "hello, world, hello, world", 26, "", S3_INCOMPLETE_BODY },
	{ "a signature that is not hexadecimal", SIGNED, "0;chunk-signature=z" A64 "\r\n\r\n", 0, "",
	    S3_INVALID_REQUEST },
	{ "a made-up signature", SIGNED, "0;chunk-signature=" A64 "\r\n\r\n", 0, "", S3_SIGNATURE_DOES_NOT_MATCH },
	{ "no signature", SIGNED, "0\r\n\r\n", 0, "", S3_INVALID_REQUEST },
	{ "an empty signature", SIGNED, "0;chunk-signature=\r\n\r\n", 0, "", S3_INVALID_REQUEST },
	{ "another extension", SIGNED, "0;chunk-signaturE=" A64 "\r\n\r\n", 0, "", S3_INVALID_REQUEST },
	{ "two extensions", SIGNED, "0;a=b;chunk-signature=" A64 "\r\n\r\n", 0, "", S3_INVALID_REQUEST },
	{ "a long line", UNSIGNED, A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 A64 "a", 9, "",
	    S3_INVALID_REQUEST },
	{ "a trailer that is not announced", UNSIGNED, "0\r\nx-amz-checksum-crc32:AA\r\n\r\n", 0, "",
	    S3_MALFORMED_TRAILER },
	{ "another trailer", UNSIGNED, "0\r\nx-amz-checksum-crc32:AA\r\n\r\n", 0, "x-amz-checksum-sha1",
	    S3_MALFORMED_TRAILER },
	{ "a trailer more", UNSIGNED, "0\r\na:1\r\nb:2\r\n\r\n", 0, "a", S3_MALFORMED_TRAILER },
	{ "a trailer twice", UNSIGNED, "0\r\na:1\r\na:2\r\n\r\n", 0, "a", S3_MALFORMED_TRAILER },
	{ "no trailer", UNSIGNED, "0\r\n\r\n", 0, "a", S3_MALFORMED_TRAILER },
	{ "no colon", UNSIGNED, "0\r\na\r\n\r\n", 0, "a", S3_MALFORMED_TRAILER },
	{ "no name", UNSIGNED, "0\r\n:1\r\n\r\n", 0, "", S3_MALFORMED_TRAILER },
	{ "a trailing signature where none is", UNSIGNED, "0\r\na:1\r\nx-amz-trailer-signature:" A64 "\r\n\r\n", 0,
	    "a", S3_MALFORMED_TRAILER },
	{ "another case, with blanks", UNSIGNED, "0\r\nX-A: 1 \r\n\r\n", 0, " x-a ", S3_OK },
	{ "a gap before the trailer", UNSIGNED, "0\r\n\r\na:1\r\n\r\n", 0, "a", S3_OK },
	{ "two gaps before the trailer", UNSIGNED, "0\r\n\r\n\r\na:1\r\n\r\n", 0, "a", S3_MALFORMED_TRAILER },
	{ "lines behind the trailer", UNSIGNED, "0\r\na:1\r\n\r\n\r\n", 0, "a", S3_INVALID_REQUEST },
};

START_TEST(malformed_body)
{
	struct upload u;

	upload_open(&u, malformed[_i].payload, "");
	refuses(&u, malformed[_i].name, slice_from(malformed[_i].body), malformed[_i].length, malformed[_i].trailer,
	    malformed[_i].err);
	talloc_free(u.mem);
}
END_TEST

static const struct {
	const char *name;
	bool announced;
	const char *lines; /* behind the last chunk; %s is the right signature */
	enum s3_err err;
} trailers[] = {
	{ "as it should be", true, "a:1\r\nx-amz-trailer-signature:%s\r\n\r\n", S3_OK },
	{ "no signature", true, "a:1\r\n\r\n", S3_MALFORMED_TRAILER },
	{ "a made-up signature", true, "a:1\r\nx-amz-trailer-signature:" A64 "\r\n\r\n",
	    S3_SIGNATURE_DOES_NOT_MATCH },
	{ "half a signature", true, "a:1\r\nx-amz-trailer-signature:aa\r\n\r\n", S3_SIGNATURE_DOES_NOT_MATCH },
	{ "an empty signature", true, "a:1\r\nx-amz-trailer-signature:\r\n\r\n", S3_SIGNATURE_DOES_NOT_MATCH },
	{ "another value", true, "a:2\r\nx-amz-trailer-signature:%s\r\n\r\n", S3_SIGNATURE_DOES_NOT_MATCH },
	{ "a NUL in the value", true, "a:1\x01\r\nx-amz-trailer-signature:%s\r\n\r\n",
	    S3_SIGNATURE_DOES_NOT_MATCH },
	{ "the signature first", true, "x-amz-trailer-signature:%s\r\na:1\r\n\r\n", S3_SIGNATURE_DOES_NOT_MATCH },
	{ "a field behind the signature", true, "a:1\r\nx-amz-trailer-signature:%s\r\nb:1\r\n\r\n",
	    S3_MALFORMED_TRAILER },
	{ "the signature twice", true,
	    "a:1\r\nx-amz-trailer-signature:%1$s\r\nx-amz-trailer-signature:%1$s\r\n\r\n", S3_MALFORMED_TRAILER },
	{ "two gaps", true, "a:1\r\n\r\n\r\nx-amz-trailer-signature:%s\r\n\r\n", S3_MALFORMED_TRAILER },
	{ "a gap before the field", true, "\r\na:1\r\nx-amz-trailer-signature:%s\r\n\r\n", S3_OK },
	{ "a gap before each line", true, "\r\na:1\r\n\r\nx-amz-trailer-signature:%s\r\n", S3_OK },
	{ "two gaps before the field", true, "\r\n\r\na:1\r\nx-amz-trailer-signature:%s\r\n",
	    S3_MALFORMED_TRAILER },
	{ "a field that is not announced", false, "a:1\r\nx-amz-trailer-signature:%s\r\n\r\n",
	    S3_MALFORMED_TRAILER },
};

START_TEST(signed_trailer)
{
	struct upload u;
	char hash[SHA256_HEX + 1], *body;
	const char *hole = strstr(trailers[_i].lines, "%");

	upload_open(&u, SIGNED_TRAILER, "");
	upload_add(&u, SLICE(""));
	body = slice_dup(u.mem, buf_slice(u.body));
	sigv4_hash(SLICE("a:1\n"), hash);
	upload_sign(&u, "AWS4-HMAC-SHA256-TRAILER", hash);
	for (const char *rest = trailers[_i].lines; rest != NULL;
	     rest = hole != NULL ? strchr(hole, 's') + 1 : NULL, hole = rest != NULL ? strstr(rest, "%") : NULL)
		body = talloc_asprintf_append(
		    body, "%.*s%s", hole != NULL ? (int)(hole - rest) : 4096, rest, hole != NULL ? u.previous : "");
	refuses(&u, trailers[_i].name, slice_from(body), 0, trailers[_i].announced ? "a" : "", trailers[_i].err);
	talloc_free(u.mem);
}
END_TEST

/* CVE-2025-31489, CVE-2026-40344: no decoder without a good signature over the headers, whatever the chunks are. */
START_TEST(unverified)
{
	struct upload u;
	struct s3_refusal why = { .mem = NULL };

	upload_open(&u, UNSIGNED, "");
	why.mem = u.mem;
	u.credential->private->signature = SLICE(A64);
	ck_assert_int_eq(
	    credential_verify(u.credential, &u.request, SLICE(TEST_SECRET_KEY), &why), S3_SIGNATURE_DOES_NOT_MATCH);
	chunk_decoder_new(u.mem, u.credential, 0, SLICE("")); /* an assertion: the caller went on */
}
END_TEST

/* Without credentials there is nothing to sign with: a checksum at most. */
START_TEST(anonymous)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct upload u = { .mem = mem };
	struct s3_refusal why = { .mem = mem };
	struct outcome got;

	ck_assert(test_request_read(
	    mem, SLICE("PUT /b/k HTTP/1.1\nHost: h\nContent-Encoding: gzip, aws-chunked\n"), &u.request));
	ck_assert_int_eq(credential_read(mem, &u.request, &why, &u.credential), S3_OK);
	ck_assert_int_eq(u.credential->payload, PAYLOAD_CHUNKS_UNSIGNED_TRAILER);
	got = decode(
	    &u, SLICE("2\r\nab\r\n0\r\nx-amz-checksum-crc32:n4M+Rw==\r\n\r\n"), 1, 2, "x-amz-checksum-crc32");
	ck_assert_int_eq(got.err, S3_OK);
	ck_assert(slice_equal(got.payload, SLICE("ab")));
	talloc_free(mem);
}
END_TEST

/* Once refused, always refused. */
START_TEST(after_failure)
{
	struct upload u;
	struct s3_refusal why = { .mem = NULL };
	struct slice input = SLICE("x\r\n"), output;
	struct chunk_decoder *decoder;

	upload_open(&u, UNSIGNED, "");
	why.mem = u.mem;
	decoder = chunk_decoder_new(u.mem, u.credential, 0, SLICE(""));
	ck_assert_int_eq(chunk_decode(decoder, &input, &output, &why), S3_INVALID_REQUEST);
	input = SLICE("0\r\n\r\n");
	ck_assert_int_eq(chunk_decode(decoder, &input, &output, &why), S3_INVALID_REQUEST);
	ck_assert_int_eq(chunk_decoder_finish(decoder, &output, &why), S3_INVALID_REQUEST);
	talloc_free(u.mem);
}
END_TEST

static Suite *
sigv4_chunk_suite(void)
{
	Suite *suite = suite_create("sigv4_chunk");
	TCase *tc = tcase_create("good");

	tcase_add_test(tc, published);
	tcase_add_test(tc, published_trailer);
	tcase_add_loop_test(tc, accepted, 0, ARRAY_SIZE(bodies));
	tcase_add_test(tc, anonymous);
	suite_add_tcase(suite, tc);

	tc = tcase_create("bad");
	tcase_add_loop_test(tc, truncated, 0, ARRAY_SIZE(bodies));
	tcase_add_loop_test(tc, other_length, 0, ARRAY_SIZE(bodies));
	tcase_add_loop_test(tc, bytes_behind, 0, ARRAY_SIZE(bodies));
	tcase_add_test(tc, every_byte);
	tcase_add_test(tc, replayed);
	tcase_add_loop_test(tc, malformed_body, 0, ARRAY_SIZE(malformed));
	tcase_add_loop_test(tc, signed_trailer, 0, ARRAY_SIZE(trailers));
	tcase_add_test_raise_signal(tc, unverified, SIGABRT);
	tcase_add_test(tc, after_failure);
	suite_add_tcase(suite, tc);
	return suite;
}

int
main(void)
{
	return run_suite(sigv4_chunk_suite());
}
