#include "gateway/hygiene.h"

#include <ctype.h>

#define BLANKS_MAX 256

/* RFC 9110 section 5.6.2. */
static bool
is_token(struct slice s)
{
	for (size_t i = 0; i < s.length; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))
			return false;
	}
	return s.length > 0;
}

bool
is_field_name(struct slice s)
{
	return is_token(s);
}

bool
is_field_value(struct slice s)
{
	for (size_t i = 0; i < s.length; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

static bool
is_target(struct slice s)
{
	for (size_t i = 0; i < s.length; i++) {
		unsigned char c = (unsigned char)s.data[i];

		if (c <= ' ' || c == 0x7f)
			return false;
	}
	return s.length > 0;
}

/* RFC 9112 section 3.2: uri-host [ ":" port ], or nothing. */
static bool
is_host(struct slice s)
{
	size_t name = 0;
	uint64_t port;

	if (s.length > 0 && s.data[0] == '[') {
		while (name < s.length && s.data[name] != ']')
			name++;
		if (name++ == s.length || strspn(s.data + 1, "0123456789abcdefABCDEF:.") < name - 2)
			return false;
	} else
		while (name < s.length && (isalnum((unsigned char)s.data[name]) ||
					      (s.data[name] && strchr("-._~!$&'()*+;=%", s.data[name]))))
			name++;
	if (name == s.length)
		return true;
	return s.data[name] == ':' &&
	       (name + 1 == s.length || slice_to_number(slice_skip(s, name + 1), UINT16_MAX, &port));
}

static const char *
check_framing(const struct fields *headers)
{
	const struct field *length = fields_find_nocase(headers, "content-length");
	const struct field *coding = fields_find_nocase(headers, "transfer-encoding");
	uint64_t ignored;

	if (length && coding)
		return "both Content-Length and Transfer-Encoding";
	if (coding && !slice_equal_nocase(slice_trim(coding->value), SLICE("chunked")))
		return "a Transfer-Encoding other than chunked";
	if (length && !slice_to_number(slice_trim(length->value), INT64_MAX, &ignored))
		return "a Content-Length that is no length";
	return NULL;
}

const char *
hygiene_check(struct slice method, struct slice raw_target, struct slice http_version, const struct fields *headers)
{
	const struct field *host;
	static const char *const single[] = { "content-length", "transfer-encoding", "host", "authorization" };

	if (!is_token(method))
		return "a method that is no token";
	if (!is_target(raw_target))
		return "control characters or spaces in the request target";
	if (headers->count > HYGIENE_HEADERS_MAX)
		return "too many header fields";
	for (size_t i = 0; i < headers->count; i++) {
		if (!is_token(headers->items[i].name))
			return "a header name that is no token";
		if (!is_field_value(headers->items[i].value))
			return "control characters in a header value";
	}
	for (size_t i = 0; i < ARRAY_SIZE(single); i++)
		if (fields_count_nocase(headers, single[i]) > 1)
			return "a repeated header field that may come once";
	host = fields_find_nocase(headers, "host");
	if (!host && slice_equal(http_version, SLICE("HTTP/1.1")))
		return "no Host header";
	if (host && !is_host(slice_trim(host->value)))
		return "a Host that is none";
	return check_framing(headers);
}

/* Step over white space; at most a few bytes of it are taken for what a client may write. */
static const char *
skip_blanks(const char *place)
{
	for (unsigned i = 0; i < BLANKS_MAX && (*place == ' ' || *place == '\t'); i++)
		place++;
	return place;
}

bool
hygiene_is_whole(
    const char *method, size_t size, struct slice target, const char *version, const struct fields *headers)
{
	const char *place = version + strlen(version);

	if (target.data != method + strlen(method) + 1 || version != target.data + target.length + 1)
		return false;
	for (size_t i = 0; i < headers->count; i++) {
		struct slice name = headers->items[i].name, value = headers->items[i].value;

		/* CR and LF have become NULs, as has the colon. */
		if (name.data != place + 2 || place[0] != '\0' || place[1] != '\0')
			return false;
		place = skip_blanks(name.data + name.length + 1);
		if (value.data != place)
			return false;
		place = skip_blanks(value.data + value.length);
	}
	return place + 4 == method + size;
}
