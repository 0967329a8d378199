#include "common/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "tests/unit/suite.h"

static FILE *captured;
static int standard_error;

/* What is written to standard error goes into a file meanwhile. */
static void
setup(void)
{
	captured = tmpfile();
	ck_assert_ptr_nonnull(captured);
	standard_error = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(fileno(captured), STDERR_FILENO), 0);
	ck_assert_int_ge(fcntl(STDERR_FILENO, F_SETFL, O_APPEND), 0);
}

static void
teardown(void)
{
	dup2(standard_error, STDERR_FILENO);
	close(standard_error);
	fclose(captured);
}

static struct slice
written(void)
{
	static char text[1 << 20];
	ssize_t length = pread(fileno(captured), text, sizeof(text), 0);

	ck_assert_int_ge(length, 0);
	return slice_make(text, (size_t)length);
}

/* Of a line, what follows the time. */
static struct slice
behind_time(struct slice line)
{
	struct slice time_like = SLICE("time=2026-01-02T03:04:05.678Z ");

	ck_assert_uint_gt(line.length, time_like.length);
	for (size_t i = 0; i < time_like.length; i++) {
		bool digit = line.data[i] >= '0' && line.data[i] <= '9';

		if (time_like.data[i] >= '0' && time_like.data[i] <= '9')
			ck_assert_msg(digit, "%.*s", SLICE_ARG(line));
		else
			ck_assert_int_eq(line.data[i], time_like.data[i]);
	}
	return slice_skip(line, time_like.length);
}

static void
assert_line(const char *expected)
{
	struct slice got = behind_time(written());

	ck_assert_msg(slice_equal(got, slice_from(expected)), "%.*sis not\n%s", SLICE_ARG(got), expected);
}

START_TEST(line)
{
	LOG(INFO, "listening", LOG_STRING("address", "127.0.0.1:80"), LOG_NUMBER("loops", 2),
	    LOG_NUMBER("low", INT64_MIN));
	assert_line("level=info event=listening address=127.0.0.1:80 loops=2 low=-9223372036854775808\n");
}
END_TEST

START_TEST(no_fields)
{
	LOG(ERROR, "two words");
	assert_line("level=error event=\"two words\"\n");
}
END_TEST

static const struct {
	struct slice value;
	const char *shown;
} values[] = {
	{ { "plain/key.jpg", 13 }, "plain/key.jpg" },
	{ { "", 0 }, "\"\"" },
	{ { NULL, 0 }, "\"\"" },
	{ { "a b", 3 }, "\"a b\"" },
	{ { "key?X-Amz-Signature=0123", 24 }, "key?X-Amz-" },
	{ { "Signature=", 10 }, "\"\"" },
	{ { "key%3FX-Amz-Signature%3D0123", 28 }, "key%3FX-Amz-" },
	{ { "key%253FX-Amz-Signature%253D01", 30 }, "key%253FX-Amz-" },
	{ { "X-Amz-SignatureVersion&Signature=0", 34 }, "X-Amz-SignatureVersion&" },
	{ { "Signature", 9 }, "Signature" },
	{ { "a=b", 3 }, "\"a=b\"" },
	{ { "\"", 1 }, "\"\\\"\"" },
	{ { "\\", 1 }, "\"\\\\\"" },
	{ { "a\nlevel=error\r\t", 15 }, "\"a\\nlevel=error\\r\\t\"" },
	{ { "\0\x1b[31m\x7f", 7 }, "\"\\x00\\x1b[31m\\x7f\"" },
	{ { "\xc3\xa4", 2 }, "\"\\xc3\\xa4\"" },
};

START_TEST(quoting)
{
	char expected[100];

	LOG(WARN, "e", LOG_TEXT("v", values[_i].value));
	snprintf(expected, sizeof(expected), "level=warn event=e v=%s\n", values[_i].shown);
	assert_line(expected);
}
END_TEST

/* Word for word, whatever it holds, but always on its line. */
static const struct {
	struct slice sentence;
	const char *shown;
} sentences[] = {
	{ { "CORS request from origin 'http://example.com' not permitted.", 60 },
	    "CORS request from origin 'http://example.com' not permitted." },
	{ { "", 0 }, "" },
	{ { "a \"b\" \\x41 c=d", 14 }, "a \"b\" \\x41 c=d" },
	{ { "a\nlevel=error\r\0\x1b\x7f\xc3", 18 }, "a\\nlevel=error\\r\\x00\\x1b\\x7f\\xc3" },
	{ { "of 'https://a/?X-Amz-Signature=0123' not", 40 }, "of 'https://a/?X-Amz-" },
};

START_TEST(sentence)
{
	char expected[120];

	LOG(WARN, "e", LOG_NUMBER("n", 1), LOG_SENTENCE(""));
	assert_line("level=warn event=e n=1 \n");
	ck_assert_int_eq(ftruncate(fileno(captured), 0), 0);
	log_write(LOG_LEVEL_WARN,
	    (const struct log_field[]){ { "", LOG_FIELD_SENTENCE, sentences[_i].sentence, 0 }, { 0 } });
	snprintf(expected, sizeof(expected), "level=warn %s\n", sentences[_i].shown);
	assert_line(expected);
}
END_TEST

START_TEST(long_sentence)
{
	static char text[20000];
	struct slice got;

	for (size_t before = 0; before < 8; before++) {
		memset(text, '\x01', sizeof(text) - 1);
		memset(text, 'x', before);
		ck_assert_int_eq(ftruncate(fileno(captured), 0), 0);
		LOG(WARN, "e", LOG_SENTENCE(text));
		got = written();
		ck_assert_uint_le(got.length, 8192);
		ck_assert_uint_gt(got.length, 8180);
		ck_assert_int_eq(got.data[got.length - 1], '\n');
	}
}
END_TEST

static int evaluated;

static int
evaluate(void)
{
	return ++evaluated;
}

START_TEST(levels)
{
	LOG(DEBUG, "hidden", LOG_NUMBER("n", evaluate()));
	ck_assert_int_eq(evaluated, 0);
	ck_assert_uint_eq(written().length, 0);

	log_set_level(LOG_LEVEL_ERROR);
	ck_assert(!log_enabled(LOG_LEVEL_WARN));
	LOG(WARN, "hidden");
	ck_assert_uint_eq(written().length, 0);

	log_set_level(LOG_LEVEL_DEBUG);
	LOG(DEBUG, "shown", LOG_NUMBER("n", evaluate()));
	assert_line("level=debug event=shown n=1\n");
}
END_TEST

static const struct {
	const char *name;
	bool good;
	enum log_level level;
} names[] = {
	{ "error", true, LOG_LEVEL_ERROR },
	{ "warn", true, LOG_LEVEL_WARN },
	{ "info", true, LOG_LEVEL_INFO },
	{ "debug", true, LOG_LEVEL_DEBUG },
	{ "DEBUG", false, LOG_LEVEL_INFO },
	{ "warning", false, LOG_LEVEL_INFO },
	{ "", false, LOG_LEVEL_INFO },
};

START_TEST(level_names)
{
	enum log_level level = LOG_LEVEL_DEBUG;

	ck_assert_int_eq(log_level_parse(slice_from(names[_i].name), &level), names[_i].good);
	ck_assert_int_eq(level, names[_i].level);
}
END_TEST

/* A long value is cut and the fields behind it still come; a line never passes 8 KiB. */
START_TEST(long_value)
{
	static char x[20000];
	struct slice text;
	size_t at;

	memset(x, 'x', sizeof(x));
	LOG(INFO, "e", LOG_TEXT("long", slice_make(x, sizeof(x))), LOG_NUMBER("status", 404));
	text = written();
	ck_assert_uint_le(text.length, 8192);
	ck_assert(slice_find(text, SLICE("xxx... status=404\n"), &at));
	ck_assert_uint_eq(at + SLICE("xxx... status=404\n").length, text.length);
}
END_TEST

START_TEST(whole_key)
{
	char key[1024], shown[4 * sizeof(key) + 1];
	struct slice text;
	size_t at;

	memset(key, 0xff, sizeof(key));
	for (size_t i = 0; i < sizeof(key); i++)
		snprintf(shown + 4 * i, 5, "\\xff");
	LOG(INFO, "e", LOG_TEXT("key", slice_make(key, sizeof(key))), LOG_NUMBER("status", 200));
	text = written();
	ck_assert(slice_find(text, slice_from(shown), &at));
	ck_assert(slice_find(text, SLICE("\\xff\" status=200\n"), &at));
}
END_TEST

START_TEST(line_is_bounded)
{
	static char bytes[5000];
	struct slice all, one;
	size_t lines = 0;

	for (size_t length = 3000; length < sizeof(bytes); length++) {
		memset(bytes, length % 2 ? 'x' : ' ', length);
		struct slice value = slice_make(bytes, length);

		ck_assert_int_eq(ftruncate(fileno(captured), 0), 0);
		LOG(INFO, "e", LOG_TEXT("a", value), LOG_TEXT("b", value), LOG_TEXT("c", value),
		    LOG_NUMBER("d", 1));
		all = written();
		ck_assert_uint_le(all.length, 8192);
		ck_assert(slice_next(&all, '\n', &one));
		ck_assert_uint_eq(all.length, 0);
		lines++;
	}
	ck_assert_uint_eq(lines, 2000);
}
END_TEST

START_TEST(errno_stays)
{
	close(STDERR_FILENO);
	errno = ENOSPC;
	LOG(ERROR, "nowhere");
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_ge(dup2(fileno(captured), STDERR_FILENO), 0);
}
END_TEST

static void *
log_many(void *text)
{
	for (int i = 0; i < 200; i++)
		LOG(INFO, "e", LOG_STRING("thread", text));
	return NULL;
}

START_TEST(threads_do_not_mix)
{
	static char texts[4][300];
	pthread_t threads[ARRAY_SIZE(texts)];
	struct slice all, one;
	size_t lines = 0;

	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		memset(texts[i], 'a' + (int)i, sizeof(texts[i]) - 1);
		ck_assert_int_eq(pthread_create(&threads[i], NULL, log_many, texts[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	all = written();
	while (slice_next(&all, '\n', &one)) {
		struct slice value = slice_skip(behind_time(one), SLICE("level=info event=e thread=").length);

		ck_assert_uint_eq(value.length, sizeof(texts[0]) - 1);
		ck_assert(slice_equal(value, slice_make(texts[value.data[0] - 'a'], value.length)));
		lines++;
	}
	ck_assert_uint_eq(lines, 200 * ARRAY_SIZE(threads));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("log");
	TCase *tc = tcase_create("log");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, line);
	tcase_add_test(tc, no_fields);
	tcase_add_loop_test(tc, quoting, 0, ARRAY_SIZE(values));
	tcase_add_loop_test(tc, sentence, 0, ARRAY_SIZE(sentences));
	tcase_add_test(tc, long_sentence);
	tcase_add_test(tc, levels);
	tcase_add_loop_test(tc, level_names, 0, ARRAY_SIZE(names));
	tcase_add_test(tc, long_value);
	tcase_add_test(tc, whole_key);
	tcase_add_test(tc, line_is_bounded);
	tcase_add_test(tc, errno_stays);
	tcase_add_test(tc, threads_do_not_mix);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
