/* From the sections of an ini file to the service's rules: options, inheritance, origins, and what an operator is told. */
#include "cors/service_rules.h"

#include "tests/unit/cors_sections.h"
#include "tests/unit/suite.h"

#define METHODS "OPTIONS,GET,HEAD,POST,PUT,DELETE,TRACE,PATCH"

/* A line of describe(). */
#define ORIGIN(origin, section, credentials, methods, headers, exposed, age)                               \
	origin " [" section "] " credentials " methods " methods "; headers " headers "; exposed " exposed \
	       "; age " age "\n"
#define STANDARD(origin, section) ORIGIN(origin, section, "credentials", METHODS, "", "", "3600")

#define A(options) "[cors]\nallowed_origin = https://a\n" options "\n"

/* OpenStack's guide. */
#define GUIDE_HEADERS "Content-Type,Cache-Control,Content-Language,Expires,Last-Modified,Pragma,X-Custom-Header"
#define GUIDE                                                                         \
	"[cors]\n"                                                                    \
	"allowed_origin = https://first_ui.example.com\n"                             \
	"max_age = 3600\n"                                                            \
	"allow_methods = GET,POST,PUT,DELETE\n"                                       \
	"allow_headers = " GUIDE_HEADERS "\n"                                         \
	"expose_headers = " GUIDE_HEADERS "\n"                                        \
	"\n"                                                                          \
	"[cors.ironic_webclient]\n"                                                   \
	"# CORS Configuration for a hypothetical ironic webclient, which overrides\n" \
	"# authentication\n"                                                          \
	"allowed_origin = https://ironic.example.com:443\n"                           \
	"allow_credentials = True\n"                                                  \
	"\n"                                                                          \
	"[cors.horizon]\n"                                                            \
	"# CORS Configuration for horizon, which uses global options.\n"              \
	"allowed_origin = https://horizon.example.com:443\n"                          \
	"\n"                                                                          \
	"[cors.wildcard]\n"                                                           \
	"# CORS Configuration for the CORS specified domain wildcard, which only\n"   \
	"# permits HTTP GET requests.\n"                                              \
	"allowed_origin = *\n"                                                        \
	"allow_methods = GET\n"

#define NEVER(value, why) "warning f:2: [cors] allowed_origin '" value "' can never match: " why "\n"
#define TAKEN(line, section, from, to) \
	"notice f:" line ": [" section "] allowed_origin '" from "' is taken as browsers send it: " to "\n"
#define TWICE(line, origin) "warning f:" line ": Allowed origin [" origin "] already exists, skipping\n"

static const struct {
	const char *name;
	const char *file;
	const char *rules;   /* as describe() shows them; "": none */
	const char *notices; /* as told() shows them */
} taken[] = {
	{ "no section, no rules", "", "", "" },
	{ "the OpenStack guide's example", GUIDE,
	    ORIGIN("https://first_ui.example.com", "cors", "credentials", "GET,POST,PUT,DELETE", GUIDE_HEADERS,
		GUIDE_HEADERS, "3600") ORIGIN("https://horizon.example.com", "cors.horizon", "credentials",
		"GET,POST,PUT,DELETE", GUIDE_HEADERS, GUIDE_HEADERS, "3600") ORIGIN("https://ironic.example.com",
		"cors.ironic_webclient", "credentials", "GET,POST,PUT,DELETE", GUIDE_HEADERS, GUIDE_HEADERS, "3600")
		ORIGIN("*", "cors.wildcard", "credentials", "GET", GUIDE_HEADERS, GUIDE_HEADERS, "3600"),
	    TAKEN("11", "cors.ironic_webclient", "https://ironic.example.com:443", "https://ironic.example.com")
		TAKEN("16", "cors.horizon", "https://horizon.example.com:443", "https://horizon.example.com") },

	/* the table of options */
	{ "allowed_origin: default none", "[cors]\nmax_age = 5\n", "", "" },
	{ "allowed_origin: a list", "[cors]\nallowed_origin = https://a,http://b:8080\n",
	    STANDARD("http://b:8080", "cors") STANDARD("https://a", "cors"), "" },
	{ "allowed_origin: * alone means any", "[cors]\nallowed_origin = *\n", STANDARD("*", "cors"), "" },
	{ "allowed_origin: * beside others", "[cors]\nallowed_origin = *,https://a\n",
	    STANDARD("https://a", "cors") STANDARD("*", "cors"), "" },
	{ "defaults of all options", A(""), STANDARD("https://a", "cors"), "" },
	{ "allow_credentials", A("allow_credentials = False"),
	    ORIGIN("https://a", "cors", "anonymous", METHODS, "", "", "3600"), "" },
	{ "expose_headers", A("expose_headers = ETag,X-Subject-Token"),
	    ORIGIN("https://a", "cors", "credentials", METHODS, "", "ETag,X-Subject-Token", "3600"), "" },
	{ "max_age", A("max_age = 0"), ORIGIN("https://a", "cors", "credentials", METHODS, "", "", "0"), "" },
	{ "max_age: empty, none is sent", A("max_age ="),
	    ORIGIN("https://a", "cors", "credentials", METHODS, "", "", ""), "" },
	{ "max_age: the most", A("max_age = 2147483647"),
	    ORIGIN("https://a", "cors", "credentials", METHODS, "", "", "2147483647"), "" },
	{ "allow_methods", A("allow_methods = GET,PROPFIND"),
	    ORIGIN("https://a", "cors", "credentials", "GET,PROPFIND", "", "", "3600"), "" },
	{ "allow_headers", A("allow_headers = X-Auth-Token,x-amz-*"),
	    ORIGIN("https://a", "cors", "credentials", METHODS, "X-Auth-Token,x-amz-*", "", "3600"), "" },

	/* lists */
	{ "list: members trimmed, empty ones dropped", A("allow_methods = , GET ,\t,,PUT,"),
	    ORIGIN("https://a", "cors", "credentials", "GET,PUT", "", "", "3600"), "" },
	{ "list: quotes around a member removed", A("allow_methods = \"GET\", 'PUT' ,' POST '"),
	    ORIGIN("https://a", "cors", "credentials", "GET,PUT,POST", "", "", "3600"), "" },
	{ "list: quotes around nothing", A("allow_methods = \"\",GET,' '"),
	    ORIGIN("https://a", "cors", "credentials", "GET", "", "", "3600"), "" },
	{ "list: quotes around an origin", "[cors]\nallowed_origin = 'https://a',\"*\"\n",
	    STANDARD("https://a", "cors") STANDARD("*", "cors"), "" },
	{ "list: indented lines go on", A("allow_methods = GET,\n PUT\n ,POST"),
	    ORIGIN("https://a", "cors", "credentials", "GET,PUT,POST", "", "", "3600"), "" },
	{ "list: no value is the empty list", A("allow_methods =\nallow_headers =\nexpose_headers = ,"),
	    ORIGIN("https://a", "cors", "credentials", "", "", "", "3600"), "" },
	{ "names of options are case-sensitive", A("Max_Age = 5"), STANDARD("https://a", "cors"),
	    "warning f:3: [cors] has an unknown option 'Max_Age'\n" },
	{ "of an option twice the last counts", A("max_age = 5\nmax_age = 6"),
	    ORIGIN("https://a", "cors", "credentials", METHODS, "", "", "6"), "" },

	/* inheritance */
	{ "inheritance: every option that is not set",
	    "[cors]\nallow_credentials = no\nexpose_headers = E\nmax_age = 7\nallow_methods = PUT\nallow_headers = H\n"
	    "[cors.x]\nallowed_origin = https://x\n",
	    ORIGIN("https://x", "cors.x", "anonymous", "PUT", "H", "E", "7"), "" },
	{ "inheritance: what is set stays",
	    "[cors]\nallow_credentials = no\nexpose_headers = E\nmax_age = 7\nallow_methods = PUT\nallow_headers = H\n"
	    "[cors.x]\nallowed_origin = https://x\nallow_credentials = yes\nexpose_headers = e\nmax_age = 8\n"
	    "allow_methods = GET\nallow_headers = h\n",
	    ORIGIN("https://x", "cors.x", "credentials", "GET", "h", "e", "8"), "" },
	{ "inheritance: no value overrides",
	    "[cors]\nexpose_headers = E\nmax_age = 7\nallow_methods = PUT\nallow_headers = H\n"
	    "[cors.x]\nallowed_origin = https://x\nexpose_headers =\nmax_age =\nallow_methods =\nallow_headers =\n",
	    ORIGIN("https://x", "cors.x", "credentials", "", "", "", ""), "" },
	{ "inheritance: not from other sections",
	    "[cors.w]\nallowed_origin = https://w\nmax_age = 7\n[cors.x]\nallowed_origin = https://x\n",
	    ORIGIN("https://w", "cors.w", "credentials", METHODS, "", "", "7") STANDARD("https://x", "cors.x"),
	    "" },
	{ "inheritance: from a [cors] that comes later",
	    "[cors.x]\nallowed_origin = https://x\n[cors]\nmax_age = 7\n",
	    ORIGIN("https://x", "cors.x", "credentials", METHODS, "", "", "7"), "" },
	{ "inheritance: allowed_origin never is", A("") "[cors.x]\nmax_age = 1\n", STANDARD("https://a", "cors"),
	    "warning f:4: [cors.x] has no allowed_origin and so no effect\n" },
	{ "inheritance: an allowed_origin without a value has no effect", A("") "[cors.x]\nallowed_origin =\n",
	    STANDARD("https://a", "cors"), "warning f:5: [cors.x] has no allowed_origin and so no effect\n" },
	{ "nothing is inherited between filters",
	    "[filter:a]\nallowed_origin = https://a\nmax_age = 1\n[filter:b]\nallowed_origin = https://b\n",
	    ORIGIN("https://a", "filter:a", "credentials", METHODS, "", "", "1") STANDARD("https://b", "filter:b"),
	    "" },
	{ "a filter inherits nothing from [cors]", "[cors]\nmax_age = 1\n[filter:b]\nallowed_origin = https://b\n",
	    STANDARD("https://b", "filter:b"), "" },

	/* whose an origin is */
	{ "an origin belongs to the first section that names it",
	    "[cors.x]\nallowed_origin = https://a\n[cors.y]\nallowed_origin = https://b,https://a\n",
	    STANDARD("https://a", "cors.x") STANDARD("https://b", "cors.y"), TWICE("4", "https://a") },
	{ "[cors] is first, wherever it stands", "[cors.x]\nallowed_origin = https://a\n" A(""),
	    STANDARD("https://a", "cors"), TWICE("2", "https://a") },
	{ "* belongs to the first section too", "[cors.x]\nallowed_origin = *\n[cors.y]\nallowed_origin = *\n",
	    STANDARD("*", "cors.x"), TWICE("4", "*") },
	{ "an origin twice in one list", "[cors]\nallowed_origin = https://a,https://a\n",
	    STANDARD("https://a", "cors"), TWICE("2", "https://a") },
	{ "an origin twice, spelt in two ways", "[cors]\nallowed_origin = https://a,HTTPS://A:443\n",
	    STANDARD("https://a", "cors"),
	    TAKEN("2", "cors", "HTTPS://A:443", "https://a") TWICE("2", "https://a") },
	{ "Allow-Credentials: explicitly on with *", "[cors]\nallowed_origin = *\nallow_credentials = True\n",
	    STANDARD("*", "cors"),
	    "warning f:3: [cors] allow_credentials is on, but credentials are never allowed to origin '*'\n" },
	{ "Allow-Credentials: on with *, inherited",
	    "[cors]\nallow_credentials = True\n[cors.x]\nallowed_origin = *\n", STANDARD("*", "cors.x"),
	    "warning f:2: [cors.x] allow_credentials is on, but credentials are never allowed to origin '*'\n" },
	{ "Allow-Credentials: explicitly off with *", "[cors]\nallowed_origin = *\nallow_credentials = False\n",
	    ORIGIN("*", "cors", "anonymous", METHODS, "", "", "3600"), "" },

	/* origins at load time */
	{ "lower case", "[cors]\nallowed_origin = HTTPS://UI.Example.COM\n",
	    STANDARD("https://ui.example.com", "cors"),
	    TAKEN("2", "cors", "HTTPS://UI.Example.COM", "https://ui.example.com") },
	{ "default port of https", "[cors]\nallowed_origin = https://x:443\n", STANDARD("https://x", "cors"),
	    TAKEN("2", "cors", "https://x:443", "https://x") },
	{ "default port of http", "[cors]\nallowed_origin = http://x:80\n", STANDARD("http://x", "cors"),
	    TAKEN("2", "cors", "http://x:80", "http://x") },
	{ "the other scheme's default port stays", "[cors]\nallowed_origin = http://x:443,https://x:80\n",
	    STANDARD("http://x:443", "cors") STANDARD("https://x:80", "cors"), "" },
	{ "any other port stays", "[cors]\nallowed_origin = http://x:8080,https://x:65535\n",
	    STANDARD("http://x:8080", "cors") STANDARD("https://x:65535", "cors"), "" },
	{ "the port of a scheme without a default", "[cors]\nallowed_origin = app://x:443\n",
	    STANDARD("app://x:443", "cors"), "" },
	{ "an IPv6 address", "[cors]\nallowed_origin = http://[::1],https://[2001:DB8::1]:443\n",
	    STANDARD("http://[::1]", "cors") STANDARD("https://[2001:db8::1]", "cors"),
	    TAKEN("2", "cors", "https://[2001:DB8::1]:443", "https://[2001:db8::1]") },
	{ "an extension's page", "[cors]\nallowed_origin = chrome-extension://abc\n",
	    STANDARD("chrome-extension://abc", "cors"), "" },
	{ "kept out: a path", "[cors]\nallowed_origin = https://x/path\n", "",
	    NEVER("https://x/path", "an origin has no path") },
	{ "kept out: a trailing slash", "[cors]\nallowed_origin = https://x/\n", "",
	    NEVER("https://x/", "an origin has no slash at its end") },
	{ "kept out: a partial wildcard", "[cors]\nallowed_origin = *.openstack.org\n", "",
	    NEVER("*.openstack.org", "a wildcard stands alone, for any origin, or not at all") },
	{ "kept out: a partial wildcard behind a scheme", "[cors]\nallowed_origin = https://*.openstack.org\n", "",
	    NEVER("https://*.openstack.org", "a wildcard stands alone, for any origin, or not at all") },
	{ "kept out: no scheme", "[cors]\nallowed_origin = ui.example.com\n", "",
	    NEVER("ui.example.com", "an origin begins with a scheme, such as https://") },
	{ "kept out: null", "[cors]\nallowed_origin = null\n", "",
	    NEVER("null", "every sandboxed page of any site has the origin null, so it is never allowed") },
	{ "kept out: only that member", "[cors]\nallowed_origin = https://a,https://b/,https://c\n",
	    STANDARD("https://a", "cors") STANDARD("https://c", "cors"),
	    NEVER("https://b/", "an origin has no slash at its end") },
	{ "kept out: no host", "[cors]\nallowed_origin = https://\n", "", NEVER("https://", "it names no host") },
	{ "kept out: a user name", "[cors]\nallowed_origin = https://u@x\n", "",
	    NEVER("https://u@x", "an origin has no user name") },
	{ "kept out: a query", "[cors]\nallowed_origin = https://x?q\n", "",
	    NEVER("https://x?q", "an origin has no query and no fragment") },
	{ "kept out: a scheme that is none", "[cors]\nallowed_origin = 1https://x\n", "",
	    NEVER("1https://x", "its scheme has characters that no scheme has") },
	{ "kept out: a host beyond ASCII, and its bytes escaped", "[cors]\nallowed_origin = https://\xc3\xbc\n", "",
	    NEVER("https://\\xC3\\xBC",
		"its host has characters that browsers do not send (names beyond ASCII go as Punycode)") },
	{ "kept out: two origins without a comma", "[cors]\nallowed_origin = https://a\n https://b\n", "",
	    NEVER("https://a\\x0Ahttps://b", "an origin has no path") },
	{ "kept out: brackets that do not close", "[cors]\nallowed_origin = https://[::1\n", "",
	    NEVER("https://[::1",
		"its host has characters that browsers do not send (names beyond ASCII go as Punycode)") },
	{ "kept out: an empty port", "[cors]\nallowed_origin = https://x:\n", "",
	    NEVER("https://x:", "its port is none that browsers send") },
	{ "kept out: a port too large", "[cors]\nallowed_origin = https://x:65536\n", "",
	    NEVER("https://x:65536", "its port is none that browsers send") },
	{ "kept out: a port with a zero in front", "[cors]\nallowed_origin = https://x:0443\n", "",
	    NEVER("https://x:0443", "its port is none that browsers send") },

	{ "unknown options", A("allow_origin = x\n'"), STANDARD("https://a", "cors"),
	    "warning f:3: [cors] has an unknown option 'allow_origin'\n"
	    "warning f:4: [cors] has an unknown option '\\''\n" },
	{ "a method in lower case", A("allow_methods = get,PUT,patch"),
	    ORIGIN("https://a", "cors", "credentials", "get,PUT,patch", "", "", "3600"),
	    "warning f:3: [cors] allow_methods 'get' can never match: methods are compared with their case, and none "
	    "stands for others\n" },
	{ "a wildcard among methods, told once", A("allow_methods = *") "[cors.x]\nallowed_origin = https://x\n",
	    ORIGIN("https://a", "cors", "credentials", "*", "", "", "3600")
		ORIGIN("https://x", "cors.x", "credentials", "*", "", "", "3600"),
	    "warning f:3: [cors] allow_methods '*' can never match: methods are compared with their case, and none "
	    "stands for others\n" },
};

#define BAD(option, value, why)                                                                               \
	{                                                                                                     \
		"fault: " option " " value, A(option " = " value), "f:3: [cors] " option ": '" value "' " why \
	}
#define NOT_BOOLEAN "is neither true nor false"
#define NOT_SECONDS "is no number of seconds from 0 to 2147483647"

static const struct {
	const char *name;
	const char *file;
	const char *fault;
} faulty[] = {
	BAD("allow_credentials", "maybe", NOT_BOOLEAN),
	BAD("allow_credentials", "", NOT_BOOLEAN),
	BAD("allow_credentials", "2", NOT_BOOLEAN),
	BAD("max_age", "-1", NOT_SECONDS),
	BAD("max_age", "1.5", NOT_SECONDS),
	BAD("max_age", "1h", NOT_SECONDS),
	BAD("max_age", "+1", NOT_SECONDS),
	BAD("max_age", "2147483648", NOT_SECONDS),
	BAD("max_age", "99999999999999999999999", NOT_SECONDS),
	{ "fault: a header name that is no token, exposed", A("expose_headers = ETag,X A"),
	    "f:3: [cors] expose_headers: 'X A' is no name of a header" },
	{ "fault: a header name that is no token, allowed", A("allow_headers = X:A"),
	    "f:3: [cors] allow_headers: 'X:A' is no name of a header" },
	{ "fault: a header name on two lines", A("expose_headers = X\n Y"),
	    "f:3: [cors] expose_headers: 'X\\x0AY' is no name of a header" },
	{ "fault: a header with two wildcards", A("allow_headers = *-*"),
	    "f:3: [cors] allow_headers: '*-*' has more than one wildcard" },
	{ "fault: a method with odd characters", A("allow_methods = GET,P/T"),
	    "f:3: [cors] allow_methods: 'P/T' is no HTTP method" },
	{ "fault: methods without commas", A("allow_methods = GET PUT"),
	    "f:3: [cors] allow_methods: 'GET PUT' is no HTTP method" },
	{ "fault: in a section without an origin", "[cors.x]\nmax_age = x\n",
	    "f:2: [cors.x] max_age: 'x' " NOT_SECONDS },
	{ "fault: in [cors], where the others override it",
	    "[cors.x]\nallowed_origin = https://x\nmax_age = 1\n[cors]\nmax_age = x\n",
	    "f:5: [cors] max_age: 'x' " NOT_SECONDS },
};

static const struct {
	const char *word;
	bool value;
} booleans[] = {
	{ "true", true },
	{ "True", true },
	{ "TRUE", true },
	{ "1", true },
	{ "on", true },
	{ "ON", true },
	{ "yes", true },
	{ "Yes", true },
	{ "false", false },
	{ "False", false },
	{ "0", false },
	{ "off", false },
	{ "Off", false },
	{ "no", false },
	{ "NO", false },
};

static void
describe_origin(struct buf *out, struct slice origin, const struct cors_service_section *section)
{
	buf_printf(out, "%.*s [%s] %s methods %.*s; headers %.*s; exposed %.*s; age %.*s\n", SLICE_ARG(origin),
	    section->name, section->allow_credentials ? "credentials" : "anonymous",
	    SLICE_ARG(section->allow_methods), SLICE_ARG(section->allow_headers),
	    SLICE_ARG(section->expose_headers), SLICE_ARG(section->max_age));
}

/* The origins in order, a line each, "*" last. */
static const char *
describe(TALLOC_CTX *mem, const struct cors_service *service)
{
	struct buf *out = buf_new(mem, 8192);

	if (service == NULL)
		return "";
	for (size_t i = 0; i < service->origin_count; i++)
		describe_origin(out, service->origins[i].text, service->origins[i].section);
	if (service->any_origin != NULL)
		describe_origin(out, SLICE("*"), service->any_origin);
	return buf_slice(out).data;
}

static const char *
told(TALLOC_CTX *mem, const struct cors_notices *notices)
{
	struct buf *out = buf_new(mem, 8192);

	for (size_t i = 0; i < notices->count; i++)
		buf_printf(
		    out, "%s %s\n", notices->items[i].warning ? "warning" : "notice", notices->items[i].text);
	return notices->count > 0 ? buf_slice(out).data : "";
}

START_TEST(compile)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *name = taken[_i].name;
	struct cors_compiled compiled = cors_sections_compile(mem, taken[_i].file);
	const char *rules, *notices = told(mem, &compiled.notices);

	ck_assert_msg(compiled.taken && compiled.fault == NULL, "%s: fault %s", name, compiled.fault);
	rules = describe(mem, compiled.service);
	ck_assert_msg(strcmp(rules, taken[_i].rules) == 0, "%s: rules\n%s", name, rules);
	ck_assert_msg(strcmp(notices, taken[_i].notices) == 0, "%s: notices\n%s", name, notices);
	talloc_free(mem);
}
END_TEST

START_TEST(fault)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_compiled compiled = cors_sections_compile(mem, faulty[_i].file);

	ck_assert_msg(!compiled.taken && compiled.service == NULL, "%s: taken", faulty[_i].name);
	ck_assert_msg(strcmp(compiled.fault, faulty[_i].fault) == 0, "%s: %s", faulty[_i].name, compiled.fault);
	talloc_free(mem);
}
END_TEST

START_TEST(boolean)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_compiled compiled =
	    cors_sections_compile(mem, talloc_asprintf(mem, A("allow_credentials = %s"), booleans[_i].word));

	ck_assert_msg(compiled.taken, "%s: %s", booleans[_i].word, compiled.fault);
	ck_assert_msg(
	    compiled.service->origins[0].section->allow_credentials == booleans[_i].value, "%s", booleans[_i].word);
	talloc_free(mem);
}
END_TEST

/* Two files may each have their [cors]; one that two filters read may come twice. */
START_TEST(files)
{
	static const struct cors_option seven = { "max_age", "7", "f", 2 }, eight = { "max_age", "8", "g", 2 },
					nine = { "max_age", "9", "p", 3 };
	static const struct cors_option x = { "allowed_origin", "https://x", "f", 4 },
					y = { "allowed_origin", "https://y", "g", 4 },
					z = { "allowed_origin", "https://z", "g", 6 };
	const struct cors_section sections[] = {
		{ "cors", false, "f", 1, &seven, 1 },
		{ "cors.x", true, "f", 3, &x, 1 },
		{ "cors", false, "g", 1, &eight, 1 },
		{ "cors.y", true, "g", 3, &y, 1 },
		{ "cors", false, "g", 1, &nine, 1 },
		{ "cors.z", true, "g", 5, &z, 1 },
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct cors_service *service;
	struct cors_notices notices;
	const char *why;

	ck_assert_msg(
	    cors_service_compile(mem, sections, ARRAY_SIZE(sections), &notices, &why, &service), "%s", why);
	ck_assert_str_eq(describe(mem, service),
	    ORIGIN("https://x", "cors.x", "credentials", METHODS, "", "", "7")
		ORIGIN("https://y", "cors.y", "credentials", METHODS, "", "", "8")
		    ORIGIN("https://z", "cors.z", "credentials", METHODS, "", "", "9"));
	ck_assert_uint_eq(cors_service_origin_count(service), 3);
	talloc_free(mem);
}
END_TEST

/* Comparing each with all before it would take minutes. */
START_TEST(many)
{
	enum {
		MANY = 200000
	};
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *list = buf_new(mem, SIZE_MAX / 2);
	struct cors_option option = { "allowed_origin", NULL, "f", 2 };
	const struct cors_section section = { "cors", false, "f", 1, &option, 1 };
	const struct cors_service *service;
	struct cors_notices notices;
	const char *why;

	for (unsigned i = 0; i < MANY; i++)
		buf_printf(list, "https://%x.org,", i);
	buf_append_string(list, "https://7.org");
	option.value = slice_dup(mem, buf_slice(list));
	ck_assert_msg(cors_service_compile(mem, &section, 1, &notices, &why, &service), "%s", why);
	ck_assert_uint_eq(cors_service_origin_count(service), MANY);
	ck_assert_str_eq(told(mem, &notices), TWICE("2", "https://7.org"));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_service");
	TCase *tc = tcase_create("service");

	tcase_add_loop_test(tc, compile, 0, ARRAY_SIZE(taken));
	tcase_add_loop_test(tc, fault, 0, ARRAY_SIZE(faulty));
	tcase_add_loop_test(tc, boolean, 0, ARRAY_SIZE(booleans));
	tcase_add_test(tc, files);
	tcase_add_test(tc, many);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
