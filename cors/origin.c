#include "cors/origin.h"

#include <assert.h>

#include "common/buf.h"

#define WHITE " \t\r\n"

/* Where the ":" of a port stands; the length when there is none. Those of an IPv6 address are in brackets. */
static size_t
find_port(struct slice authority)
{
	for (size_t i = authority.length; i > 0; i--) {
		if (authority.data[i - 1] == ':')
			return i - 1;
		if (authority.data[i - 1] == ']')
			break;
	}
	return authority.length;
}

struct cors_origin
cors_origin_split(struct slice text)
{
	struct cors_origin origin = { .text = text };
	struct slice authority = text;
	size_t at;

	if (slice_find(text, SLICE("://"), &at)) {
		origin.scheme = slice_head(text, at);
		authority = slice_skip(text, at + 3);
	} else if (slice_starts_with(text, SLICE("//"))) {
		authority = slice_skip(text, 2);
	}
	at = slice_length_before(authority, "/?#");
	origin.rest = slice_skip(authority, at);
	authority = slice_head(authority, at);
	at = find_port(authority);
	origin.host = slice_head(authority, at);
	origin.port = slice_skip(authority, at + 1);
	return origin;
}

bool
cors_is_default_port(struct slice scheme, struct slice port)
{
	return (slice_equal_nocase(scheme, SLICE("http")) && slice_equal(port, SLICE("80"))) ||
	       (slice_equal_nocase(scheme, SLICE("https")) && slice_equal(port, SLICE("443")));
}

/* What no browser sends. */

static bool
is_empty(const struct cors_origin *origin)
{
	return origin->text.length == 0;
}

static bool
has_white_space(const struct cors_origin *origin)
{
	return slice_length_before(origin->text, WHITE) < origin->text.length;
}

/* A star in front may stand for the scheme, and one in a word for its end. */
static bool
lacks_scheme(const struct cors_origin *origin)
{
	size_t star = slice_length_before(origin->text, "*");

	if (origin->scheme.length > 0 || slice_equal(origin->text, SLICE("null")))
		return false;
	return star == origin->text.length || slice_length_before(slice_head(origin->text, star), ".:/") < star;
}

static bool
ends_in_slash(const struct cors_origin *origin)
{
	return slice_equal(origin->rest, SLICE("/"));
}

static bool
has_path(const struct cors_origin *origin)
{
	return origin->scheme.length > 0 && origin->rest.length > 0;
}

static bool
has_user(const struct cors_origin *origin)
{
	return slice_length_before(origin->host, "@") < origin->host.length;
}

static bool
has_default_port(const struct cors_origin *origin)
{
	return cors_is_default_port(origin->scheme, origin->port);
}

static bool
has_upper_case(const struct cors_origin *origin)
{
	for (size_t i = 0; i < origin->text.length; i++)
		if (origin->text.data[i] >= 'A' && origin->text.data[i] <= 'Z')
			return true;
	return false;
}

static bool
has_no_host(const struct cors_origin *origin)
{
	return origin->scheme.length > 0 && origin->host.length == 0;
}

static bool
has_empty_port(const struct cors_origin *origin)
{
	return origin->port.length == 0 && origin->rest.length == 0 && origin->text.length > 0 &&
	       origin->text.data[origin->text.length - 1] == ':';
}

static bool
is_beyond_ascii(const struct cors_origin *origin)
{
	for (size_t i = 0; i < origin->text.length; i++)
		if ((unsigned char)origin->text.data[i] >= 0x80)
			return true;
	return false;
}

static const struct {
	bool (*fits)(const struct cors_origin *origin);
	struct cors_unsent unsent;
} unsent[] = {
	{ is_empty, { "origin-empty", "is empty" } },
	{ has_white_space, { "origin-white-space", "has white space" } },
	{ lacks_scheme, { "origin-no-scheme", "has no scheme" } },
	{ has_no_host, { "origin-no-host", "has no host" } },
	{ ends_in_slash, { "origin-trailing-slash", "ends in a slash" } },
	{ has_path, { "origin-path", "has a path" } },
	{ has_user, { "origin-user", "names a user" } },
	{ has_default_port, { "origin-default-port", "names its scheme's own port" } },
	{ has_empty_port, { "origin-empty-port", "ends in a colon" } },
	{ has_upper_case, { "origin-upper-case", "has letters in upper case" } },
	{ is_beyond_ascii, { "origin-not-ascii", "has letters beyond ASCII, which browsers send as xn--…" } },
};

const struct cors_unsent *
cors_origin_unsent(struct slice text)
{
	struct cors_origin origin = cors_origin_split(text);

	for (size_t i = 0; i < ARRAY_SIZE(unsent); i++)
		if (unsent[i].fits(&origin))
			return &unsent[i].unsent;
	return NULL;
}

static void
append_lower(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.length; i++) {
		char c = text.data[i];

		if (c > ' ' || (unsigned char)c >= 0x80)
			buf_append_byte(out, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
	}
}

const char *
cors_origin_meant(TALLOC_CTX *mem, struct slice text)
{
	struct slice trimmed = slice_trim_of(text, WHITE);
	struct cors_origin origin = cors_origin_split(trimmed);
	struct buf *out = buf_new(mem, text.length + SLICE("https://").length);
	size_t user = slice_length_before(origin.host, "@");

	if (slice_equal_nocase(trimmed, SLICE("null")))
		return "null";
	if (user < origin.host.length)
		origin.host = slice_skip(origin.host, user + 1);
	if (origin.host.length == 0)
		return NULL;
	if (origin.scheme.length > 0 || origin.host.data[0] != '*') {
		append_lower(out, origin.scheme.length > 0 ? origin.scheme : SLICE("https"));
		buf_append_string(out, "://");
	}
	append_lower(out, origin.host);
	if (origin.port.length > 0 && !cors_is_default_port(origin.scheme, origin.port)) {
		buf_append_byte(out, ':');
		buf_append(out, origin.port);
	}
	assert(!buf_overflowed(out));
	return buf_slice(out).data;
}
