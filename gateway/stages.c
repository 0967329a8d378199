/* A request is a list of stages: what every operation needs happens here, once, from its row of the table. */
#include "common/clock.h"
#include "gateway/cors_log.h"
#include "gateway/hygiene.h"
#include "gateway/operations/answer.h"
#include "gateway/permission.h"
#include "gateway/post.h"
#include "gateway/req.h"
#include "gateway/settings.h"

#define HEADERS_MAX (26 * 1024) /* bytes of a request's and its answer's header fields together */

struct stage {
	enum s3_err (*run)(struct req *r);
	enum s3_err (*take)(struct req *r, bool *more); /* instead: called again with more of the body */
	bool (*waits)(const struct req *r);
};

/* What each stage may wait for. */

static bool
never(const struct req *r)
{
	(void)r;
	return false;
}

static bool
reads(const struct req *r)
{
	return catalog_get_waits(r->gateway->catalog);
}

static bool
runs(const struct req *r)
{
	return r->operation->writes || reads(r);
}

static bool
is_preflight(const struct req *r)
{
	return slice_equal(r->method, SLICE("OPTIONS"));
}

/* The stages. */

static size_t
header_bytes(const struct fields *headers)
{
	size_t size = 0;

	for (size_t i = 0; i < headers->count; i++)
		size += headers->items[i].name.length + headers->items[i].value.length + 4;
	return size;
}

static enum s3_err
stage_hygiene(struct req *r)
{
	r->header_bytes = header_bytes(&r->headers);
	if (!r->malformed && slice_equal(r->raw_target, SLICE("*")) && !is_preflight(r))
		r->malformed = "the target *, which is for OPTIONS alone";
	if (!r->malformed)
		return body_read_headers(r);
	r->reply.close = true;
	return req_refuse(r, S3_BAD_REQUEST, "The request has %s.", r->malformed);
}

static enum s3_err
stage_target(struct req *r)
{
	return target_split(r, r->raw_target, req_header(r, "host"), r->config->domains, &r->refusal, &r->target);
}

static enum s3_err
stage_bucket(struct req *r)
{
	enum store_err err;

	if (r->target.bucket.length == 0)
		return S3_OK;
	err = catalog_bucket(r->gateway->catalog, r, r->target.bucket, &r->bucket);
	return err == STORE_NOT_FOUND ? S3_OK : req_refuse_store(r, err);
}

/* First of all decisions, so that every answer from here on carries its headers. */
static enum s3_err
stage_cors(struct req *r)
{
	struct cors_resource resource;
	struct cors_request request;
	enum s3_err err;
	bool granted;

	if (is_preflight(r))
		return S3_OK;
	if ((err = req_cors_resource(r, &resource)) != S3_OK ||
	    (!resource.rules && !resource.service && !req_has_header(r, "origin")))
		return err;
	cors_request_read(r, r->method, &r->headers, r->target.raw_key.length > 0, &request);
	granted = cors_actual(r, &resource, &request, &r->kept_headers);
	req_log_cors(r, &resource, &request, false, granted);
	fields_copy(r, &r->kept_headers); /* the rules may be replaced before the answer is sent */
	return S3_OK;
}

/* A page can read what is wrong with its key or query. Its preflight is about the bucket: it will be told later. */
static enum s3_err
stage_names(struct req *r)
{
	enum s3_err err = target_decode(r, is_preflight(r) ? NULL : &r->refusal, &r->target);

	return is_preflight(r) ? S3_OK : err;
}

static enum s3_err
identify(struct req *r, const struct auth_request *request)
{
	struct access_key *key;
	enum store_err found;
	enum s3_err err;

	found = catalog_user_by_key(r->gateway->catalog, r, r->credential->access_key, &key, &r->user);
	if (found == STORE_NOT_FOUND) {
		s3_refusal_detail(&r->refusal, "AWSAccessKeyId", r->credential->access_key);
		return req_refuse(r, S3_INVALID_ACCESS_KEY_ID, NULL);
	}
	if (found != STORE_OK)
		return req_refuse_store(r, found);
	err = credential_verify(r->credential, request, slice_from(key->secret), &r->refusal);
	talloc_free(key);
	if (err != S3_OK)
		return err;
	if (!r->user->enabled)
		return req_refuse(r, S3_ACCESS_DENIED, "The user '%s' is disabled.", r->user->id);
	r->identity = (struct identity){
		.user_id = slice_from(r->user->id),
		.administrator = r->user->administrator,
	};
	return S3_OK;
}

/*
 * In a presigned URL, an x-amz- parameter stands for the header of that name: it was signed as well. A checksum there
 * says nothing, for the URL was signed before anybody knew the body.
 */
static enum s3_err
take_presigned_headers(struct req *r)
{
	static const struct slice left_out[] = { SLICE("x-amz-algorithm"), SLICE("x-amz-credential"),
		SLICE("x-amz-date"), SLICE("x-amz-expires"), SLICE("x-amz-signedheaders"), SLICE("x-amz-signature"),
		SLICE("x-amz-content-sha256"), SLICE("x-amz-security-token"),
		SLICE("x-amz-sdk-checksum-algorithm") };

	for (size_t i = 0; i < r->target.parameters.count; i++) {
		const struct field *parameter = &r->target.parameters.items[i];
		struct slice name = parameter->name;
		bool stands = slice_equal_nocase(slice_head(name, 6), SLICE("x-amz-")) &&
			      !slice_equal_nocase(slice_head(name, 15), SLICE("x-amz-checksum-"));

		for (size_t j = 0; stands && j < ARRAY_SIZE(left_out); j++)
			stands = !slice_equal_nocase(name, left_out[j]);
		if (!stands || req_has_header(r, slice_dup(r, name)))
			continue;
		if (!is_field_value(parameter->value))
			return req_refuse(r, S3_INVALID_ARGUMENT, "The parameter '%.*s' holds control characters.",
			    SLICE_ARG(slice_head(name, 64)));
		fields_add(r, &r->headers, name, slice_trim(parameter->value));
	}
	return S3_OK;
}

static enum s3_err
stage_credentials(struct req *r)
{
	struct auth_request request = {
		.method = r->method,
		.path = r->target.path,
		.query = r->target.query,
		.parameters = r->target.parameters,
		.headers = r->headers,
		.host_bucket = r->target.host_bucket,
		.now = r->started_us / 1000000,
		.region = slice_from(r->config->region),
		.form = r->operation->body == BODY_FORM ? &r->form : NULL,
	};
	enum s3_err err;

	if (is_preflight(r))
		return S3_OK;
	err = credential_read(r, &request, &r->refusal, &r->credential);
	if (err == S3_OK && r->credential->kind != CREDENTIAL_NONE)
		err = identify(r, &request);
	if (err != S3_OK)
		return err;
	if (r->operation->body == BODY_FORM)
		return post_take_fields(r);
	if (r->credential->kind == CREDENTIAL_V4_QUERY || r->credential->kind == CREDENTIAL_V2_QUERY)
		return take_presigned_headers(r);
	return S3_OK;
}

static enum s3_err
no_such_bucket(struct req *r)
{
	s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
	if (!bucket_name_valid(r->target.bucket))
		return req_refuse(r, S3_INVALID_BUCKET_NAME, NULL);
	return req_refuse(r, S3_NO_SUCH_BUCKET, NULL);
}

/* The version that was asked for is a delete marker, which can be deleted and nothing else. */
static enum s3_err
refuse_marker(struct req *r, const struct object *marker)
{
	char modified[CLOCK_TEXT_MAX];

	clock_format_http(marker->modified_us, modified);
	fields_add(r, &r->kept_headers, SLICE("Allow"), SLICE("DELETE"));
	fields_add(r, &r->kept_headers, SLICE("Last-Modified"), slice_from(talloc_strdup(r, modified)));
	s3_refusal_detail(&r->refusal, "Method", r->method);
	s3_refusal_detail(&r->refusal, "ResourceType", SLICE("DeleteMarker"));
	return req_refuse(r, S3_METHOD_NOT_ALLOWED, NULL);
}

/* Whether a key exists is told to those alone who may list the bucket, and are not denied what they ask for. */
static enum s3_err
no_such_object(struct req *r, struct slice version, const struct object *marker)
{
	const struct subject bucket = { .bucket = r->bucket }, about = req_subject(r);

	if (req_is_denied(r, req_action(r), &about) || !req_may(r, ACTION_ListBucket, &bucket))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	if (marker) {
		fields_add(r, &r->kept_headers, SLICE("x-amz-delete-marker"), SLICE("true"));
		fields_add(r, &r->kept_headers, SLICE("x-amz-version-id"), slice_from(marker->version_id));
	}
	if (marker && (version.length > 0 || r->operation->writes))
		return refuse_marker(r, marker);
	s3_refusal_detail(&r->refusal, "Key", r->target.key);
	if (version.length == 0)
		return req_refuse(r, S3_NO_SUCH_KEY, NULL);
	s3_refusal_detail(&r->refusal, "VersionId", version);
	return req_refuse(r, S3_NO_SUCH_VERSION, NULL);
}

/* The object that the operation is about. */
static enum s3_err
meet_object(struct req *r)
{
	bool with_bytes = r->operation->operand == OPERAND_READ;
	struct slice version;
	enum store_err found;
	enum s3_err err = requested_version(r, &version);

	if (err != S3_OK)
		return err;
	found = catalog_object(r->gateway->catalog, r, r->bucket, r->target.key, version, with_bytes, &r->object);
	return found == STORE_NOT_FOUND ? no_such_object(r, version, r->object) : req_refuse_store(r, found);
}

/* The upload that the operation is about; r->upload stays NULL where there is none. */
static enum s3_err
meet_upload(struct req *r)
{
	enum store_err err = catalog_upload(
	    r->gateway->catalog, r, r->bucket, r->target.key, req_parameter(r, "uploadId"), &r->upload);

	return err == STORE_NOT_FOUND ? S3_OK : req_refuse_store(r, err);
}

static enum s3_err
no_such_upload(struct req *r)
{
	s3_refusal_detail(&r->refusal, "UploadId", req_parameter(r, "uploadId"));
	return req_refuse(r, S3_NO_SUCH_UPLOAD, NULL);
}

static enum s3_err
meet_operand(struct req *r)
{
	switch (r->operation->operand) {
	case OPERAND_NONE:
		return S3_OK;
	case OPERAND_READ:
	case OPERAND_MEET:
		return meet_object(r);
	case OPERAND_UPLOAD:
		return meet_upload(r);
	}
	return S3_OK;
}

/* A policy may ask for the very tags that are put, and those come with the body. */
static bool
is_decided_late(const struct operation *op)
{
	return op->action == ACTION_PutObjectTagging;
}

static enum s3_err
decide(struct req *r)
{
	const struct subject about = req_subject(r);

	return req_may(r, req_action(r), &about) ? S3_OK : req_refuse(r, S3_ACCESS_DENIED, NULL);
}

static enum s3_err
stage_permission(struct req *r)
{
	const struct operation *op = r->operation;
	struct slice expected_owner = req_header(r, "x-amz-expected-bucket-owner");
	enum s3_err err;

	if (!r->bucket && (op->scope == SCOPE_BUCKET || op->scope == SCOPE_OBJECT) &&
	    op->action != ACTION_CreateBucket)
		return no_such_bucket(r);
	if (r->bucket && expected_owner.length && !slice_equal(expected_owner, slice_from(r->bucket->owner_id)))
		return req_refuse(r, S3_ACCESS_DENIED, NULL);
	if (op->action == ACTION_OPEN)
		return S3_OK;
	if ((err = meet_operand(r)) != S3_OK || (!is_decided_late(op) && (err = decide(r)) != S3_OK))
		return err;
	return op->operand == OPERAND_UPLOAD && r->upload == NULL ? no_such_upload(r) : S3_OK;
}

static enum s3_err
stage_late_permission(struct req *r)
{
	return is_decided_late(r->operation) ? decide(r) : S3_OK;
}

static enum s3_err
stage_prepare(struct req *r)
{
	return r->operation->prepare ? r->operation->prepare(r) : S3_OK;
}

static enum s3_err
stage_run(struct req *r)
{
	return r->operation->run(r);
}

static const struct stage stages[] = {
	{ .run = stage_hygiene, .waits = never },
	{ .run = stage_target, .waits = never },
	{ .run = stage_bucket, .waits = reads },
	{ .run = stage_cors, .waits = reads },
	{ .run = stage_names, .waits = never },
	{ .run = route, .waits = never },
	{ .take = post_read_form, .waits = never }, /* for a form says what the headers of others say */
	{ .run = stage_credentials, .waits = reads },
	{ .run = stage_permission, .waits = reads },
	{ .run = stage_prepare, .waits = reads },
	{ .run = body_begin, .waits = never },
	{ .take = body_advance, .waits = body_waits },
	{ .run = stage_late_permission, .waits = reads },
	{ .run = stage_run, .waits = runs },
};

bool
req_takes_body(const struct req *r)
{
	return r->stage < ARRAY_SIZE(stages) && stages[r->stage].take == body_advance;
}

/* One step of a stage. */
static enum flow
run_stage(struct req *r, const struct stage *s)
{
	bool more = false;
	enum s3_err err = s->run ? s->run(r) : s->take(r, &more);

	if (err != S3_OK) {
		reply_refusal(r);
		return FLOW_REPLY;
	}
	return more ? FLOW_BODY : FLOW_NEXT;
}

/* The connection's memory holds both header blocks: an answer that did not fit would just close it. */
static void
check_reply_size(struct req *r)
{
	size_t size = r->raw_target.length + r->header_bytes + header_bytes(&r->reply.headers) +
		      header_bytes(&r->kept_headers);

	if (size <= HEADERS_MAX)
		return;
	r->kept_headers.count = 0;
	r->refusal = (struct s3_refusal){ .mem = r };
	req_refuse(r, S3_BAD_REQUEST, "The header fields of request and answer together are longer than %d bytes.",
	    HEADERS_MAX);
	reply_refusal(r);
}

/* What every answer carries. */
static void
complete_reply(struct req *r)
{
	check_reply_size(r);
	reply_header_string(r, "x-amz-request-id", r->id);
	reply_header_string(r, "x-amz-id-2", r->gateway->host_id);
	reply_header_string(r, "Server", "Crossgate");
	for (size_t i = 0; i < r->kept_headers.count; i++)
		fields_add(r, &r->reply.headers, r->kept_headers.items[i].name, r->kept_headers.items[i].value);
}

void
req_turn_away(struct req *r)
{
	/* A page is to see that it may try again, and not a network error. */
	if (!reads(r) && stage_hygiene(r) == S3_OK && stage_target(r) == S3_OK && stage_bucket(r) == S3_OK)
		(void)stage_cors(r);
	r->refusal = (struct s3_refusal){ .mem = r };
	req_refuse(r, S3_SERVICE_UNAVAILABLE, "The gateway is stopping.");
	r->reply.close = true;
	reply_refusal(r);
	complete_reply(r);
}

enum flow
req_advance(struct req *r, bool may_wait)
{
	enum flow flow = FLOW_NEXT;

	while (flow == FLOW_NEXT && r->stage < ARRAY_SIZE(stages)) {
		const struct stage *s = &stages[r->stage];

		if (!may_wait && s->waits(r))
			return FLOW_WAIT;
		flow = run_stage(r, s);
		if (flow == FLOW_NEXT)
			r->stage++;
	}
	if (flow == FLOW_BODY)
		return FLOW_BODY;
	complete_reply(r);
	return FLOW_REPLY;
}
