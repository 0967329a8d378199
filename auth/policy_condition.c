/*
 * Condition: operators, each with keys, each with values. All operators and keys must hold, and of a key's values one
 * (IAM: "Condition"; "Multivalued context keys").
 */
#include "auth/policy_private.h"

#include <assert.h>

/* Reading. */

/* "ForAllValues:StringLike", "NumericEqualsIfExists". */
static bool
read_operator(struct slice name, struct policy_condition *condition)
{
	struct slice all = SLICE("ForAllValues:"), any = SLICE("ForAnyValue:"), exists = SLICE("IfExists");

	if (slice_starts_with(name, all)) {
		condition->set = POLICY_SET_ALL;
		name = slice_skip(name, all.length);
	} else if (slice_starts_with(name, any)) {
		condition->set = POLICY_SET_ANY;
		name = slice_skip(name, any.length);
	}
	if (name.length > exists.length && slice_equal(slice_skip(name, name.length - exists.length), exists)) {
		condition->if_exists = true;
		name = slice_head(name, name.length - exists.length);
	}
	condition->operator= policy_operator_find(name);
	if (condition->operator== NULL)
		return false;
	return condition->operator->operand !=
	    POLICY_NULL ||(condition->set == POLICY_SET_NONE && !condition->if_exists);
}

/* S3 wants addresses for this key, whatever the operator. */
static enum s3_err
read_value(const struct policy_reader *r, const struct policy_condition *condition, struct slice written,
    const struct policy_place *at, union policy_value *out)
{
	bool address = condition->key == POLICY_KEY_SOURCE_IP && condition->operator->operand != POLICY_NULL;

	if (address && !policy_is_network(written))
		return policy_refuse(r, at, written, "Invalid IP address in Conditions");
	return policy_value_read(r, condition->operator, written, at, out);
}

static enum s3_err
read_values(const struct policy_reader *r, const struct json *element, const struct policy_place *at,
    struct policy_condition *condition)
{
	const struct json *items;
	size_t count;
	enum s3_err err = policy_items(r, element, true, at, POLICY_SYNTAX, &items, &count);

	if (err != S3_OK)
		return err;
	condition->values = talloc_array(r->mem, union policy_value, count);
	assert(condition->values != NULL);
	for (size_t i = 0; i < count && err == S3_OK; i++) {
		const struct policy_place item = policy_item_place(element, at, i);

		err = read_value(r, condition, items[i].text, &item, &condition->values[i]);
	}
	condition->count = count;
	return err;
}

/* The keys of an operator: a condition each. */
static enum s3_err
read_keys(const struct policy_reader *r, const struct json *element, const struct policy_place *in,
    struct policy_statement *statement)
{
	const struct policy_place at = { .in = in, .name = element->name };
	struct policy_condition condition = { 0 };
	enum s3_err err = S3_OK;

	if (!read_operator(element->name, &condition))
		return policy_refuse(r, in, element->name, "Invalid Condition type");
	if (element->kind != JSON_MEMBERS)
		return policy_refuse(r, &at, element->text, POLICY_SYNTAX);
	for (size_t i = 0; i < element->count && err == S3_OK; i++) {
		const struct json *key = &element->items[i];
		const struct policy_place item = { .in = &at, .name = key->name };

		if (!policy_key_find(key->name, &condition.key, &condition.member))
			return policy_refuse(r, &at, key->name, "Policy has an invalid condition key");
		condition.member = policy_keep(r, condition.member);
		err = read_values(r, key, &item, &condition);
		statement->conditions[statement->condition_count++] = condition;
	}
	return err;
}

enum s3_err
policy_conditions_read(const struct policy_reader *r, const struct json *element, const struct policy_place *at,
    struct policy_statement *statement)
{
	enum s3_err err = S3_OK;
	size_t count = 0;

	if (element->kind != JSON_MEMBERS)
		return policy_refuse(r, at, element->text, POLICY_SYNTAX);
	for (size_t i = 0; i < element->count; i++)
		count += element->items[i].count;
	statement->conditions = talloc_array(r->mem, struct policy_condition, count + 1);
	assert(statement->conditions != NULL);
	for (size_t i = 0; i < element->count && err == S3_OK; i++)
		err = read_keys(r, &element->items[i], at, statement);
	return err;
}

/* Deciding. */

/* Whether one value of the request's is as the condition wants it. */
static bool
value_holds(struct policy_scope *scope, const struct policy_condition *condition, struct slice asked)
{
	bool fits = false;

	for (size_t i = 0; i < condition->count && !fits; i++)
		fits = policy_value_fits(scope, condition->operator, & condition->values[i], asked);
	return fits != condition->operator->negated;
}

/* Null: "true" for a key that is not there, "false" for one that is. */
static bool
null_holds(const struct policy_condition *condition, bool absent)
{
	for (size_t i = 0; i < condition->count; i++)
		if (condition->values[i].number == absent)
			return true;
	return false;
}

/* What a key that the request has not means. ForAnyValue wants a value, whatever its operator. */
static bool
holds_without(const struct policy_condition *condition)
{
	switch (condition->set) {
	case POLICY_SET_ALL:
		return true;
	case POLICY_SET_ANY:
		return false;
	case POLICY_SET_NONE:
		break;
	}
	return condition->if_exists || condition->operator->negated;
}

bool
policy_condition_holds(struct policy_scope *scope, const struct policy_condition *condition)
{
	/* Without a set operator, several values are one too many for a negation, and any will do otherwise. */
	bool all =
	    condition->set == POLICY_SET_ALL || (condition->set == POLICY_SET_NONE && condition->operator->negated);
	const struct slice *asked;
	size_t count = policy_key_values(scope, condition->key, condition->member, &asked);

	if (condition->operator->operand == POLICY_NULL)
		return null_holds(condition, count == 0);
	if (count == 0)
		return holds_without(condition);
	for (size_t i = 0; i < count; i++)
		if (value_holds(scope, condition, asked[i]) != all)
			return !all;
	return all;
}
