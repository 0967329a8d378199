/* The policy of a bucket: a JSON document, answered byte for byte as it was put. */
#include "gateway/operations/answer.h"
#include "gateway/operations/operations.h"
#include "gateway/settings.h"

#define CONFIRM "x-amz-confirm-remove-self-bucket-access"

/* Policies are their bucket owner's business: whoever else has the permission is told that it is of no use (as in S3). */
static enum s3_err
check_owner(struct req *r)
{
	if (r->identity.administrator || slice_equal(r->identity.user_id, slice_from(r->bucket->owner_id)))
		return S3_OK;
	s3_refusal_detail(&r->refusal, "Method", r->method);
	s3_refusal_detail(&r->refusal, "ResourceType", SLICE("BUCKETPOLICY"));
	return req_refuse(r, S3_METHOD_NOT_ALLOWED, NULL);
}

static enum s3_err
no_policy(struct req *r)
{
	s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
	return req_refuse(r, S3_NO_SUCH_BUCKET_POLICY, NULL);
}

static enum s3_err
read_stored(struct req *r, struct slice *out)
{
	enum store_err err = STORE_NOT_FOUND;

	*out = slice_from("");
	if (r->bucket->documents & (UINT64_C(1) << document_policy.number))
		err = catalog_document(r->gateway->catalog, r, r->bucket, document_policy.number, out);
	return err == STORE_NOT_FOUND ? no_policy(r) : req_refuse_store(r, err);
}

enum s3_err
op_get_policy(struct req *r)
{
	struct slice stored;
	enum s3_err err;

	if ((err = check_owner(r)) != S3_OK || (err = read_stored(r, &stored)) != S3_OK)
		return err;
	reply_header_string(r, "Content-Type", "application/json");
	r->reply.body = stored;
	r->reply.content_length = stored.length;
	return reply_empty(r, 200);
}

/* A policy_users function: principals are named by the ID, and known by the name as well. */
static bool
user_name(void *context, struct slice id, TALLOC_CTX *mem, struct slice *name)
{
	const struct req *r = context;
	struct user *user;

	if (catalog_user(r->gateway->catalog, mem, id, &user) != STORE_OK)
		return false;
	*name = slice_from(user->name);
	return true;
}

/*
 * Who puts a policy that denies its sender the putting of another has to confirm it in S3. The bucket's owner and the
 * administrator, who alone get here, can never lose that permission, so there is nothing to confirm: true and false
 * say the same of them, as of the root user of an account.
 */
static enum s3_err
check_confirmation(struct req *r)
{
	struct slice confirmed = req_header(r, CONFIRM);

	if (!req_has_header(r, CONFIRM) || slice_equal_nocase(confirmed, SLICE("true")) ||
	    slice_equal_nocase(confirmed, SLICE("false")))
		return S3_OK;
	return refuse_argument(r, CONFIRM, confirmed, CONFIRM " is neither true nor false.");
}

enum s3_err
op_put_policy_prepare(struct req *r)
{
	enum s3_err err = check_owner(r);

	return err == S3_OK ? check_confirmation(r) : err;
}

/* In force for the next request. */
enum s3_err
op_put_policy(struct req *r)
{
	const struct policy_users users = { r, user_name };
	struct slice document = r->body.document;
	const struct settings *settings;
	struct policy *policy;
	enum s3_err err;

	if (document.length == 0)
		return req_refuse(r, S3_MISSING_REQUEST_BODY, NULL);
	if ((err = policy_parse(r, document, slice_from(r->bucket->name), &users, &r->refusal, &policy)) != S3_OK ||
	    (err = req_settings(r, r->bucket, &settings)) != S3_OK)
		return err;
	if (settings->public_access.block_policy && policy_is_public(policy))
		return req_refuse(
		    r, S3_ACCESS_DENIED, "Public policies are blocked by the bucket's BlockPublicPolicy setting.");
	err = req_refuse_store(
	    r, catalog_document_put(r->gateway->catalog, r->bucket, document_policy.number, document));
	return err == S3_OK ? reply_empty(r, 204) : err;
}

/* Deleting what is not there succeeds. */
enum s3_err
op_delete_policy(struct req *r)
{
	enum s3_err err = check_owner(r);

	if (err == S3_OK)
		err = req_refuse_store(
		    r, catalog_document_delete(r->gateway->catalog, r->bucket, document_policy.number));
	return err == S3_OK ? reply_empty(r, 204) : err;
}

/* GetBucketPolicyStatus. A damaged policy lets nobody in. */
enum s3_err
op_get_policy_status(struct req *r)
{
	const struct settings *settings;
	struct xml_writer *w;
	enum s3_err err = req_settings(r, r->bucket, &settings);

	if (err != S3_OK)
		return err;
	if (settings->policy == NULL && !settings->policy_is_damaged)
		return no_policy(r);
	w = xml_writer_new(r, ANSWER_SHORT);
	xml_start_root(w, "PolicyStatus");
	xml_bool(w, "IsPublic", settings->policy_is_public);
	xml_end(w);
	return reply_xml(r, 200, w);
}
