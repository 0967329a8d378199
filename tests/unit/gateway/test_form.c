#include "gateway/form.h"

#include "common/buf.h"
#include "tests/unit/suite.h"

#define PART(name) "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"
#define THE_FILE   "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.txt\"\r\n\r\n"
#define EVERYTHING SIZE_MAX

/* What a form comes to, as one text. */
struct outcome {
	enum s3_err err;
	struct slice fields; /* "name=value;" each, of the head */
	struct slice file;
	const char *message;
};

static void
take_fields(TALLOC_CTX *mem, struct form *form, struct s3_refusal *why, struct outcome *out)
{
	struct buf *text = buf_new(mem, 64 * 1024);
	struct fields fields;

	out->err = form_fields(form, mem, why, &fields);
	for (size_t i = 0; !out->err && i < fields.count; i++) {
		buf_append(text, fields.items[i].name);
		buf_append_byte(text, '=');
		buf_append(text, fields.items[i].value);
		buf_append_byte(text, ';');
	}
	out->fields = buf_slice(text);
}

static void
feed(TALLOC_CTX *mem, struct form *form, struct slice piece, struct s3_refusal *why, struct buf *file,
    struct outcome *out)
{
	struct slice bytes;

	while (!out->err && piece.length > 0) {
		bool had_head = form_head_complete(form);

		out->err = form_feed(form, &piece, &bytes, why);
		ck_assert(had_head || bytes.length == 0);
		buf_append(file, bytes);
		if (!out->err && !had_head && form_head_complete(form))
			take_fields(mem, form, why, out);
	}
}

/* The body in two pieces, and the second in pieces of that length. */
static struct outcome
parse(TALLOC_CTX *mem, struct slice body, size_t first, size_t piece)
{
	struct s3_refusal why = { .mem = mem };
	struct form *form = form_new(mem, SLICE("b"));
	struct buf *file = buf_new(mem, body.length);
	struct outcome out = { .err = S3_OK };

	feed(mem, form, slice_head(body, first), &why, file, &out);
	for (body = slice_skip(body, first); body.length > 0; body = slice_skip(body, piece))
		feed(mem, form, slice_head(body, piece), &why, file, &out);
	if (!out.err)
		out.err = form_finish(form, &why);
	ck_assert_int_eq(out.err, why.err);
	out.file = buf_slice(file);
	out.message = why.message;
	return out;
}

static const struct {
	const char *name;
	struct slice body;
	enum s3_err err;
	const char *fields, *file;
	const char *reason; /* part of the message */
} forms[] = {
	{ "plain", SLICE(PART("key") "k\r\n" THE_FILE "abc\r\n--b--\r\n"), S3_OK, "key=k;", "abc", NULL },
	{ "no line after the last boundary", SLICE(PART("key") "k\r\n" THE_FILE "abc\r\n--b--"), S3_OK, "key=k;",
	    "abc", NULL },
	{ "preamble and epilogue",
	    SLICE("of no\r\n--x interest\r\n" PART("key") "k\r\n" THE_FILE "abc\r\n--b-- \r\nnor\r\n--b\r\nthis"),
	    S3_OK, "key=k;", "abc", NULL },
	{ "a line before the first boundary", SLICE("\r\n" THE_FILE "abc\r\n--b--"), S3_OK, "", "abc", NULL },
	{ "padding", SLICE("--b \t \r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n--b--"), S3_OK, "",
	    "abc", NULL },
	{ "an empty file", SLICE(THE_FILE "\r\n--b--"), S3_OK, "", "", NULL },
	{ "an empty field", SLICE(PART("key") "\r\n" THE_FILE "\r\n--b--"), S3_OK, "key=;", "", NULL },
	{ "line ends and what looks like boundaries", SLICE(THE_FILE "\r\n\r\n--\r\n--c\r\r\n-\r\n\n--b\r\n--b--"),
	    S3_OK, "", "\r\n\r\n--\r\n--c\r\r\n-\r\n\n--b", NULL },
	{ "values with line ends", SLICE(PART("a") "1\r\n2\r\n\r\n" THE_FILE "x\r\n--b--"), S3_OK, "a=1\r\n2\r\n;",
	    "x", NULL },
	{ "names in any case",
	    SLICE("--b\r\nCONTENT-disposition:FORM-DATA;NAME=kEy\r\nContent-Type: text/plain\r\n\r\nk\r\n"
		  "--b\r\nContent-Disposition: form-data; filename=\"\"; name=\"FILE\"\r\n\r\nabc\r\n--b--"),
	    S3_OK, "kEy=k;", "abc", NULL },
	{ "fields with filenames",
	    SLICE("--b\r\nContent-Disposition: form-data; name=key; filename=key\r\n\r\nk\r\n" //
		THE_FILE "abc\r\n--b--"),
	    S3_OK, "key=k;", "abc", NULL },
	{ "repeated fields are joined",
	    SLICE(PART("a") "1\r\n" PART("b") "2\r\n" PART("A") "3\r\n" THE_FILE "\r\n--b--"), S3_OK, "a=1,3;b=2;",
	    "", NULL },
	{ "fields behind the file are dropped",
	    SLICE(PART("key") "k\r\n" THE_FILE "abc\r\n" PART("key") "l\r\n" PART("submit") "Upload\r\n--b--"),
	    S3_OK, "key=k;", "abc", NULL },
	{ "the file's name", SLICE(PART("key") "u/${filename}/${filename}${\r\n" THE_FILE "\r\n--b--"), S3_OK,
	    "key=u/f.txt/f.txt${;", "", NULL },
	{ "without its path",
	    SLICE(PART("key") "u/${filename}\r\n--b\r\nContent-Disposition: form-data; name=file; "
			      "filename=\"C:\\pictures\\a\\cat.jpg\"\r\n\r\n\r\n--b--"),
	    S3_OK, "key=u/cat.jpg;", "", NULL },
	{ "no path that leads elsewhere",
	    SLICE(PART("key") "u/${filename}\r\n--b\r\nContent-Disposition: form-data; name=file; "
			      "filename=\"../../etc/passwd\"\r\n\r\n\r\n--b--"),
	    S3_OK, "key=u/passwd;", "", NULL },
	{ "quotes in the file's name",
	    SLICE(PART("key") "${filename}\r\n--b\r\nContent-Disposition: form-data; name=file; "
			      "filename=\"a%22b\\\"c%25;d.txt\"\r\n\r\n\r\n--b--"),
	    S3_OK, "key=a\"b\"c%25;d.txt;", "", NULL },
	{ "an empty file name",
	    SLICE(PART("key") "u/${filename}\r\n--b\r\nContent-Disposition: form-data; name=file; "
			      "filename=\"\"\r\n\r\n\r\n--b--"),
	    S3_OK, "key=u/;", "", NULL },
	{ "no file name", SLICE(PART("key") "u/${filename}\r\n" PART("file") "abc\r\n--b--"), S3_OK,
	    "key=u/${filename};", "abc", NULL },
	{ "a file of its own kind of parts",
	    SLICE("--b\r\nContent-Disposition: form-data; name=file\r\nContent-Type: multipart/mixed; "
		  "boundary=c\r\nContent-Transfer-Encoding: Binary\r\n\r\n--c\r\n\r\n--c--\r\n--b--"),
	    S3_OK, "", "--c\r\n\r\n--c--", NULL },

	{ "nothing", SLICE(""), S3_MALFORMED_POST, NULL, NULL, "it ends before its last boundary" },
	{ "no boundary at all", SLICE("key=k&file=abc"), S3_MALFORMED_POST, NULL, NULL, "it ends before" },
	{ "another boundary", SLICE("--c\r\nContent-Disposition: form-data; name=file\r\n\r\nabc\r\n--c--"),
	    S3_MALFORMED_POST, NULL, NULL, "it ends before" },
	{ "an end in the header", SLICE("--b\r\nContent-Disposition: form-da"), S3_MALFORMED_POST, NULL, NULL,
	    "it ends before" },
	{ "an end in a field", SLICE(PART("key") "k"), S3_MALFORMED_POST, NULL, NULL, "it ends before" },
	{ "an end in the file", SLICE(THE_FILE "abc"), S3_MALFORMED_POST, "", NULL, "it ends before" },
	{ "an end in the boundary", SLICE(THE_FILE "abc\r\n--b"), S3_MALFORMED_POST, "", NULL, "it ends before" },
	{ "an end in the last boundary", SLICE(THE_FILE "abc\r\n--b-"), S3_MALFORMED_POST, "", NULL,
	    "it ends before" },
	{ "no file", SLICE(PART("key") "k\r\n--b--"), S3_INVALID_ARGUMENT, NULL, NULL, "exactly one file" },
	{ "no part", SLICE("--b--"), S3_INVALID_ARGUMENT, NULL, NULL, "exactly one file" },
	{ "two files", SLICE(THE_FILE "1\r\n" THE_FILE "2\r\n--b--"), S3_INVALID_ARGUMENT, "", NULL,
	    "exactly one file" },
	{ "a boundary that goes on", SLICE(THE_FILE "1\r\n--bc\r\n--b--"), S3_MALFORMED_POST, "", NULL,
	    "follows a boundary" },
	{ "a boundary with a bare LF", SLICE("--b\nContent-Disposition: form-data; name=file\n\nx\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "follows a boundary" },
	{ "one hyphen behind padding", SLICE(THE_FILE "1\r\n--b -"), S3_MALFORMED_POST, "", NULL,
	    "follows a boundary" },
	{ "no headers", SLICE("--b\r\n\r\nabc\r\n--b--"), S3_MALFORMED_POST, NULL, NULL, "no Content-Disposition" },
	{ "no name", SLICE("--b\r\nContent-Disposition: form-data\r\n\r\n\r\n--b--"), S3_MALFORMED_POST, NULL, NULL,
	    "a part has no name" },
	{ "an empty name", SLICE(PART("") "\r\n--b--"), S3_MALFORMED_POST, NULL, NULL, "a part has no name" },
	{ "two names", SLICE("--b\r\nContent-Disposition: form-data; name=key; name=file\r\n\r\n\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "two parameters 'name'" },
	{ "two file names",
	    SLICE("--b\r\nContent-Disposition: form-data; name=file; filename=a; filename=b\r\n\r\n\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "two parameters 'filename'" },
	{ "two dispositions",
	    SLICE("--b\r\nContent-Disposition: form-data; name=key\r\n"
		  "Content-Disposition: form-data; name=file\r\n\r\n\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "two Content-Dispositions" },
	{ "another disposition", SLICE("--b\r\nContent-Disposition: file; name=file\r\n\r\n\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "is 'file'" },
	{ "a quote that stays open", SLICE("--b\r\nContent-Disposition: form-data; name=\"file\r\n\r\n\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "cannot be read" },
	{ "a line without a colon", SLICE("--b\r\nContent-Disposition\r\n\r\n\r\n--b--"), S3_MALFORMED_POST, NULL,
	    NULL, "has the line 'Content-Disposition'" },
	{ "a line that is folded",
	    SLICE("--b\r\nContent-Disposition: form-data; name=file;\r\n filename=f\r\n\r\n\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "has the line ' filename=f'" },
	{ "a bare LF", SLICE("--b\r\nContent-Disposition: form-data; name=file\nX: y\r\n\r\n\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "control character" },
	{ "a NUL", SLICE("--b\r\nContent-Disposition: form-data; name=\"fi\0le\"\r\n\r\n\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "control character" },
	{ "base64",
	    SLICE("--b\r\nContent-Disposition: form-data; name=file\r\nContent-Transfer-Encoding: "
		  "base64\r\n\r\nYQ==\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "Content-Transfer-Encoding is 'base64'" },
	{ "nested parts",
	    SLICE("--b\r\nContent-Disposition: form-data; name=files\r\nContent-Type: Multipart/mixed; "
		  "boundary=c\r\n\r\n--c--\r\n--b--"),
	    S3_MALFORMED_POST, NULL, NULL, "'files' is multipart" },
};

static void
compare(const char *name, size_t first, const struct outcome *whole, const struct outcome *cut)
{
	ck_assert_msg(whole->err == cut->err && slice_equal(whole->fields, cut->fields) &&
			  slice_equal(whole->file, cut->file),
	    "%s, cut at %zu: %s fields '%.*s' file '%.*s'", name, first, s3_err_code(cut->err),
	    SLICE_ARG(cut->fields), SLICE_ARG(cut->file));
}

/* However it is cut, it comes to the same. */
START_TEST(each_form_at_every_split)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *name = forms[_i].name;
	struct outcome whole = parse(mem, forms[_i].body, EVERYTHING, 1);

	ck_assert_msg(whole.err == forms[_i].err, "%s: %s %s", name, s3_err_code(whole.err), whole.message);
	if (forms[_i].fields != NULL)
		ck_assert_msg(slice_equal(whole.fields, slice_from(forms[_i].fields)), "%s: fields '%.*s'", name,
		    SLICE_ARG(whole.fields));
	if (forms[_i].file != NULL)
		ck_assert_msg(slice_equal(whole.file, slice_from(forms[_i].file)), "%s: file '%.*s'", name,
		    SLICE_ARG(whole.file));
	if (forms[_i].reason != NULL)
		ck_assert_msg(strstr(whole.message, forms[_i].reason) != NULL, "%s: %s", name, whole.message);
	for (size_t first = 0; first <= forms[_i].body.length; first++) {
		struct outcome two = parse(mem, forms[_i].body, first, EVERYTHING);
		struct outcome many = parse(mem, forms[_i].body, first, 1 + first % 7);

		compare(name, first, &whole, &two);
		compare(name, first, &whole, &many);
	}
	talloc_free(mem);
}
END_TEST

static struct slice
form_with(TALLOC_CTX *mem, size_t field, size_t tail)
{
	struct buf *body = buf_new(mem, 64 * 1024);

	buf_append_string(body, PART("x-ignore-a"));
	for (size_t i = 0; i < field; i++)
		buf_append_byte(body, 'a');
	buf_append_string(body, "\r\n" THE_FILE "abc\r\n--b");
	for (size_t i = 0; i < tail; i++)
		buf_append_byte(body, i < 2 ? '-' : 'x');
	return buf_slice(body);
}

START_TEST(head_is_bounded)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	size_t overhead = strlen(PART("x-ignore-a") "\r\n" THE_FILE);
	struct outcome fits = parse(mem, form_with(mem, FORM_HEAD_MAX - overhead, 2), EVERYTHING, 1);
	struct outcome does_not = parse(mem, form_with(mem, FORM_HEAD_MAX - overhead + 1, 2), EVERYTHING, 1);
	struct outcome never_ends = parse(mem, form_with(mem, 3 * FORM_HEAD_MAX, 2), 100, 1000);

	ck_assert_int_eq(fits.err, S3_OK);
	ck_assert_int_eq(does_not.err, S3_MAX_POST_PRE_DATA);
	ck_assert_int_eq(never_ends.err, S3_MAX_POST_PRE_DATA);
	talloc_free(mem);
}
END_TEST

START_TEST(tail_is_bounded)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct outcome fits = parse(mem, form_with(mem, 1, FORM_TAIL_MAX), EVERYTHING, 1);
	struct outcome does_not = parse(mem, form_with(mem, 1, FORM_TAIL_MAX + 1), EVERYTHING, 1);

	ck_assert_int_eq(fits.err, S3_OK);
	ck_assert_int_eq(does_not.err, S3_MALFORMED_POST);
	talloc_free(mem);
}
END_TEST

/* A long file name in many places. */
START_TEST(expansion_is_bounded)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *body = buf_new(mem, 64 * 1024);
	struct outcome out;

	for (size_t i = 0; i < 10; i++)
		buf_printf(body, PART("x-amz-meta-%zu") "${filename}\r\n", i);
	buf_append_string(body, "--b\r\nContent-Disposition: form-data; name=file; filename=\"");
	for (size_t i = 0; i < FORM_HEAD_MAX / 8; i++)
		buf_append_byte(body, 'a');
	buf_append_string(body, "\"\r\n\r\nabc\r\n--b--");
	out = parse(mem, buf_slice(body), EVERYTHING, 1);
	ck_assert_int_eq(out.err, S3_MAX_POST_PRE_DATA);
	talloc_free(mem);
}
END_TEST

/* A header that never ends, and a flood of fields. */
START_TEST(floods_are_bounded)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *header = buf_new(mem, 64 * 1024), *fields = buf_new(mem, 64 * 1024);

	buf_append_string(header, "--b\r\n");
	for (size_t i = 0; i < 4000; i++)
		buf_append_string(header, "X: y\r\n");
	for (size_t i = 0; i < 800; i++)
		buf_append_string(fields, PART("a") "\r\n");
	ck_assert_int_eq(parse(mem, buf_slice(header), 1, 4096).err, S3_MAX_POST_PRE_DATA);
	ck_assert_int_eq(parse(mem, buf_slice(fields), 1, 4096).err, S3_MAX_POST_PRE_DATA);
	talloc_free(mem);
}
END_TEST

/* A long value that many short ones add to is not kept once for each of them. */
START_TEST(repeated_field_keeps_one_value)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct form *form = form_new(mem, SLICE("b"));
	struct buf *body = buf_new(mem, FORM_HEAD_MAX);
	struct slice rest, bytes;

	buf_append_string(body, PART("a"));
	for (size_t i = 0; i < 10000; i++)
		buf_append_byte(body, 'x');
	for (size_t i = 0; i < 150; i++)
		buf_append_string(body, "\r\n" PART("a"));
	rest = buf_slice(body);
	ck_assert_int_eq(form_feed(form, &rest, &bytes, &why), S3_OK);
	ck_assert_uint_lt(talloc_total_size(form), 16 * FORM_HEAD_MAX);
	talloc_free(mem);
}
END_TEST

#define SEVENTY "0123456789012345678901234567890123456789012345678901234567890123456789"

static const struct {
	const char *type;
	bool fits;            /* it is multipart/form-data */
	const char *boundary; /* NULL: none that can be */
} types[] = {
	{ "multipart/form-data; boundary=abc", true, "abc" },
	{ "Multipart/Form-Data;BOUNDARY=abc", true, "abc" },
	{ "multipart/form-data; boundary=\"a b:c\"", true, "a b:c" },
	{ "multipart/form-data; charset=utf-8; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW;", true,
	    "----WebKitFormBoundary7MA4YWxkTrZu0gW" },
	{ "multipart/form-data ; boundary=" SEVENTY, true, SEVENTY },
	{ "multipart/form-data; boundary=" SEVENTY "x", true, NULL },
	{ "multipart/form-data", true, NULL },
	{ "multipart/form-data;", true, NULL },
	{ "multipart/form-data; boundary=", true, NULL },
	{ "multipart/form-data; boundary=\"\"", true, NULL },
	{ "multipart/form-data; boundary=\"abc", true, NULL },
	{ "multipart/form-data; boundary=\"abc \"", true, NULL },
	{ "multipart/form-data; boundary=a\"b", true, NULL },
	{ "multipart/form-data; boundary=a; boundary=b", true, NULL },
	{ "multipart/form-data; boundary", true, NULL },
	{ "multipart/form-data; boundary=\xc3\xa4", true, NULL },
	{ "multipart/form-data, boundary=abc", false, NULL },
	{ "multipart/form-data-x; boundary=abc", false, NULL },
	{ "multipart/mixed; boundary=abc", false, NULL },
	{ "application/x-www-form-urlencoded", false, NULL },
	{ "", false, NULL },
};

START_TEST(boundary_of_a_type)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice type = slice_from(types[_i].type), boundary;
	bool found = form_boundary(mem, type, &boundary);

	ck_assert_msg(form_type_fits(type) == types[_i].fits, "%s", types[_i].type);
	ck_assert_msg(found == (types[_i].boundary != NULL), "%s", types[_i].type);
	if (found)
		ck_assert_msg(slice_equal(boundary, slice_from(types[_i].boundary)), "%s: '%.*s'", types[_i].type,
		    SLICE_ARG(boundary));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("form");
	TCase *tc = tcase_create("form");

	tcase_add_loop_test(tc, each_form_at_every_split, 0, ARRAY_SIZE(forms));
	tcase_add_test(tc, head_is_bounded);
	tcase_add_test(tc, tail_is_bounded);
	tcase_add_test(tc, expansion_is_bounded);
	tcase_add_test(tc, floods_are_bounded);
	tcase_add_test(tc, repeated_field_keeps_one_value);
	tcase_add_loop_test(tc, boundary_of_a_type, 0, ARRAY_SIZE(types));
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
