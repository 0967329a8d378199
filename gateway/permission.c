#include "gateway/permission.h"

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
	return (struct subject){ r->bucket, r->target.key, r->object };
}

/* A bucket that is to be made is a name; one that has it already has no say. */
static const struct bucket *
bucket_of(enum action action, const struct subject *about)
{
	return action == ACTION_CreateBucket ? NULL : about->bucket;
}

/* What the bucket's settings say. */
static enum s3_err
ask_settings(struct req *r, const struct bucket *bucket, struct access_question *question)
{
	const struct settings *settings;
	enum s3_err err = req_settings(r, bucket, &settings);

	if (err != S3_OK)
		return err;
	question->ownership = settings->ownership;
	question->public_access = settings->public_access;
	return S3_OK;
}

bool
req_may(struct req *r, enum action action, const struct subject *about)
{
	struct access_question question = { .who = &r->identity, .action = action };
	const struct bucket *bucket = bucket_of(action, about);

	if (bucket != NULL) {
		question.bucket_acl = acl_load(r, slice_from(bucket->owner_id), bucket->acl);
		if (ask_settings(r, bucket, &question) != S3_OK)
			return false;
	}
	if (about->object != NULL)
		question.object_acl = acl_load(r, slice_from(about->object->owner_id), about->object->acl);
	return access_allows(&question);
}
