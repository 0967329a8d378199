/* PublicAccessBlockConfiguration documents. */
#include "auth/public_access.h"

#include "tests/unit/suite.h"

#define BLOCK(inner) "<PublicAccessBlockConfiguration>" inner "</PublicAccessBlockConfiguration>"
#define S3_NS        "http://s3.amazonaws.com/doc/2006-03-01/"
#define ALL(value)                                                                                   \
	"<BlockPublicAcls>" value "</BlockPublicAcls><IgnorePublicAcls>" value "</IgnorePublicAcls>" \
	"<BlockPublicPolicy>" value "</BlockPublicPolicy><RestrictPublicBuckets>" value "</RestrictPublicBuckets>"

static const struct {
	const char *name, *document;
	enum s3_err err;
	struct public_access access;
	const char *message; /* a part of it */
} documents[] = {
	{ "all on", BLOCK(ALL("true")), S3_OK, { true, true, true, true }, NULL },
	{ "all off", BLOCK(ALL("false")), S3_OK, { false, false, false, false }, NULL },
	{ "in capitals", BLOCK(ALL("TRUE")), S3_OK, { true, true, true, true }, NULL },
	{ "one", BLOCK("<BlockPublicAcls>true</BlockPublicAcls>"), S3_OK, { true, false, false, false }, NULL },
	{ "another one", BLOCK("<IgnorePublicAcls>true</IgnorePublicAcls>"), S3_OK, { false, true, false, false },
	    NULL },
	{ "a third", BLOCK("<BlockPublicPolicy>true</BlockPublicPolicy>"), S3_OK, { false, false, true, false },
	    NULL },
	{ "the fourth", BLOCK("<RestrictPublicBuckets>true</RestrictPublicBuckets>"), S3_OK,
	    { false, false, false, true }, NULL },
	{ "in any order",
	    "<PublicAccessBlockConfiguration xmlns=\"" S3_NS
	    "\">\n <RestrictPublicBuckets>true</RestrictPublicBuckets>\n"
	    " <BlockPublicAcls>true</BlockPublicAcls>\n</PublicAccessBlockConfiguration>",
	    S3_OK, { true, false, false, true }, NULL },
	{ "no switch", BLOCK(""), S3_INVALID_REQUEST, { 0 }, "at least one" },
	{ "twice", BLOCK("<BlockPublicAcls>true</BlockPublicAcls><BlockPublicAcls>false</BlockPublicAcls>"),
	    S3_MALFORMED_XML, { 0 }, "BlockPublicAcls is given twice" },
	{ "neither", BLOCK("<BlockPublicAcls>1</BlockPublicAcls>"), S3_MALFORMED_XML, { 0 },
	    "BlockPublicAcls is '1', neither" },
	{ "nothing said", BLOCK("<BlockPublicAcls/>"), S3_MALFORMED_XML, { 0 }, "BlockPublicAcls is ''" },
	{ "the second is wrong",
	    BLOCK("<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>yes</IgnorePublicAcls>"),
	    S3_MALFORMED_XML, { 0 }, "IgnorePublicAcls is 'yes'" },
	{ "an unknown switch", BLOCK("<BlockAll>true</BlockAll>"), S3_MALFORMED_XML, { 0 },
	    "'BlockAll' is no element" },
	{ "too deep", BLOCK("<BlockPublicAcls><a>true</a></BlockPublicAcls>"), S3_MALFORMED_XML, { 0 }, NULL },
	{ "text", BLOCK("true"), S3_MALFORMED_XML, { 0 }, NULL },
	{ "another root", "<PublicAccessBlock/>", S3_MALFORMED_XML, { 0 }, NULL },
	{ "nothing", "", S3_MALFORMED_XML, { 0 }, NULL },
	{ "a document type", "<!DOCTYPE a>" BLOCK(ALL("true")), S3_MALFORMED_XML, { 0 }, NULL },
};

static bool
same(const struct public_access *a, const struct public_access *b)
{
	return a->block_acls == b->block_acls && a->ignore_acls == b->ignore_acls &&
	       a->block_policy == b->block_policy && a->restrict_buckets == b->restrict_buckets;
}

START_TEST(parse)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct public_access got;
	enum s3_err err = public_access_parse(mem, slice_from(documents[_i].document), &why, &got);
	const char *message = why.message != NULL ? why.message : s3_err_message(err);

	ck_assert_msg(err == documents[_i].err && why.err == err, "%s: %s", documents[_i].name, s3_err_code(err));
	ck_assert_msg(same(&got, &documents[_i].access), "%s: values", documents[_i].name);
	ck_assert_msg(documents[_i].message == NULL || strstr(message, documents[_i].message) != NULL, "%s: %s",
	    documents[_i].name, message);
	talloc_free(mem);
}
END_TEST

START_TEST(written_and_read_back)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct public_access access = { _i & 1, _i & 2, _i & 4, _i & 8 };
	struct public_access got;

	ck_assert_int_eq(public_access_parse(mem, public_access_write(mem, &access), NULL, &got), S3_OK);
	ck_assert(same(&got, &access));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("public_access");
	TCase *tc = tcase_create("public_access");

	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(documents));
	tcase_add_loop_test(tc, written_and_read_back, 0, 16);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
