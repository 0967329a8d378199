#include "common/s3_error.h"

#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

static const struct {
	const char *code;
	enum s3_err err;
	unsigned status;
} known[] = {
	{ "AccessForbidden", S3_ACCESS_FORBIDDEN, 403 },
	{ "InternalError", S3_INTERNAL_ERROR, 500 },
	{ "InvalidRange", S3_INVALID_RANGE, 416 },
	{ "MalformedXML", S3_MALFORMED_XML, 400 },
	{ "NoSuchBucket", S3_NO_SUCH_BUCKET, 404 },
	{ "NoSuchCORSConfiguration", S3_NO_SUCH_CORS, 404 },
	{ "SlowDown", S3_SLOW_DOWN, 503 },
	{ "InvalidArgument", S3_X_AMZ_CONTENT_SHA256_INVALID, 400 },
};

START_TEST(known_codes)
{
	ck_assert_str_eq(s3_err_code(known[_i].err), known[_i].code);
	ck_assert_uint_eq(s3_err_status(known[_i].err), known[_i].status);
}
END_TEST

START_TEST(every_row)
{
	const char *code = s3_err_code((enum s3_err)_i);

	ck_assert_uint_eq(
	    strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"), strlen(code));
	ck_assert_uint_gt(strlen(code), 0);
	ck_assert_msg(s3_err_status((enum s3_err)_i) >= 300 && s3_err_status((enum s3_err)_i) < 600, "%s", code);
	ck_assert_msg(strlen(s3_err_message((enum s3_err)_i)) > 0, "%s", code);
}
END_TEST

START_TEST(first_stays)
{
	struct s3_refusal why = { .mem = mem };
	char value[] = "abc";

	ck_assert_int_eq(s3_refuse(&why, S3_INVALID_ARGUMENT, "\"%s\" is no number", value), S3_INVALID_ARGUMENT);
	value[0] = 'x';
	ck_assert_int_eq(s3_refuse(&why, S3_NO_SUCH_KEY, "later"), S3_NO_SUCH_KEY);
	ck_assert_int_eq(s3_refuse(&why, S3_ACCESS_DENIED, NULL), S3_ACCESS_DENIED);
	ck_assert_int_eq(why.err, S3_INVALID_ARGUMENT);
	ck_assert_str_eq(why.message, "\"abc\" is no number");
	ck_assert_ptr_eq(talloc_parent(why.message), mem);
}
END_TEST

START_TEST(message_of_the_table)
{
	struct s3_refusal why = { .mem = mem };

	ck_assert_int_eq(s3_refuse(&why, S3_NO_SUCH_KEY, NULL), S3_NO_SUCH_KEY);
	ck_assert_int_eq(s3_refuse(&why, S3_INVALID_ARGUMENT, "later"), S3_INVALID_ARGUMENT);
	ck_assert_int_eq(why.err, S3_NO_SUCH_KEY);
	ck_assert_ptr_null(why.message);
}
END_TEST

START_TEST(nobody_asks_why)
{
	ck_assert_int_eq(s3_refuse(NULL, S3_NO_SUCH_KEY, "%s", "text"), S3_NO_SUCH_KEY);
	s3_refusal_detail(NULL, "Key", SLICE("a"));
}
END_TEST

START_TEST(details)
{
	struct s3_refusal why = { .mem = mem };
	char value[] = "value-0";

	for (char i = 0; i < S3_DETAILS_MAX + 3; i++) {
		value[6] = (char)('0' + i);
		s3_refusal_detail(&why, "Name", slice_from(value));
	}
	ck_assert_uint_eq(why.detail_count, S3_DETAILS_MAX);
	ck_assert_str_eq(why.details[0].value, "value-0");
	ck_assert_str_eq(why.details[S3_DETAILS_MAX - 1].value, "value-7");
	ck_assert_str_eq(why.details[S3_DETAILS_MAX - 1].name, "Name");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("s3_error");
	TCase *tc = tcase_create("s3_error");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_loop_test(tc, known_codes, 0, ARRAY_SIZE(known));
	tcase_add_loop_test(tc, every_row, S3_OK + 1, S3_ERR_COUNT);
	tcase_add_test(tc, first_stays);
	tcase_add_test(tc, message_of_the_table);
	tcase_add_test(tc, nobody_asks_why);
	tcase_add_test(tc, details);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
