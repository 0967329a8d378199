#include "gateway/operations/complete_document.h"

#include "common/buf.h"
#include "tests/unit/suite.h"

#define ROOT(inner)        "<CompleteMultipartUpload>" inner "</CompleteMultipartUpload>"
#define PART(number, etag) "<Part><PartNumber>" number "</PartNumber><ETag>" etag "</ETag></Part>"
#define WITH(inner)        "<Part><PartNumber>1</PartNumber><ETag>e</ETag>" inner "</Part>"
#define CRC32(value)       "<ChecksumCRC32>" value "</ChecksumCRC32>"
#define SHA1(value)        "<ChecksumSHA1>" value "</ChecksumSHA1>"

static const struct {
	const char *name, *document;
	enum s3_err err;
	const char *shown; /* "number etag checksum=value," for each part, or the refusal's ArgumentValue */
} cases[] = {
	{ "one", ROOT(PART("1", "abc")), S3_OK, "1 abc," },
	{ "quotes", ROOT(PART("1", "\"abc\"") PART("7", "&quot;d&quot;")), S3_OK, "1 abc,7 d," },
	{ "S3's namespace",
	    "<?xml version=\"1.0\"?>\n<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n "
	    "<Part> <ETag> x </ETag>\n<PartNumber> 3 </PartNumber></Part>\n</CompleteMultipartUpload>\n",
	    S3_OK, "3 x," },
	{ "gaps", ROOT(PART("2", "a") PART("5", "b") PART("10000", "c")), S3_OK, "2 a,5 b,10000 c," },
	{ "beyond what a part can have", ROOT(PART("10001", "a")), S3_OK, "10001 a," },
	{ "half a quote", ROOT(PART("1", "\"abc")), S3_OK, "1 \"abc," },
	{ "empty ETag", ROOT(PART("1", "")), S3_OK, "1 ," },
	{ "checksum", ROOT(WITH(CRC32("y/Q5Jg=="))), S3_OK, "1 e CRC32=y/Q5Jg==," },
	{ "checksums of each kind",
	    ROOT(WITH(
		"<ChecksumCRC64NVME>rosUhgp5mIg=</ChecksumCRC64NVME>") "<Part><ChecksumSHA256>"
								       "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=</ChecksumSHA256><PartNumber>2</PartNumber><ETag>f</ETag>"
								       "</Part>"),
	    S3_OK, "1 e CRC64NVME=rosUhgp5mIg=,2 f SHA256=FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=," },
	{ "nothing", "", S3_MALFORMED_XML, "" },
	{ "no XML", "{}", S3_MALFORMED_XML, "" },
	{ "no parts", ROOT(""), S3_MALFORMED_XML, "" },
	{ "another root", "<CompletedUpload>" PART("1", "a") "</CompletedUpload>", S3_MALFORMED_XML, "" },
	{ "another element", ROOT("<Piece/>"), S3_MALFORMED_XML, "" },
	{ "another element in a part", ROOT(WITH("<Size>1</Size>")), S3_MALFORMED_XML, "" },
	{ "a checksum of an unknown kind", ROOT(WITH("<ChecksumSHA512>AAAA</ChecksumSHA512>")), S3_MALFORMED_XML,
	    "" },
	{ "text beside parts", ROOT("x" PART("1", "a")), S3_MALFORMED_XML, "" },
	{ "no number", ROOT("<Part><ETag>a</ETag></Part>"), S3_MALFORMED_XML, "" },
	{ "no ETag", ROOT("<Part><PartNumber>1</PartNumber></Part>"), S3_MALFORMED_XML, "" },
	{ "two numbers", ROOT(WITH("<PartNumber>1</PartNumber>")), S3_MALFORMED_XML, "" },
	{ "two ETags", ROOT(WITH("<ETag>1</ETag>")), S3_MALFORMED_XML, "" },
	{ "an element inside the number", ROOT("<Part><PartNumber><a/></PartNumber><ETag>a</ETag></Part>"),
	    S3_MALFORMED_XML, "" },
	{ "a number that is none", ROOT(PART("one", "a")), S3_MALFORMED_XML, "" },
	{ "an empty number", ROOT(PART("", "a")), S3_MALFORMED_XML, "" },
	{ "a fraction", ROOT(PART("1.5", "a")), S3_MALFORMED_XML, "" },
	{ "a number beyond all", ROOT(PART("4294967297", "a")), S3_MALFORMED_XML, "" },
	{ "zero", ROOT(PART("0", "a")), S3_INVALID_ARGUMENT, "0" },
	{ "below zero", ROOT(PART("-1", "a")), S3_INVALID_ARGUMENT, "-1" },
	{ "the same twice", ROOT(PART("1", "a") PART("1", "a")), S3_INVALID_PART_ORDER, "" },
	{ "descending", ROOT(PART("2", "a") PART("1", "b")), S3_INVALID_PART_ORDER, "" },
	{ "a checksum that is none", ROOT(WITH(CRC32("y/Q5Jh=="))), S3_INVALID_ARGUMENT, "CRC32:y/Q5Jh==;" },
	{ "an empty checksum", ROOT(WITH(CRC32(""))), S3_INVALID_ARGUMENT, "CRC32:;" },
	{ "a checksum too long", ROOT(WITH(CRC32("rosUhgp5mIg="))), S3_INVALID_ARGUMENT, "CRC32:rosUhgp5mIg=;" },
	{ "two checksums", ROOT(WITH(SHA1("98O8HYCOBHMq32eZZczDTKeuNEE=") CRC32("y/Q5Jg=="))), S3_INVALID_ARGUMENT,
	    "CRC32:y/Q5Jg==;SHA1:98O8HYCOBHMq32eZZczDTKeuNEE=;" },
	{ "the same checksum twice", ROOT(WITH(CRC32("y/Q5Jg==") CRC32("y/Q5Jg=="))), S3_MALFORMED_XML, "" },
	{ "a DOCTYPE", "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" ROOT(PART("1", "&e;")),
	    S3_MALFORMED_XML, "" },
	{ "depth", ROOT("<Part><PartNumber><a><b/></a></PartNumber></Part>"), S3_MALFORMED_XML, "" },
};

static void
show_part(struct buf *b, const struct complete_part *part)
{
	buf_printf(b, "%u %.*s", part->number, SLICE_ARG(part->etag));
	if (part->checksum != NULL)
		buf_printf(b, " %s=%.*s", part->checksum->name, SLICE_ARG(part->checksum_value));
	buf_append_byte(b, ',');
}

START_TEST(documents)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct buf *shown = buf_new(mem, 4096);
	struct complete_document parsed;
	enum s3_err err = complete_document_parse(mem, slice_from(cases[_i].document), &why, &parsed);

	ck_assert_msg(err == cases[_i].err && why.err == err, "%s: %s", cases[_i].name, s3_err_code(err));
	for (size_t i = 0; i < parsed.count; i++)
		show_part(shown, &parsed.parts[i]);
	if (err == S3_INVALID_ARGUMENT)
		buf_append_string(shown, why.details[1].value);
	ck_assert_msg(slice_equal(buf_slice(shown), slice_from(cases[_i].shown)), "%s: %.*s", cases[_i].name,
	    SLICE_ARG(buf_slice(shown)));
	talloc_free(mem);
}
END_TEST

/* A document of so many parts. */
static struct slice
long_document(TALLOC_CTX *mem, unsigned count)
{
	struct buf *b = buf_new(mem, 8 * 1024 * 1024);

	buf_append_string(b, "<CompleteMultipartUpload>");
	for (unsigned number = 1; number <= count; number++)
		buf_printf(b,
		    "<Part><ChecksumSHA256>FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=</ChecksumSHA256>"
		    "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><PartNumber>%u</PartNumber></Part>",
		    number);
	buf_append_string(b, "</CompleteMultipartUpload>");
	return buf_slice(b);
}

START_TEST(number_of_parts)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct complete_document parsed;

	ck_assert_int_eq(complete_document_parse(mem, long_document(mem, 10000), &why, &parsed), S3_OK);
	ck_assert_uint_eq(parsed.count, 10000);
	ck_assert_uint_eq(parsed.parts[9999].number, 10000);
	ck_assert_int_eq(complete_document_parse(mem, long_document(mem, 10001), &why, &parsed), S3_MALFORMED_XML);
	ck_assert_uint_eq(parsed.count, 0);
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("complete_document");
	TCase *tc = tcase_create("complete_document");

	tcase_add_loop_test(tc, documents, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, number_of_parts);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
