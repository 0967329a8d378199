#include "gateway/hygiene.h"

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

/* RFC 9110 section 5.5: visible characters, obs-text, spaces and tabs. */
static bool
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
	if (slice_equal(http_version, SLICE("HTTP/1.1")) && !fields_find_nocase(headers, "host"))
		return "no Host header";
	return check_framing(headers);
}
