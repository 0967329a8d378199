/* Whether a policy lets everybody in (Amazon S3: "Blocking public access", "The meaning of public"). */
#include "auth/policy_private.h"

#define IPV4_BITS_MIN (96 + 8) /* of a network that is not broad: /8 */
#define IPV6_BITS_MIN 32

/* The keys whose fixed values say whom one trusts. */
static bool
is_trusted_key(enum policy_key key)
{
	switch (key) {
	case POLICY_KEY_SOURCE_ARN:
	case POLICY_KEY_SOURCE_VPC:
	case POLICY_KEY_SOURCE_VPCE:
	case POLICY_KEY_SOURCE_OWNER:
	case POLICY_KEY_SOURCE_ACCOUNT:
	case POLICY_KEY_PRINCIPAL_ORG_ID:
	case POLICY_KEY_PRINCIPAL_ACCOUNT:
	case POLICY_KEY_PRINCIPAL_ARN:
	case POLICY_KEY_USER_ID:
	case POLICY_KEY_X_ENCRYPTION_KEY:
	case POLICY_KEY_DATA_ACCESS_POINT_ACCOUNT:
	case POLICY_KEY_DATA_ACCESS_POINT_ARN:
		return true;
	default:
		return false;
	}
}

static bool
is_ipv4(const struct policy_network *network)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

	return network->bits >= 96 && memcmp(network->address, mapped, sizeof(mapped)) == 0;
}

/* "::/64" has the addresses of version 4 within it, all of them. */
static bool
has_all_ipv4(const struct policy_network *network)
{
	static const unsigned char zeros[10];

	return network->bits < 96 && memcmp(network->address, zeros, sizeof(zeros)) == 0;
}

static bool
is_narrow_network(const struct policy_network *network)
{
	return !has_all_ipv4(network) && network->bits >= (is_ipv4(network) ? IPV4_BITS_MIN : IPV6_BITS_MIN);
}

/* "anonymous" is the ID of whoever has none. */
static bool
is_fixed_text(const struct policy_text *text)
{
	return policy_text_is_fixed(text) && text->written.length > 0 &&
	       !slice_equal_nocase(text->written, SLICE("anonymous"));
}

/* An access point's name may be a pattern as long as its account, the fifth part, is none. */
static bool
is_fixed_arn(const struct policy_text *text, enum policy_key key)
{
	size_t fixed = key == POLICY_KEY_DATA_ACCESS_POINT_ARN ? POLICY_ARN_PARTS - 1 : POLICY_ARN_PARTS;
	struct policy_text parts[POLICY_ARN_PARTS];

	if (!policy_arn_split(text, parts))
		return false;
	for (size_t i = 0; i < fixed; i++)
		if (!policy_text_is_fixed(&parts[i]))
			return false;
	return true;
}

static bool
is_fixed_value(const struct policy_condition *condition, const union policy_value *value)
{
	switch (condition->operator->operand) {
	case POLICY_STRING:
		return is_trusted_key(condition->key) && is_fixed_text(&value->text);
	case POLICY_ARN:
		return is_trusted_key(condition->key) && is_fixed_arn(&value->text, condition->key);
	case POLICY_ADDRESS:
		return condition->key == POLICY_KEY_SOURCE_IP && is_narrow_network(&value->network);
	default:
		return false;
	}
}

/* Whether only requests with values that one can trust fulfil it. */
static bool
narrows(const struct policy_condition *condition)
{
	if (condition->operator->negated || condition->if_exists || condition->set == POLICY_SET_ALL)
		return false;
	for (size_t i = 0; i < condition->count; i++)
		if (!is_fixed_value(condition, &condition->values[i]))
			return false;
	return true;
}

static bool
is_public(const struct policy_statement *statement)
{
	if (!statement->allow || !statement->principals.everybody)
		return false;
	for (size_t i = 0; i < statement->condition_count; i++)
		if (narrows(&statement->conditions[i]))
			return false;
	return true;
}

bool
policy_is_public(const struct policy *policy)
{
	for (size_t i = 0; i < policy->count; i++)
		if (is_public(&policy->statements[i]))
			return true;
	return false;
}
