/* OwnershipControls documents and the names in them. */
#include "auth/ownership.h"

#include "tests/unit/suite.h"

#define CONTROLS(inner) "<OwnershipControls>" inner "</OwnershipControls>"
#define RULE(value)     CONTROLS("<Rule><ObjectOwnership>" value "</ObjectOwnership></Rule>")
#define S3_NS           "http://s3.amazonaws.com/doc/2006-03-01/"

static const struct {
	const char *name, *document;
	enum s3_err err;
	enum ownership ownership;
	const char *message; /* a part of it */
} documents[] = {
	{ "writer", RULE("ObjectWriter"), S3_OK, OWNERSHIP_OBJECT_WRITER, NULL },
	{ "preferred", RULE("BucketOwnerPreferred"), S3_OK, OWNERSHIP_BUCKET_OWNER_PREFERRED, NULL },
	{ "enforced", RULE("BucketOwnerEnforced"), S3_OK, OWNERSHIP_BUCKET_OWNER_ENFORCED, NULL },
	{ "namespace and declaration",
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<OwnershipControls xmlns=\"" S3_NS "\">\n <Rule>\n"
	    "  <ObjectOwnership>BucketOwnerEnforced</ObjectOwnership>\n </Rule>\n</OwnershipControls>\n",
	    S3_OK, OWNERSHIP_BUCKET_OWNER_ENFORCED, NULL },
	{ "nothing", "", S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "not well-formed" },
	{ "no XML", "BucketOwnerEnforced", S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "not well-formed" },
	{ "another root", "<Ownership/>", S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "not well-formed" },
	{ "no rule", CONTROLS(""), S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "exactly one Rule" },
	{ "two rules",
	    CONTROLS("<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>"
		     "<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>"),
	    S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "exactly one Rule" },
	{ "an empty rule", CONTROLS("<Rule/>"), S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "exactly one Rule" },
	{ "two in a rule",
	    CONTROLS("<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership>"
		     "<ObjectOwnership>ObjectWriter</ObjectOwnership></Rule>"),
	    S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "exactly one Rule" },
	{ "something beside it", CONTROLS("<Rule><ObjectOwnership>ObjectWriter</ObjectOwnership><ID>a</ID></Rule>"),
	    S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "exactly one Rule" },
	{ "no value", RULE(""), S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "'' is no ObjectOwnership" },
	{ "another value", RULE("Everybody"), S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "'Everybody' is no" },
	{ "another case", RULE("objectwriter"), S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, "'objectwriter' is no" },
	{ "white space", RULE(" ObjectWriter"), S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER,
	    "' ObjectWriter' is no" },
	{ "deeper", RULE("<a>ObjectWriter</a>"), S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER, NULL },
	{ "a document type", "<!DOCTYPE a>" RULE("ObjectWriter"), S3_MALFORMED_XML, OWNERSHIP_OBJECT_WRITER,
	    "not well-formed" },
};

START_TEST(parse)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	enum ownership got;
	enum s3_err err = ownership_parse(mem, slice_from(documents[_i].document), &why, &got);
	const char *message = why.message != NULL ? why.message : s3_err_message(err);

	ck_assert_msg(err == documents[_i].err && why.err == err, "%s: %s", documents[_i].name, s3_err_code(err));
	ck_assert_msg(got == documents[_i].ownership, "%s: %s", documents[_i].name, ownership_name(got));
	ck_assert_msg(documents[_i].message == NULL || strstr(message, documents[_i].message) != NULL, "%s: %s",
	    documents[_i].name, message);
	talloc_free(mem);
}
END_TEST

START_TEST(written_and_read_back)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice written = ownership_write(mem, (enum ownership)_i);
	enum ownership got;

	ck_assert_int_eq(ownership_parse(mem, written, NULL, &got), S3_OK);
	ck_assert_int_eq(got, _i);
	ck_assert(ownership_by_name(slice_from(ownership_name((enum ownership)_i)), &got));
	ck_assert_int_eq(got, _i);
	talloc_free(mem);
}
END_TEST

START_TEST(no_name)
{
	enum ownership got = OWNERSHIP_BUCKET_OWNER_ENFORCED;

	ck_assert(!ownership_by_name(SLICE(""), &got));
	ck_assert_int_eq(got, OWNERSHIP_OBJECT_WRITER);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("ownership");
	TCase *tc = tcase_create("ownership");

	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(documents));
	tcase_add_loop_test(tc, written_and_read_back, 0, OWNERSHIP_BUCKET_OWNER_ENFORCED + 1);
	tcase_add_test(tc, no_name);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
