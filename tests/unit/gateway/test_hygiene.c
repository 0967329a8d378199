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
	{ "length", true, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Content-Length"), SLICE("5") } } },
	{ "chunked", true, "PUT", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("Transfer-Encoding"), SLICE("Chunked") } } },
	{ "tab and obs-text in a value", true, "GET", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("X"), SLICE("a\tb\xc3\xa9") } } },
	{ "no host in HTTP/1.0", true, "GET", "/", "HTTP/1.0", { { SLICE("X"), SLICE("y") } } },
	{ "no host in HTTP/1.1", false, "GET", "/", "HTTP/1.1", { { SLICE("X"), SLICE("y") } } },
	{ "two hosts", false, "GET", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE("HOST"), SLICE("h") } } },
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
	{ "empty name", false, "GET", "/", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") }, { SLICE(""), SLICE("x") } } },
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
	{ "control character in the target", false, "GET", "/a\x01", "HTTP/1.1",
	    { { SLICE("Host"), SLICE("h") } } },
	{ "host and port", true, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("a-b.example:8080") } } },
	{ "IPv6 host", true, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("[::1]:80") } } },
	{ "empty host", true, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("") } } },
	{ "host with a blank", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("a b") } } },
	{ "host with a path", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("a/b") } } },
	{ "host with a user", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("u@a") } } },
	{ "list of hosts", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("a, b") } } },
	{ "host with a port that is none", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("a:b") } } },
	{ "host with a port beyond all", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("a:65536") } } },
	{ "IPv6 host left open", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("[::1") } } },
	{ "IPv6 host of other letters", false, "GET", "/", "HTTP/1.1", { { SLICE("Host"), SLICE("[x]") } } },
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

/* A header block as libmicrohttpd leaves it, NULs where separators were, and where it says that names and values are. */
static const struct {
	const char *name;
	bool whole;
	struct slice block;
	struct {
		size_t name, value; /* positions; 0 ends the list */
	} fields[3];
} blocks[] = {
	{ "no fields", true, SLICE("GET\0/\0HTTP/1.1\0\0\0\0"), { { 0, 0 } } },
	{ "one field", true, SLICE("GET\0/\0HTTP/1.1\0\0A\0 b\0\0\0\0"), { { 16, 19 } } },
	{ "blanks around a value", true, SLICE("GET\0/\0HTTP/1.1\0\0A\0 \tb \0\0\0\0"), { { 16, 20 } } },
	{ "empty value", true, SLICE("GET\0/\0HTTP/1.1\0\0A\0\0\0B\0c\0\0\0\0"), { { 16, 18 }, { 20, 22 } } },
	{ "bare line feeds", false, SLICE("GET\0/\0HTTP/1.1\0A\0 b\0\0"), { { 15, 18 } } },
	{ "value cut at a NUL", false, SLICE("GET\0/\0HTTP/1.1\0\0A\0b\0c\0\0B\0d\0\0\0\0"),
	    { { 16, 18 }, { 23, 25 } } },
	{ "last value cut at a NUL", false, SLICE("GET\0/\0HTTP/1.1\0\0A\0b\0c\0\0\0\0"), { { 16, 18 } } },
	{ "last value with a NUL at its end", false, SLICE("GET\0/\0HTTP/1.1\0\0A\0b\0\0\0\0\0"), { { 16, 18 } } },
	{ "line lost between two", false, SLICE("GET\0/\0HTTP/1.1\0\0A\0b\0\0\0 x\0\0B\0d\0\0\0\0"),
	    { { 16, 18 }, { 25, 27 } } },
	{ "line lost at the end", false, SLICE("GET\0/\0HTTP/1.1\0\0A\0b\0\0\0 x\0\0\0\0"), { { 16, 18 } } },
	{ "value copied elsewhere", false, SLICE("GET\0/\0HTTP/1.1\0\0A\0\0\0 b\0\0\0\0"), { { 16, 3 } } },
	{ "NUL in the target", false, SLICE("GET\0/\0x\0HTTP/1.1\0\0\0\0"), { { 0, 0 } } },
};

START_TEST(whole)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice block = blocks[_i].block;
	size_t version = 6;
	struct fields fields = { 0 };

	while (memcmp(block.data + version, "HTTP", 4) != 0)
		version++;
	for (size_t i = 0; i < 3 && blocks[_i].fields[i].name; i++)
		fields_add(mem, &fields, slice_from(block.data + blocks[_i].fields[i].name),
		    slice_trim(slice_from(block.data + blocks[_i].fields[i].value)));
	ck_assert_msg(hygiene_is_whole(block.data, block.length, slice_make(block.data + 4, 1),
			  block.data + version, &fields) == blocks[_i].whole,
	    "%s", blocks[_i].name);
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
	tcase_add_loop_test(tc, whole, 0, ARRAY_SIZE(blocks));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
