/* Requests on a multipart upload, which exists before each test. */
#ifndef TESTS_UNIT_GATEWAY_UPLOAD_EXCHANGE_H
#define TESTS_UNIT_GATEWAY_UPLOAD_EXCHANGE_H

#include "tests/unit/gateway/exchange.h"

/* Of "0123456789". */
#define ETAG      "781e5e245d69b566979b86e28d23f2c7"
#define CRC32     "poTHxg=="
#define CRC64     "Ffmx7kz9nB0="
#define SHA256    "hNiYd/DUBB77a/kaFvAkjy/Vc+avBcGflr7bn4gveII="
#define COMPOSITE "x-amz-checksum-algorithm: SHA256"
#define FULL      "x-amz-checksum-algorithm: CRC32", "x-amz-checksum-type: FULL_OBJECT"

#define THE_UPLOAD "/photos/mp?uploadId=UPLOAD"
#define PART       THE_UPLOAD "&partNumber="

/* The upload that every test begins with, to /photos/mp; in targets and answers "UPLOAD" stands for its ID. */
static const char *upload_id;

static inline char *
filled_in(TALLOC_CTX *parent, const char *text)
{
	struct slice rest = slice_from(text);
	char *result = talloc_strdup(parent, "");
	size_t mark;

	while (slice_find(rest, SLICE("UPLOAD"), &mark)) {
		result = talloc_asprintf_append(result, "%.*s%s", (int)mark, rest.data, upload_id);
		rest = slice_skip(rest, mark + strlen("UPLOAD"));
	}
	return talloc_asprintf_append(result, "%.*s", SLICE_ARG(rest));
}

static inline const char *
begin_upload(const char *user, const char *target, const char *const headers[HEADERS_MAX])
{
	struct req *r = ask(user, "POST", target, headers, slice_from(""));
	struct slice body = answer_body(r);
	const char *id;
	size_t mark;

	ck_assert_uint_eq(r->reply.status, 200);
	ck_assert(slice_find(body, SLICE("<UploadId>"), &mark));
	id = slice_dup(mem, slice_head(slice_skip(body, mark + 10), 32));
	talloc_free(r);
	return id;
}

/* An exchange with the upload's ID in it. */
static inline void
exchange_upload(const struct exchange *e)
{
	struct exchange copy = *e;

	copy.target = filled_in(mem, e->target);
	for (size_t i = 0; i < CHECKS_MAX && e->has[i] != NULL; i++)
		copy.has[i] = filled_in(mem, e->has[i]);
	exchange(&copy);
}

static inline void
done_upload(const char *method, const char *target, const char *const headers[HEADERS_MAX], const char *body)
{
	done("alice", method, filled_in(mem, target), headers, body);
}

static inline void
upload_setup(void)
{
	exchange_setup_objects();
	upload_id = begin_upload("alice", "/photos/mp?uploads", NULL);
}

#endif
