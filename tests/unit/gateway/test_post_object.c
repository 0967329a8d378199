/* Forms through all stages of a request, as the connection would feed them, without a connection. */
#include <limits.h>

#include "common/encode.h"
#include "tests/unit/gateway/exchange.h"

#define FORM_MAX   (4 * 1024 * 1024)
#define FIELDS_MAX 6
#define EXPIRES    "{\"expiration\": \"2999-01-01T00:00:00Z\", \"conditions\": ["
#define WHOLE      SIZE_MAX

static void
add_part(struct buf *body, const char *name, struct slice value)
{
	buf_printf(body, "--b\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n", name,
	    strcmp(name, "file") == 0 ? "; filename=\"cat.jpg\"" : "");
	buf_append(body, value);
	buf_append_string(body, "\r\n");
}

/* A policy of those conditions, signed by Version 2 with the secret that all users here have. */
static void
add_policy(struct buf *body, const char *user, const char *conditions)
{
	char *document = talloc_asprintf(mem, EXPIRES "%s]}", conditions);
	char *policy = base64_encode(mem, slice_from(document));
	unsigned char signature[20];

	hmac_sha1(SLICE("secret"), slice_from(policy), signature);
	add_part(body, "AWSAccessKeyId", slice_from(talloc_asprintf(mem, "KEY-%s", user)));
	add_part(body, "policy", slice_from(policy));
	add_part(body, "signature", slice_from(base64_encode(mem, slice_make(signature, sizeof(signature)))));
}

struct form_row {
	const char *name;
	const char *target;
	const char *fields[FIELDS_MAX]; /* "name=value" */
	const char *user;               /* who signs; NULL: nobody */
	const char *conditions;
	const char *header; /* one more of the request's */
	unsigned status;
	const char *code; /* of a refusal */
	const char *says; /* in the message */
	const char *key;  /* of what is there then, in the same bucket; NULL: nothing */
};

static struct slice
form_body(const struct form_row *row, struct slice file)
{
	struct buf *body = buf_new(mem, FORM_MAX);

	for (size_t i = 0; i < FIELDS_MAX && row->fields[i] != NULL; i++) {
		struct slice rest = slice_from(row->fields[i]), name;

		ck_assert(slice_next(&rest, '=', &name));
		add_part(body, slice_dup(mem, name), rest);
	}
	if (row->user != NULL)
		add_policy(body, row->user, row->conditions);
	add_part(body, "file", file);
	buf_append_string(body, "--b--\r\n");
	return buf_slice(body);
}

/* What the server does with a connection's bytes. */
static void
feed(struct req *r, struct slice body, size_t piece)
{
	enum flow flow = req_advance(r, true);

	while (flow == FLOW_BODY && body.length > 0) {
		struct slice part = slice_head(body, piece);

		body = slice_skip(body, part.length);
		while (flow == FLOW_BODY && part.length > 0) {
			part = slice_skip(part, body_feed(r, part));
			if (part.length == 0)
				break;
			body_turn(r); /* the buffer is full */
			flow = req_advance(r, true);
		}
	}
	if (flow == FLOW_BODY) {
		r->body.complete = true;
		body_turn(r);
		flow = req_advance(r, true);
	}
	ck_assert_int_eq(flow, FLOW_REPLY);
}

static struct req *
send_form(const struct form_row *row, struct slice body, size_t piece)
{
	const char *length = talloc_asprintf(mem, "Content-Length: %zu", body.length);
	struct req *r = make_request(NULL, "POST", row->target,
	    HEADERS("Host: s3.example", "Content-Type: multipart/form-data; boundary=b", length, row->header));

	feed(r, body, piece);
	return r;
}

static const struct form_row forms[] = {
	{ "signed", "/photos", { "key=new" }, "alice", "{\"bucket\": \"photos\"}, {\"key\": \"new\"}", NULL, 204,
	    NULL, NULL, "new" },
	{ "the file's name", "/photos", { "key=u/${filename}" }, "alice",
	    "{\"bucket\": \"photos\"}, [\"starts-with\", \"$key\", \"u/\"]", NULL, 204, NULL, NULL, "u/cat.jpg" },
	{ "nobody, where everybody may write", "/shared", { "key=new" }, NULL, NULL, NULL, 204, NULL, NULL, "new" },
	{ "nobody, where not", "/photos", { "key=new" }, NULL, NULL, NULL, 403, "AccessDenied", "Access Denied",
	    NULL },
	{ "somebody else", "/photos", { "key=new" }, "bob", "{\"bucket\": \"photos\"}, {\"key\": \"new\"}", NULL,
	    403, "AccessDenied", "Access Denied", NULL },
	{ "nobody known", "/photos", { "key=new" }, "eve", "{\"bucket\": \"photos\"}, {\"key\": \"new\"}", NULL,
	    403, "InvalidAccessKeyId", "", NULL },
	{ "another bucket", "/shared", { "key=new" }, "alice", "{\"bucket\": \"photos\"}, {\"key\": \"new\"}", NULL,
	    403, "AccessDenied", "Policy Condition failed: [\"eq\", \"$bucket\", \"photos\"]", NULL },
	{ "another bucket in the form", "/shared", { "key=new", "bucket=photos" }, NULL, NULL, NULL, 403,
	    "AccessDenied", "The form is for the bucket 'photos', not for 'shared'.", NULL },
	{ "no bucket", "/nowhere", { "key=new" }, NULL, NULL, NULL, 404, "NoSuchBucket", "", NULL },
	{ "a field too many", "/photos", { "key=new", "acl=public-read" }, "alice",
	    "{\"bucket\": \"photos\"}, {\"key\": \"new\"}", NULL, 403, "AccessDenied", "Extra input fields: acl",
	    NULL },
	{ "a header that says more", "/photos", { "key=new" }, "alice",
	    "{\"bucket\": \"photos\"}, {\"key\": \"new\"}", "x-amz-acl: public-read", 400, "InvalidRequest",
	    "Conflicting values", NULL },
	{ "a header that proves nothing", "/shared", { "key=new" }, NULL, NULL, "Authorization: AWS KEY-alice:x",
	    400, "InvalidArgument", "fields of its form", NULL },
	{ "another owner expected", "/shared", { "key=new" }, NULL, NULL, "x-amz-expected-bucket-owner: alice", 403,
	    "AccessDenied", "", NULL },
	{ "too small", "/photos", { "key=new" }, "alice",
	    "{\"bucket\": \"photos\"}, {\"key\": \"new\"}, [\"content-length-range\", 100000000, 200000000]", NULL,
	    400, "EntityTooSmall", "", NULL },
	{ "too large", "/photos", { "key=new" }, "alice",
	    "{\"bucket\": \"photos\"}, {\"key\": \"new\"}, [\"content-length-range\", 0, 1]", NULL, 400,
	    "EntityTooLarge", "", NULL },
	{ "no key", "/shared", { "acl=private" }, NULL, NULL, NULL, 400, "InvalidArgument",
	    "Bucket POST must contain a field named 'key'.", NULL },
	{ "what is not there", "/shared", { "key=new", "x-amz-server-side-encryption=AES256" }, NULL, NULL, NULL,
	    501, "NotImplemented", "x-amz-server-side-encryption", NULL },
	{ "another digest", "/shared", { "key=new", "Content-MD5=1B2M2Y8AsgTpgAmY7PhCfg==" }, NULL, NULL, NULL, 400,
	    "BadDigest", "", NULL },
	{ "there already", "/photos", { "key=a.txt" }, "alice", "{\"bucket\": \"photos\"}, {\"key\": \"a.txt\"}",
	    "If-None-Match: *", 412, "PreconditionFailed", "", "a.txt" },
};

static void
check_answer(const struct form_row *row, const struct req *r, size_t piece)
{
	const char *code = r->refusal.err != S3_OK ? s3_err_code(r->refusal.err) : "none";
	const char *message = r->refusal.message != NULL ? r->refusal.message : s3_err_message(r->refusal.err);

	ck_assert_msg(r->reply.status == row->status, "%s, by %zu bytes: %u %s %s", row->name, piece,
	    r->reply.status, code, message);
	ck_assert_msg(strcmp(code, row->code != NULL ? row->code : "none") == 0, "%s: %s", row->name, code);
	ck_assert_msg(row->says == NULL || strstr(message, row->says) != NULL, "%s: %s", row->name, message);
}

/* What the store holds of it then. */
static void
check_store(const struct form_row *row, struct slice file)
{
	struct req *r = ask("root", "GET", talloc_asprintf(mem, "%s/%s", row->target, row->key), NULL, SLICE(""));
	struct slice body = answer_body(r);

	ck_assert_msg(r->reply.status == 200, "%s: %s is not there", row->name, row->key);
	if (row->status == 204)
		ck_assert_msg(slice_equal(body, file), "%s: %zu bytes", row->name, body.length);
	talloc_free(r);
}

static void
check_nothing(const char *name, const char *target)
{
	struct req *r = ask("root", "GET", talloc_asprintf(mem, "%s/new", target), NULL, SLICE(""));

	ck_assert_msg(r->reply.status == 404, "%s: something is there", name);
	talloc_free(r);
}

static void
try_form(const struct form_row *row, struct slice file, size_t piece)
{
	struct req *r = send_form(row, form_body(row, file), piece);

	check_answer(row, r, piece);
	talloc_free(r);
	if (row->key != NULL)
		check_store(row, file);
	else
		check_nothing(row->name, row->target);
}

START_TEST(each_form_in_pieces)
{
	static const size_t pieces[] = { WHOLE, 1, 7, 100 };

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++)
		try_form(&forms[_i], SLICE("\r\n--some\r\n-b"), pieces[i]);
}
END_TEST

/* Longer than a buffer, than what stays inline. */
START_TEST(each_form_with_a_long_file)
{
	size_t length = 1024 * 1024;
	char *bytes = talloc_size(mem, length);

	for (size_t i = 0; i < length; i++)
		bytes[i] = "\r\n--b-"[i % 6 == 4 ? 5 : i % 6];
	try_form(&forms[_i], slice_make(bytes, length), WHOLE);
	try_form(&forms[_i], slice_make(bytes, length), 20011);
}
END_TEST

/* However early a form ends, it is refused, and nothing is there. */
START_TEST(every_end)
{
	const struct form_row *row = &forms[2];
	struct slice body = form_body(row, SLICE("some bytes"));

	for (size_t length = 0; length < body.length - strlen("\r\n"); length++) {
		struct req *r = send_form(row, slice_head(body, length), WHOLE);

		ck_assert_msg(r->reply.status == 400 && r->refusal.err == S3_MALFORMED_POST, "%zu bytes: %u %s",
		    length, r->reply.status, s3_err_code(r->refusal.err));
		talloc_free(r);
	}
	check_nothing("cut short", "/shared");
}
END_TEST

static const struct {
	enum fault_call call;
	enum store_err err;
	unsigned status;
} faults[] = {
	{ FAULT_COMMIT, STORE_FULL, 507 },
	{ FAULT_COMMIT, STORE_IO, 500 },
	{ FAULT_COMMIT, STORE_TIMEOUT, 503 },
	{ FAULT_BLOB_CREATE, STORE_FULL, 507 },
	{ FAULT_BLOB_APPEND, STORE_FULL, 507 },
	{ FAULT_BLOB_SEAL, STORE_IO, 500 },
};

START_TEST(failing_store)
{
	const struct fault fault = { faults[_i].call, 1, UINT_MAX, FAULT_BEFORE, faults[_i].err, 0 };
	const struct form_row *row = &forms[0];
	struct slice file = slice_make(talloc_zero_size(mem, 1024 * 1024), 1024 * 1024);
	struct req *r;

	fault_set(store, &fault, 1);
	r = send_form(row, form_body(row, file), WHOLE);
	ck_assert_uint_eq(r->reply.status, faults[_i].status);
	talloc_free(r);
	fault_set(store, NULL, 0);
	check_nothing("a failing store", "/photos");
	try_form(row, file, WHOLE);
}
END_TEST

static const struct {
	const char *fields[FIELDS_MAX];
	unsigned status;
	const char *location;
} answers[] = {
	{ { "key=a/b c" }, 204, "http://s3.example/shared/a%2Fb%20c" },
	{ { "key=k", "success_action_status=200" }, 200, "http://s3.example/shared/k" },
	{ { "key=k", "success_action_status=201" }, 201, "http://s3.example/shared/k" },
	{ { "key=k", "success_action_status=302" }, 204, "http://s3.example/shared/k" },
	{ { "key=a/b c", "success_action_redirect=http://a.example" }, 303,
	    "http://a.example?bucket=shared&key=a%2Fb+c&etag=%229dd4e461268c8034f5c8564e155c67a6%22" },
	{ { "key=k", "redirect=https://a.example/?b#c", "success_action_status=201" }, 303,
	    "https://a.example/?b&bucket=shared&key=k&etag=%229dd4e461268c8034f5c8564e155c67a6%22#c" },
	{ { "key=k", "redirect=http://b.example/", "success_action_redirect=http://a.example/" }, 303,
	    "http://a.example/?bucket=shared&key=k&etag=%229dd4e461268c8034f5c8564e155c67a6%22" },
	{ { "key=k", "success_action_redirect=/b", "redirect=http://b.example/" }, 303,
	    "http://b.example/?bucket=shared&key=k&etag=%229dd4e461268c8034f5c8564e155c67a6%22" },
	{ { "key=k", "success_action_redirect=javascript:x" }, 204, "http://s3.example/shared/k" },
	{ { "key=k", "success_action_redirect=http://" }, 204, "http://s3.example/shared/k" },
	{ { "key=k", "success_action_redirect=http://a\r\nb" }, 204, "http://s3.example/shared/k" },
};

START_TEST(answer_to_a_form)
{
	struct form_row row = { .name = "answer", .target = "/shared" };
	struct req *r;

	memcpy(row.fields, answers[_i].fields, sizeof(row.fields));
	r = send_form(&row, form_body(&row, SLICE("x")), WHOLE);
	ck_assert_uint_eq(r->reply.status, answers[_i].status);
	ck_assert_msg(slice_equal(answer_field(r, "Location"), slice_from(answers[_i].location)), "%.*s",
	    SLICE_ARG(answer_field(r, "Location")));
	ck_assert((answer_body(r).length > 0) == (answers[_i].status == 201));
	talloc_free(r);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("post_object");
	TCase *tc = tcase_create("post_object");

	tcase_add_checked_fixture(tc, exchange_setup_objects, exchange_teardown);
	tcase_add_loop_test(tc, each_form_in_pieces, 0, ARRAY_SIZE(forms));
	tcase_add_loop_test(tc, each_form_with_a_long_file, 0, ARRAY_SIZE(forms));
	tcase_add_test(tc, every_end);
	tcase_add_loop_test(tc, failing_store, 0, ARRAY_SIZE(faults));
	tcase_add_loop_test(tc, answer_to_a_form, 0, ARRAY_SIZE(answers));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
