#include "gateway/config.h"

#include <unistd.h>

#include "tests/unit/suite.h"

static const struct config_flag no_flags[] = { { NULL, NULL } };

/* A file of that text, which the caller unlinks. */
static char *
file_of(TALLOC_CTX *mem, const char *text)
{
	char *path = talloc_strdup(mem, "/tmp/crossgate-config-XXXXXX");
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

START_TEST(defaults)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct config *c;
	char *message;

	ck_assert(config_read(mem, NULL, no_flags, &c, &message));
	ck_assert_str_eq(c->listen, "127.0.0.1:8333");
	ck_assert_str_eq(c->store, "");
	ck_assert_uint_eq(c->workers, 64);
	ck_assert_int_eq(c->log_level, LOG_LEVEL_INFO);
	ck_assert_ptr_null(c->domains[0]);
	talloc_free(mem);
}
END_TEST

START_TEST(precedence)
{
	static const struct config_flag flags[] = { { "log-level", "error" }, { "domain", "B.Example" },
		{ NULL, NULL } };
	TALLOC_CTX *mem = talloc_new(NULL);
	char *path = file_of(mem,
	    "# a remark\n[crossgate]\nlog-level = debug\nregion = of-file\nidle_timeout = 7\ndata = /of/file\n"
	    "domain = a.example\n");
	struct config *c;
	char *message;

	setenv("CROSSGATE_REGION", "of-environment", 1);
	setenv("CROSSGATE_LOG_LEVEL", "warn", 1);
	ck_assert_msg(config_read(mem, path, flags, &c, &message), "%s", message);
	unsetenv("CROSSGATE_REGION");
	unsetenv("CROSSGATE_LOG_LEVEL");
	unlink(path);
	ck_assert_int_eq(c->log_level, LOG_LEVEL_ERROR);
	ck_assert_str_eq(c->region, "of-environment");
	ck_assert_uint_eq(c->idle_timeout, 7);
	ck_assert_str_eq(c->store, "local:/of/file");
	ck_assert_str_eq(c->domains[0], "a.example");
	ck_assert_str_eq(c->domains[1], "b.example");
	ck_assert_ptr_null(c->domains[2]);
	talloc_free(mem);
}
END_TEST

static const struct {
	const char *name, *text, *message; /* a part of it */
} faults[] = {
	{ "unknown setting", "[crossgate]\nspeed = 9\n", ":2: [crossgate] speed: no such setting" },
	{ "outside of sections", "listen = x:1\n", ":1: a setting outside of any section" },
	{ "in the second section", "[crossgate]\n[crossgate]\nspeed = 9\n",
	    ":3: [crossgate] speed: no such setting" },
	{ "in a value's second line", "[crossgate]\ndomain = a\nworkers = 1\n  many\n", ":3: workers: 'many'" },
	{ "in the service's rules", "[cors]\nmax_age = -1\n", ":2: [cors] max_age: '-1' " },
	{ "bad number", "[crossgate]\n\nworkers = many\n", ":3: workers: 'many' is no value for it" },
	{ "number too large", "[crossgate]\nworkers = 99999999\n", "'99999999'" },
	{ "bad level", "[crossgate]\nlog_level = loud\n", "'loud'" },
	{ "control character in the region", "[crossgate]\nregion = eu\rX-Evil: 1\n",
	    ":2: region: 'eu\rX-Evil: 1'" },
	{ "blank in the region", "[crossgate]\nregion = eu west\n", ":2: region: 'eu west'" },
	{ "no port", "[crossgate]\nlisten = here\n", "'here'" },
	{ "not a setting", "[crossgate]\nnonsense\n", ":2: neither a section nor a setting" },
};

START_TEST(fault)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	char *path = file_of(mem, faults[_i].text);
	struct config *c;
	char *message = NULL;
	bool read = config_read(mem, path, no_flags, &c, &message);

	unlink(path);
	ck_assert_msg(!read, "%s: passed", faults[_i].name);
	ck_assert_msg(strstr(message, faults[_i].message), "%s: %s", faults[_i].name, message);
	ck_assert_msg(strstr(message, path), "%s: no file in '%s'", faults[_i].name, message);
	talloc_free(mem);
}
END_TEST

/* One reading of such a text without fault. */
static struct config *
read_text(TALLOC_CTX *mem, const char *text)
{
	char *path = file_of(mem, text);
	struct config *c;
	char *message = NULL;
	bool read = config_read(mem, path, no_flags, &c, &message);

	unlink(path);
	ck_assert_msg(read, "%s", message);
	return c;
}

START_TEST(repeated)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct config *c = read_text(mem,
	    "[crossgate]\ndomain =\n  a.example\n  B.example ; both\nworkers = 1\nworkers = 2\nregion =\n"
	    "[crossgate]\ndomain: c.example\n");

	ck_assert_str_eq(c->domains[0], "a.example");
	ck_assert_str_eq(c->domains[1], "b.example");
	ck_assert_str_eq(c->domains[2], "c.example");
	ck_assert_ptr_null(c->domains[3]);
	ck_assert_uint_eq(c->workers, 2);
	ck_assert_str_eq(c->region, "");
	talloc_free(mem);
}
END_TEST

START_TEST(service_rules)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct config *c = read_text(mem, "[crossgate]\nworkers = 1\n[cors]\nallowed_origin = https://a.example\n");

	ck_assert_ptr_nonnull(c->cors_service);
	ck_assert_uint_eq(c->notices.count, 0);
	c = read_text(mem, "[crossgate]\n[other]\n[app:main]\nx = 1\n");
	ck_assert_ptr_null(c->cors_service);
	ck_assert_uint_eq(c->notices.count, 1);
	ck_assert_ptr_nonnull(strstr(c->notices.items[0].text, ":2: [other] has no meaning here"));
	talloc_free(mem);
}
END_TEST

START_TEST(root_keys_come_together)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct config *c;
	char *message;

	setenv("CROSSGATE_ROOT_ACCESS_KEY", "a", 1);
	ck_assert(!config_read(mem, NULL, no_flags, &c, &message));
	unsetenv("CROSSGATE_ROOT_ACCESS_KEY");
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("config");
	TCase *tc = tcase_create("config");

	tcase_add_test(tc, defaults);
	tcase_add_test(tc, precedence);
	tcase_add_loop_test(tc, fault, 0, ARRAY_SIZE(faults));
	tcase_add_test(tc, repeated);
	tcase_add_test(tc, service_rules);
	tcase_add_test(tc, root_keys_come_together);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
