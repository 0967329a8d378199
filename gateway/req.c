#include "gateway/req.h"

#include "common/clock.h"
#include "common/encode.h"
#include "common/log.h"

#define JOINED_MAX (64 * 1024) /* more than the headers of a request can hold */

static int
leave_config(struct req *r)
{
	config_leave(r->config_holder);
	return 0;
}

struct req *
req_new(TALLOC_CTX *mem, struct gateway *gateway)
{
	struct req *r = talloc_zero(mem, struct req);
	unsigned char id[8];

	random_bytes(id, sizeof(id));
	r->gateway = gateway;
	r->config_holder = config_take(&gateway->config);
	r->config = r->config_holder->config;
	talloc_set_destructor(r, leave_config);
	r->id = hex_encode(r, slice_make(id, sizeof(id)));
	r->started_us = clock_wall_us();
	r->started_monotonic_us = clock_monotonic_us();
	r->identity.anonymous = true;
	r->refusal.mem = r;
	return r;
}

struct slice
req_header(const struct req *r, const char *name)
{
	const struct field *field = fields_find_nocase(&r->headers, name);

	return field ? field->value : (struct slice){ NULL, 0 };
}

bool
req_has_header(const struct req *r, const char *name)
{
	return fields_find_nocase(&r->headers, name) != NULL;
}

struct slice
req_header_joined(struct req *r, const char *name)
{
	struct buf *joined;

	if (fields_count_nocase(&r->headers, name) <= 1)
		return req_header(r, name);
	joined = buf_new(r, JOINED_MAX);
	for (size_t i = 0; i < r->headers.count; i++) {
		if (!slice_equal_nocase(r->headers.items[i].name, slice_from(name)))
			continue;
		if (buf_slice(joined).length > 0)
			buf_append_byte(joined, ',');
		buf_append(joined, r->headers.items[i].value);
	}
	return buf_slice(joined);
}

struct slice
req_parameter(const struct req *r, const char *name)
{
	const struct field *field = fields_find(&r->target.parameters, name);

	return field ? field->value : (struct slice){ NULL, 0 };
}

bool
req_has_parameter(const struct req *r, const char *name)
{
	return fields_find(&r->target.parameters, name) != NULL;
}

enum s3_err
req_refuse_store(struct req *r, enum store_err err)
{
	switch (err) {
	case STORE_OK:
		return S3_OK;
	case STORE_NOT_FOUND:
		s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
		return req_refuse(r, S3_NO_SUCH_BUCKET, NULL);
	case STORE_FULL:
		return req_refuse(r, S3_INSUFFICIENT_STORAGE, NULL);
	case STORE_TIMEOUT:
		return req_refuse(r, S3_SLOW_DOWN, NULL);
	case STORE_CONFLICT:
		return req_refuse(r, S3_CONDITIONAL_CONFLICT, NULL);
	case STORE_REFUSED:
		return req_refuse(r, S3_PRECONDITION_FAILED, NULL);
	case STORE_NOT_EMPTY:
		return req_refuse(r, S3_BUCKET_NOT_EMPTY, NULL);
	case STORE_READ_ONLY:
		return req_refuse(r, S3_SERVICE_UNAVAILABLE,
		    "The store is being moved to another place and takes no changes here. Reading goes on.");
	case STORE_DAMAGED:
	case STORE_IO:
	case STORE_INVALID:
	case STORE_EXISTS:
		break;
	}
	LOG(ERROR, "storage", LOG_STRING("request_id", r->id), LOG_STRING("error", store_err_name(err)),
	    LOG_TEXT("bucket", r->target.bucket), LOG_TEXT("key", r->target.key));
	return req_refuse(r, S3_INTERNAL_ERROR, NULL);
}

void
req_log(const struct req *r, bool completed)
{
	LOG(INFO, "request", LOG_STRING("request_id", r->id),
	    LOG_STRING("operation", r->operation ? r->operation->name : "-"), LOG_TEXT("method", r->method),
	    LOG_TEXT("bucket", r->target.bucket), LOG_TEXT("key", r->target.key),
	    LOG_STRING("user", r->user ? r->user->id : "-"), LOG_NUMBER("status", r->reply.status),
	    LOG_STRING("code", r->refusal.err ? s3_err_code(r->refusal.err) : "-"),
	    LOG_NUMBER("received", r->body.received), LOG_NUMBER("sent", r->sent),
	    LOG_NUMBER("us", clock_monotonic_us() - r->started_monotonic_us),
	    LOG_STRING("completed", completed ? "yes" : "no"));
}
