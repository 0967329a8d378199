#include "gateway/hygiene.h"

#include "tests/unit/suite.h"

#define FIELDS_MAX 5

static const struct {
	const char *name;
	bool clean;
	const char *method, *target, *version;
	struct field fields[FIELDS_MAX];
} requests[] = {
	{ "plain", true, "GET", "/b/k", "HTTP/1.1", { { SLICE("Host"), SLICE("h") } } },
	{ "length", true, "PUT", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length"), SLICE("5") } } },
	{ "chunked", true, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Transfer-Encoding"), SLICE("Chunked") } } },
	{ "tab and obs-text in a value", true, "GET", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("X"), SLICE("a\tb\xc3\xa9") } } },
	{ "no host in HTTP/1.0", true, "GET", "/", "HTTP/1.0", { { SLICE("X"), SLICE("y") } } },
	{ "no host in HTTP/1.1", false, "GET", "/", "HTTP/1.1", { { SLICE("X"), SLICE("y") } } },
	{ "two hosts", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("h") }, { SLICE("HOST"), SLICE("h") } } },
	{ "two lengths", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length"), SLICE("5") },
		{ SLICE("content-length"), SLICE("5") } } },
	{ "length and coding", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length"), SLICE("5") },
		{ SLICE("Transfer-Encoding"), SLICE("chunked") } } },
	{ "two codings", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Transfer-Encoding"), SLICE("chunked") },
		{ SLICE("Transfer-Encoding"), SLICE("chunked") } } },
	{ "another coding", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Transfer-Encoding"), SLICE("gzip, chunked") } } },
	{ "an empty coding", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Transfer-Encoding"), SLICE("") } } },
	{ "negative length", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length"), SLICE("-1") } } },
	{ "length with a sign", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length"), SLICE("+5") } } },
	{ "length list", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length"), SLICE("5, 5") } } },
	{ "length beyond 63 bits", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length"), SLICE("9223372036854775808") } } },
	{ "blank before the colon", false, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length "), SLICE("5") } } },
	{ "empty name", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("h") }, { SLICE(""), SLICE("x") } } },
	{ "NUL in a value", false, "GET", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("X"), SLICE("a\0b") } } },
	{ "bare CR in a value", false, "GET", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("X"), SLICE("a\rb") } } },
	{ "DEL in a value", false, "GET", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("X"), SLICE("a\x7f") } } },
	{ "two authorizations", false, "GET", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Authorization"), SLICE("a") },
		{ SLICE("authorization"), SLICE("b") } } },
	{ "space in the target", false, "GET", "/a b", "HTTP/1.1", { { SLICE("Host"), SLICE("h") } } },
	{ "control character in the target", false, "GET", "/a\x01", "HTTP/1.1", { { SLICE("Host"), SLICE("h") } } },
	{ "method that is no token", false, "GE(T", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("h") } } },
};

START_TEST(check)
{
	struct fields fields = { 0 };
	struct field items[FIELDS_MAX];
	const char *wrong;

	memcpy(items, requests[_i].fields, sizeof(items));
	fields.items = items;
	while (fields.count < FIELDS_MAX && items[fields.count].name.data)
		fields.count++;
	wrong = hygiene_check(slice_from(requests[_i].method), slice_from(requests[_i].target),
	    slice_from(requests[_i].version), &fields);
	ck_assert_msg((wrong == NULL) == requests[_i].clean, "%s: %s", requests[_i].name, wrong ? wrong : "passed");
}
END_TEST

START_TEST(too_many)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct fields fields = { 0 };

	fields_add(mem, &fields, SLICE("Host"), SLICE("h"));
	while (fields.count < HYGIENE_HEADERS_MAX)
		fields_add(mem, &fields, SLICE("X"), SLICE("y"));
	ck_assert_ptr_null(hygiene_check(SLICE("GET"), SLICE("/"), SLICE("HTTP/1.1"), &fields));
	fields_add(mem, &fields, SLICE("X"), SLICE("y"));
	ck_assert_ptr_nonnull(hygiene_check(SLICE("GET"), SLICE("/"), SLICE("HTTP/1.1"), &fields));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("hygiene");
	TCase *tc = tcase_create("hygiene");

	tcase_add_loop_test(tc, check, 0, ARRAY_SIZE(requests));
	tcase_add_test(tc, too_many);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
