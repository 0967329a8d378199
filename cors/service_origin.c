/* Origins of an ini file, spelt as browsers spell them (HTML standard, "serialization of an origin"; RFC 6454). */
#include "cors/service_rules.h"

#include <assert.h>

#define PORT_MAX 65535

static const struct {
	struct slice scheme;
	uint64_t port;
} default_ports[] = {
	{ { "http", 4 }, 80 },
	{ { "https", 5 }, 443 },
	{ { "ws", 2 }, 80 },
	{ { "wss", 3 }, 443 },
	{ { "ftp", 3 }, 21 },
};

/* An origin taken apart; all in lower case. */
struct parts {
	struct slice scheme;
	struct slice host;
	bool has_port;
	struct slice port;
};

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* RFC 3986 section 3.1. */
static bool
is_scheme(struct slice scheme)
{
	for (size_t i = 0; i < scheme.length; i++) {
		char c = scheme.data[i];

		if (!is_letter(c) && (i == 0 || (!is_digit(c) && c != '+' && c != '-' && c != '.')))
			return false;
	}
	return scheme.length > 0;
}

/* What a host as browsers write it is made of: a name in Punycode, an IPv4 address, or an IPv6 one in brackets. */
static bool
is_host_byte(char c, bool bracketed)
{
	if (is_digit(c))
		return true;
	if (bracketed)
		return (c >= 'a' && c <= 'f') || c == ':' || c == '.';
	return is_letter(c) || (c != '\0' && strchr("-._~!$&'()+,;=", c) != NULL);
}

static bool
is_host(struct slice host)
{
	bool bracketed = host.length > 2 && host.data[0] == '[' && host.data[host.length - 1] == ']';

	if (bracketed)
		host = slice_make(host.data + 1, host.length - 2);
	for (size_t i = 0; i < host.length; i++)
		if (!is_host_byte(host.data[i], bracketed))
			return false;
	return true;
}

/* Where the port's colon is: behind the brackets of an IPv6 address, if there are any. */
static size_t
find_port(struct slice authority)
{
	size_t at = 0;

	if (authority.length > 0 && authority.data[0] == '[' && !slice_find(authority, SLICE("]"), &at))
		at = 0;
	while (at < authority.length && authority.data[at] != ':')
		at++;
	return at;
}

static const char *
take_apart(struct slice text, struct parts *parts)
{
	size_t at;

	if (slice_equal(text, SLICE("null")))
		return "every sandboxed page of any site has the origin null, so it is never allowed";
	if (slice_find(text, SLICE("*"), &at))
		return "a wildcard stands alone, for any origin, or not at all";
	if (!slice_find(text, SLICE("://"), &at))
		return "an origin begins with a scheme, such as https://";
	parts->scheme = slice_head(text, at);
	if (!is_scheme(parts->scheme))
		return "its scheme has characters that no scheme has";
	parts->host = slice_skip(text, at + 3);
	if (slice_find(parts->host, SLICE("/"), &at))
		return at + 1 == parts->host.length ? "an origin has no slash at its end" : "an origin has no path";
	if (slice_find(parts->host, SLICE("@"), &at))
		return "an origin has no user name";
	if (slice_find(parts->host, SLICE("?"), &at) || slice_find(parts->host, SLICE("#"), &at))
		return "an origin has no query and no fragment";
	at = find_port(parts->host);
	parts->has_port = at < parts->host.length;
	parts->port = slice_skip(parts->host, at + 1);
	parts->host = slice_head(parts->host, at);
	return NULL;
}

static const char *
check(const struct parts *parts)
{
	uint64_t port;

	if (parts->host.length == 0)
		return "it names no host";
	if (!is_host(parts->host))
		return "its host has characters that browsers do not send (names beyond ASCII go as Punycode)";
	if (parts->has_port &&
	    (!slice_to_number(parts->port, PORT_MAX, &port) || slice_starts_with(parts->port, SLICE("0"))))
		return "its port is none that browsers send";
	return NULL;
}

static bool
is_default_port(const struct parts *parts)
{
	uint64_t port;

	if (!parts->has_port || !slice_to_number(parts->port, PORT_MAX, &port))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(default_ports); i++)
		if (slice_equal(parts->scheme, default_ports[i].scheme))
			return port == default_ports[i].port;
	return false;
}

const char *
cors_origin_normalise(TALLOC_CTX *mem, struct slice written, struct slice *out)
{
	struct slice text = slice_lower(mem, written);
	struct parts parts = { 0 };
	const char *fault = take_apart(text, &parts);

	*out = written;
	if (fault == NULL)
		fault = check(&parts);
	if (fault != NULL)
		return fault;
	/* The port and its colon are all that follows the host. */
	if (is_default_port(&parts))
		text.length -= parts.port.length + 1;
	*out = text;
	return NULL;
}
