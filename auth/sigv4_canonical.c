/* The canonical request (Amazon S3 API Reference, "Create a canonical request"), in the forms of sigv4.h. */
#include "auth/sigv4.h"

#include <assert.h>

#include "common/encode.h"

struct parameter {
	struct slice name;
	struct slice value;
};

static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_' || c == '~';
}

static int
upper_hex(unsigned char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Would decoding and encoding give the same again? Nearly always, and then nothing need be copied. */
static bool
is_canonical(struct slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c == '%' && text.length - i > 2) {
			int high = upper_hex((unsigned char)text.data[i + 1]);
			int low = upper_hex((unsigned char)text.data[i + 2]);

			if (high < 0 || low < 0 || is_unreserved((unsigned char)(high << 4 | low)))
				return false;
			i += 2;
		} else if (!is_unreserved(c)) {
			return false;
		}
	}
	return true;
}

/* Percent-encoded again as UriEncode has it. */
static bool
reencode(TALLOC_CTX *mem, struct slice text, bool plus_is_space, enum percent_set set, struct buf *out)
{
	struct slice decoded;

	if (is_canonical(text)) {
		buf_append(out, text);
		return true;
	}
	if (!percent_decode(mem, text, plus_is_space, &decoded))
		return false;
	percent_encode(out, decoded, set);
	return true;
}

/*
 * S3 normalises no path: "//", "." and ".." stay. Between slashes everything is encoded anew, so that "%2F" stays too.
 */
static bool
append_path(TALLOC_CTX *mem, struct slice path, unsigned form, struct buf *out)
{
	struct slice segment;

	if (path.length == 0) {
		buf_append_byte(out, '/');
		return true;
	}
	if (form & SIGV4_RAW_PATH) {
		buf_append(out, path);
		return true;
	}
	if (form & SIGV4_OPEN_SLASH) {
		return percent_decode(mem, path, false, &segment) &&
		       (percent_encode(out, segment, PERCENT_KEEP_SLASH), true);
	}
	for (;;) {
		const char *slash = memchr(path.data, '/', path.length);
		size_t length = slash != NULL ? (size_t)(slash - path.data) : path.length;

		if (!reencode(mem, slice_head(path, length), false, PERCENT_ALL, out))
			return false;
		if (slash == NULL)
			return true;
		buf_append_byte(out, '/');
		path = slice_make(slash + 1, path.length - length - 1);
	}
}

/* "+" is a space in a query, as it is for AWS and for whoever reads our parameters: what is signed is what is done. */
static bool
normalise(TALLOC_CTX *mem, struct slice *text)
{
	struct buf *out;

	if (is_canonical(*text))
		return true;
	out = buf_new(mem, CANONICAL_MAX);
	if (!reencode(mem, *text, true, PERCENT_ALL, out))
		return false;
	*text = buf_slice(out);
	return true;
}

static size_t
count_members(struct slice query)
{
	size_t count = 0;
	struct slice member;

	while (slice_next(&query, '&', &member))
		count++;
	return count;
}

static int
compare_parameters(const void *left, const void *right)
{
	const struct parameter *a = left, *b = right;
	int order = slice_compare(a->name, b->name);

	return order != 0 ? order : slice_compare(a->value, b->value);
}

/* Nearly all queries arrive in order. */
static void
sort_parameters(struct parameter *list, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (compare_parameters(&list[i - 1], &list[i]) > 0) {
			qsort(list, count, sizeof(*list), compare_parameters);
			return;
		}
}

static bool
read_parameters(TALLOC_CTX *mem, struct slice query, unsigned form, struct parameter *list, size_t *count)
{
	struct slice member;

	*count = 0;
	while (slice_next(&query, '&', &member)) {
		struct parameter *p = &list[*count];

		if (member.length == 0)
			continue;
		p->value = member;
		slice_next(&p->value, '=', &p->name);
		if (!(form & SIGV4_RAW_QUERY) && !(normalise(mem, &p->name) && normalise(mem, &p->value)))
			return false;
		if (!slice_equal(p->name, SLICE("X-Amz-Signature")))
			++*count;
	}
	return true;
}

static bool
append_query(TALLOC_CTX *mem, struct slice query, unsigned form, struct buf *out)
{
	struct parameter *list;
	size_t count;

	if (query.length == 0)
		return true;
	if (form & SIGV4_UNSORTED_QUERY) {
		buf_append(out, query);
		return true;
	}
	list = talloc_array(mem, struct parameter, count_members(query));
	assert(list != NULL);
	if (!read_parameters(mem, query, form, list, &count))
		return false;
	sort_parameters(list, count);
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_append_byte(out, '&');
		buf_append(out, list[i].name);
		buf_append_byte(out, '=');
		buf_append(out, list[i].value);
	}
	return true;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* A tab, or a space beside a blank. */
static bool
has_run(struct slice value)
{
	for (size_t i = 0; i < value.length; i++)
		if (value.data[i] == '\t' || (i > 0 && value.data[i] == ' ' && is_blank(value.data[i - 1])))
			return true;
	return false;
}

static void
append_value(struct slice value, unsigned form, struct buf *out)
{
	value = slice_trim(value);
	if ((form & SIGV4_UNFOLDED) || !has_run(value)) {
		buf_append(out, value);
		return;
	}
	for (size_t i = 0; i < value.length; i++)
		if (!is_blank(value.data[i]))
			buf_append_byte(out, value.data[i]);
		else if (!is_blank(value.data[i - 1])) /* trimmed: never the first */
			buf_append_byte(out, ' ');
}

/* "name:value\n", with the values of all headers of that name; the name as the client wrote it in its list. */
static void
append_header(const struct fields *headers, struct slice name, unsigned form, struct buf *out)
{
	bool first = true;

	buf_append(out, name);
	buf_append_byte(out, ':');
	for (size_t i = 0; i < headers->count; i++) {
		if (!slice_equal_nocase(headers->items[i].name, name))
			continue;
		if (!first)
			buf_append_byte(out, ',');
		append_value(headers->items[i].value, form, out);
		first = false;
	}
	buf_append_byte(out, '\n');
}

unsigned
sigv4_forms(const struct credential *credential, const struct auth_request *request)
{
	struct slice path = request->path, query = request->query, part;
	unsigned forms = 0;

	while (slice_next(&path, '/', &part)) {
		size_t position;

		if (!is_canonical(part))
			forms |= SIGV4_RAW_PATH;
		if (slice_find(part, SLICE("%2F"), &position) || slice_find(part, SLICE("%2f"), &position))
			forms |= SIGV4_OPEN_SLASH;
	}
	while (slice_next(&query, '&', &part)) {
		struct slice value = part, name;

		slice_next(&value, '=', &name);
		if (!is_canonical(name) || !is_canonical(value))
			forms |= SIGV4_RAW_QUERY;
	}
	if (request->query.length > 0 && credential->kind == CREDENTIAL_V4_HEADER)
		forms |= SIGV4_UNSORTED_QUERY; /* a URL's own would hold its signature */
	for (size_t i = 0; i < request->headers.count; i++)
		if (has_run(slice_trim(request->headers.items[i].value)) &&
		    credential_signs(credential, request->headers.items[i].name))
			forms |= SIGV4_UNFOLDED;
	return forms;
}

bool
sigv4_canonical_request(TALLOC_CTX *mem, const struct credential *credential, const struct auth_request *request,
    unsigned form, struct buf *out)
{
	struct slice names = credential->private->signed_headers, name;

	buf_append(out, request->method);
	buf_append_byte(out, '\n');
	if (!append_path(mem, request->path, form, out))
		return false;
	buf_append_byte(out, '\n');
	if (!append_query(mem, request->query, form, out))
		return false;
	buf_append_byte(out, '\n');
	while (slice_next(&names, ';', &name))
		append_header(&request->headers, name, form, out);
	buf_append_byte(out, '\n');
	buf_append(out, credential->private->signed_headers);
	buf_append_byte(out, '\n');
	buf_append(out, credential->private->payload);
	return true;
}
