/* Action and NotAction: names and patterns of S3's actions, and what they can stand beside. */
#include "auth/policy_private.h"

#include <assert.h>

#define NAME_MAX_LENGTH 64

#define INVALID      "Policy has invalid action"
#define NO_RESOURCE  "Action does not apply to any resource(s) in statement"
#define NO_CONDITION "Conditions do not apply to combination of actions and resources in statement"

static const struct known {
	const char *name;
	enum action action; /* ACTION_OPEN: one that nothing here asks for */
	enum action_about about;
} known[] = {
#define ACTION(name, about, rule) { #name, ACTION_##name, ABOUT_##about },
#include "auth/actions.def"
#undef ACTION
#define OTHER(name, about) { #name, ACTION_OPEN, ABOUT_##about },
#include "auth/policy_actions.def"
#undef OTHER
};

/* The pattern of names that an action stands for, in lower case; "*" is all of them. NULL: it is none of S3's. */
static struct wildcard *
pattern_of(TALLOC_CTX *mem, struct slice written)
{
	struct slice prefix = SLICE("s3:"), name;

	if (slice_equal(written, SLICE("*")))
		name = written;
	else if (slice_equal_nocase(slice_head(written, prefix.length), prefix))
		name = slice_lower(mem, slice_skip(written, prefix.length));
	else
		return NULL;
	return wildcard_from(mem, name);
}

static bool
covers(const struct wildcard *pattern, const struct known *action)
{
	char lower[NAME_MAX_LENGTH];
	size_t length = strlen(action->name);

	assert(length < sizeof(lower));
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)(action->name[i] | 0x20); /* they are letters alone */
	return wildcard_matches(pattern, slice_make(lower, length));
}

enum s3_err
policy_actions_read(const struct policy_reader *r, const struct json *element, bool inverted,
    const struct policy_place *at, bool actions[ACTION_COUNT])
{
	TALLOC_CTX *scratch = talloc_new(r->mem);
	const struct json *items;
	size_t count;
	enum s3_err err = policy_items(r, element, false, at, INVALID, &items, &count);

	for (size_t i = 0; i < count && err == S3_OK; i++) {
		const struct policy_place item = policy_item_place(element, at, i);
		const struct wildcard *pattern = pattern_of(scratch, items[i].text);
		bool found = false;

		for (size_t k = 0; k < ARRAY_SIZE(known) && pattern != NULL; k++) {
			if (covers(pattern, &known[k])) {
				actions[known[k].action] = true;
				found = true;
			}
		}
		if (!found)
			err = policy_refuse(r, &item, items[i].text, INVALID);
	}
	talloc_free(scratch);
	for (size_t i = 0; i < ACTION_COUNT && inverted; i++)
		actions[i] = !actions[i];
	actions[ACTION_OPEN] = false;
	return err;
}

/* A pattern may stand for actions that cannot have a key, beside those that can. */
static bool
can_have_keys(struct slice written, const struct wildcard *pattern, const struct policy_statement *statement)
{
	for (size_t c = 0; c < statement->condition_count && !wildcard_is_wild(written); c++)
		for (size_t k = 0; k < ARRAY_SIZE(known); k++)
			if (covers(pattern, &known[k]) &&
			    !policy_key_is_of(statement->conditions[c].key, known[k].name))
				return false;
	return true;
}

static bool
has_resource(const struct wildcard *pattern, bool bucket, bool objects)
{
	for (size_t k = 0; k < ARRAY_SIZE(known); k++) {
		bool there =
		    (known[k].about == ABOUT_BUCKET && bucket) || (known[k].about == ABOUT_OBJECT && objects);

		if (there && covers(pattern, &known[k]))
			return true;
	}
	return false;
}

enum s3_err
policy_actions_check(const struct policy_reader *r, const struct json *element, const struct policy_place *at,
    const struct policy_statement *statement)
{
	bool bucket = statement->not_resources || policy_reaches_bucket(statement, r->bucket);
	bool objects = statement->not_resources || policy_reaches_objects(statement, r->bucket);
	const struct json *items = element->kind == JSON_LIST ? element->items : element;
	size_t count = element->kind == JSON_LIST ? element->count : 1;
	TALLOC_CTX *scratch = talloc_new(r->mem);
	enum s3_err err = S3_OK;

	for (size_t i = 0; i < count && err == S3_OK; i++) {
		const struct policy_place item = policy_item_place(element, at, i);
		struct slice written = items[i].text;
		const struct wildcard *pattern = pattern_of(scratch, written);

		if (!can_have_keys(written, pattern, statement))
			err = policy_refuse(r, &item, written, NO_CONDITION);
		else if (!has_resource(pattern, bucket, objects))
			err = policy_refuse(r, &item, written, NO_RESOURCE);
	}
	talloc_free(scratch);
	return err;
}
