/* What the operations answer when the store fails under them; and that the next request is none the worse. */
#include "tests/unit/gateway/exchange.h"

static const struct {
	enum fault_call call;
	enum store_err err;
	struct exchange exchange;
} faults[] = {
	{ FAULT_COMMIT, STORE_FULL,
	    { "full", "alice", "PUT", "/photos/n", { 0 }, "x", 507, "InsufficientStorage", { 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "broken", "alice", "PUT", "/photos/n", { 0 }, "x", 500, "InternalError", { 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_TIMEOUT,
	    { "slow", "alice", "PUT", "/photos/n", { 0 }, "x", 503, "SlowDown", { 0 }, { 0 },
		{ "Retry-After: 1" } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "copy", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/a.txt" }, "", 500, "InternalError",
		{ 0 }, { "CopyObjectResult" }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "copy onto itself", "alice", "PUT", "/photos/a.txt",
		{ "x-amz-copy-source: photos/a.txt", "x-amz-metadata-directive: REPLACE" }, "", 500,
		"InternalError", { 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "delete", "alice", "DELETE", "/photos/a.txt", { 0 }, "", 500, "InternalError", { 0 }, { 0 },
		{ 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "delete two", "alice", "POST", "/photos?delete", { 0 },
		"<Delete><Object><Key>a.txt</Key></Object><Object><Key>open</Key></Object></Delete>", 200, NULL,
		{ "<Error><Key>a.txt</Key><Code>InternalError</Code>",
		    "<Error><Key>open</Key><Code>InternalError</Code>" },
		{ "Deleted" }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "create", "alice", "PUT", "/new-one", { 0 }, "", 500, "InternalError", { 0 }, { 0 },
		{ "Location:" } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "delete a bucket", "bob", "DELETE", "/empty", { 0 }, "", 500, "InternalError", { 0 }, { 0 },
		{ 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "object ACL", "alice", "PUT", "/photos/a.txt?acl", { "x-amz-acl: public-read" }, "", 500,
		"InternalError", { 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "bucket ACL", "alice", "PUT", "/photos?acl", { "x-amz-acl: public-read" }, "", 500, "InternalError",
		{ 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "object tags", "alice", "PUT", "/photos/a.txt?tagging", { 0 },
		"<Tagging><TagSet><Tag><Key>a</Key><Value/></Tag></TagSet></Tagging>", 500, "InternalError", { 0 },
		{ 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_FULL,
	    { "no object tags", "alice", "DELETE", "/photos/a.txt?tagging", { 0 }, "", 507, "InsufficientStorage",
		{ 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "bucket tags", "alice", "PUT", "/photos?tagging", { 0 },
		"<Tagging><TagSet><Tag><Key>a</Key><Value/></Tag></TagSet></Tagging>", 500, "InternalError", { 0 },
		{ 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "rules", "alice", "PUT", "/photos?cors", { 0 },
		"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>"
		"</CORSConfiguration>",
		500, "InternalError", { 0 }, { 0 }, { 0 } } },
	{ FAULT_COMMIT, STORE_IO,
	    { "no rules", "bob", "DELETE", "/empty?cors", { 0 }, "", 500, "InternalError", { 0 }, { 0 }, { 0 } } },
	{ FAULT_SCAN, STORE_DAMAGED,
	    { "list", "alice", "GET", "/photos", { 0 }, "", 500, "InternalError", { 0 }, { "ListBucketResult" },
		{ 0 } } },
	{ FAULT_SCAN, STORE_IO,
	    { "list, second form", "alice", "GET", "/photos?list-type=2", { 0 }, "", 500, "InternalError", { 0 },
		{ "ListBucketResult" }, { 0 } } },
	{ FAULT_SCAN, STORE_IO,
	    { "list buckets", "alice", "GET", "/", { 0 }, "", 500, "InternalError", { 0 }, { "ListAllMyBuckets" },
		{ 0 } } },
	{ FAULT_BLOB_READ, STORE_DAMAGED,
	    { "damaged bytes", "alice", "GET", "/photos/large", { 0 }, "", 500, "InternalError", { 0 }, { 0 },
		{ "ETag:" } } },
	{ FAULT_BLOB_READ, STORE_DAMAGED,
	    { "copy of damaged bytes", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/large" }, "", 500,
		"InternalError", { 0 }, { 0 }, { 0 } } },
	{ FAULT_BLOB_APPEND, STORE_FULL,
	    { "copy to a full disk", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/large" }, "", 507,
		"InsufficientStorage", { 0 }, { 0 }, { 0 } } },
	{ FAULT_BLOB_SEAL, STORE_IO,
	    { "copy to a broken disk", "alice", "PUT", "/photos/n", { "x-amz-copy-source: photos/large" }, "", 500,
		"InternalError", { 0 }, { 0 }, { 0 } } },
};

static void
setup(void)
{
	size_t length = 3 * 1024 * 1024;
	char *bytes = talloc_zero_size(NULL, length);

	exchange_setup_objects();
	done("bob", "PUT", "/empty", NULL, "");
	talloc_free(ask("alice", "PUT", "/photos/large", NULL, slice_make(bytes, length)));
	talloc_free(bytes);
}

START_TEST(failing)
{
	const struct fault fault = { faults[_i].call, 1, 1000, FAULT_BEFORE, faults[_i].err, 0 };

	fault_set(store, &fault, 1);
	exchange(&faults[_i].exchange);
	ck_assert_msg(fault_count(store, fault.call) > 0, "%s: never failed", faults[_i].exchange.name);
	fault_set(store, NULL, 0);
	expect("as before", "alice", "GET", "/photos/a.txt", 200, "x-amz-meta-colour: blue", "0123456789");
	ck_assert_uint_eq(ask("alice", "HEAD", "/photos/n", NULL, SLICE(""))->reply.status, 404);
	ck_assert_uint_eq(ask("bob", "HEAD", "/empty", NULL, SLICE(""))->reply.status, 200);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("operation_faults");
	TCase *tc = tcase_create("operation_faults");

	tcase_add_checked_fixture(tc, setup, exchange_teardown);
	tcase_add_loop_test(tc, failing, 0, ARRAY_SIZE(faults));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
