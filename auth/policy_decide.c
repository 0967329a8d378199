/* The decision (IAM: "Policy evaluation logic"): what denies beats all that allows. */
#include "auth/policy_private.h"

#include <assert.h>

/* The resource as a policy's texts have it: the bucket, or the bucket and the key. */
static struct slice
resource_of(TALLOC_CTX *mem, const struct policy_question *q)
{
	size_t length = q->bucket.length + 1 + q->key.length;
	char *resource;

	if (action_about(q->action) != ABOUT_OBJECT)
		return q->bucket;
	resource = talloc_array(mem, char, length);
	assert(resource != NULL);
	memcpy(resource, q->bucket.data, q->bucket.length);
	resource[q->bucket.length] = '/';
	if (q->key.length > 0)
		memcpy(resource + q->bucket.length + 1, q->key.data, q->key.length);
	return slice_make(resource, length);
}

static bool
names_resource(struct policy_scope *scope, const struct policy_statement *statement, struct slice resource)
{
	bool named = false;

	for (size_t i = 0; i < statement->resource_count && !named; i++)
		named = policy_text_fits(scope, &statement->resources[i], resource, false);
	return named != statement->not_resources;
}

static bool
speaks_of(struct policy_scope *scope, const struct policy_statement *statement, struct slice resource)
{
	const struct policy_question *q = scope->question;

	if (!statement->actions[q->action] || !policy_principals_include(&statement->principals, q) ||
	    !names_resource(scope, statement, resource))
		return false;
	for (size_t i = 0; i < statement->condition_count; i++)
		if (!policy_condition_holds(scope, &statement->conditions[i]))
			return false;
	return true;
}

enum policy_effect
policy_decide(TALLOC_CTX *mem, const struct policy *policy, const struct policy_question *question)
{
	struct policy_scope scope = { .mem = talloc_new(mem), .question = question };
	struct slice resource = resource_of(scope.mem, question);
	enum policy_effect effect = POLICY_NONE;

	assert(question->action < ACTION_COUNT);
	for (size_t i = 0; i < policy->count && effect != POLICY_DENY; i++)
		if (speaks_of(&scope, &policy->statements[i], resource))
			effect = policy->statements[i].allow ? POLICY_ALLOW : POLICY_DENY;
	if (scope.exceeded)
		effect = POLICY_DENY;
	talloc_free(scope.mem);
	return effect;
}
