/* CORSConfiguration documents: what is taken, what is refused and with which words, and what comes back. */
#include "cors/cors.h"

#include "common/buf.h"
#include "tests/unit/cors_document.h"
#include "tests/unit/suite.h"

#define LEAST ORIGIN("*") METHOD("GET")
#define S3_NS "http://s3.amazonaws.com/doc/2006-03-01/"

#define WRONG_METHOD "Found unsupported HTTP method in CORS config. Unsupported method is "
#define TWO_STARS    " can not have more than one wildcard."
#define STAR_EXPOSED " contains wildcard. We currently do not support wildcard for ExposeHeader."
#define BAD_BYTES    " contains invalid character."
#define X10          "xxxxxxxxxx"
#define X50          X10 X10 X10 X10 X10
#define X255         X50 X50 X50 X50 X50 "xxxxx"
#define E10          "éééééééééé"
#define E50          E10 E10 E10 E10 E10
#define E255         E50 E50 E50 E50 E50 "ééééé"

/* NULL as message: that of the table, with a reason behind it. */
static const struct {
	const char *name;
	struct slice document;
	enum s3_err err;
	const char *message;
} vectors[] = {
	{ "the least document", SLICE(DOC(RULE(LEAST))), S3_OK, NULL },
	{ "any order of elements",
	    SLICE(
		DOC(RULE(EXPOSE("ETag") MAX_AGE("3") HEADER("*") METHOD("GET") ID("a") ORIGIN("*") METHOD("PUT")))),
	    S3_OK, NULL },

	/* well-formed XML 1.0 */
	{ "white space, comments and processing instructions around the root",
	    SLICE("<?xml version=\"1.0\"?>\n<!-- a --><?b c?>\n" DOC(RULE(LEAST)) "\n<!-- d --><?e?>\n"), S3_OK,
	    NULL },
	{ "white space and comments between elements",
	    SLICE(DOC("\n\t<!-- a -->" RULE("\r\n" ORIGIN("*") " <!-- b --> " METHOD("GET") "\n") "\n")), S3_OK,
	    NULL },
	{ "not XML", SLICE("{\"CORSRules\": []}"), S3_MALFORMED_XML, NULL },
	{ "nothing at all", SLICE(""), S3_MALFORMED_XML, NULL },
	{ "white space alone", SLICE(" \n"), S3_MALFORMED_XML, NULL },
	{ "not closed", SLICE("<CORSConfiguration>" RULE(LEAST)), S3_MALFORMED_XML, NULL },
	{ "closed wrongly", SLICE("<CORSConfiguration><CORSRule>" LEAST "</CORSConfiguration></CORSRule>"),
	    S3_MALFORMED_XML, NULL },
	{ "text behind the root", SLICE(DOC(RULE(LEAST)) "x"), S3_MALFORMED_XML, NULL },
	{ "text before the root", SLICE("x" DOC(RULE(LEAST))), S3_MALFORMED_XML, NULL },
	{ "two roots", SLICE(DOC(RULE(LEAST)) DOC(RULE(LEAST))), S3_MALFORMED_XML, NULL },
	{ "NUL", SLICE(DOC(RULE(LEAST ID("a\0b")))), S3_MALFORMED_XML, NULL },
	{ "NUL behind the root", SLICE(DOC(RULE(LEAST)) "\0"), S3_MALFORMED_XML, NULL },
	{ "a control character as itself", SLICE(DOC(RULE(LEAST ID("\x01")))), S3_MALFORMED_XML, NULL },

	/* encoding */
	{ "UTF-8 declared", SLICE("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" DOC(RULE(LEAST ID("é")))), S3_OK,
	    NULL },
	{ "utf-8 declared in lower case", SLICE("<?xml version='1.0' encoding='utf-8'?>" DOC(RULE(LEAST))), S3_OK,
	    NULL },
	{ "byte order mark", SLICE("\xef\xbb\xbf" DOC(RULE(LEAST))), S3_OK, NULL },
	{ "byte order mark and declaration",
	    SLICE("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"UTF-8\"?>" DOC(RULE(LEAST))), S3_OK, NULL },
	{ "not UTF-8", SLICE(DOC(RULE(LEAST ID("\xe9")))), S3_MALFORMED_XML, NULL },
	{ "surrogate as UTF-8", SLICE(DOC(RULE(LEAST ID("\xed\xa0\x80")))), S3_MALFORMED_XML, NULL },
	{ "another declared encoding",
	    SLICE("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" DOC(RULE(LEAST ID("\xe9")))), S3_MALFORMED_XML,
	    NULL },
	{ "UTF-16", SLICE("\xff\xfe<\0C\0/\0>\0"), S3_MALFORMED_XML, NULL },

	/* DOCTYPE and entities */
	{ "DOCTYPE", SLICE("<!DOCTYPE CORSConfiguration>" DOC(RULE(LEAST))), S3_MALFORMED_XML, NULL },
	{ "DOCTYPE with an external entity",
	    SLICE("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" DOC(RULE(LEAST ID("&x;")))),
	    S3_MALFORMED_XML, NULL },
	{ "DOCTYPE with a bomb",
	    SLICE("<!DOCTYPE a [<!ENTITY x \"xxxx\"><!ENTITY y \"&x;&x;&x;\">]>" DOC(RULE(LEAST ID("&y;")))),
	    S3_MALFORMED_XML, NULL },
	{ "DOCTYPE after a comment", SLICE("<!-- --><!DOCTYPE a>" DOC(RULE(LEAST))), S3_MALFORMED_XML, NULL },
	{ "the five predefined entities", SLICE(DOC(RULE(LEAST ID("&lt;&gt;&amp;&apos;&quot;")))), S3_OK, NULL },
	{ "character references", SLICE(DOC(RULE(LEAST ID("&#65;&#x1F600;")))), S3_OK, NULL },
	{ "reference to an illegal character", SLICE(DOC(RULE(LEAST ID("&#1;")))), S3_MALFORMED_XML, NULL },
	{ "reference to NUL", SLICE(DOC(RULE(LEAST ID("&#0;")))), S3_MALFORMED_XML, NULL },
	{ "unknown entity", SLICE(DOC(RULE(LEAST ID("&nbsp;")))), S3_MALFORMED_XML, NULL },

	/* depth */
	{ "four levels", SLICE(DOC(RULE(LEAST ID("<a/>")))), S3_MALFORMED_XML, NULL },
	{ "five levels", SLICE(DOC(RULE(LEAST ID("<a><b/></a>")))), S3_MALFORMED_XML, NULL },

	/* namespace */
	{ "S3's namespace as default",
	    SLICE("<CORSConfiguration xmlns=\"" S3_NS "\">" RULE(LEAST) "</CORSConfiguration>"), S3_OK, NULL },
	{ "S3's namespace by prefix",
	    SLICE("<s:CORSConfiguration xmlns:s=\"" S3_NS "\"><s:CORSRule><s:AllowedOrigin>*</s:AllowedOrigin>"
		  "<s:AllowedMethod>GET</s:AllowedMethod></s:CORSRule></s:CORSConfiguration>"),
	    S3_OK, NULL },
	{ "another namespace as default",
	    SLICE("<CORSConfiguration xmlns=\"http://example.com/\">" RULE(LEAST) "</CORSConfiguration>"),
	    S3_MALFORMED_XML, NULL },
	{ "another namespace deep inside",
	    SLICE(DOC(RULE("<AllowedOrigin xmlns=\"http://example.com/\">*</AllowedOrigin>" METHOD("GET")))),
	    S3_MALFORMED_XML, NULL },
	{ "a prefix that is not declared", SLICE(DOC(RULE(LEAST "<q:ID>a</q:ID>"))), S3_MALFORMED_XML, NULL },

	/* names */
	{ "wrong root", SLICE("<CorsConfiguration>" RULE(LEAST) "</CorsConfiguration>"), S3_MALFORMED_XML, NULL },
	{ "wrong case of CORSRule", SLICE(DOC("<CorsRule>" LEAST "</CorsRule>")), S3_MALFORMED_XML, NULL },
	{ "wrong case of a value", SLICE(DOC(RULE(LEAST "<allowedHeader>*</allowedHeader>"))), S3_MALFORMED_XML,
	    NULL },
	{ "unknown element in a rule", SLICE(DOC(RULE(LEAST "<Note>a</Note>"))), S3_MALFORMED_XML, NULL },
	{ "unknown element beside rules", SLICE(DOC(RULE(LEAST) "<Note/>")), S3_MALFORMED_XML, NULL },
	{ "text between rules", SLICE(DOC(RULE(LEAST) "x" RULE(LEAST))), S3_MALFORMED_XML, NULL },
	{ "text between values", SLICE(DOC(RULE(ORIGIN("*") "x" METHOD("GET")))), S3_MALFORMED_XML, NULL },
	{ "an element inside a value", SLICE(DOC(RULE("<AllowedOrigin><b>*</b></AllowedOrigin>" METHOD("GET")))),
	    S3_MALFORMED_XML, NULL },
	{ "CDATA in a value", SLICE(DOC(RULE(ORIGIN("<![CDATA[*]]>") METHOD("GET")))), S3_OK, NULL },
	{ "attributes are ignored",
	    SLICE("<CORSConfiguration a=\"b\"><CORSRule c='d'>" LEAST "</CORSRule></CORSConfiguration>"), S3_OK,
	    NULL },

	/* number of rules */
	{ "0 rules", SLICE(DOC("")), S3_MALFORMED_XML, NULL },
	{ "0 rules, empty tag", SLICE("<CORSConfiguration/>"), S3_MALFORMED_XML, NULL },
	{ "text in place of rules", SLICE(DOC("rules")), S3_MALFORMED_XML, NULL },
	{ "an empty rule", SLICE(DOC(RULE(""))), S3_MALFORMED_XML, NULL },

	/* ID */
	{ "two IDs in a rule", SLICE(DOC(RULE(LEAST ID("a") ID("b")))), S3_MALFORMED_XML, NULL },
	{ "ID of 255 characters", SLICE(DOC(RULE(LEAST ID(X255)))), S3_OK, NULL },
	{ "ID of 256 characters", SLICE(DOC(RULE(LEAST ID(X255 "x")))), S3_MALFORMED_XML, NULL },
	{ "ID of 255 code points in 510 bytes", SLICE(DOC(RULE(LEAST ID(E255)))), S3_OK, NULL },
	{ "ID of 256 code points", SLICE(DOC(RULE(LEAST ID(E255 "é")))), S3_MALFORMED_XML, NULL },
	{ "empty ID", SLICE(DOC(RULE(LEAST ID("")))), S3_OK, NULL },
	{ "ID with line breaks", SLICE(DOC(RULE(LEAST ID("a&#13;&#10;Set-Cookie: b")))), S3_OK, NULL },
	{ "empty IDs may repeat", SLICE(DOC(RULE(LEAST ID("")) RULE(ORIGIN("a") METHOD("PUT") ID("")))), S3_OK,
	    NULL },
	{ "two different rules with one ID",
	    SLICE(DOC(RULE(LEAST ID("a")) RULE(ORIGIN("*") METHOD("PUT") ID("a")))), S3_INVALID_REQUEST,
	    "Two different CORS rules have the ID \"a\"." },
	{ "one ID, values in another order",
	    SLICE(DOC(RULE(ID("a") ORIGIN("b") ORIGIN("c") METHOD("GET"))
		    RULE(ID("a") ORIGIN("c") ORIGIN("b") METHOD("GET")))),
	    S3_INVALID_REQUEST, "Two different CORS rules have the ID \"a\"." },
	{ "one ID, MaxAgeSeconds in one alone", SLICE(DOC(RULE(LEAST ID("a")) RULE(LEAST ID("a") MAX_AGE("0")))),
	    S3_INVALID_REQUEST, "Two different CORS rules have the ID \"a\"." },
	{ "IDs differ by case", SLICE(DOC(RULE(LEAST ID("a")) RULE(ORIGIN("*") METHOD("PUT") ID("A")))), S3_OK,
	    NULL },

	/* AllowedOrigin */
	{ "no AllowedOrigin", SLICE(DOC(RULE(METHOD("GET")))), S3_MALFORMED_XML, NULL },
	{ "two wildcards in an origin", SLICE(DOC(RULE(ORIGIN("http://*.example.*") METHOD("GET")))),
	    S3_INVALID_REQUEST, "AllowedOrigin \"http://*.example.*\"" TWO_STARS },
	{ "two wildcards in a row", SLICE(DOC(RULE(ORIGIN("**") METHOD("GET")))), S3_INVALID_REQUEST,
	    "AllowedOrigin \"**\"" TWO_STARS },
	{ "one wildcard in each of two origins",
	    SLICE(DOC(RULE(ORIGIN("http://*.a") ORIGIN("http://b.*") METHOD("GET")))), S3_OK, NULL },
	{ "tab in an origin", SLICE(DOC(RULE(ORIGIN("a\tb") METHOD("GET")))), S3_INVALID_REQUEST,
	    "AllowedOrigin \"a\tb\"" BAD_BYTES },
	{ "line feed in an origin", SLICE(DOC(RULE(ORIGIN("a\nb") METHOD("GET")))), S3_INVALID_REQUEST,
	    "AllowedOrigin \"a\nb\"" BAD_BYTES },
	{ "carriage return in an origin", SLICE(DOC(RULE(ORIGIN("a&#13;") METHOD("GET")))), S3_INVALID_REQUEST,
	    "AllowedOrigin \"a\r\"" BAD_BYTES },
	{ "U+007F in an origin", SLICE(DOC(RULE(ORIGIN("a\x7f") METHOD("GET")))), S3_INVALID_REQUEST,
	    "AllowedOrigin \"a\x7f\"" BAD_BYTES },
	{ "blanks in an origin stay", SLICE(DOC(RULE(ORIGIN(" http://a ") METHOD("GET")))), S3_OK, NULL },
	{ "empty origin", SLICE(DOC(RULE(ORIGIN("") METHOD("GET")))), S3_OK, NULL },
	{ "an origin beyond ASCII", SLICE(DOC(RULE(ORIGIN("http://bücher.example") METHOD("GET")))), S3_OK, NULL },

	/* AllowedMethod */
	{ "no AllowedMethod", SLICE(DOC(RULE(ORIGIN("*")))), S3_MALFORMED_XML, NULL },
	{ "all five methods",
	    SLICE(
		DOC(RULE(ORIGIN("*") METHOD("GET") METHOD("PUT") METHOD("POST") METHOD("DELETE") METHOD("HEAD")))),
	    S3_OK, NULL },
	{ "method in lower case", SLICE(DOC(RULE(ORIGIN("*") METHOD("get")))), S3_INVALID_REQUEST,
	    WRONG_METHOD "get" },
	{ "method with a blank in front", SLICE(DOC(RULE(ORIGIN("*") METHOD(" GET")))), S3_INVALID_REQUEST,
	    WRONG_METHOD " GET" },
	{ "method with a line break behind", SLICE(DOC(RULE(ORIGIN("*") METHOD("GET\n")))), S3_INVALID_REQUEST,
	    WRONG_METHOD "GET\n" },
	{ "method *", SLICE(DOC(RULE(ORIGIN("*") METHOD("*")))), S3_INVALID_REQUEST, WRONG_METHOD "*" },
	{ "method OPTIONS", SLICE(DOC(RULE(ORIGIN("*") METHOD("OPTIONS")))), S3_INVALID_REQUEST,
	    WRONG_METHOD "OPTIONS" },
	{ "method PATCH", SLICE(DOC(RULE(ORIGIN("*") METHOD("PATCH")))), S3_INVALID_REQUEST, WRONG_METHOD "PATCH" },
	{ "method COPY", SLICE(DOC(RULE(ORIGIN("*") METHOD("COPY")))), S3_INVALID_REQUEST, WRONG_METHOD "COPY" },
	{ "empty method", SLICE(DOC(RULE(ORIGIN("*") METHOD("")))), S3_INVALID_REQUEST, WRONG_METHOD "" },
	{ "two methods in one element", SLICE(DOC(RULE(ORIGIN("*") METHOD("GET,PUT")))), S3_INVALID_REQUEST,
	    WRONG_METHOD "GET,PUT" },

	/* AllowedHeader */
	{ "two wildcards in a header", SLICE(DOC(RULE(LEAST HEADER("x-*-*")))), S3_INVALID_REQUEST,
	    "AllowedHeader \"x-*-*\"" TWO_STARS },
	{ "one wildcard in a header, anywhere",
	    SLICE(DOC(RULE(LEAST HEADER("*") HEADER("x-*") HEADER("*-a") HEADER("x-*-a")))), S3_OK, NULL },
	{ "empty header", SLICE(DOC(RULE(LEAST HEADER("")))), S3_INVALID_REQUEST, "AllowedHeader \"\"" BAD_BYTES },
	{ "blank in a header", SLICE(DOC(RULE(LEAST HEADER("x a")))), S3_INVALID_REQUEST,
	    "AllowedHeader \"x a\"" BAD_BYTES },
	{ "comma in a header", SLICE(DOC(RULE(LEAST HEADER("x,a")))), S3_INVALID_REQUEST,
	    "AllowedHeader \"x,a\"" BAD_BYTES },
	{ "colon in a header", SLICE(DOC(RULE(LEAST HEADER("x:")))), S3_INVALID_REQUEST,
	    "AllowedHeader \"x:\"" BAD_BYTES },
	{ "letters beyond ASCII in a header", SLICE(DOC(RULE(LEAST HEADER("é")))), S3_INVALID_REQUEST,
	    "AllowedHeader \"é\"" BAD_BYTES },
	{ "all of tchar", SLICE(DOC(RULE(LEAST HEADER("!#$%&amp;'*+-.^_`|~09azAZ")))), S3_OK, NULL },

	/* ExposeHeader */
	{ "wildcard in ExposeHeader", SLICE(DOC(RULE(LEAST EXPOSE("x-*")))), S3_INVALID_REQUEST,
	    "ExposeHeader \"x-*\"" STAR_EXPOSED },
	{ "ExposeHeader *", SLICE(DOC(RULE(LEAST EXPOSE("*")))), S3_INVALID_REQUEST,
	    "ExposeHeader \"*\"" STAR_EXPOSED },
	{ "empty ExposeHeader", SLICE(DOC(RULE(LEAST EXPOSE("")))), S3_INVALID_REQUEST,
	    "ExposeHeader \"\"" BAD_BYTES },
	{ "blank in ExposeHeader", SLICE(DOC(RULE(LEAST EXPOSE("ETag, X")))), S3_INVALID_REQUEST,
	    "ExposeHeader \"ETag, X\"" BAD_BYTES },
	{ "line break in ExposeHeader", SLICE(DOC(RULE(LEAST EXPOSE("ETag&#13;&#10;Set-Cookie")))),
	    S3_INVALID_REQUEST, "ExposeHeader \"ETag\r\nSet-Cookie\"" BAD_BYTES },
	{ "bare carriage return in ExposeHeader", SLICE(DOC(RULE(LEAST EXPOSE("a&#13;b")))), S3_INVALID_REQUEST,
	    "ExposeHeader \"a\rb\"" BAD_BYTES },

	/* MaxAgeSeconds */
	{ "two MaxAgeSeconds", SLICE(DOC(RULE(LEAST MAX_AGE("1") MAX_AGE("1")))), S3_MALFORMED_XML, NULL },
	{ "MaxAgeSeconds 0", SLICE(DOC(RULE(LEAST MAX_AGE("0")))), S3_OK, NULL },
	{ "MaxAgeSeconds 2147483647", SLICE(DOC(RULE(LEAST MAX_AGE("2147483647")))), S3_OK, NULL },
	{ "MaxAgeSeconds 2147483648", SLICE(DOC(RULE(LEAST MAX_AGE("2147483648")))), S3_MALFORMED_XML, NULL },
	{ "MaxAgeSeconds of thirty digits", SLICE(DOC(RULE(LEAST MAX_AGE("999999999999999999999999999999")))),
	    S3_MALFORMED_XML, NULL },
	{ "MaxAgeSeconds negative", SLICE(DOC(RULE(LEAST MAX_AGE("-1")))), S3_MALFORMED_XML, NULL },
	{ "MaxAgeSeconds with a sign", SLICE(DOC(RULE(LEAST MAX_AGE("+1")))), S3_MALFORMED_XML, NULL },
	{ "MaxAgeSeconds with a fraction", SLICE(DOC(RULE(LEAST MAX_AGE("1.0")))), S3_MALFORMED_XML, NULL },
	{ "MaxAgeSeconds empty", SLICE(DOC(RULE(LEAST MAX_AGE("")))), S3_MALFORMED_XML, NULL },
	{ "MaxAgeSeconds with white space around", SLICE(DOC(RULE(LEAST MAX_AGE("\n\t 60&#13; ")))), S3_OK, NULL },
	{ "MaxAgeSeconds with white space inside", SLICE(DOC(RULE(LEAST MAX_AGE("6 0")))), S3_MALFORMED_XML, NULL },
	{ "MaxAgeSeconds with other space",
	    SLICE(DOC(RULE(LEAST MAX_AGE("\xc2\xa0"
					 "60")))),
	    S3_MALFORMED_XML, NULL },

	/* order of the checks */
	{ "a value fault in the first rule, a structure fault in the last",
	    SLICE(DOC(RULE(ORIGIN("**") METHOD("get")) RULE(ORIGIN("*")))), S3_MALFORMED_XML, NULL },
	{ "a value fault, and a bad MaxAgeSeconds behind it",
	    SLICE(DOC(RULE(ORIGIN("*") METHOD("get") MAX_AGE("x")))), S3_MALFORMED_XML, NULL },
	{ "methods before origins", SLICE(DOC(RULE(ORIGIN("**") METHOD("get")))), S3_INVALID_REQUEST,
	    WRONG_METHOD "get" },
	{ "origins before AllowedHeader", SLICE(DOC(RULE(HEADER("**") ORIGIN("**") METHOD("GET")))),
	    S3_INVALID_REQUEST, "AllowedOrigin \"**\"" TWO_STARS },
	{ "AllowedHeader before ExposeHeader", SLICE(DOC(RULE(EXPOSE("*") HEADER("**") LEAST))), S3_INVALID_REQUEST,
	    "AllowedHeader \"**\"" TWO_STARS },
	{ "rule by rule", SLICE(DOC(RULE(LEAST EXPOSE("*")) RULE(ORIGIN("*") METHOD("get")))), S3_INVALID_REQUEST,
	    "ExposeHeader \"*\"" STAR_EXPOSED },
	{ "of two wrong methods the first", SLICE(DOC(RULE(ORIGIN("*") METHOD("GET") METHOD("put") METHOD("x")))),
	    S3_INVALID_REQUEST, WRONG_METHOD "put" },

	/* where peers differ */
	{ "peers differ, zero rules are refused", SLICE(DOC("\n")), S3_MALFORMED_XML, NULL },
	{ "peers differ, rule without method", SLICE(DOC(RULE(ORIGIN("*") HEADER("*")))), S3_MALFORMED_XML, NULL },
	{ "peers differ, origin wildcard anywhere", SLICE(DOC(RULE(ORIGIN("htt*example.com:80") METHOD("GET")))),
	    S3_OK, NULL },

	/* complaints */
	{ "two wildcards let in", SLICE(DOC(RULE(ORIGIN("https://*.*") METHOD("GET")))), S3_INVALID_REQUEST,
	    "AllowedOrigin \"https://*.*\"" TWO_STARS },
	{ "example with ETag exposed for uploads",
	    SLICE(DOC(
		RULE(ORIGIN("https://app.example.com") METHOD("PUT") METHOD("POST") HEADER("*") EXPOSE("ETag")))),
	    S3_OK, NULL },
};

START_TEST(parse)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct slice table = slice_from(s3_err_message(S3_MALFORMED_XML));
	struct cors_rules *rules;
	enum s3_err err = cors_rules_parse(mem, vectors[_i].document, &why, &rules);

	ck_assert_msg(err == vectors[_i].err, "%s: error %s", vectors[_i].name, s3_err_code(err));
	ck_assert_msg((rules != NULL) == (err == S3_OK), "%s: output", vectors[_i].name);
	ck_assert_msg(why.err == err, "%s: refusal", vectors[_i].name);
	if (vectors[_i].message != NULL)
		ck_assert_msg(strcmp(why.message, vectors[_i].message) == 0, "%s: message \"%s\"", vectors[_i].name,
		    why.message);
	else if (err != S3_OK)
		ck_assert_msg(slice_starts_with(slice_from(why.message), table), "%s: message \"%s\"",
		    vectors[_i].name, why.message);
	talloc_free(mem);
}
END_TEST

#define WRITTEN(rules)                                                                              \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CORSConfiguration xmlns=\"" S3_NS "\">" rules \
	"</CORSConfiguration>"

static const struct {
	const char *name;
	const char *document;
	const char *written;
} answers[] = {
	{ "order of kinds, order within a kind",
	    DOC(RULE(EXPOSE("b") EXPOSE("A") MAX_AGE("3") HEADER("z") HEADER("Y") METHOD("PUT") METHOD("GET")
		    ID("i") ORIGIN("http://b") ORIGIN("http://a"))),
	    WRITTEN(RULE(ID("i") METHOD("PUT") METHOD("GET") ORIGIN("http://b") ORIGIN("http://a") HEADER("z")
		    HEADER("Y") MAX_AGE("3") EXPOSE("b") EXPOSE("A"))) },
	{ "rules in the order they were put",
	    DOC(RULE(ID("z") ORIGIN("b") METHOD("GET")) RULE(ID("a") ORIGIN("a") METHOD("PUT"))),
	    WRITTEN(RULE(ID("z") METHOD("GET") ORIGIN("b")) RULE(ID("a") METHOD("PUT") ORIGIN("a"))) },
	{ "repeated elements stay",
	    DOC(RULE(METHOD("GET") METHOD("GET") ORIGIN("a") ORIGIN("a") HEADER("h") HEADER("H") HEADER("h"))),
	    WRITTEN(
		RULE(METHOD("GET") METHOD("GET") ORIGIN("a") ORIGIN("a") HEADER("h") HEADER("H") HEADER("h"))) },
	{ "text exactly as put",
	    DOC(RULE(ID(" a &lt;&amp;&gt;&quot;&#13;\t\n\xc3\xa9 ") METHOD("GET") ORIGIN(" http://A ")
		    MAX_AGE(" 060 "))),
	    WRITTEN(RULE(ID(" a &lt;&amp;&gt;&quot;&#xD;\t\n\xc3\xa9 ") METHOD("GET") ORIGIN(" http://A ")
		    MAX_AGE(" 060 "))) },
	{ "empty texts stay", DOC(RULE("<ID/>" METHOD("GET") "<AllowedOrigin/>")),
	    WRITTEN(RULE(ID("") METHOD("GET") ORIGIN(""))) },
	{ "exact repeats of a whole rule are stored once",
	    DOC(RULE(ID("a") LEAST) RULE(ID("b") LEAST) RULE(ID("a") LEAST)),
	    WRITTEN(RULE(ID("a") METHOD("GET") ORIGIN("*")) RULE(ID("b") METHOD("GET") ORIGIN("*"))) },
	{ "a repeat with its kinds in another order is exact",
	    DOC(RULE(ID("a") ORIGIN("*") METHOD("GET")) RULE(METHOD("GET") ORIGIN("*") ID("a"))),
	    WRITTEN(RULE(ID("a") METHOD("GET") ORIGIN("*"))) },
	{ "rules without an ID may repeat", DOC(RULE(LEAST) RULE(LEAST)),
	    WRITTEN(RULE(METHOD("GET") ORIGIN("*")) RULE(METHOD("GET") ORIGIN("*"))) },
	{ "rules with an empty ID may repeat", DOC(RULE(ID("") LEAST) RULE(ID("") LEAST)),
	    WRITTEN(RULE(ID("") METHOD("GET") ORIGIN("*")) RULE(ID("") METHOD("GET") ORIGIN("*"))) },
};

static struct cors_rules *
must_parse(TALLOC_CTX *mem, struct slice document, const char *name)
{
	struct s3_refusal why = { .mem = mem };
	struct cors_rules *rules;
	enum s3_err err = cors_rules_parse(mem, document, &why, &rules);

	ck_assert_msg(err == S3_OK, "%s: %s", name, why.message);
	return rules;
}

START_TEST(write_back)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct cors_rules *rules = must_parse(mem, slice_from(answers[_i].document), answers[_i].name);
	struct slice written = cors_rules_write(mem, rules);
	struct slice again;

	ck_assert_msg(slice_equal(written, slice_from(answers[_i].written)), "%s: %.*s", answers[_i].name,
	    SLICE_ARG(written));
	again = cors_rules_write(mem, must_parse(mem, written, answers[_i].name));
	ck_assert_msg(slice_equal(written, again), "%s: again %.*s", answers[_i].name, SLICE_ARG(again));
	talloc_free(mem);
}
END_TEST

/* A document with `count` rules; each has a number as its ID. */
static struct slice
many_rules(TALLOC_CTX *mem, unsigned count, const char *last)
{
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);

	buf_append_string(document, "<CORSConfiguration>");
	for (unsigned i = 0; i < count; i++)
		buf_printf(document, RULE(ID("%u") LEAST), i);
	buf_append_string(document, last);
	buf_append_string(document, "</CORSConfiguration>");
	return buf_slice(document);
}

START_TEST(number_of_rules)
{
	static const char too_many[] = "The number of CORS rules should not exceed allowed limit of 100 rules.";
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem }, both = { .mem = mem }, value = { .mem = mem };
	struct cors_rules *rules = must_parse(mem, many_rules(mem, 100, ""), "100 rules");

	ck_assert_uint_eq(cors_rules_count(rules), 100);
	ck_assert_msg(cors_rules_parse(mem, many_rules(mem, 101, ""), &why, &rules) == S3_INVALID_REQUEST,
	    "more than 100 rules");
	ck_assert_str_eq(why.message, too_many);
	ck_assert_msg(cors_rules_parse(mem, many_rules(mem, 101, RULE("")), &both, &rules) == S3_MALFORMED_XML,
	    "more than 100 rules, and a structure fault");
	ck_assert_msg(cors_rules_parse(mem, many_rules(mem, 100, RULE(ORIGIN("**") METHOD("GET"))), &value,
			  &rules) == S3_INVALID_REQUEST,
	    "more than 100 rules, and a value fault");
	ck_assert_str_eq(value.message, too_many);
	talloc_free(mem);
}
END_TEST

/* The least document with a comment that makes it `length` bytes long. */
static struct slice
padded(TALLOC_CTX *mem, size_t length)
{
	static const char start[] = DOC(RULE(LEAST)) "<!--", end[] = "-->";
	char *document = talloc_size(mem, length);

	memset(document, ' ', length);
	memcpy(document, start, sizeof(start) - 1);
	memcpy(document + length - (sizeof(end) - 1), end, sizeof(end) - 1);
	return slice_make(document, length);
}

START_TEST(size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct cors_rules *rules = must_parse(mem, padded(mem, CORS_DOCUMENT_MAX), "65536 bytes");

	ck_assert_msg(cors_rules_parse(mem, padded(mem, CORS_DOCUMENT_MAX + 1), &why, &rules) == S3_MALFORMED_XML,
	    "65537 bytes");
	ck_assert_ptr_null(rules);
	talloc_free(mem);
}
END_TEST

/* As many levels as fit: refused, and without the stack growing along. */
START_TEST(deep)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);
	struct cors_rules *rules;

	for (unsigned i = 0; i < CORS_DOCUMENT_MAX / 7; i++)
		buf_append_string(document, "<a>");
	for (unsigned i = 0; i < CORS_DOCUMENT_MAX / 7; i++)
		buf_append_string(document, "</a>");
	ck_assert(!buf_overflowed(document));
	ck_assert_int_eq(cors_rules_parse(mem, buf_slice(document), &why, &rules), S3_MALFORMED_XML);
	talloc_free(mem);
}
END_TEST

/* A value as long as a document allows is cut in the message, and not inside a character. */
START_TEST(long_value)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	struct buf *document = buf_new(mem, CORS_DOCUMENT_MAX);
	struct cors_rules *rules;
	size_t length;

	buf_append_string(document, "<CORSConfiguration><CORSRule>" ORIGIN("*") "<AllowedMethod>x");
	for (unsigned i = 0; i < 20000; i++)
		buf_append_string(document, "é");
	buf_append_string(document, "</AllowedMethod></CORSRule></CORSConfiguration>");
	ck_assert_int_eq(cors_rules_parse(mem, buf_slice(document), &why, &rules), S3_INVALID_REQUEST);
	length = strlen(why.message);
	ck_assert_uint_lt(length, 2000);
	ck_assert_str_eq(why.message + length - 5, "é...");
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("cors_rules");
	TCase *tc = tcase_create("rules");

	tcase_add_loop_test(tc, parse, 0, ARRAY_SIZE(vectors));
	tcase_add_loop_test(tc, write_back, 0, ARRAY_SIZE(answers));
	tcase_add_test(tc, number_of_rules);
	tcase_add_test(tc, size);
	tcase_add_test(tc, deep);
	tcase_add_test(tc, long_value);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
