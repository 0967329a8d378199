#include "gateway/service_rules.h"

#include <unistd.h>

#include "common/buf.h"
#include "cors/cors.h"
#include "tests/unit/suite.h"

#define METHODS "OPTIONS,GET,HEAD,POST,PUT,DELETE,TRACE,PATCH"
#define FACTORY "paste.filter_factory = oslo_middleware.cors:filter_factory\n"

static TALLOC_CTX *mem;
static char *folder;

static void
setup(void)
{
	mem = talloc_new(NULL);
	folder = talloc_strdup(mem, "/tmp/crossgate-rules-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
teardown(void)
{
	rmdir(folder);
	talloc_free(mem);
}

/* A file of that text in the folder; NULL: none. */
static char *
file_of(const char *name, const char *text)
{
	char *path = talloc_asprintf(mem, "%s/%s", folder, name);
	FILE *file;

	if (text == NULL)
		return path;
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
	return path;
}

static const char *
without_folder(const char *text)
{
	size_t length = strlen(folder) + 1;
	struct buf *b = buf_new(mem, 4096);

	for (const char *found; (found = strstr(text, folder)) != NULL; text = found + length)
		buf_append(b, slice_make(text, (size_t)(found - text)));
	buf_append_string(b, text);
	return slice_dup(mem, buf_slice(b));
}

static struct slice
field(const struct fields *headers, const char *name)
{
	const struct field *found = fields_find_nocase(headers, talloc_asprintf(mem, "Access-Control-%s", name));

	return found != NULL ? found->value : SLICE("-");
}

/* All that an origin is permitted: "ORIGIN credentials=… methods=… headers=… expose=… age=…", or "refused". */
static const char *
permitted(const struct cors_service *service, const char *origin)
{
	struct cors_resource resource = { .bucket_exists = true, .service = service };
	struct s3_refusal why = { .mem = mem };
	struct fields asked = { 0 }, headers = { 0 };
	struct cors_request request;

	fields_add(mem, &asked, SLICE("Origin"), slice_from(origin));
	cors_request_read(mem, SLICE("OPTIONS"), &asked, false, &request);
	if (cors_preflight(mem, &resource, &request, &why, &headers) != S3_OK)
		return "refused";
	return talloc_asprintf(mem, "%.*s credentials=%.*s methods=%.*s headers=%.*s expose=%.*s age=%.*s",
	    SLICE_ARG(field(&headers, "Allow-Origin")), SLICE_ARG(field(&headers, "Allow-Credentials")),
	    SLICE_ARG(field(&headers, "Allow-Methods")), SLICE_ARG(field(&headers, "Allow-Headers")),
	    SLICE_ARG(field(&headers, "Expose-Headers")), SLICE_ARG(field(&headers, "Max-Age")));
}

#define DEFAULTS(origin) origin " credentials=true methods=" METHODS " headers=- expose=- age=3600"
#define AGE(origin, age) origin " credentials=true methods=" METHODS " headers=- expose=- age=" age

struct expected {
	const char *origin, *permitted;
};

static const struct {
	const char *name;
	const char *text;  /* of "f" */
	const char *other; /* of "other.conf"; NULL: there is none */
	const char *fault; /* NULL: none */
	const char *notices[3];
	struct expected expected[4];
} rows[] = {
	/* Nothing. */
	{ "an empty file", "", NULL, NULL, { 0 }, { { "https://a.example", "refused" } } },
	{ "settings alone", "[crossgate]\nworkers = 1\n", NULL, NULL, { 0 },
	    { { "https://a.example", "refused" } } },

	/* oslo.middleware. */
	{ "[cors]", "[cors]\nallowed_origin = https://a.example\n", NULL, NULL, { 0 },
	    { { "https://a.example", DEFAULTS("https://a.example") }, { "https://b.example", "refused" } } },
	{ "all six options",
	    "[cors]\nallowed_origin = https://a.example, https://b.example\nallow_credentials: no\n"
	    "expose_headers = etag,x-y\nmax_age = 60\nallow_methods = GET\nallow_headers = x-z\n",
	    NULL, NULL, { 0 },
	    { { "https://a.example",
		  "https://a.example credentials=- methods=GET headers=x-z expose=etag,x-y age=60" },
		{ "https://b.example",
		    "https://b.example credentials=- methods=GET headers=x-z expose=etag,x-y age=60" } } },
	{ "[cors.NAME] inherits, but not the origin",
	    "[cors]\nallowed_origin = https://a.example\nmax_age = 60\nallow_methods = GET\n"
	    "[cors.b]\nallowed_origin = https://b.example\nallow_methods = PUT\n[cors.c]\n",
	    NULL, NULL, { "f:8: [cors.c] has no allowed_origin and so no effect" },
	    { { "https://b.example", "https://b.example credentials=true methods=PUT headers=- expose=- age=60" },
		{ "https://a.example",
		    "https://a.example credentials=true methods=GET headers=- expose=- age=60" } } },
	{ "[cors.NAME] before [cors]", "[cors.b]\nallowed_origin = https://b.example\n[cors]\nmax_age = 60\n", NULL,
	    NULL, { 0 }, { { "https://b.example", AGE("https://b.example", "60") } } },
	{ "[cors.NAME] without [cors]", "[cors.b]\nallowed_origin = https://b.example\n", NULL, NULL, { 0 },
	    { { "https://b.example", DEFAULTS("https://b.example") } } },
	{ "no value overrides what is inherited",
	    "[cors]\nmax_age = 60\nexpose_headers = etag\n"
	    "[cors.b]\nallowed_origin = https://b.example\nmax_age =\nexpose_headers =\n",
	    NULL, NULL, { 0 },
	    { { "https://b.example",
		"https://b.example credentials=true methods=" METHODS " headers=- expose=- age=-" } } },
	{ "lists over lines, with commas and without",
	    "[cors]\nallowed_origin =\n  https://a.example\n  https://b.example\nallow_methods = GET,\n\tPUT,\n\n  POST\n",
	    NULL, NULL, { 0 },
	    { { "https://a.example",
		  "https://a.example credentials=true methods=GET,PUT,POST headers=- expose=- age=3600" },
		{ "https://b.example",
		    "https://b.example credentials=true methods=GET,PUT,POST headers=- expose=- age=3600" } } },
	{ "a number on the next line", "[cors]\nallowed_origin = https://a.example\nmax_age =\n  60\n", NULL, NULL,
	    { 0 }, { { "https://a.example", AGE("https://a.example", "60") } } },
	{ "names of options are case-sensitive", "[cors]\nallowed_origin = https://a.example\nMax_Age = 60\n", NULL,
	    NULL, { "f:3: [cors] has an unknown option 'Max_Age'" },
	    { { "https://a.example", DEFAULTS("https://a.example") } } },
	{ "an option twice", "[cors]\nallowed_origin = https://a.example\nmax_age = x\nmax_age = 60\n", NULL, NULL,
	    { "f:1: [cors] max_age is given more than once: that on line 4 counts" },
	    { { "https://a.example", AGE("https://a.example", "60") } } },
	{ "an origin in two sections",
	    "[cors.b]\nallowed_origin = https://a.example\nmax_age = 1\n"
	    "[cors.c]\nallowed_origin = https://a.example\nmax_age = 2\n",
	    NULL, NULL, { "Allowed origin [https://a.example] already exists, skipping" },
	    { { "https://a.example", AGE("https://a.example", "1") } } },
	{ "[cors] twice", "[cors]\nmax_age = 1\n[crossgate]\n[cors]\n", NULL,
	    "f:4: [cors]: the section stands on line 1 already", { 0 }, { { 0 } } },
	{ "[cors.NAME] twice", "[cors.a]\nallowed_origin = https://a.example\n[cors.a]\n", NULL,
	    "f:3: [cors.a]: the section stands on line 1 already", { 0 }, { { 0 } } },
	{ "a bad boolean", "[cors]\n\nallow_credentials = maybe\n", NULL, "f:3: [cors] allow_credentials: 'maybe' ",
	    { 0 }, { { 0 } } },
	{ "a bad integer", "[cors]\nmax_age = soon\n", NULL, "f:2: [cors] max_age: 'soon' ", { 0 }, { { 0 } } },
	{ "a negative age", "[cors.x]\nmax_age = -1\n", NULL, "f:2: [cors.x] max_age: '-1' ", { 0 }, { { 0 } } },
	{ "a header that is no token", "[cors]\nexpose_headers = a b\n", NULL, "f:2: [cors] expose_headers: 'a b' ",
	    { 0 }, { { 0 } } },
	{ "a method that is no token", "[cors]\nallow_methods = GET,P(T\n", NULL,
	    "f:2: [cors] allow_methods: 'P(T' ", { 0 }, { { 0 } } },

	/* Sections of other meaning. */
	{ "sections without a meaning", "[other]\nx = 1\n[Cors]\n[cors:x]\n", NULL, NULL,
	    { "f:1: [other] has no meaning here", "f:3: [Cors] has no meaning here",
		"f:4: [cors:x] has no meaning here" },
	    { { "https://a.example", "refused" } } },
	{ "sections of PasteDeploy",
	    "[DEFAULT]\ndebug = 1\n[app:main]\nx = 1\n[application:x]\n[composite:y]\nuse = egg:Paste#urlmap\n"
	    "/: main\n[composit:z]\n[filter:other]\nuse = egg:x\n[filter-app:w]\n[pipeline:v]\npipeline = main\n"
	    "[server:s]\n",
	    NULL, NULL, { NULL }, { { "https://a.example", "refused" } } },

	/* PasteDeploy. */
	{ "a filter", "[filter:cors]\n" FACTORY "allowed_origin = https://a.example\nmax_age = 60\n", NULL, NULL,
	    { 0 }, { { "https://a.example", AGE("https://a.example", "60") } } },
	{ "the older name of the factory",
	    "[filter:x]\npaste.filter_factory = oslo.middleware.cors:filter_factory\n"
	    "allowed_origin = https://a.example\n",
	    NULL, NULL, { 0 }, { { "https://a.example", DEFAULTS("https://a.example") } } },
	{ "the class as the factory",
	    "[filter:x]\npaste.filter_factory = oslo_middleware:CORS.factory\nallowed_origin = https://a.example\n",
	    NULL, NULL, { 0 }, { { "https://a.example", DEFAULTS("https://a.example") } } },
	{ "the egg", "[filter:x]\nuse = egg:oslo.middleware#cors\nallowed_origin = https://a.example\n", NULL, NULL,
	    { 0 }, { { "https://a.example", DEFAULTS("https://a.example") } } },
	{ "another factory",
	    "[filter:cors]\npaste.filter_factory = other:cors\nallowed_origin = https://a.example\n", NULL, NULL,
	    { 0 }, { { "https://a.example", "refused" } } },
	{ "no origin in the filter", "[DEFAULT]\nallowed_origin = https://a.example\n[filter:cors]\n" FACTORY, NULL,
	    "f:3: [filter:cors]: allowed_origin or oslo_config_project is required", { 0 }, { { 0 } } },
	{ "[DEFAULT]",
	    "[filter:a]\n" FACTORY "allowed_origin = https://a.example\n"
	    "[filter:b]\n" FACTORY "allowed_origin = https://b.example\nmax_age = 1\n"
	    "[DEFAULT]\nmax_age = 60\nallow_credentials = off\nexpose_headers = e\nallow_methods = GET\n"
	    "allow_headers = h\ndebug = true\nallowed_origin = https://c.example\n",
	    NULL, NULL, { 0 },
	    { { "https://a.example", "https://a.example credentials=- methods=GET headers=h expose=e age=60" },
		{ "https://b.example", "https://b.example credentials=- methods=GET headers=h expose=e age=1" },
		{ "https://c.example", "refused" } } },
	{ "[DEFAULT] is not for [cors]", "[DEFAULT]\nmax_age = 60\n[cors]\nallowed_origin = https://a.example\n",
	    NULL, NULL, { 0 }, { { "https://a.example", DEFAULTS("https://a.example") } } },
	{ "filters inherit nothing from each other",
	    "[filter:cors]\n" FACTORY "allowed_origin = https://a.example\nmax_age = 1\n"
	    "[filter:cors.b]\n" FACTORY "allowed_origin = https://b.example\n",
	    NULL, NULL, { 0 },
	    { { "https://a.example", AGE("https://a.example", "1") },
		{ "https://b.example", DEFAULTS("https://b.example") } } },
	{ "filters inherit nothing from [cors]",
	    "[cors]\nmax_age = 1\n[filter:cors]\n" FACTORY "allowed_origin = https://b.example\n", NULL, NULL,
	    { 0 }, { { "https://b.example", DEFAULTS("https://b.example") } } },
	{ "[cors] before filters",
	    "[filter:cors]\n" FACTORY "allowed_origin = https://a.example,https://b.example\nmax_age = 1\n"
	    "[cors]\nallowed_origin = https://a.example\nmax_age = 2\n",
	    NULL, NULL, { "Allowed origin [https://a.example] already exists, skipping" },
	    { { "https://a.example", AGE("https://a.example", "2") },
		{ "https://b.example", AGE("https://b.example", "1") } } },
	{ "a filter twice",
	    "[filter:a]\n" FACTORY "allowed_origin = https://a.example\n[filter:a]\n" FACTORY
	    "allowed_origin = https://b.example\n",
	    NULL, "f:4: [filter:a]: the section stands on line 1 already", { 0 }, { { 0 } } },
	{ "an unknown option of a filter", "[filter:a]\n" FACTORY "allowed_origin = https://a.example\nhue = red\n",
	    NULL, NULL, { "f:4: [filter:a] has an unknown option 'hue'" },
	    { { "https://a.example", DEFAULTS("https://a.example") } } },
	{ "a bad value in a filter", "[filter:a]\n" FACTORY "allowed_origin = https://a.example\nmax_age = x\n",
	    NULL, "f:4: [filter:a] max_age: 'x' ", { 0 }, { { 0 } } },

	/* Pipelines. */
	{ "only filters in a pipeline, in its order",
	    "[filter:a]\n" FACTORY "allowed_origin = https://a.example\nmax_age = 1\n"
	    "[filter:b]\n" FACTORY "allowed_origin = https://a.example\nmax_age = 2\n[filter:c]\n" FACTORY
	    "[pipeline:main]\npipeline = b\n  other\ta b app\n",
	    NULL, NULL,
	    { "f:9: [filter:c] is in no pipeline of the file and does not count",
		"Allowed origin [https://a.example] already exists, skipping" },
	    { { "https://a.example", AGE("https://a.example", "2") } } },
	{ "filters of several pipelines",
	    "[pipeline:x]\npipeline = b app\n[filter:a]\n" FACTORY "allowed_origin = https://a.example\n"
	    "[filter:b]\n" FACTORY "allowed_origin = https://b.example\n[pipeline:y]\npipeline = b a app\n",
	    NULL, NULL, { 0 },
	    { { "https://a.example", DEFAULTS("https://a.example") },
		{ "https://b.example", DEFAULTS("https://b.example") } } },
	{ "an empty pipeline", "[pipeline:x]\n[filter:a]\n" FACTORY "allowed_origin = https://a.example\n", NULL,
	    NULL, { "f:2: [filter:a] is in no pipeline of the file and does not count" },
	    { { "https://a.example", "refused" } } },
	{ "a pipeline of white space", "[pipeline:x]\npipeline =\n  app\t\n\n[pipeline:y]\npipeline =\n", NULL,
	    NULL, { 0 }, { { 0 } } },
	{ "faults of filters in no pipeline", "[pipeline:x]\npipeline = app\n[filter:a]\n" FACTORY "max_age = x\n",
	    NULL, NULL, { "f:3: [filter:a] is in no pipeline of the file and does not count" }, { { 0 } } },

	/* A file of oslo.config. */
	{ "a project's file", "[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = other.conf\n",
	    "[DEFAULT]\nmax_age = 9\n[cors]\nallowed_origin = https://a.example\nmax_age = 60\n"
	    "[cors.b]\nallowed_origin = https://b.example\n[database]\nx = y\n",
	    NULL, { 0 },
	    { { "https://a.example", AGE("https://a.example", "60") },
		{ "https://b.example", AGE("https://b.example", "60") } } },
	{ "the filter overrides the project's [cors]",
	    "[DEFAULT]\nexpose_headers = e\n"
	    "[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = %(here)s/other.conf\nmax_age = 1\n",
	    "[cors]\nallowed_origin = https://a.example\nmax_age = 60\nexpose_headers = f\n"
	    "[cors.b]\nallowed_origin = https://b.example\nexpose_headers = g\n",
	    NULL, { 0 },
	    { { "https://a.example",
		  "https://a.example credentials=true methods=" METHODS " headers=- expose=e age=1" },
		{ "https://b.example",
		    "https://b.example credentials=true methods=" METHODS " headers=- expose=g age=1" } } },
	{ "a project's file without [cors]",
	    "[DEFAULT]\noslo_config_file = other.conf\n[filter:a]\n" FACTORY
	    "oslo_config_project = p\nmax_age = 1\n",
	    "[cors.b]\nallowed_origin = https://b.example\n", NULL, { 0 },
	    { { "https://b.example", AGE("https://b.example", "1") } } },
	{ "[cors] here and there",
	    "[cors]\nmax_age = 1\n[cors.x]\nallowed_origin = https://x.example\n"
	    "[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = other.conf\n",
	    "[cors]\nmax_age = 2\n[cors.y]\nallowed_origin = https://y.example\n", NULL, { 0 },
	    { { "https://x.example", AGE("https://x.example", "1") },
		{ "https://y.example", AGE("https://y.example", "2") } } },
	{ "a project without a file", "[filter:a]\n" FACTORY "oslo_config_project = p\n", NULL,
	    "f:1: [filter:a]: oslo_config_project needs oslo_config_file", { 0 }, { { 0 } } },
	{ "a project's file that is not there",
	    "[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = other.conf\n", NULL,
	    "other.conf: cannot be read: No such file or directory", { 0 }, { { 0 } } },
	{ "an absolute path", "[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = /no/such\n", NULL,
	    "/no/such: cannot be read: No such file or directory", { 0 }, { { 0 } } },
	{ "a fault in a project's file",
	    "[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = other.conf\n",
	    "[cors]\nmax_age = x\n", "other.conf:2: [cors] max_age: 'x' ", { 0 }, { { 0 } } },
	{ "no ini file", "[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = other.conf\n", "x\n",
	    "other.conf:1: neither a section nor a setting", { 0 }, { { 0 } } },
	{ "a section twice in a project's file",
	    "[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = other.conf\n", "[cors]\n[cors]\n",
	    "other.conf:2: [cors]: the section stands on line 1 already", { 0 }, { { 0 } } },
};

static void
check_notices(const char *name, const struct cors_notices *notices, const char *const expected[3])
{
	size_t count = 0;

	for (size_t i = 0; i < notices->count; i++) {
		const char *text = without_folder(notices->items[i].text);

		ck_assert_msg(i < 3 && expected[i] != NULL, "%s: '%s' as well", name, text);
		ck_assert_msg(strstr(text, expected[i]), "%s: '%s'", name, text);
	}
	while (count < 3 && expected[count] != NULL)
		count++;
	ck_assert_msg(notices->count == count, "%s: %zu notices", name, notices->count);
}

static bool
read_row(const char *path, struct cors_notices *notices, const struct cors_service **service, char **fault)
{
	const struct ini_file *ini;
	bool taken;

	ck_assert(ini_read(mem, path, &ini, fault));
	taken = service_rules_read(mem, ini, "crossgate", notices, service, fault);
	talloc_free((void *)ini); /* nothing is borrowed */
	return taken;
}

START_TEST(choice)
{
	const struct cors_service *service;
	struct cors_notices notices;
	const char *name = rows[_i].name;
	char *fault = NULL, *path = file_of("f", rows[_i].text), *other = file_of("other.conf", rows[_i].other);
	bool taken = read_row(path, &notices, &service, &fault);

	unlink(path);
	unlink(other);
	if (rows[_i].fault != NULL) {
		ck_assert_msg(!taken, "%s: taken", name);
		ck_assert_msg(slice_starts_with(slice_from(without_folder(fault)), slice_from(rows[_i].fault)),
		    "%s: %s", name, fault);
		ck_assert_ptr_null(service);
		return;
	}
	ck_assert_msg(taken, "%s: %s", name, fault);
	check_notices(name, &notices, rows[_i].notices);
	for (size_t i = 0; i < 4 && rows[_i].expected[i].origin != NULL; i++) {
		const char *got = permitted(service, rows[_i].expected[i].origin);

		ck_assert_msg(strcmp(got, rows[_i].expected[i].permitted) == 0, "%s: %s", name, got);
	}
}
END_TEST

/* A path without a folder is beside a file that was named without one. */
START_TEST(here)
{
	const struct cors_service *service;
	const struct ini_file *ini;
	struct cors_notices notices;
	char *fault = NULL;

	ck_assert(ini_parse(mem, "paste.ini",
	    SLICE("[filter:a]\n" FACTORY "oslo_config_project = p\noslo_config_file = none\n"), &ini, &fault));
	ck_assert(!service_rules_read(mem, ini, "crossgate", &notices, &service, &fault));
	ck_assert_str_eq(fault, "./none: cannot be read: No such file or directory");
}
END_TEST

START_TEST(kinds_of_notice)
{
	const struct cors_service *service;
	const struct ini_file *ini;
	struct cors_notices notices;
	char *fault = NULL;

	ck_assert(ini_parse(mem, "f",
	    SLICE("[other]\n[pipeline:x]\n[filter:a]\n" FACTORY "[cors]\nallowed_origin = https://a.example:443\n"),
	    &ini, &fault));
	ck_assert(service_rules_read(mem, ini, "crossgate", &notices, &service, &fault));
	ck_assert_uint_eq(notices.count, 3);
	ck_assert(notices.items[0].warning);
	ck_assert(!notices.items[1].warning);
	ck_assert(!notices.items[2].warning);
	ck_assert_str_eq(permitted(service, "https://a.example"), DEFAULTS("https://a.example"));
}
END_TEST

/* What an answer could not carry would be refused request by request. */
START_TEST(long_lists)
{
	static const char *const names[] = { "expose_headers", "allow_methods", "allow_headers" };
	static char list[5000];

	for (size_t i = 0; i < 2 * ARRAY_SIZE(names); i++) {
		const char *name = names[i % ARRAY_SIZE(names)], *text;
		bool fits = i < ARRAY_SIZE(names), taken;
		const struct cors_service *service;
		const struct ini_file *ini;
		struct cors_notices notices;
		char *fault = NULL;

		memset(list, 'x', sizeof(list));
		list[fits ? CORS_SERVICE_LIST_MAX : CORS_SERVICE_LIST_MAX + 1] = '\0';
		text = talloc_asprintf(mem, "[cors]\nallowed_origin = *\n%s = %s\n", name, list);
		ck_assert(ini_parse(mem, "f", slice_from(text), &ini, &fault));
		taken = service_rules_read(mem, ini, "crossgate", &notices, &service, &fault);
		ck_assert_msg(taken == fits, "%s: %s", name, fault);
		if (!fits)
			ck_assert_ptr_nonnull(strstr(fault, "is longer than an answer can carry: 4096 bytes"));
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("service rules");
	TCase *tc = tcase_create("service rules");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, choice, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, here);
	tcase_add_test(tc, kinds_of_notice);
	tcase_add_test(tc, long_lists);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
