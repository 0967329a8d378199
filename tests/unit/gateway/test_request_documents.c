/* CreateBucketConfiguration, VersioningConfiguration and Delete documents. */
#include "common/buf.h"
#include "gateway/operations/bucket_configuration.h"
#include "gateway/operations/delete_document.h"
#include "gateway/operations/versioning_configuration.h"
#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

static struct s3_refusal why;

static void
setup(void)
{
	memory_begin();
	why = (struct s3_refusal){ .mem = mem };
}

#define CONFIGURATION(inner) "<CreateBucketConfiguration>" inner "</CreateBucketConfiguration>"
#define LOCATION(text)       CONFIGURATION("<LocationConstraint>" text "</LocationConstraint>")

static const struct {
	const char *document;
	enum s3_err err;
	const char *location;
} configurations[] = {
	{ "", S3_OK, "" },
	{ CONFIGURATION(""), S3_OK, "" },
	{ "<CreateBucketConfiguration/>", S3_OK, "" },
	{ CONFIGURATION("\n  "), S3_OK, "" },
	{ LOCATION(""), S3_OK, "" },
	{ LOCATION("eu-west-1"), S3_OK, "eu-west-1" },
	{ LOCATION("EU"), S3_OK, "EU" },
	{ "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>default"
	  "</LocationConstraint></CreateBucketConfiguration>",
	    S3_OK, "default" },
	{ "<?xml version=\"1.0\"?>\n" LOCATION("a"), S3_OK, "a" },
	{ LOCATION("123456789012345678901234567890123456789012345678901234567890123"), S3_OK,
	    "123456789012345678901234567890123456789012345678901234567890123" },
	{ LOCATION("1234567890123456789012345678901234567890123456789012345678901234"), S3_INVALID_LOCATION, "" },
	{ LOCATION("Eu"), S3_INVALID_LOCATION, "" },
	{ LOCATION(" eu-west-1"), S3_INVALID_LOCATION, "" },
	{ LOCATION("eu&#10;west"), S3_INVALID_LOCATION, "" },
	{ LOCATION("&lt;"), S3_INVALID_LOCATION, "" },
	{ LOCATION("<a/>"), S3_MALFORMED_XML, "" },
	{ CONFIGURATION("<LocationConstraint/><LocationConstraint/>"), S3_MALFORMED_XML, "" },
	{ CONFIGURATION("<Other/>"), S3_MALFORMED_XML, "" },
	{ CONFIGURATION("text"), S3_MALFORMED_XML, "" },
	{ CONFIGURATION("<Tags/>"), S3_OK, "" },
	{ CONFIGURATION("<Tags><Tag/></Tags>"), S3_MALFORMED_XML, "" },
	{ CONFIGURATION("<Tags/><Tags/>"), S3_MALFORMED_XML, "" },
	{ CONFIGURATION("<Tags><Tag><Key>aws:a</Key><Value/></Tag></Tags>"), S3_INVALID_TAG, "" },
	{ CONFIGURATION("<Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags><LocationConstraint>eu"
			"</LocationConstraint>"),
	    S3_OK, "eu" },
	{ CONFIGURATION("<Bucket><Type>Directory</Type></Bucket>"), S3_NOT_IMPLEMENTED, "" },
	{ "<LocationConstraint>eu</LocationConstraint>", S3_MALFORMED_XML, "" },
	{ "<!DOCTYPE a>" LOCATION("eu"), S3_MALFORMED_XML, "" },
	{ "eu-west-1", S3_MALFORMED_XML, "" },
	{ " ", S3_MALFORMED_XML, "" },
};

START_TEST(bucket_configuration)
{
	const char *document = configurations[_i].document;
	struct bucket_configuration got;
	enum s3_err err = bucket_configuration_parse(mem, slice_from(document), &why, &got);

	ck_assert_msg(err == configurations[_i].err, "%s: %s", document, s3_err_code(err));
	ck_assert_msg(why.err == err, "%s: refusal", document);
	ck_assert_msg(slice_equal(got.location, slice_from(configurations[_i].location)), "%s: location", document);
}
END_TEST

#define VERSIONING(inner) "<VersioningConfiguration>" inner "</VersioningConfiguration>"
#define ENABLED           "<Status>Enabled</Status>"

static const struct {
	const char *document;
	enum s3_err err;
	bool enabled;
} versionings[] = {
	{ VERSIONING(ENABLED), S3_OK, true },
	{ VERSIONING("<Status>Suspended</Status>"), S3_OK, false },
	{ VERSIONING("\n  " ENABLED "\n  <MfaDelete>Disabled</MfaDelete>\n"), S3_OK, true },
	{ VERSIONING("<MfaDelete>Disabled</MfaDelete><Status>Suspended</Status>"), S3_OK, false },
	{ "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" ENABLED
	  "</VersioningConfiguration>",
	    S3_OK, true },
	{ VERSIONING(""), S3_ILLEGAL_VERSIONING, false },
	{ VERSIONING("<MfaDelete>Disabled</MfaDelete>"), S3_ILLEGAL_VERSIONING, false },
	{ VERSIONING(ENABLED "<MfaDelete>Enabled</MfaDelete>"), S3_NOT_IMPLEMENTED, false },
	{ VERSIONING("<MfaDelete>Enabled</MfaDelete>"), S3_NOT_IMPLEMENTED, false },
	{ VERSIONING(ENABLED "<MfaDelete>enabled</MfaDelete>"), S3_MALFORMED_XML, false },
	{ VERSIONING("<Status>enabled</Status>"), S3_MALFORMED_XML, false },
	{ VERSIONING("<Status>Disabled</Status>"), S3_MALFORMED_XML, false },
	{ VERSIONING("<Status></Status>"), S3_MALFORMED_XML, false },
	{ VERSIONING("<Status><Enabled/></Status>"), S3_MALFORMED_XML, false },
	{ VERSIONING(ENABLED ENABLED), S3_MALFORMED_XML, false },
	{ VERSIONING(ENABLED "<Other/>"), S3_MALFORMED_XML, false },
	{ VERSIONING("Enabled"), S3_MALFORMED_XML, false },
	{ ENABLED, S3_MALFORMED_XML, false },
	{ "<!DOCTYPE a>" VERSIONING(ENABLED), S3_MALFORMED_XML, false },
	{ "Enabled", S3_MALFORMED_XML, false },
};

START_TEST(versioning_configuration)
{
	bool enabled = true;
	enum s3_err err = versioning_configuration_parse(mem, slice_from(versionings[_i].document), &why, &enabled);

	ck_assert_msg(err == versionings[_i].err, "%s: %s", versionings[_i].document, s3_err_code(err));
	ck_assert_int_eq(enabled, versionings[_i].enabled);
	ck_assert_int_eq(why.err, err);
}
END_TEST

START_TEST(bucket_configuration_with_tags)
{
	struct bucket_configuration got;

	ck_assert_int_eq(
	    bucket_configuration_parse(mem,
		SLICE(CONFIGURATION(
		    "<Tags><Tag><Key>b</Key><Value>2</Value></Tag><Tag><Key>a</Key><Value/></Tag></Tags>")),
		&why, &got),
	    S3_OK);
	ck_assert_uint_eq(got.tags.count, 2);
	ck_assert(slice_equal(got.tags.items[0].name, SLICE("a")));
	ck_assert(slice_equal(got.tags.items[1].value, SLICE("2")));
}
END_TEST

#define DELETE(inner) "<Delete>" inner "</Delete>"
#define OBJECT(inner) "<Object>" inner "</Object>"
#define KEY           "<Key>k</Key>"

static const struct {
	const char *document;
	enum s3_err err;
	size_t count;
	bool quiet;
} deletes[] = {
	{ DELETE(OBJECT(KEY)), S3_OK, 1, false },
	{ DELETE(OBJECT(KEY) OBJECT(KEY)), S3_OK, 2, false },
	{ DELETE("<Quiet>true</Quiet>" OBJECT(KEY)), S3_OK, 1, true },
	{ DELETE(OBJECT(KEY) "<Quiet>True</Quiet>"), S3_OK, 1, true },
	{ DELETE(OBJECT(KEY) "<Quiet> 1\t</Quiet>"), S3_OK, 1, true },
	{ DELETE(OBJECT(KEY) "<Quiet>false</Quiet>"), S3_OK, 1, false },
	{ DELETE(OBJECT(KEY) "<Quiet>0</Quiet>"), S3_OK, 1, false },
	{ DELETE(OBJECT(KEY "<VersionId>null</VersionId><ETag>\"e\"</ETag>")), S3_OK, 1, false },
	{ "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n " OBJECT("\n " KEY "\n") "\n</Delete>",
	    S3_OK, 1, false },
	{ DELETE(""), S3_MALFORMED_XML, 0, false },
	{ DELETE("<Quiet>true</Quiet>"), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT("")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT("<Key/>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY KEY)), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT("<Key><a/></Key>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT("<VersionId>v</VersionId>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY "<Other/>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY) "<Other/>"), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY) "<Quiet>maybe</Quiet>"), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY) "<Quiet/>"), S3_MALFORMED_XML, 0, false },
	{ DELETE("<Quiet>true</Quiet><Quiet>true</Quiet>" OBJECT(KEY)), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY "<Size>1</Size><LastModifiedTime>Mon, 12 Oct 2009 17:50:00 GMT</LastModifiedTime>")),
	    S3_OK, 1, false },
	{ DELETE(OBJECT(KEY "<LastModifiedTime>2009-10-12T17:50:00Z</LastModifiedTime>")), S3_OK, 1, false },
	{ DELETE(OBJECT(KEY "<LastModifiedTime>x</LastModifiedTime>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY "<Size>-1</Size>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY "<Size>18446744073709551616</Size>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY "<Size>1</Size><Size>1</Size>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY "<ETag>\"</ETag>")), S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY "<ETag/>")), S3_MALFORMED_XML, 0, false },
	{ DELETE("text"), S3_MALFORMED_XML, 0, false },
	{ "<delete>" OBJECT(KEY) "</delete>", S3_MALFORMED_XML, 0, false },
	{ DELETE(OBJECT(KEY)) "x", S3_MALFORMED_XML, 0, false },
	{ "<!DOCTYPE Delete [<!ENTITY k \"k\">]>" DELETE(OBJECT("<Key>&k;</Key>")), S3_MALFORMED_XML, 0, false },
	{ "", S3_MALFORMED_XML, 0, false },
};

START_TEST(delete_documents)
{
	const char *document = deletes[_i].document;
	struct delete_document got;
	enum s3_err err = delete_document_parse(mem, slice_from(document), &why, &got);

	ck_assert_msg(err == deletes[_i].err, "%s: %s", document, s3_err_code(err));
	ck_assert_msg(got.count == deletes[_i].count && got.quiet == deletes[_i].quiet, "%s", document);
	for (size_t i = 0; i < got.count; i++)
		ck_assert_msg(slice_equal(got.items[i].key, SLICE("k")), "%s", document);
}
END_TEST

START_TEST(delete_items)
{
	struct delete_document got;

	ck_assert_int_eq(delete_document_parse(mem,
			     SLICE("<Delete><Object><Key> ../&lt;&#x1F600; </Key></Object>"
				   "<Object><ETag>\"e\"</ETag><VersionId/><Key>b</Key></Object>"
				   "<Object><LastModifiedTime>Mon, 12 Oct 2009 17:50:00 GMT</LastModifiedTime>"
				   "<Key>c</Key><Size>9223372036854775807</Size></Object></Delete>"),
			     &why, &got),
	    S3_OK);
	ck_assert(slice_equal(got.items[0].key, SLICE(" ../<\xf0\x9f\x98\x80 ")));
	ck_assert(!got.items[0].has_version_id && !got.items[0].has_etag);
	ck_assert(got.items[1].has_version_id && got.items[1].version_id.length == 0);
	ck_assert(got.items[1].has_etag && slice_equal(got.items[1].etag, SLICE("\"e\"")));
	ck_assert(!got.items[1].has_size && !got.items[1].has_modified);
	ck_assert(got.items[2].has_size && got.items[2].size == INT64_MAX);
	ck_assert(got.items[2].has_modified && got.items[2].modified == 1255369800);
}
END_TEST

static struct slice
many_keys(size_t count)
{
	struct buf *document = buf_new(mem, 1024 * 1024);

	buf_append_string(document, "<Delete>");
	for (size_t i = 0; i < count; i++)
		buf_printf(document, "<Object><Key>%zu</Key><VersionId>v</VersionId><ETag>e</ETag></Object>", i);
	buf_append_string(document, "</Delete>");
	return buf_slice(document);
}

START_TEST(a_thousand_keys_and_no_more)
{
	struct delete_document got;

	ck_assert_int_eq(delete_document_parse(mem, many_keys(1000), &why, &got), S3_OK);
	ck_assert_uint_eq(got.count, 1000);
	ck_assert(slice_equal(got.items[999].key, SLICE("999")));
	ck_assert_int_eq(delete_document_parse(mem, many_keys(1001), &why, &got), S3_MALFORMED_XML);
	ck_assert_uint_eq(got.count, 0);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("request_documents");
	TCase *tc = tcase_create("request_documents");

	tcase_add_checked_fixture(tc, setup, memory_end);
	tcase_add_loop_test(tc, versioning_configuration, 0, ARRAY_SIZE(versionings));
	tcase_add_loop_test(tc, bucket_configuration, 0, ARRAY_SIZE(configurations));
	tcase_add_test(tc, bucket_configuration_with_tags);
	tcase_add_loop_test(tc, delete_documents, 0, ARRAY_SIZE(deletes));
	tcase_add_test(tc, delete_items);
	tcase_add_test(tc, a_thousand_keys_and_no_more);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
