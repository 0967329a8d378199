#include "gateway/req.h"

#include "tests/unit/suite.h"

/* The least that a row asks for: its method, a target of its scope, and what its selector names. */
static struct req *
smallest_request(const struct operation *op)
{
	struct req *r = talloc_zero(NULL, struct req);
	struct slice rest = slice_from(op->selector), term;

	r->refusal.mem = r;
	r->method = slice_from(op->method);
	if (op->scope == SCOPE_BUCKET || op->scope == SCOPE_OBJECT)
		r->target.bucket = SLICE("bucket");
	if (op->scope == SCOPE_OBJECT)
		r->target.key = SLICE("key");
	while (slice_next(&rest, ' ', &term)) {
		struct fields *fields = term.data[0] == '?' ? &r->target.parameters : &r->headers;
		struct slice value = slice_skip(term, 1), name;

		ck_assert(slice_next(&value, '=', &name));
		fields_add(r, fields, name, value);
	}
	return r;
}

START_TEST(each_row_answers_its_smallest_request)
{
	size_t count;
	const struct operation *op = &operations(&count)[_i];
	struct req *r = smallest_request(op);

	ck_assert_msg(route(r) == S3_OK, "%s: %s", op->name, s3_err_code(r->refusal.err));
	ck_assert_msg(r->operation == op, "%s: answered by %s", op->name, r->operation->name);
	talloc_free(r);
}
END_TEST

static const struct {
	const char *method, *bucket, *key, *parameter;
	const char *operation; /* NULL: MethodNotAllowed */
} requests[] = {
	{ "GET", "", "", NULL, "ListBuckets" },
	{ "GET", "b", "", NULL, "ListObjects" },
	{ "GET", "b", "", "x-id", "ListObjects" },
	{ "GET", "b", "k", "cors", "GetObject" },
	{ "GET", "b", "k", "partNumber", "GetObject" },
	{ "GET", "b", "k", "versionId", "GetObject" },
	{ "PUT", "b", "k", "x-id", "PutObject" },
	{ "OPTIONS", "b", "k", "uploads", "Preflight" },
	{ "OPTIONS", "", "", NULL, "Preflight" },
	{ "POST", "b", "", "cors", NULL },
	{ "POST", "b", "", NULL, "PostObject" },
	{ "POST", "b", "k", NULL, NULL },
	{ "POST", "", "", NULL, NULL },
	{ "DELETE", "b", "", "acl", NULL },
	{ "DELETE", "b", "", "location", NULL },
	{ "DELETE", "b", "", "versions", NULL },
	{ "DELETE", "b", "k", "acl", NULL },
	{ "PUT", "b", "", "delete", NULL },
	{ "PUT", "b", "k", "attributes", NULL },
	{ "PUT", "", "", NULL, NULL },
	{ "PATCH", "b", "k", NULL, NULL },
	{ "get", "b", "k", NULL, NULL },
};

/* A header chooses among operations on the whole, and so is no way around what the query names. */
START_TEST(header_does_not_hide_a_subresource)
{
	static const char *const parameters[] = { "uploadId", "uploads", "attributes" };
	struct req *r = talloc_zero(NULL, struct req);

	r->refusal.mem = r;
	r->method = SLICE("PUT");
	r->target.bucket = SLICE("b");
	r->target.key = SLICE("k");
	fields_add(r, &r->headers, SLICE("x-amz-copy-source"), SLICE("b/j"));
	fields_add(r, &r->target.parameters, slice_from(parameters[_i]), SLICE(""));
	ck_assert_int_eq(route(r), S3_METHOD_NOT_ALLOWED);
	talloc_free(r);
}
END_TEST

START_TEST(method_and_subresource)
{
	struct req *r = talloc_zero(NULL, struct req);
	const char *parameter = requests[_i].parameter, *expected = requests[_i].operation;
	enum s3_err err;

	r->refusal.mem = r;
	r->method = slice_from(requests[_i].method);
	r->target.bucket = slice_from(requests[_i].bucket);
	r->target.key = slice_from(requests[_i].key);
	if (parameter)
		fields_add(r, &r->target.parameters, slice_from(parameter), slice_from(""));
	err = route(r);
	if (expected)
		ck_assert_msg(r->operation && strcmp(r->operation->name, expected) == 0, "row %d: %s", _i,
		    r->operation ? r->operation->name : "none");
	else
		ck_assert_msg(err == S3_METHOD_NOT_ALLOWED, "row %d: %s", _i,
		    r->operation ? r->operation->name : s3_err_code(err));
	talloc_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("route");
	TCase *tc = tcase_create("route");
	size_t count;

	operations(&count);
	tcase_add_loop_test(tc, each_row_answers_its_smallest_request, 0, (int)count);
	tcase_add_loop_test(tc, method_and_subresource, 0, ARRAY_SIZE(requests));
	tcase_add_loop_test(tc, header_does_not_hide_a_subresource, 0, 3);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
