#include "common/xml.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

#define S3 "xmlns=\"" XML_S3_NAMESPACE "\""

static const struct xml_element *
parse(const char *document)
{
	return xml_parse(mem, slice_from(document), (struct xml_limits){ 0 });
}

/* name(child,child) or name="text", with the attributes in brackets. */
static void
describe(struct buf *out, const struct xml_element *element)
{
	buf_append(out, element->name);
	for (size_t i = 0; i < element->attributes.count; i++) {
		const struct field *attribute = &element->attributes.items[i];

		buf_printf(out, "[%.*s=%.*s]", SLICE_ARG(attribute->name), SLICE_ARG(attribute->value));
	}
	if (element->first == NULL) {
		buf_printf(out, "=\"%.*s\"", SLICE_ARG(element->text));
		return;
	}
	ck_assert_uint_eq(element->text.length, 0);
	buf_append_byte(out, '(');
	for (const struct xml_element *child = element->first; child != NULL; child = child->next) {
		describe(out, child);
		buf_append_string(out, child->next != NULL ? "," : ")");
	}
}

static const struct {
	const char *name, *document, *described;
} good[] = {
	{ "empty root", "<A/>", "A=\"\"" },
	{ "start and end", "<A></A>", "A=\"\"" },
	{ "text as written", "<A> a\n\tb </A>", "A=\" a\n\tb \"" },
	{ "children in order", "<A><B>1</B><C/><B>2</B></A>", "A(B=\"1\",C=\"\",B=\"2\")" },
	{ "white space beside children", "<A>\r\n\t<B>1</B> <C> </C>\n</A>", "A(B=\"1\",C=\" \")" },
	{ "comments and instructions",
	    "<!-- <B> --><?x <C> ?><A><!-- > --><B>1<!-- x -->2</B><?y?></A><!-- --><?z?>\n", "A(B=\"12\")" },
	{ "predefined entities", "<A>&lt;&gt;&amp;&quot;&apos;</A>", "A=\"<>&\"'\"" },
	{ "character references", "<A>&#65;&#x42;&#x1F600;&#13;</A>", "A=\"AB\xf0\x9f\x98\x80\r\"" },
	{ "CDATA", "<A>a<![CDATA[<B>&amp;]]>]]&gt;</A>", "A=\"a<B>&amp;]]>\"" },
	{ "line ends", "<A>a\r\nb\rc</A>", "A=\"a\nb\nc\"" },
	{ "S3's namespace", "<A " S3 "><B>1</B></A>", "A(B=\"1\")" },
	{ "S3's namespace with a prefix", "<s:A xmlns:s=\"" XML_S3_NAMESPACE "\"><s:B/></s:A>", "A(B=\"\")" },
	{ "S3's namespace taken back", "<A " S3 "><B xmlns=\"\">1</B></A>", "A(B=\"1\")" },
	{ "attributes of a foreign namespace",
	    "<A " S3
	    "><B xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Group\" x='&lt;&#9;>&amp;amp;&#38;'/></A>",
	    "A(B[type=Group][x=<\t>&amp;&]=\"\")" },
	{ "declaration", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<A/>", "A=\"\"" },
	{ "declaration, other quotes and case", "<?xml version='1.0' encoding = 'utf-8' standalone='yes' ?><A/>",
	    "A=\"\"" },
	{ "US-ASCII is a part of UTF-8", "<?xml version=\"1.0\" encoding=\"US-ASCII\"?><A/>", "A=\"\"" },
	{ "byte order mark", "\xef\xbb\xbf<?xml version=\"1.0\"?><A>\xc3\xa4</A>", "A=\"\xc3\xa4\"" },
	{ "the deepest allowed", "<A><A><A><A><A><A><A><A>8</A></A></A></A></A></A></A></A>",
	    "A(A(A(A(A(A(A(A=\"8\")))))))" },
};

START_TEST(reads)
{
	const struct xml_element *root = parse(good[_i].document);
	struct buf *described = buf_new(mem, 1000);

	ck_assert_msg(root != NULL, "%s", good[_i].name);
	describe(described, root);
	ck_assert_msg(slice_equal(buf_slice(described), slice_from(good[_i].described)), "%s: %s", good[_i].name,
	    buf_slice(described).data);
}
END_TEST

#define DOCTYPE(inside) "<!DOCTYPE A" inside "><A/>"
#define BOMB                                                                             \
	"<!DOCTYPE A [<!ENTITY a \"lol\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">" \
	"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">]><A>&d;</A>"
#define ATTRIBUTES_8(n) " a" n "='' b" n "='' c" n "='' d" n "='' e" n "='' f" n "='' g" n "='' h" n "=''"
#define ATTRIBUTES_32   ATTRIBUTES_8("1") ATTRIBUTES_8("2") ATTRIBUTES_8("3") ATTRIBUTES_8("4")

static const struct {
	const char *name;
	struct slice document;
} bad[] = {
#define BAD(name, document)                            \
	{                                              \
		name,                                  \
		{                                      \
			document, sizeof(document) - 1 \
		}                                      \
	}
	BAD("nothing", ""),
	BAD("white space", " \n"),
	BAD("text", "text"),
	BAD("a declaration alone", "<?xml version=\"1.0\"?>"),
	BAD("a comment alone", "<!-- -->"),
	BAD("a byte order mark alone", "\xef\xbb\xbf"),
	BAD("two byte order marks", "\xef\xbb\xbf\xef\xbb\xbf<A/>"),
	/* truncated */
	BAD("no end", "<A>"),
	BAD("half an end", "<A></A"),
	BAD("half a start", "<A"),
	BAD("half an attribute", "<A b='"),
	BAD("half a comment", "<A><!-- </A>"),
	BAD("half an instruction", "<A/><?x"),
	BAD("half a CDATA section", "<A><![CDATA[ </A>"),
	BAD("half a character", "<A>\xc3"),
	BAD("an inner element open", "<A><B></A>"),
	/* not well-formed */
	BAD("wrong order", "<A><B></A></B>"),
	BAD("two roots", "<A/><A/>"),
	BAD("text behind the root", "<A/>x"),
	BAD("text before the root", "x<A/>"),
	BAD("a reference behind the root", "<A/>&#65;"),
	BAD("CDATA behind the root", "<A/><![CDATA[x]]>"),
	BAD("white space before the declaration", " <?xml version=\"1.0\"?><A/>"),
	BAD("a second declaration", "<?xml version=\"1.0\"?><?xml version=\"1.0\"?><A/>"),
	BAD("attribute twice", "<A b='' b=''/>"),
	BAD("attribute twice through namespaces", "<A xmlns:x='u' xmlns:y='u' x:b='' y:b=''/>"),
	BAD("attribute without quotes", "<A b=c/>"),
	BAD("less-than in an attribute", "<A b='<'/>"),
	BAD("bare ampersand", "<A>a & b</A>"),
	BAD("bare ampersand in an attribute", "<A b='&'/>"),
	BAD("end of CDATA in text", "<A>]]></A>"),
	BAD("two hyphens in a comment", "<A><!-- -- --></A>"),
	BAD("name that begins with a digit", "<1/>"),
	BAD("reference to a control character", "<A>&#1;</A>"),
	BAD("reference to NUL", "<A>&#0;</A>"),
	BAD("reference to a surrogate", "<A>&#xD800;</A>"),
	BAD("reference beyond Unicode", "<A>&#x110000;</A>"),
	BAD("reference that overflows", "<A>&#99999999999999999999;</A>"),
	BAD("control character", "<A>\x01</A>"),
	BAD("no character", "<A>\xef\xbf\xbe</A>"),
	BAD("instruction without a name", "<A><?1 ?></A>"),
	/* document types and entities */
	BAD("DOCTYPE", DOCTYPE("")),
	BAD("DOCTYPE, public", DOCTYPE(" PUBLIC 'a' 'http://127.0.0.1:1/a.dtd'")),
	BAD("DOCTYPE, system", DOCTYPE(" SYSTEM 'file:///etc/passwd'")),
	BAD("DOCTYPE behind a comment", "<?xml version='1.0'?><!-- <A> --><?x?>" DOCTYPE("")),
	BAD("DOCTYPE in lower case", "<!doctype A><A/>"),
	BAD("entity bomb", BOMB),
	BAD("external entity", "<!DOCTYPE A [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><A>&x;</A>"),
	BAD("parameter entity", "<!DOCTYPE A [<!ENTITY % x SYSTEM 'http://127.0.0.1:1/'> %x;]><A/>"),
	BAD("attribute default", "<!DOCTYPE A [<!ATTLIST A b CDATA 'x'>]><A/>"),
	BAD("undeclared entity", "<A>&x;</A>"),
	BAD("undeclared entity in an attribute", "<A b='&x;'/>"),
	BAD("entity that HTML knows", "<A>&nbsp;</A>"),
	/* encodings */
	BAD("Latin-1", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><A/>"),
	BAD("UTF-16 declared", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><A/>"),
	BAD("UTF-7 declared", "<?xml version=\"1.0\" encoding=\"UTF-7\"?><A>+ADw-</A>"),
	BAD("UTF-32 declared", "<?xml version=\"1.0\" encoding=\"UTF-32\"?><A/>"),
	BAD("EBCDIC declared", "<?xml version=\"1.0\" encoding='IBM037'?><A/>"),
	BAD("encoding unknown", "<?xml version=\"1.0\" encoding=\"x\"?><A/>"),
	BAD("encoding empty", "<?xml version=\"1.0\" encoding=\"\"?><A/>"),
	BAD("encoding without quotes", "<?xml version=\"1.0\" encoding=UTF-8?><A/>"),
	BAD("encoding without end", "<?xml version=\"1.0\" encoding=\"UTF-8?><A/>"),
	BAD("encoding on another line", "<?xml version=\"1.0\"\n\tencoding\r\n = 'latin1'?><A/>"),
	BAD("UTF-16", "\xff\xfe<\0A\0/\0>\0"),
	BAD("UTF-16 without mark", "<\0A\0/\0>\0"),
	BAD("EBCDIC", "\x4c\x6f\xa7\x94"),
	BAD("Latin-1 bytes", "<A>caf\xe9</A>"),
	BAD("overlong less-than", "<A>\xc0\xbc</A>"),
	BAD("NUL", "<A>a\0b</A>"),
	BAD("NUL behind the end", "<A/>\0"),
	/* namespaces */
	BAD("foreign namespace", "<A xmlns='http://example.com/'/>"),
	BAD("foreign namespace within", "<A " S3 "><x:B xmlns:x='http://example.com/'/></A>"),
	BAD("S3's namespace without its slash", "<A xmlns='http://s3.amazonaws.com/doc/2006-03-01'/>"),
	BAD("undeclared prefix", "<x:A/>"),
	BAD("undeclared prefix of an attribute", "<A x:b=''/>"),
	BAD("two colons", "<x:y:A xmlns:x='" XML_S3_NAMESPACE "'/>"),
	/* text beside elements */
	BAD("text before a child", "<A>x<B/></A>"),
	BAD("text behind a child", "<A><B/>x</A>"),
	BAD("text between children", "<A><B/> x <B/></A>"),
	BAD("a reference beside a child", "<A><B/>&#120;</A>"),
	BAD("CDATA beside a child", "<A><![CDATA[x]]><B/></A>"),
	BAD("a no-break space beside a child", "<A>\xc2\xa0<B/></A>"),
	/* limits */
	BAD("nine levels", "<A><A><A><A><A><A><A><A><A/></A></A></A></A></A></A></A></A>"),
	BAD("33 attributes", "<A" ATTRIBUTES_32 " x=''/>"),
};

START_TEST(refuses)
{
	const struct xml_element *root = xml_parse(mem, bad[_i].document, (struct xml_limits){ 0 });

	ck_assert_msg(root == NULL, "%s", bad[_i].name);
	ck_assert_msg(talloc_total_blocks(mem) == 1, "%s: memory stays behind", bad[_i].name);
}
END_TEST

static const struct {
	const char *name;
	struct slice document;
	unsigned line;
	const char *said; /* part of it */
} faults[] = {
	{ "empty", SLICE(""), 1, "empty" },
	{ "NUL", SLICE("<A>\n\0</A>"), 2, "NUL" },
	{ "no UTF-8", SLICE("<A>\n\n\xe9</A>"), 3, "UTF-8" },
	{ "encoding", SLICE("<?xml version=\"1.0\" encoding=\"latin1\"?><A/>"), 1, "encoding" },
	{ "DOCTYPE", SLICE("<!-- \n -->\n<!DOCTYPE A><A/>"), 3, "document type" },
	{ "too many attributes", SLICE("<A>\n<B" ATTRIBUTES_32 " x=''/></A>"), 2, "attributes" },
	{ "tag open", SLICE("<A>\n\n<B</A>"), 3, "a tag" },
	{ "mismatch", SLICE("<A>\n<B>\n</A>"), 3, "B" },
	{ "ampersand", SLICE("<A>\n<B>a & b</B>\n</A>"), 2, "" },
	{ "control character", SLICE("<A>\n\n\n\x01</A>"), 4, "" },
	{ "undeclared prefix", SLICE("<A>\n<x:B/></A>"), 2, "prefix" },
	{ "foreign namespace", SLICE("<A>\n<B xmlns='u'/></A>"), 2, "namespace" },
	{ "text beside elements", SLICE("<A>\n<B/>\nx\n</A>"), 3, "text beside elements" },
	{ "too deep", SLICE("<A><A><A>\n<A><A><A><A><A>\n<A/></A></A></A></A></A></A></A></A>"), 3, "too deep" },
	{ "cut short", SLICE("<A>\n<B/>\n"), 2, "ends before" },
	{ "two roots", SLICE("<A/>\n<A/>"), 2, "" },
};

START_TEST(says_why)
{
	struct xml_fault fault;

	ck_assert_ptr_null(xml_parse_or_say(mem, faults[_i].document, (struct xml_limits){ 0 }, &fault));
	ck_assert_msg(fault.line == faults[_i].line && strstr(fault.text, faults[_i].said) != NULL,
	    "%s: line %u: %s", faults[_i].name, fault.line, fault.text);
}
END_TEST

START_TEST(lines)
{
	struct xml_fault fault = { 1, "" };
	const struct xml_element *root =
	    xml_parse_or_say(mem, SLICE("<?xml version='1.0'?>\n<A>\n <B>1\n</B><B\n x='' ><C/>\n</B></A>"),
		(struct xml_limits){ 0 }, &fault);

	ck_assert(root != NULL && fault.text == NULL);
	ck_assert_uint_eq(root->line, 2);
	ck_assert_uint_eq(root->first->line, 3);
	ck_assert_uint_eq(root->first->next->line, 5);
	ck_assert_uint_eq(root->first->next->first->line, 5);
}
END_TEST

/* A document may be cut behind its root alone. */
START_TEST(every_prefix)
{
	struct slice document = slice_from(good[_i].document);

	for (size_t length = 0; length < document.length; length++) {
		/* Copied, so that a sanitizer sees a look beyond the end. */
		struct slice prefix = slice_make(talloc_memdup(mem, document.data, length), length);
		const struct xml_element *root = xml_parse(mem, prefix, (struct xml_limits){ 0 });

		ck_assert_msg(root == NULL || document.data[length - 1] == '>' || document.data[length - 1] == '\n',
		    "%s: %zu bytes are read", good[_i].name, length);
	}
}
END_TEST

static struct slice
many(const char *before, const char *element, unsigned count, const char *behind)
{
	struct buf *b = buf_new(mem, 16 << 20);

	buf_append_string(b, before);
	for (unsigned i = 0; i < count; i++)
		buf_append_string(b, element);
	buf_append_string(b, behind);
	ck_assert(!buf_overflowed(b));
	return buf_slice(b);
}

static const struct {
	const char *element;
	unsigned count;
	struct xml_limits limits;
	bool good;
} limits[] = {
	{ "<B/>", 9999, { 0, 0 }, true },
	{ "<B/>", 10000, { 0, 0 }, false },
	{ "<B/>", 1000000, { 0, 0 }, false },
	{ "<B/>", 10000, { 0, 10001 }, true },
	{ "<B/>", 2, { 2, 3 }, true },
	{ "<B/>", 3, { 2, 3 }, false },
	{ "<B/>", 1, { 1, 0 }, false },
	{ "<B><C/></B>", 1, { 3, 0 }, true },
	{ "<B><C/></B>", 1, { 2, 0 }, false },
	{ "<B>", 300000, { 0, 0 }, false },
	{ "<B>", 300000, { 0, 1000000 }, false },
	{ "<B" ATTRIBUTES_32 "/>", 100, { 0, 0 }, true },
	{ "<!-- x -->", 10000, { 0, 0 }, true },
	{ "&#32;", 200000, { 0, 0 }, true },
};

START_TEST(limits_hold)
{
	struct slice document = many("<A>", limits[_i].element, limits[_i].count, "</A>");

	ck_assert_msg((xml_parse(mem, document, limits[_i].limits) != NULL) == limits[_i].good, "%u times %s",
	    limits[_i].count, limits[_i].element);
}
END_TEST

START_TEST(attributes_in_hundred_thousands)
{
	struct buf *b = buf_new(mem, 16 << 20);

	buf_append_string(b, "<A");
	for (unsigned i = 0; i < 300000; i++)
		buf_printf(b, " a%x=''", i);
	buf_append_string(b, "/>");
	ck_assert_ptr_null(xml_parse(mem, buf_slice(b), (struct xml_limits){ 0 }));
}
END_TEST

START_TEST(depth_beyond_libxml2s_own)
{
	struct buf *b = buf_new(mem, 1 << 20);
	struct xml_limits deep = { .depth = 200 };

	for (unsigned i = 0; i < 200; i++)
		buf_append_string(b, "<A>");
	for (unsigned i = 0; i < 200; i++)
		buf_append_string(b, "</A>");
	ck_assert_ptr_nonnull(xml_parse(mem, buf_slice(b), deep));
	deep.depth = 199;
	ck_assert_ptr_null(xml_parse(mem, buf_slice(b), deep));
}
END_TEST

START_TEST(large_text)
{
	struct slice document = many("<A>", "0123456789abcdef&amp;", 100000, "</A>");
	const struct xml_element *root = xml_parse(mem, document, (struct xml_limits){ 0 });

	ck_assert_ptr_nonnull(root);
	ck_assert_uint_eq(root->text.length, 17 * 100000);
	ck_assert(slice_starts_with(slice_skip(root->text, 17 * 99999), SLICE("0123456789abcdef&")));
}
END_TEST

/* What libxml2 thinks of a document stays off standard error. */
/* The tree of many small elements is not many times as large as their document. */
START_TEST(tree_is_compact)
{
	static const struct xml_limits many = { .depth = 3, .elements = 100000 };
	TALLOC_CTX *tree = talloc_new(mem);
	struct buf *document = buf_new(mem, 1 << 20);

	buf_append_string(document, "<a>");
	for (unsigned i = 0; i < 5000; i++)
		buf_printf(document, "<Part><PartNumber>%u</PartNumber><ETag>0123456789abcdef</ETag></Part>", i);
	buf_append_string(document, "</a>");
	ck_assert_ptr_nonnull(xml_parse(tree, buf_slice(document), many));
	ck_assert_uint_lt(talloc_total_size(tree), 5 * buf_slice(document).length);
	/* What talloc adds to each block does not count there. */
	ck_assert_uint_lt(talloc_total_blocks(tree), 1000);
}
END_TEST

START_TEST(silence)
{
	FILE *captured = tmpfile();
	int standard_error = dup(STDERR_FILENO);

	ck_assert_ptr_nonnull(captured);
	ck_assert_int_ge(dup2(fileno(captured), STDERR_FILENO), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (xml_parse(mem, bad[i].document, (struct xml_limits){ 0 }) != NULL)
			abort();
	fflush(stderr);
	dup2(standard_error, STDERR_FILENO);
	close(standard_error);
	ck_assert_int_eq(lseek(fileno(captured), 0, SEEK_END), 0);
	fclose(captured);
}
END_TEST

START_TEST(children)
{
	const struct xml_element *root = parse("<A><B>1</B><C/><B>2</B></A>");

	ck_assert_ptr_nonnull(root);
	ck_assert(xml_is(root, "A"));
	ck_assert(!xml_is(root, "a"));
	ck_assert(!xml_is(root, ""));
	ck_assert_ptr_eq(xml_child(root, "B"), root->first);
	ck_assert_ptr_eq(xml_child(root, "C"), root->first->next);
	ck_assert_ptr_null(xml_child(root, "D"));
	ck_assert_ptr_null(xml_child(root->first, "B"));
	ck_assert(!xml_has_text(root));
	ck_assert(xml_has_text(root->first));
	ck_assert(!xml_has_text(root->first->next));
	ck_assert(!xml_has_text(parse("<A>\r\n \t<B>1</B></A>")));
	ck_assert(!xml_has_text(parse("<A>\r\n \t</A>")));
}
END_TEST

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

START_TEST(writes)
{
	struct xml_writer *w = xml_writer_new(mem, 10000);

	xml_start_root(w, "List");
	xml_string(w, "Name", "a<b>&\"c'");
	xml_text(w, "Prefix", SLICE(""));
	xml_start(w, "Grantee");
	xml_attribute(w, "xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance");
	xml_attribute(w, "xsi:type", "<\"a\n&\tb\">");
	xml_number(w, "Size", UINT64_MAX);
	xml_end(w);
	xml_start(w, "Empty");
	xml_end(w);
	xml_bool(w, "IsTruncated", true);
	xml_bool(w, "No", false);
	xml_text(w, "Key", SLICE("\r\n\t\x01\x1f\x7f\xc3\xa4"));
	xml_text(w, "Key",
	    SLICE("a\xff"
		  "b\xc3\xef\xbf\xbe\xed\xa0\x80\xf0\x9f\x98\x80"));
	xml_end(w);
	ck_assert_str_eq(xml_finish(w).data, HEAD
	    "<List " S3 "><Name>a&lt;b&gt;&amp;&quot;c'</Name><Prefix></Prefix>"
	    "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
	    "xsi:type=\"&lt;&quot;a&#xA;&amp;&#x9;b&quot;&gt;\"><Size>18446744073709551615</Size></Grantee><Empty/>"
	    "<IsTruncated>true</IsTruncated><No>false</No><Key>&#xD;\n\t&#x1;&#x1F;\x7f\xc3\xa4</Key>"
	    "<Key>a\xef\xbf\xbd"
	    "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
	    "\xf0\x9f\x98\x80</Key></List>");
}
END_TEST

/* Whatever XML can hold comes back from our own reader. */
START_TEST(round_trip)
{
	struct xml_writer *w = xml_writer_new(mem, 10000);
	const struct xml_element *root;
	char text[300];
	size_t length = 0;

	for (int byte = 1; byte < 0x80; byte++)
		if (byte >= ' ' || byte == '\t' || byte == '\n' || byte == '\r')
			text[length++] = (char)byte;
	length +=
	    (size_t)snprintf(text + length, sizeof(text) - length, "]]>\xc3\xa4\xf0\x9f\x98\x80&amp;<![CDATA[");
	xml_start_root(w, "A");
	xml_attribute(w, "b", text);
	xml_text(w, "C", slice_make(text, length));
	xml_end(w);

	root = xml_parse(mem, xml_finish(w), (struct xml_limits){ 0 });
	ck_assert_ptr_nonnull(root);
	ck_assert(slice_equal(root->first->text, slice_make(text, length)));
	ck_assert(slice_equal(fields_find(&root->attributes, "b")->value, slice_make(text, length)));
}
END_TEST

START_TEST(writer_ceiling)
{
	const size_t whole = strlen(HEAD "<A " S3 "><B>text</B></A>");

	for (size_t max = 0; max <= whole; max++) {
		struct xml_writer *w = xml_writer_new(mem, max);

		xml_start_root(w, "A");
		xml_string(w, "B", "text");
		xml_end(w);
		ck_assert_uint_eq(xml_finish(w).length, max == whole ? whole : 0);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("xml");
	TCase *tc = tcase_create("xml");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_loop_test(tc, reads, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(tc, refuses, 0, ARRAY_SIZE(bad));
	tcase_add_loop_test(tc, says_why, 0, ARRAY_SIZE(faults));
	tcase_add_test(tc, lines);
	tcase_add_loop_test(tc, every_prefix, 0, ARRAY_SIZE(good));
	tcase_add_loop_test(tc, limits_hold, 0, ARRAY_SIZE(limits));
	tcase_add_test(tc, attributes_in_hundred_thousands);
	tcase_add_test(tc, depth_beyond_libxml2s_own);
	tcase_add_test(tc, large_text);
	tcase_add_test(tc, tree_is_compact);
	tcase_add_test(tc, silence);
	tcase_add_test(tc, children);
	tcase_add_test(tc, writes);
	tcase_add_test(tc, round_trip);
	tcase_add_test(tc, writer_ceiling);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
