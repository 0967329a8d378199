/* Condition operators: how each reads its values, and what fits them (IAM: "Condition operators"). */
#include "auth/policy_private.h"

#include <assert.h>

#include <arpa/inet.h>

#include "common/clock.h"
#include "common/encode.h"

#define ADDRESS_TEXT_MAX 64
#define FRACTION_DIGITS  6
#define WHOLE_MAX        (INT64_MAX / 1000000 - 1)

/* The operators; ARNs are compared with wildcards whatever the operator is called. */
static const struct policy_operator operators[] = {
	{ "StringEquals", POLICY_STRING, POLICY_EQUAL, false },
	{ "StringNotEquals", POLICY_STRING, POLICY_EQUAL, true },
	{ "StringEqualsIgnoreCase", POLICY_STRING, POLICY_EQUAL_NOCASE, false },
	{ "StringNotEqualsIgnoreCase", POLICY_STRING, POLICY_EQUAL_NOCASE, true },
	{ "StringLike", POLICY_STRING, POLICY_LIKE, false },
	{ "StringNotLike", POLICY_STRING, POLICY_LIKE, true },
	{ "NumericEquals", POLICY_NUMBER, POLICY_EQUAL, false },
	{ "NumericNotEquals", POLICY_NUMBER, POLICY_EQUAL, true },
	{ "NumericLessThan", POLICY_NUMBER, POLICY_LESS, false },
	{ "NumericLessThanEquals", POLICY_NUMBER, POLICY_LESS_OR_EQUAL, false },
	{ "NumericGreaterThan", POLICY_NUMBER, POLICY_GREATER, false },
	{ "NumericGreaterThanEquals", POLICY_NUMBER, POLICY_GREATER_OR_EQUAL, false },
	{ "DateEquals", POLICY_DATE, POLICY_EQUAL, false },
	{ "DateNotEquals", POLICY_DATE, POLICY_EQUAL, true },
	{ "DateLessThan", POLICY_DATE, POLICY_LESS, false },
	{ "DateLessThanEquals", POLICY_DATE, POLICY_LESS_OR_EQUAL, false },
	{ "DateGreaterThan", POLICY_DATE, POLICY_GREATER, false },
	{ "DateGreaterThanEquals", POLICY_DATE, POLICY_GREATER_OR_EQUAL, false },
	{ "Bool", POLICY_BOOLEAN, POLICY_EQUAL, false },
	{ "BinaryEquals", POLICY_BINARY, POLICY_EQUAL, false },
	{ "IpAddress", POLICY_ADDRESS, POLICY_EQUAL, false },
	{ "NotIpAddress", POLICY_ADDRESS, POLICY_EQUAL, true },
	{ "ArnEquals", POLICY_ARN, POLICY_LIKE, false },
	{ "ArnNotEquals", POLICY_ARN, POLICY_LIKE, true },
	{ "ArnLike", POLICY_ARN, POLICY_LIKE, false },
	{ "ArnNotLike", POLICY_ARN, POLICY_LIKE, true },
	{ "Null", POLICY_NULL, POLICY_EQUAL, false },
};

const struct policy_operator *
policy_operator_find(struct slice name)
{
	for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
		if (slice_equal(name, slice_from(operators[i].name)))
			return &operators[i];
	return NULL;
}

/* Texts as numbers, dates, booleans and networks. */

/* "-12", "1.25": exactly, in millionths; a fraction has up to six digits. */
static bool
parse_number(struct slice text, int64_t *millionths)
{
	bool negative = slice_starts_with(text, SLICE("-"));
	struct slice rest = negative ? slice_skip(text, 1) : text, whole_text;
	uint64_t whole, fraction = 0;

	(void)slice_next(&rest, '.', &whole_text);
	if (!slice_to_number(whole_text, WHOLE_MAX, &whole))
		return false;
	if (whole_text.length + negative < text.length &&
	    (rest.length > FRACTION_DIGITS || !slice_to_number(rest, UINT64_MAX, &fraction)))
		return false;
	for (size_t digits = rest.length; digits < FRACTION_DIGITS; digits++)
		fraction *= 10;
	*millionths = (int64_t)(whole * 1000000 + fraction);
	*millionths = negative ? -*millionths : *millionths;
	return true;
}

/* ISO 8601, or seconds since 1970. */
static bool
parse_date(struct slice text, int64_t *seconds)
{
	uint64_t number;

	if (clock_parse_iso8601(text, seconds))
		return true;
	if (!slice_to_number(text, INT64_MAX, &number))
		return false;
	*seconds = (int64_t)number;
	return true;
}

static bool
parse_boolean(struct slice text, int64_t *value)
{
	*value = slice_equal_nocase(text, SLICE("true"));
	return *value || slice_equal_nocase(text, SLICE("false"));
}

static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

/* An address of either family; *bits is how many it has of its own. */
static bool
parse_address(struct slice text, unsigned char out[16], unsigned *bits)
{
	char copy[ADDRESS_TEXT_MAX];

	if (text.length >= sizeof(copy) || memchr(text.data, '\0', text.length) != NULL)
		return false;
	memcpy(copy, text.data, text.length);
	copy[text.length] = '\0';
	memcpy(out, mapped, sizeof(mapped));
	*bits = 32;
	if (inet_pton(AF_INET, copy, out + sizeof(mapped)) == 1)
		return true;
	*bits = 128;
	return inet_pton(AF_INET6, copy, out) == 1;
}

/* "203.0.113.0/24", "2001:db8::/32", or one address. */
static bool
parse_network(struct slice text, struct policy_network *network)
{
	struct slice address, rest = text;
	unsigned bits;
	uint64_t prefix;

	(void)slice_next(&rest, '/', &address);
	if (address.length == 0 || !parse_address(address, network->address, &bits))
		return false;
	prefix = bits;
	if (address.length < text.length && !slice_to_number(rest, bits, &prefix))
		return false;
	network->bits = 128 - bits + (unsigned)prefix;
	return true;
}

static bool
network_has(const struct policy_network *network, const unsigned char address[16])
{
	unsigned bytes = network->bits / 8, bits = network->bits % 8;

	if (memcmp(network->address, address, bytes) != 0)
		return false;
	return bits == 0 || (network->address[bytes] ^ address[bytes]) >> (8 - bits) == 0;
}

bool
policy_is_network(struct slice text)
{
	struct policy_network network;

	return parse_network(text, &network);
}

/* Reading. */

static bool
parse_binary(const struct policy_reader *r, struct slice text, struct slice *out)
{
	unsigned char *bytes = talloc_array(r->mem, unsigned char, text.length + 1);
	size_t length;
	bool fits;

	assert(bytes != NULL);
	fits = base64_decode(text, bytes, text.length, &length);
	if (fits)
		*out = policy_keep(r, slice_make(bytes, length));
	talloc_free(bytes);
	return fits;
}

static enum s3_err
check(
    const struct policy_reader *r, const struct policy_place *at, struct slice written, bool fits, const char *text)
{
	return fits ? S3_OK : policy_refuse(r, at, written, text);
}

enum s3_err
policy_value_read(const struct policy_reader *r, const struct policy_operator *by, struct slice written,
    const struct policy_place *at, union policy_value *out)
{
	*out = (union policy_value){ 0 };
	switch (by->operand) {
	case POLICY_STRING:
		return policy_text_read(r, written, by->comparison == POLICY_LIKE, at, &out->text);
	case POLICY_ARN:
		return policy_text_read(r, written, true, at, &out->text);
	case POLICY_NUMBER:
		return check(r, at, written, parse_number(written, &out->number), "Invalid number in Conditions");
	case POLICY_DATE:
		return check(r, at, written, parse_date(written, &out->number), "Invalid date in Conditions");
	case POLICY_BOOLEAN:
	case POLICY_NULL:
		return check(r, at, written, parse_boolean(written, &out->number), "Invalid boolean in Conditions");
	case POLICY_BINARY:
		return check(r, at, written, parse_binary(r, written, &out->bytes), "Invalid base64 in Conditions");
	case POLICY_ADDRESS:
		return check(
		    r, at, written, parse_network(written, &out->network), "Invalid IP address in Conditions");
	}
	return policy_refuse(r, at, written, POLICY_SYNTAX);
}

/* Deciding. */

static bool
compare(enum policy_comparison comparison, int64_t asked, int64_t value)
{
	switch (comparison) {
	case POLICY_LESS:
		return asked < value;
	case POLICY_LESS_OR_EQUAL:
		return asked <= value;
	case POLICY_GREATER:
		return asked > value;
	case POLICY_GREATER_OR_EQUAL:
		return asked >= value;
	default:
		return asked == value;
	}
}

/* Each part of an ARN is compared by itself. */
static bool
arn_fits(struct policy_scope *scope, const struct policy_text *value, struct slice asked)
{
	const struct policy_text arn = { .written = asked };
	struct policy_text parts[POLICY_ARN_PARTS], asked_parts[POLICY_ARN_PARTS];

	if (!policy_arn_split(value, parts) || !policy_arn_split(&arn, asked_parts))
		return false;
	for (size_t i = 0; i < POLICY_ARN_PARTS; i++)
		if (!policy_text_fits(scope, &parts[i], asked_parts[i].written, false))
			return false;
	return true;
}

bool
policy_value_fits(struct policy_scope *scope, const struct policy_operator *by, const union policy_value *value,
    struct slice asked)
{
	unsigned char address[16];
	unsigned bits;
	int64_t number;

	switch (by->operand) {
	case POLICY_STRING:
		return policy_text_fits(scope, &value->text, asked, by->comparison == POLICY_EQUAL_NOCASE);
	case POLICY_ARN:
		return arn_fits(scope, &value->text, asked);
	case POLICY_NUMBER:
		return parse_number(asked, &number) && compare(by->comparison, number, value->number);
	case POLICY_DATE:
		return parse_date(asked, &number) && compare(by->comparison, number, value->number);
	case POLICY_BOOLEAN:
		return parse_boolean(asked, &number) && number == value->number;
	case POLICY_BINARY:
		return slice_equal(asked, value->bytes);
	case POLICY_ADDRESS:
		return asked.length > 0 && parse_address(asked, address, &bits) &&
		       network_has(&value->network, address);
	case POLICY_NULL:
		return false; /* policy_condition.c asks only whether there is a value */
	}
	return false;
}
