/* Tag sets: documents, the header's form, the stored form, and S3's limits. */
#include "gateway/tags.h"

#include "common/buf.h"
#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

static struct s3_refusal why;

static void
setup(void)
{
	memory_begin();
	why = (struct s3_refusal){ .mem = mem };
}

#define TAGGING(inner)  "<Tagging>" inner "</Tagging>"
#define SET(inner)      TAGGING("<TagSet>" inner "</TagSet>")
#define TAG(key, value) "<Tag><Key>" key "</Key><Value>" value "</Value></Tag>"
#define RESERVED        "Your TagKey cannot be prefixed with aws:"
#define BAD_KEY         "The TagKey you have provided is invalid"
#define BAD_VALUE       "The TagValue you have provided is invalid"
#define TWICE           "Cannot provide multiple Tags with the same key"
#define ENCODED                                                                                                       \
	"The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name " \
	"duplicates."

static const struct {
	const char *document;
	enum s3_err err;
	const char *result; /* the stored form, or the message; NULL: the table's */
} documents[] = {
	{ SET(""), S3_OK, "" },
	{ TAGGING("<TagSet/>"), S3_OK, "" },
	{ TAGGING("\n<TagSet>\n</TagSet>\n"), S3_OK, "" },
	{ SET(TAG("a", "1")), S3_OK, "a=1" },
	{ SET(TAG("a", "")), S3_OK, "a=" },
	{ SET("<Tag><Key>a</Key><Value/></Tag>"), S3_OK, "a=" },
	{ SET("<Tag><Value>1</Value><Key>a</Key></Tag>"), S3_OK, "a=1" },
	{ SET(TAG("b", "1") TAG("a", "2") TAG("B", "3")), S3_OK, "B=3&a=2&b=1" },
	{ SET(TAG(" a ", " ")), S3_OK, "%20a%20=%20" },
	{ SET(TAG("a+-=._:/@", "+-=._:/@")), S3_OK, "a%2B-%3D._%3A%2F%40=%2B-%3D._%3A%2F%40" },
	{ SET(TAG("\xc3\xa4", "\xe4\xb8\xad")), S3_OK, "%C3%A4=%E4%B8%AD" },
	{ SET(TAG("AWS:a", "1")), S3_OK, "AWS%3Aa=1" },
	{ "<?xml version=\"1.0\"?><Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>" TAG(
	      "a", "1") "</TagSet></Tagging>",
	    S3_OK, "a=1" },
	{ SET(TAG("", "1")), S3_INVALID_TAG, BAD_KEY },
	{ SET(TAG("a&amp;b", "1")), S3_INVALID_TAG, BAD_KEY },
	{ SET(TAG("a&#9;b", "1")), S3_INVALID_TAG, BAD_KEY },
	{ SET(TAG("a\xf0\x9f\x98\x80", "1")), S3_INVALID_TAG, BAD_KEY },
	{ SET(TAG("a", "&lt;script&gt;")), S3_INVALID_TAG, BAD_VALUE },
	{ SET(TAG("a", "1&#10;")), S3_INVALID_TAG, BAD_VALUE },
	{ SET(TAG("a", "*")), S3_INVALID_TAG, BAD_VALUE },
	{ SET(TAG("aws:a", "1")), S3_INVALID_TAG, RESERVED },
	{ SET(TAG("a", "1") TAG("b", "1") TAG("a", "2")), S3_INVALID_TAG, TWICE },
	{ SET("<Tag><Key>a</Key></Tag>"), S3_MALFORMED_XML, NULL },
	{ SET("<Tag><Value>a</Value></Tag>"), S3_MALFORMED_XML, NULL },
	{ SET("<Tag/>"), S3_MALFORMED_XML, NULL },
	{ SET("<Tag>a</Tag>"), S3_MALFORMED_XML, NULL },
	{ SET("<Tag><Key>a</Key><Key>a</Key><Value/></Tag>"), S3_MALFORMED_XML, NULL },
	{ SET("<Tag><Key>a</Key><Value/><Value/></Tag>"), S3_MALFORMED_XML, NULL },
	{ SET("<Tag><Key>a</Key><Value/><Other/></Tag>"), S3_MALFORMED_XML, NULL },
	{ SET("<Tag><Key><a/></Key><Value/></Tag>"), S3_MALFORMED_XML, NULL },
	{ SET("<tag><Key>a</Key><Value/></tag>"), S3_MALFORMED_XML, NULL },
	{ SET("a"), S3_MALFORMED_XML, NULL },
	{ TAGGING(""), S3_MALFORMED_XML, NULL },
	{ TAGGING("<TagSet/><TagSet/>"), S3_MALFORMED_XML, NULL },
	{ TAGGING(TAG("a", "1")), S3_MALFORMED_XML, NULL },
	{ "<TagSet/>", S3_MALFORMED_XML, NULL },
	{ "a=1", S3_MALFORMED_XML, NULL },
	{ "", S3_MALFORMED_XML, NULL },
	{ "<!DOCTYPE Tagging [<!ENTITY k \"k\">]>" SET(TAG("&k;", "")), S3_MALFORMED_XML, NULL },
};

static void
check_result(const char *input, enum s3_err err, const struct fields *tags, enum s3_err wanted, const char *result)
{
	ck_assert_msg(err == wanted && why.err == err, "%s: %s", input, s3_err_code(err));
	if (err == S3_OK)
		ck_assert_msg(slice_equal(tags_store(mem, tags), slice_from(result)), "%s: stored", input);
	else
		ck_assert_msg(tags->count == 0, "%s: tags in spite of an error", input);
	if (err != S3_OK && result != NULL)
		ck_assert_msg(strcmp(why.message, result) == 0, "%s: %s", input, why.message);
}

START_TEST(parse)
{
	struct slice document = slice_from(documents[_i].document);
	struct fields tags;
	enum s3_err err = tags_parse(mem, document, TAGGED_OBJECT, &why, &tags);

	check_result(documents[_i].document, err, &tags, documents[_i].err, documents[_i].result);
}
END_TEST

static const struct {
	const char *header;
	enum s3_err err;
	const char *result;
} headers[] = {
	{ "", S3_OK, "" },
	{ "&", S3_OK, "" },
	{ "a=1", S3_OK, "a=1" },
	{ "a", S3_OK, "a=" },
	{ "a=", S3_OK, "a=" },
	{ "&a=1&&b=2&", S3_OK, "a=1&b=2" },
	{ "foo=bar&bar", S3_OK, "bar=&foo=bar" },
	{ "a+b=c%20d", S3_OK, "a%20b=c%20d" },
	{ "a%2Bb=%3D%26", S3_INVALID_TAG, BAD_VALUE },
	{ "a%2bb=%3D", S3_OK, "a%2Bb=%3D" },
	{ "%C3%A4=:/@", S3_OK, "%C3%A4=%3A%2F%40" },
	{ "\xc3\xa4=1", S3_OK, "%C3%A4=1" },
	{ "=", S3_INVALID_ARGUMENT, ENCODED },
	{ "=1", S3_INVALID_ARGUMENT, ENCODED },
	{ "a=1=2", S3_INVALID_ARGUMENT, ENCODED },
	{ "a=%", S3_INVALID_ARGUMENT, ENCODED },
	{ "a%2=1", S3_INVALID_ARGUMENT, ENCODED },
	{ "a=%E4", S3_INVALID_ARGUMENT, ENCODED },
	{ "\xe4=1", S3_INVALID_ARGUMENT, ENCODED },
	{ "a=1&a=1", S3_INVALID_ARGUMENT, ENCODED },
	{ "a=1&%61=2", S3_INVALID_ARGUMENT, ENCODED },
	{ "TagSet=[{Key=string,Value=string}]", S3_INVALID_ARGUMENT, ENCODED },
	{ "TagSet%3D%5B%7BKey%3Dstring%2CValue%3Dstring%7D%5D", S3_INVALID_TAG, BAD_KEY },
	{ "a%00=1", S3_INVALID_TAG, BAD_KEY },
	{ "a*=1", S3_INVALID_TAG, BAD_KEY },
	{ "a=%0A", S3_INVALID_TAG, BAD_VALUE },
	{ "aws:a=1", S3_INVALID_TAG, RESERVED },
	{ "aws%3Aa=1", S3_INVALID_TAG, RESERVED },
	{ "a&b&c&d&e&f&g&h&i&j", S3_OK, "a=&b=&c=&d=&e=&f=&g=&h=&i=&j=" },
	{ "a&b&c&d&e&f&g&h&i&j&k", S3_BAD_REQUEST, "Object tags cannot be greater than 10" },
	{ "a&b&c&d&e&f&g&h&i&j&k&l&%", S3_BAD_REQUEST, "Object tags cannot be greater than 10" },
};

START_TEST(parse_header)
{
	struct fields tags;
	enum s3_err err = tags_parse_header(mem, slice_from(headers[_i].header), &why, &tags);

	check_result(headers[_i].header, err, &tags, headers[_i].err, headers[_i].result);
}
END_TEST

/* `count` tags; the first has a key and a value of so many times `letter`. */
static struct slice
document_of(size_t count, const char *letter, size_t key, size_t value)
{
	struct buf *document = buf_new(mem, 1024 * 1024);

	buf_append_string(document, "<Tagging><TagSet><Tag><Key>");
	while (key-- > 0)
		buf_append_string(document, letter);
	buf_append_string(document, "</Key><Value>");
	while (value-- > 0)
		buf_append_string(document, letter);
	buf_append_string(document, "</Value></Tag>");
	for (size_t i = 1; i < count; i++)
		buf_printf(document, "<Tag><Key>%zu</Key><Value/></Tag>", i);
	buf_append_string(document, "</TagSet></Tagging>");
	return buf_slice(document);
}

#define WIDE "\xf0\x90\x90\x80" /* U+10400 takes two UTF-16 code units */

static const struct {
	enum tagged tagged;
	size_t count;
	const char *letter;
	size_t key, value;
	enum s3_err err;
	const char *message;
} limits[] = {
	{ TAGGED_OBJECT, 1, "a", 128, 256, S3_OK, NULL },
	{ TAGGED_OBJECT, 1, "a", 129, 256, S3_INVALID_TAG, BAD_KEY },
	{ TAGGED_OBJECT, 1, "a", 128, 257, S3_INVALID_TAG, BAD_VALUE },
	{ TAGGED_OBJECT, 1, "\xe4\xb8\xad", 128, 256, S3_OK, NULL },
	{ TAGGED_OBJECT, 1, "\xe4\xb8\xad", 129, 0, S3_INVALID_TAG, BAD_KEY },
	{ TAGGED_OBJECT, 1, WIDE, 64, 128, S3_OK, NULL },
	{ TAGGED_OBJECT, 1, WIDE, 65, 128, S3_INVALID_TAG, BAD_KEY },
	{ TAGGED_OBJECT, 1, WIDE, 64, 129, S3_INVALID_TAG, BAD_VALUE },
	{ TAGGED_OBJECT, 10, "a", 1, 0, S3_OK, NULL },
	{ TAGGED_OBJECT, 11, "a", 1, 0, S3_BAD_REQUEST, "Object tags cannot be greater than 10" },
	{ TAGGED_BUCKET, 50, "a", 1, 0, S3_OK, NULL },
	{ TAGGED_BUCKET, 51, "a", 1, 0, S3_BAD_REQUEST, "Bucket tag count cannot be greater than 50" },
	{ TAGGED_NEW_BUCKET, 51, "a", 1, 0, S3_BAD_REQUEST, "Bucket tag count cannot be greater than 50" },
	{ TAGGED_BUCKET, 400, "a", 1, 0, S3_MALFORMED_XML, NULL },
};

START_TEST(limit)
{
	struct slice document = document_of(limits[_i].count, limits[_i].letter, limits[_i].key, limits[_i].value);
	struct fields tags;
	enum s3_err err = tags_parse(mem, document, limits[_i].tagged, &why, &tags);

	ck_assert_msg(err == limits[_i].err, "row %d: %s", _i, s3_err_code(err));
	if (limits[_i].message != NULL)
		ck_assert_str_eq(why.message, limits[_i].message);
	ck_assert_uint_eq(tags.count, err == S3_OK ? limits[_i].count : 0);
}
END_TEST

START_TEST(reserved_prefix_of_buckets)
{
	struct slice document = slice_from(SET(TAG("aws:cloudformation:stack-name", "a")));
	struct fields tags;

	ck_assert_int_eq(tags_parse(mem, document, TAGGED_BUCKET, &why, &tags), S3_INVALID_TAG);
	ck_assert_str_eq(why.message, "System tags cannot be added/updated by requester");
	ck_assert_str_eq(why.details[0].name, "TagKey");
	ck_assert_str_eq(why.details[0].value, "aws:cloudformation:stack-name");
}
END_TEST

/* Ten tags of three bytes a code unit: nothing is as long when it is stored. */
START_TEST(the_longest_set)
{
	struct fields tags = { 0 }, loaded;
	struct slice stored;

	for (int i = 0; i < OBJECT_TAGS_MAX; i++) {
		struct fields one;

		ck_assert_int_eq(tags_parse(mem, document_of(1, "\xe4\xb8\xad", TAG_KEY_MAX - 1, TAG_VALUE_MAX),
				     TAGGED_OBJECT, &why, &one),
		    S3_OK);
		fields_add(mem, &tags, slice_from(talloc_asprintf(mem, "%d%.*s", i, SLICE_ARG(one.items[0].name))),
		    one.items[0].value);
	}
	stored = tags_store(mem, &tags);
	ck_assert_uint_eq(tags_count(stored), OBJECT_TAGS_MAX);
	ck_assert(tags_load(mem, stored, &loaded));
	ck_assert_uint_eq(loaded.count, OBJECT_TAGS_MAX);
	for (size_t i = 0; i < loaded.count; i++) {
		ck_assert(slice_equal(loaded.items[i].name, tags.items[i].name));
		ck_assert(slice_equal(loaded.items[i].value, tags.items[i].value));
	}
}
END_TEST

START_TEST(load)
{
	struct fields tags;

	ck_assert(tags_load(mem, SLICE(""), &tags));
	ck_assert_uint_eq(tags.count, 0);
	ck_assert_uint_eq(tags_count(SLICE("")), 0);
	ck_assert_uint_eq(tags_count(SLICE("a=&b=")), 2);
	ck_assert(!tags_load(mem, SLICE("a=1&a=2"), &tags));
	ck_assert(!tags_load(mem, SLICE("a=%zz"), &tags));
	ck_assert(!tags_load(mem, SLICE("a&b&c&d&e&f&g&h&i&j&k"), &tags));
	ck_assert_uint_eq(tags.count, 0);
}
END_TEST

START_TEST(written)
{
	struct fields tags;
	struct slice document;

	ck_assert_int_eq(tags_parse_header(mem, SLICE("b=x%20y&a="), &why, &tags), S3_OK);
	document = xml_finish(tags_write(mem, &tags));
	ck_assert(slice_equal(document,
	    SLICE(
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>a</Key><Value></Value>"
		"</Tag><Tag><Key>b</Key><Value>x y</Value></Tag></TagSet></Tagging>")));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("tags");
	TCase *tc = tcase_create("tags");

	tcase_add_checked_fixture(tc, setup, memory_end);
	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(documents));
	tcase_add_loop_test(tc, parse_header, 0, ARRAY_SIZE(headers));
	tcase_add_loop_test(tc, limit, 0, ARRAY_SIZE(limits));
	tcase_add_test(tc, reserved_prefix_of_buckets);
	tcase_add_test(tc, the_longest_set);
	tcase_add_test(tc, load);
	tcase_add_test(tc, written);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
