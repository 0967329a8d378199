/* Requests with an Origin through all stages: whatever goes wrong, the answer carries what the bucket's rules grant. */
#include "tests/unit/gateway/exchange.h"

#define ORIGIN "https://www.example.com"
#define RULES                                                                                       \
	"<CORSConfiguration><CORSRule><AllowedOrigin>" ORIGIN "</AllowedOrigin>"                    \
	"<AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedMethod>DELETE" \
	"</AllowedMethod><ExposeHeader>ETag</ExposeHeader></CORSRule></CORSConfiguration>"

#define NO_FAULT FAULT_CALLS

static const struct {
	const char *name;
	enum fault_call call; /* that fails; NO_FAULT: none */
	enum store_err err;
	const char *method, *target, *body;
	unsigned status;
	const char *code;
} answers[] = {
	{ "done", NO_FAULT, STORE_OK, "PUT", "/shared/n", "x", 200, "none" },
	{ "read", NO_FAULT, STORE_OK, "GET", "/shared/large", "", 200, "none" },
	{ "no such key", NO_FAULT, STORE_OK, "GET", "/shared/none", "", 404, "NoSuchKey" },
	{ "not permitted", NO_FAULT, STORE_OK, "DELETE", "/shared", "", 403, "AccessDenied" },
	{ "full disk", FAULT_COMMIT, STORE_FULL, "PUT", "/shared/n", "x", 507, "InsufficientStorage" },
	{ "broken disk", FAULT_COMMIT, STORE_IO, "PUT", "/shared/n", "x", 500, "InternalError" },
	{ "slow store", FAULT_COMMIT, STORE_TIMEOUT, "PUT", "/shared/n", "x", 503, "SlowDown" },
	{ "damaged bytes", FAULT_BLOB_READ, STORE_DAMAGED, "GET", "/shared/large", "", 500, "InternalError" },
	{ "broken listing", FAULT_SCAN, STORE_IO, "GET", "/shared", "", 500, "InternalError" },
	{ "failing deletion", FAULT_COMMIT, STORE_IO, "DELETE", "/shared/large", "", 500, "InternalError" },
};

static void
setup(void)
{
	size_t length = 3 * 1024 * 1024;
	char *bytes = talloc_zero_size(NULL, length);

	exchange_setup_objects();
	talloc_free(
	    ask("bob", "PUT", "/shared/large", HEADERS("x-amz-acl: public-read"), slice_make(bytes, length)));
	talloc_free(bytes);
	done("bob", "PUT", "/shared?cors", NULL, RULES);
}

static struct req *
anonymous(const char *method, const char *target, const char *origin, const char *body)
{
	const char *length = talloc_asprintf(mem, "Content-Length: %zu", strlen(body));

	return make_request(
	    NULL, method, target, HEADERS("Host: s3.example", length, talloc_asprintf(mem, "Origin: %s", origin)));
}

static void
feed(struct req *r, const char *body)
{
	enum flow flow = req_advance(r, true);

	if (flow == FLOW_BODY && *body != '\0')
		ck_assert_uint_eq(body_feed(r, slice_from(body)), strlen(body));
	if (flow == FLOW_BODY) {
		r->body.complete = true;
		body_turn(r);
		flow = req_advance(r, true);
	}
	ck_assert_int_eq(flow, FLOW_REPLY);
}

static void
check_grant(const char *name, const struct req *r, bool granted)
{
	static const char *const fields[][2] = { { "Access-Control-Allow-Origin", ORIGIN },
		{ "Access-Control-Allow-Credentials", "true" }, { "Access-Control-Expose-Headers", "ETag" } };

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		ck_assert_msg(slice_equal(answer_field(r, fields[i][0]), slice_from(granted ? fields[i][1] : "")),
		    "%s: %s: %.*s", name, fields[i][0], SLICE_ARG(answer_field(r, fields[i][0])));
	ck_assert_msg(answer_field(r, "Vary").length > 0, "%s: no Vary", name);
}

START_TEST(every_answer)
{
	static const char *const origins[] = { ORIGIN, "https://other.example" };
	const struct fault fault = { answers[_i].call, 1, 1000, FAULT_BEFORE, answers[_i].err, 0 };

	for (size_t i = ARRAY_SIZE(origins); i-- > 0;) {
		struct req *r = anonymous(answers[_i].method, answers[_i].target, origins[i], answers[_i].body);
		const char *code;

		if (answers[_i].call != NO_FAULT)
			fault_set(store, &fault, 1);
		feed(r, answers[_i].body);
		fault_set(store, NULL, 0);
		code = r->refusal.err != S3_OK ? s3_err_code(r->refusal.err) : "none";
		ck_assert_msg(r->reply.status == answers[_i].status && strcmp(code, answers[_i].code) == 0,
		    "%s: %u %s", answers[_i].name, r->reply.status, code);
		check_grant(answers[_i].name, r, i == 0);
		talloc_free(r);
	}
}
END_TEST

/* A request that comes while the gateway stops. */
START_TEST(turned_away)
{
	struct req *r = anonymous("GET", "/shared/large", ORIGIN, ""), *other, *malformed;

	req_turn_away(r);
	ck_assert_uint_eq(r->reply.status, 503);
	ck_assert_int_eq(r->refusal.err, S3_SERVICE_UNAVAILABLE);
	ck_assert(r->reply.close);
	check_grant("stopping", r, true);

	other = anonymous("GET", "/shared/large", "https://other.example", "");
	req_turn_away(other);
	ck_assert_uint_eq(other->reply.status, 503);
	check_grant("stopping, another origin", other, false);

	malformed = anonymous("GET", "/shared/large", ORIGIN, "");
	malformed->malformed = "what it must not have";
	req_turn_away(malformed);
	ck_assert_uint_eq(malformed->reply.status, 503);
	ck_assert_int_eq(malformed->refusal.err, S3_SERVICE_UNAVAILABLE);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_stages");
	TCase *tc = tcase_create("cors_stages");

	tcase_add_checked_fixture(tc, setup, exchange_teardown);
	tcase_add_loop_test(tc, every_answer, 0, ARRAY_SIZE(answers));
	tcase_add_test(tc, turned_away);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
