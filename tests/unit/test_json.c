/* JSON documents read into trees, and refused; and written. */
#include "common/json.h"

#include "common/buf.h"
#include "tests/unit/suite.h"

#define DEPTH_MAX 3

/* The tree as text that says every kind: n(ull) b(oolean) d(ecimal) t(ext), [lists], {members}. */
static void
show(struct buf *out, const struct json *value)
{
	if (value->name.data != NULL)
		buf_printf(out, "%.*s=", SLICE_ARG(value->name));
	buf_append_byte(out, "nbdt[{"[value->kind]);
	buf_append(out, value->text);
	for (size_t i = 0; i < value->count; i++) {
		buf_append_string(out, i > 0 ? "," : "");
		show(out, &value->items[i]);
	}
	if (value->kind == JSON_LIST || value->kind == JSON_MEMBERS)
		buf_append_byte(out, value->kind == JSON_LIST ? ']' : '}');
}

static const struct {
	const char *name;
	struct slice document;
	const char *shown; /* NULL: refused */
	size_t normalized;
	const char *problem; /* part of it */
} vectors[] = {
	{ "an object", SLICE("{\"a\":\"b\"}"), "{a=tb}", 9, NULL },
	{ "its order stays", SLICE("{\"z\":1, \"a\":2, \"m\":3}"), "{z=d1,a=d2,m=d3}", 19, NULL },
	{ "every kind", SLICE("[null,true,false,-12,1.2,\"\",[],{}]"), "[n,btrue,bfalse,d-12,d1.2,t,[],{}]", 34,
	    NULL },
	{ "numbers", SLICE("[0,9223372036854775807,1e3,0.1,1e20]"), "[d0,d9223372036854775807,d1000,d0.1,d1e+20]",
	    36, NULL },
	{ "escapes", SLICE("\"\\u00e9\\n\\\"\\\\\""), "t\xc3\xa9\n\"\\", 14, NULL },
	{ "white space", SLICE(" \t\r\n{ \"a b\" :\n[ 1 , 2 ] } \n"), "{a b=[d1,d2]}", 13, NULL },
	{ "brackets in text", SLICE("\"[[[[[[{{{{{{\\\"]\""), "t[[[[[[{{{{{{\"]", 17, NULL },
	{ "as deep as may be", SLICE("[[[1]]]"), "[[[d1]]]", 7, NULL },

	{ "too deep", SLICE("[[[[1]]]]"), NULL, 9, "it nests deeper than 3 levels" },
	{ "too deep, mixed", SLICE("[{\"a\":[{}]}]"), NULL, 12, "it nests deeper than 3 levels" },
	{ "nothing", SLICE(""), NULL, 0, "" },
	{ "text behind", SLICE("{} x"), NULL, 3, "line 1, column 4" },
	{ "two values", SLICE("{}{}"), NULL, 4, "line 1, column 3" },
	{ "a name twice", SLICE("{\"a\":1,\n\"a\":2}"), NULL, 13, "duplicate object key" },
	{ "a name twice, by an escape", SLICE("{\"a\":1,\"\\u0061\":2}"), NULL, 18, "duplicate object key" },
	{ "NUL in text", SLICE("\"a\\u0000b\""), NULL, 10, "line 1" },
	{ "NUL in a name", SLICE("{\"a\\u0000b\":1}"), NULL, 14, "line 1" },
	{ "NUL byte", SLICE("\"a\0b\""), NULL, 5, "line 1" },
	{ "no UTF-8", SLICE("\"\xff\""), NULL, 3, "line 1" },
	{ "overlong UTF-8", SLICE("\"\xc0\xaf\""), NULL, 4, "line 1" },
	{ "a lone surrogate", SLICE("\"\\ud800\""), NULL, 8, "line 1" },
	{ "a comment", SLICE("/**/{}"), NULL, 6, "line 1" },
	{ "a comma too many", SLICE("[1,]"), NULL, 4, "line 1" },
	{ "single quotes", SLICE("{'a':1}"), NULL, 7, "line 1" },
	{ "an open string", SLICE("\"a"), NULL, 2, "line 1" },
	{ "an open string at an escape", SLICE("\"a\\"), NULL, 3, "line 1" },
	{ "an open list", SLICE("[1"), NULL, 2, "line 1" },
	{ "brackets that close too often", SLICE("]]]][[[["), NULL, 8, "deeper" },
	{ "a number too large", SLICE("[9223372036854775808]"), NULL, 21, "too big integer" },
	{ "a number beyond all", SLICE("[1e999]"), NULL, 7, "overflow" },
	{ "not a number", SLICE("[NaN]"), NULL, 5, "line 1" },
};

START_TEST(read)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *shown = buf_new(mem, 4096);
	const char *name = vectors[_i].name, *problem;
	const struct json *tree;
	bool ok = json_read(mem, vectors[_i].document, DEPTH_MAX, &tree, &problem);

	ck_assert_msg(ok == (vectors[_i].shown != NULL), "%s: %s", name, problem);
	ck_assert_msg(ok == (tree != NULL) && ok == (problem == NULL), "%s: outputs", name);
	if (ok) {
		show(shown, tree);
		ck_assert_str_eq(buf_slice(shown).data, vectors[_i].shown);
	} else {
		ck_assert_msg(strstr(problem, vectors[_i].problem) != NULL, "%s: %s", name, problem);
	}
	ck_assert_uint_eq(json_length_normalized(vectors[_i].document), vectors[_i].normalized);
	talloc_free(mem);
}
END_TEST

START_TEST(member)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct json *tree;
	const char *problem;

	ck_assert(json_read(mem, SLICE("{\"a\":{\"b\":\"c\"},\"d\":[1]}"), DEPTH_MAX, &tree, &problem));
	ck_assert(slice_equal(json_member(json_member(tree, "a"), "b")->text, SLICE("c")));
	ck_assert_ptr_null(json_member(tree, "A"));
	ck_assert_ptr_null(json_member(tree, "b"));
	ck_assert_ptr_null(json_member(json_member(tree, "d"), "a"));
	talloc_free(mem);
}
END_TEST

START_TEST(written)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct json_writer *w = json_writer_new(mem);
	struct slice document;
	const struct json *tree;
	const char *problem;

	json_write_text(w, "controls", SLICE("\x1b[2J\n\x7f\0\xc2\x9b"));
	json_write_text(w, "no UTF-8", SLICE("\x9b\"\x01"));
	json_write_text(w, "nothing", slice_make(NULL, 0));
	json_write_string(w, "null", NULL);
	json_write_list(w, "list");
	json_write_object(w, NULL);
	json_write_number(w, "n", 4711);
	json_write_bool(w, "yes", true);
	json_write_end(w);
	json_write_string(w, NULL, "in a list");
	json_write_end(w);
	document = json_write_finish(w);
	for (size_t i = 0; i < document.length; i++)
		ck_assert(document.data[i] == '\n' || (document.data[i] >= ' ' && document.data[i] < 0x7f));
	ck_assert_str_eq(document.data, "{\n"
					"  \"controls\": \"\\u001B[2J\\n\\u007F\\u0000\\u009B\",\n"
					"  \"no UTF-8\": \"\\\\x9B\\\"\\\\u{1}\",\n"
					"  \"nothing\": \"\",\n"
					"  \"null\": null,\n"
					"  \"list\": [\n"
					"    {\n"
					"      \"n\": 4711,\n"
					"      \"yes\": true\n"
					"    },\n"
					"    \"in a list\"\n"
					"  ]\n"
					"}\n");
	ck_assert(!json_read(mem, document, DEPTH_MAX, &tree, &problem)); /* NUL is never read */
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("json");
	TCase *tc = tcase_create("json");

	tcase_add_loop_test(tc, read, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, member);
	tcase_add_test(tc, written);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
