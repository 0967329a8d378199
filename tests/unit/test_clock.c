#include "common/clock.h"

#include "tests/unit/suite.h"

#define SECOND_US INT64_C(1000000)

static const struct {
	int64_t wall_us;
	const char *iso8601, *http, *amz;
} moments[] = {
	{ 0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT", "19700101T000000Z" },
	{ 784111777 * SECOND_US, "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT", "19941106T084937Z" },
	{ 951827696 * SECOND_US + 789999, "2000-02-29T12:34:56.789Z", "Tue, 29 Feb 2000 12:34:56 GMT",
	    "20000229T123456Z" },
	{ 1369353600 * SECOND_US, "2013-05-24T00:00:00.000Z", "Fri, 24 May 2013 00:00:00 GMT", "20130524T000000Z" },
	{ 4102444799 * SECOND_US, "2099-12-31T23:59:59.000Z", "Thu, 31 Dec 2099 23:59:59 GMT", "20991231T235959Z" },
	{ -62167219200 * SECOND_US, "0000-01-01T00:00:00.000Z", "Sat, 01 Jan 0000 00:00:00 GMT",
	    "00000101T000000Z" },
	{ -1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 GMT", "19691231T235959Z" },
	{ -86400 * SECOND_US, "1969-12-31T00:00:00.000Z", "Wed, 31 Dec 1969 00:00:00 GMT", "19691231T000000Z" },
};

START_TEST(format)
{
	char out[CLOCK_TEXT_MAX];

	clock_format_iso8601(moments[_i].wall_us, out);
	ck_assert_str_eq(out, moments[_i].iso8601);
	clock_format_http(moments[_i].wall_us, out);
	ck_assert_str_eq(out, moments[_i].http);
	clock_format_amz(moments[_i].wall_us, out);
	ck_assert_str_eq(out, moments[_i].amz);
}
END_TEST

START_TEST(read_back)
{
	int64_t whole = moments[_i].wall_us / SECOND_US - (moments[_i].wall_us % SECOND_US < 0), seconds;

	ck_assert(clock_parse_iso8601(slice_from(moments[_i].iso8601), &seconds));
	ck_assert_int_eq(seconds, whole);
	ck_assert(clock_parse_http(slice_from(moments[_i].http), &seconds));
	ck_assert_int_eq(seconds, whole);
	ck_assert(clock_parse_amz(slice_from(moments[_i].amz), &seconds));
	ck_assert_int_eq(seconds, whole);
}
END_TEST

START_TEST(format_extremes)
{
	char out[CLOCK_TEXT_MAX];

	clock_format_iso8601(INT64_MAX, out);
	ck_assert(slice_starts_with(slice_from(out), SLICE("9999-12-31T23:59:59.")));
	clock_format_http(INT64_MAX, out);
	ck_assert_str_eq(out, "Fri, 31 Dec 9999 23:59:59 GMT");
	clock_format_amz(INT64_MIN, out);
	ck_assert_int_eq(out[strlen(out) - 1], 'Z');
	clock_format_http(INT64_MIN, out);
	ck_assert_str_eq(out + strlen(out) - 4, " GMT");
}
END_TEST

enum form {
	AMZ,
	HTTP,
	ISO
};

static const struct {
	const char *text;
	enum form form;
	bool good;
	int64_t seconds;
} texts[] = {
	/* x-amz-date */
	{ "20130524T000000Z", AMZ, true, 1369353600 },
	{ "20120229T235959Z", AMZ, true, 1330559999 },
	{ "20110229T235959Z", AMZ, false, 0 },
	{ "21000229T000000Z", AMZ, false, 0 },
	{ "20130631T000000Z", AMZ, false, 0 },
	{ "20130024T000000Z", AMZ, false, 0 },
	{ "20131324T000000Z", AMZ, false, 0 },
	{ "20130500T000000Z", AMZ, false, 0 },
	{ "20130524T240000Z", AMZ, false, 0 },
	{ "20130524T006000Z", AMZ, false, 0 },
	{ "20130524T000060Z", AMZ, false, 0 },
	{ "20130524T000000", AMZ, false, 0 },
	{ "20130524T000000Z ", AMZ, false, 0 },
	{ " 20130524T000000Z", AMZ, false, 0 },
	{ "20130524t000000Z", AMZ, false, 0 },
	{ "20130524T000000z", AMZ, false, 0 },
	{ "2013052 T000000Z", AMZ, false, 0 },
	{ "20130524T-00000Z", AMZ, false, 0 },
	{ "20130524", AMZ, false, 0 },
	{ "", AMZ, false, 0 },
	/* RFC 9110 section 5.6.7 */
	{ "Sun, 06 Nov 1994 08:49:37 GMT", HTTP, true, 784111777 },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", HTTP, true, 784111777 },
	{ "Sun Nov  6 08:49:37 1994", HTTP, true, 784111777 },
	{ "Thu Nov 16 08:49:37 1995", HTTP, true, 816511777 },
	{ "Tuesday, 01-Jan-30 00:00:00 GMT", HTTP, true, 1893456000 },
	/* RFC 5322 */
	{ "Tue, 27 Mar 2007 19:36:42 +0000", HTTP, true, 1175024202 },
	{ "Tue, 27 Mar 2007 21:36:42 +0200", HTTP, true, 1175024202 },
	{ "Tue, 27 Mar 2007 12:06:42 -0730", HTTP, true, 1175024202 },
	{ "Tue, 27 Mar 2007 19:36:42 -0000", HTTP, true, 1175024202 },
	{ "27 Mar 2007 19:36:42 UT", HTTP, true, 1175024202 },
	{ "Tue, 27 Mar 2007 19:36:42 UTC", HTTP, true, 1175024202 },
	{ "Sun, 6 Nov 1994 08:49:37 GMT", HTTP, true, 784111777 },
	{ "Sunday, 06-Nov-94 08:49:37 +0000", HTTP, true, 784111777 },
	{ "Sun Nov  6 08:49:37 1994 +0000", HTTP, true, 784111777 },
	{ "Wed, 12 Oct 2009 17:50:00 GMT", HTTP, true, 1255369800 }, /* it was a Monday */
	/* none of them */
	{ "Sun, 06 Nov 1994 08:49:37", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 ", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 GMT ", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 CET", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 +00:00", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 +2400", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 +0060", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 08:49:37 +000", HTTP, false, 0 },
	{ "Sun,06 Nov 1994 08:49:37 GMT", HTTP, false, 0 },
	{ "Sun 06 Nov 1994 08:49:37 GMT", HTTP, false, 0 },
	{ "Sun, 06 nov 1994 08:49:37 GMT", HTTP, false, 0 },
	{ "Xyz, 06 Nov 1994 08:49:37 GMT", HTTP, false, 0 },
	{ "Sun, 31 Nov 1994 08:49:37 GMT", HTTP, false, 0 },
	{ "Sun, 00 Nov 1994 08:49:37 GMT", HTTP, false, 0 },
	{ "Sun, 06 Nov 94 08:49:37 GMT", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 8:49:37 GMT", HTTP, false, 0 },
	{ "Sun, 06 Nov 1994 08:49 GMT", HTTP, false, 0 },
	{ "Sun, 06-Nov-94 08:49:37 GMT", HTTP, false, 0 },
	{ "Sunday, 06-Nov-1994 08:49:37 GMT", HTTP, false, 0 },
	{ "Sun Nov 06 08:49:37 94", HTTP, false, 0 },
	{ "Sun Nov 6 08:49:37 1994", HTTP, false, 0 },
	{ "784111777", HTTP, false, 0 },
	{ "1994-11-06T08:49:37Z", HTTP, false, 0 },
	{ "", HTTP, false, 0 },
	/* ISO 8601 */
	{ "2006-02-03T16:45:09.000Z", ISO, true, 1138985109 },
	{ "2006-02-03T16:45:09Z", ISO, true, 1138985109 },
	{ "2006-02-03T16:45:09.123456789Z", ISO, true, 1138985109 },
	{ "2006-02-03T18:45:09+02:00", ISO, true, 1138985109 },
	{ "2006-02-03T16:45:09.5-00:00", ISO, true, 1138985109 },
	{ "2006-02-03", ISO, true, 1138924800 },
	{ "2006-02-29", ISO, false, 0 },
	{ "2006-02-03T", ISO, false, 0 },
	{ "2006-02-03T16:45:09", ISO, false, 0 },
	{ "2006-02-03T16:45:09.Z", ISO, false, 0 },
	{ "2006-02-03T16:45:09.1234567890Z", ISO, false, 0 },
	{ "2006-02-03T16:45Z", ISO, false, 0 },
	{ "2006-02-03 16:45:09Z", ISO, false, 0 },
	{ "2006-02-03T16:45:09+0200", ISO, false, 0 },
	{ "2006-02-03T16:45:09Zx", ISO, false, 0 },
	{ "2006-2-3T16:45:09Z", ISO, false, 0 },
	{ "20060203T164509Z", ISO, false, 0 },
	{ "", ISO, false, 0 },
};

START_TEST(parse)
{
	struct slice text = slice_from(texts[_i].text);
	int64_t seconds = 99;
	bool good = texts[_i].form == AMZ    ? clock_parse_amz(text, &seconds)
		    : texts[_i].form == HTTP ? clock_parse_http(text, &seconds)
					     : clock_parse_iso8601(text, &seconds);

	ck_assert_msg(good == texts[_i].good, "\"%s\"", texts[_i].text);
	ck_assert_msg(seconds == texts[_i].seconds, "\"%s\": %lld", texts[_i].text, (long long)seconds);
}
END_TEST

START_TEST(parse_stops_at_nul)
{
	int64_t seconds;

	ck_assert(!clock_parse_amz(SLICE("20130524T000000Z\0"), &seconds));
	ck_assert(!clock_parse_http(SLICE("Sun, 06 Nov 1994 08:49:37 GMT\0"), &seconds));
	ck_assert(!clock_parse_iso8601(SLICE("2006-02-03\0"), &seconds));
}
END_TEST

/* RFC 9110: a two-digit year is at most 50 years ahead. */
START_TEST(two_digit_years)
{
	char now[CLOCK_TEXT_MAX], text[64];
	int64_t seconds;
	uint64_t this_year;

	clock_format_amz(clock_wall_us(), now);
	ck_assert(slice_to_number(slice_make(now, 4), 9999, &this_year));
	for (unsigned year = 0; year < 100; year++) {
		uint64_t expected = this_year - this_year % 100 + year, got;
		char read[CLOCK_TEXT_MAX];

		expected -= expected > this_year + 50 ? 100 : 0;
		snprintf(text, sizeof(text), "Monday, 01-Jan-%02u 00:00:00 GMT", year);
		ck_assert(clock_parse_http(slice_from(text), &seconds));
		clock_format_amz(seconds * SECOND_US, read);
		ck_assert(slice_to_number(slice_make(read, 4), 9999, &got));
		ck_assert_uint_eq(got, expected);
	}
}
END_TEST

START_TEST(clocks)
{
	int64_t before = clock_monotonic_us(), wall = clock_wall_us();

	ck_assert_int_le(before, clock_monotonic_us());
	ck_assert_int_le(llabs(wall / SECOND_US - (int64_t)time(NULL)), 1);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("clock");
	TCase *tc = tcase_create("clock");

	tcase_add_loop_test(tc, format, 0, ARRAY_SIZE(moments));
	tcase_add_loop_test(tc, read_back, 0, ARRAY_SIZE(moments));
	tcase_add_test(tc, format_extremes);
	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(texts));
	tcase_add_test(tc, parse_stops_at_nul);
	tcase_add_test(tc, two_digit_years);
	tcase_add_test(tc, clocks);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
