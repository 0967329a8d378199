/* What the operations on uploads answer when the store fails under them, and that the upload can be gone on with. */
#include "tests/unit/gateway/upload_exchange.h"

#define DOCUMENT                                                                                \
	"<CompleteMultipartUpload><Part><PartNumber>3</PartNumber><ETag>" ETAG "</ETag></Part>" \
	"</CompleteMultipartUpload>"

static const struct {
	enum fault_call call;
	uint64_t first; /* of the calls that fail */
	enum store_err err;
	struct exchange exchange;
} faults[] = {
	{ FAULT_COMMIT, 1, STORE_FULL,
	    { "create", "alice", "POST", "/photos/mp?uploads", { 0 }, "", 507, "InsufficientStorage", { 0 },
		{ "UploadId" }, { 0 } } },
	{ FAULT_BLOB_APPEND, 1, STORE_FULL,
	    { "part copied to a full disk", "alice", "PUT", PART "4", { "x-amz-copy-source: photos/a.txt" }, "",
		507, "InsufficientStorage", { 0 }, { "CopyPartResult" }, { 0 } } },
	{ FAULT_BLOB_SEAL, 1, STORE_IO,
	    { "part copied to a broken disk", "alice", "PUT", PART "4", { "x-amz-copy-source: photos/a.txt" }, "",
		500, "InternalError", { 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, 2, STORE_TIMEOUT,
	    { "part copied to a slow disk", "alice", "PUT", PART "4", { "x-amz-copy-source: photos/a.txt" }, "",
		503, "SlowDown", { 0 }, { 0 }, { "Retry-After: 1" } } },
	{ FAULT_COMMIT, 1, STORE_IO,
	    { "freeze", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT, 500, "InternalError", { 0 }, { "Location" },
		{ 0 } } },
	{ FAULT_SCAN, 1, STORE_DAMAGED,
	    { "parts unread", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT, 500, "InternalError", { 0 }, { 0 },
		{ 0 } } },
	{ FAULT_COMMIT, 2, STORE_IO,
	    { "complete", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT, 500, "InternalError", { 0 }, { "Location" },
		{ 0 } } },
	{ FAULT_COMMIT, 2, STORE_FULL,
	    { "complete on a full disk", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT, 507, "InsufficientStorage",
		{ 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, 1, STORE_IO,
	    { "abort", "alice", "DELETE", THE_UPLOAD, { 0 }, "", 500, "InternalError", { 0 }, { 0 }, { 0 } } },
	{ FAULT_SCAN, 1, STORE_IO,
	    { "list parts", "alice", "GET", THE_UPLOAD, { 0 }, "", 500, "InternalError", { 0 },
		{ "ListPartsResult" }, { 0 } } },
	{ FAULT_SCAN, 1, STORE_IO,
	    { "list uploads", "alice", "GET", "/photos?uploads", { 0 }, "", 500, "InternalError", { 0 },
		{ "ListMultipartUploadsResult" }, { 0 } } },
};

static void
setup(void)
{
	upload_setup();
	done_upload("PUT", PART "3", NULL, "0123456789");
}

START_TEST(failing)
{
	const struct fault fault = { faults[_i].call, faults[_i].first, 1000, FAULT_BEFORE, faults[_i].err, 0 };
	const struct exchange listed = { "as before", "alice", "GET", THE_UPLOAD, { 0 }, "", 200, NULL,
		{ "<Part><PartNumber>3</PartNumber>" }, { "<PartNumber>4</PartNumber>" }, { 0 } };

	fault_set(store, &fault, 1);
	exchange_upload(&faults[_i].exchange);
	ck_assert_msg(fault_count(store, fault.call) > 0, "%s: never failed", faults[_i].exchange.name);
	fault_set(store, NULL, 0);
	exchange_upload(&listed);
	ck_assert_uint_eq(ask("alice", "HEAD", "/photos/mp", NULL, SLICE(""))->reply.status, 404);
	done_upload("POST", THE_UPLOAD, NULL, DOCUMENT);
	expect("complete", "alice", "GET", "/photos/mp", 200, NULL, "0123456789");
}
END_TEST

/* What was done, though nobody could tell, is answered as done when the client asks again. */
START_TEST(completed_without_an_answer)
{
	const struct fault fault = { FAULT_COMMIT, 2, 2, FAULT_AFTER, STORE_TIMEOUT, 0 };
	const struct exchange lost = { "lost", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT, 503, "SlowDown", { 0 },
		{ 0 }, { 0 } };
	const struct exchange again = { "again", "alice", "POST", THE_UPLOAD, { 0 }, DOCUMENT, 200, NULL,
		{ "-1&quot;</ETag>" }, { 0 }, { 0 } };

	fault_set(store, &fault, 1);
	exchange_upload(&lost);
	fault_set(store, NULL, 0);
	exchange_upload(&again);
	expect("complete", "alice", "GET", "/photos/mp", 200, NULL, "0123456789");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("upload_faults");
	TCase *tc = tcase_create("upload_faults");

	tcase_add_checked_fixture(tc, setup, exchange_teardown);
	tcase_add_loop_test(tc, failing, 0, ARRAY_SIZE(faults));
	tcase_add_test(tc, completed_without_an_answer);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
