/* Origins of an ini file, spelt as browsers spell them (HTML standard, "serialization of an origin"). */
#include "cors/service_rules.h"

#include "cors/origin.h"

#define PORT_MAX 65535

/* All texts here are in lower case. */

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

/* No port at all is one; the colon of an empty one is the last byte. */
static bool
is_port(const struct cors_origin *origin)
{
	uint64_t number;

	if (origin->port.length == 0)
		return origin->text.data[origin->text.length - 1] != ':';
	return slice_to_number(origin->port, PORT_MAX, &number) && !slice_starts_with(origin->port, SLICE("0"));
}

/* Why no browser sends what is behind the host; NULL when nothing is. */
static const char *
rest_fault(struct slice rest)
{
	if (rest.length == 0)
		return NULL;
	if (slice_equal(rest, SLICE("/")))
		return "an origin has no slash at its end";
	return rest.data[0] == '/' ? "an origin has no path" : "an origin has no query and no fragment";
}

static const char *
fault_of(const struct cors_origin *origin)
{
	size_t at;

	if (slice_equal(origin->text, SLICE("null")))
		return "every sandboxed page of any site has the origin null, so it is never allowed";
	if (slice_find(origin->text, SLICE("*"), &at))
		return "a wildcard stands alone, for any origin, or not at all";
	if (origin->scheme.length == 0)
		return "an origin begins with a scheme, such as https://";
	if (!is_scheme(origin->scheme))
		return "its scheme has characters that no scheme has";
	if (rest_fault(origin->rest) != NULL)
		return rest_fault(origin->rest);
	if (slice_find(origin->host, SLICE("@"), &at))
		return "an origin has no user name";
	if (origin->host.length == 0)
		return "it names no host";
	if (!is_host(origin->host))
		return "its host has characters that browsers do not send (names beyond ASCII go as Punycode)";
	return is_port(origin) ? NULL : "its port is none that browsers send";
}

const char *
cors_origin_normalise(TALLOC_CTX *mem, struct slice written, struct slice *out)
{
	struct slice text = slice_lower(mem, written);
	struct cors_origin origin = cors_origin_split(text);
	const char *fault = fault_of(&origin);

	*out = written;
	if (fault != NULL)
		return fault;
	/* The port and its colon are all that follows the host. */
	if (cors_is_default_port(origin.scheme, origin.port))
		text.length -= origin.port.length + 1;
	*out = text;
	return NULL;
}
