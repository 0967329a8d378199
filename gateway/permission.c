#include "gateway/permission.h"

#include "gateway/policy_context.h"
#include "gateway/settings.h"

enum action
req_action(const struct req *r)
{
	enum action action = r->operation->action;

	return req_has_parameter(r, "versionId") ? action_on_version(action) : action;
}

struct subject
req_subject(const struct req *r)
{
	return (struct subject){
		.bucket = r->bucket,
		.key = r->target.key,
		.object = r->object,
		.version_id = req_parameter(r, "versionId"),
	};
}

static enum policy_effect
ask_policy(struct req *r, const struct policy *policy, enum action action, const struct subject *about)
{
	struct policy_context context = { r, action, about };
	const struct policy_question question = {
		.who = &r->identity,
		.user_name = slice_from(r->user != NULL ? r->user->name : NULL),
		.wall_us = r->started_us,
		.action = action,
		.bucket = slice_from(about->bucket->name),
		.key = about->key,
		.values = policy_context_values,
		.context = &context,
	};
	TALLOC_CTX *scratch = talloc_new(r);
	enum policy_effect effect = policy_decide(scratch, policy, &question);

	talloc_free(scratch);
	return effect;
}

/* What the bucket's settings say. */
static enum s3_err
ask_settings(struct req *r, const struct subject *about, struct access_question *question)
{
	const struct settings *settings;
	enum policy_effect effect = POLICY_NONE;
	enum s3_err err = req_settings(r, about->bucket, &settings);

	if (err != S3_OK)
		return err;
	if (settings->policy != NULL)
		effect = ask_policy(r, settings->policy, question->action, about);
	question->ownership = settings->ownership;
	question->public_access = settings->public_access;
	question->policy_allows = effect == POLICY_ALLOW;
	question->policy_denies = effect == POLICY_DENY || settings->policy_is_damaged;
	question->policy_is_public = settings->policy_is_public;
	return S3_OK;
}

/* All that the decision looks at. */
static enum s3_err
gather(struct req *r, const struct subject *about, struct access_question *question)
{
	const struct object *object = about->object;

	if (r->upload != NULL)
		question->initiator = slice_from(r->upload->initiator_id);
	if (object != NULL)
		question->object_acl = acl_load(r, slice_from(object->owner_id), object->acl);
	/* A bucket that is to be made is a name: one that bears it already has no say. */
	if (about->bucket == NULL || question->action == ACTION_CreateBucket)
		return S3_OK;
	question->bucket_acl = acl_load(r, slice_from(about->bucket->owner_id), about->bucket->acl);
	return ask_settings(r, about, question);
}

bool
req_may(struct req *r, enum action action, const struct subject *about)
{
	struct access_question question = { .who = &r->identity, .action = action };

	return gather(r, about, &question) == S3_OK && access_allows(&question);
}

bool
req_is_denied(struct req *r, enum action action, const struct subject *about)
{
	struct access_question question = { .who = &r->identity, .action = action };

	return gather(r, about, &question) != S3_OK || access_denies(&question);
}
