/*
 * Requests without sockets: what the stages do before an operation runs is done here in short, and the operation then
 * works on a catalog in a folder of its own.
 */
#ifndef TESTS_UNIT_GATEWAY_EXCHANGE_H
#define TESTS_UNIT_GATEWAY_EXCHANGE_H

#include "common/encode.h"
#include "gateway/checksum.h"
#include "gateway/permission.h"
#include "gateway/req.h"
#include "storage/fault.h"
#include "tests/unit/storage/scratch.h"
#include "tests/unit/suite.h"

#define HEADERS_MAX 6
#define CHECKS_MAX  8

static struct gateway gateway;
static struct config config = { .region = (char *)"" };
static TALLOC_CTX *mem;
static char *folder;
static struct store *store;

/* A request, and what its answer must be. */
struct exchange {
	const char *name;
	const char *user; /* NULL: anonymous */
	const char *method, *target;
	const char *headers[HEADERS_MAX]; /* "Name: value" */
	const char *body;
	unsigned status;
	const char *code;               /* S3's, of a refusal; NULL: none */
	const char *has[CHECKS_MAX];    /* texts that the answer's body must hold */
	const char *lacks[CHECKS_MAX];  /* and must not */
	const char *fields[CHECKS_MAX]; /* "Name: value" that the answer must have; "Name:" it must lack */
};

static inline void
add_user(const char *id, bool administrator)
{
	struct user user = {
		.id = talloc_strdup(mem, id),
		.name = talloc_strdup(mem, id),
		.display_name = talloc_asprintf(mem, "Name of %s", id),
		.email = talloc_asprintf(mem, "%s@example.com", id),
		.enabled = true,
		.administrator = administrator,
	};
	struct access_key key = {
		.id = talloc_asprintf(mem, "KEY-%s", id),
		.secret = talloc_strdup(mem, "secret"),
		.user_id = user.id,
	};

	ck_assert_store(catalog_user_add(gateway.catalog, &user, &key), STORE_OK);
}

static inline void
exchange_setup(void)
{
	static const struct catalog_options options = { .garbage_grace_us = 0 };

	mem = talloc_new(NULL);
	folder = scratch_make(mem);
	store = fault_wrap(scratch_open_any(folder));
	gateway.catalog = catalog_new(store, &options);
	gateway.host_id = "host";
	gateway.config = (struct config_share){ NULL, NULL };
	config_replace(&gateway.config, mem, &config);
	add_user("alice", false);
	add_user("bob", false);
	add_user("root", true);
}

static inline void
exchange_teardown(void)
{
	catalog_free(gateway.catalog);
	store_close(store);
	scratch_remove(folder);
	talloc_free(mem);
}

static inline void
identify(struct req *r, const char *user)
{
	if (user == NULL)
		return;
	ck_assert_store(catalog_user(gateway.catalog, r, slice_from(user), &r->user), STORE_OK);
	r->identity = (struct identity){ slice_from(r->user->id), false, r->user->administrator };
}

static inline bool
permitted(struct req *r)
{
	const struct subject about = req_subject(r);

	return req_may(r, req_action(r), &about);
}

/* The bucket and the object that the request names; then permission. */
static inline enum s3_err
meet(struct req *r)
{
	const struct operation *op = r->operation;
	enum store_err err;

	err = catalog_bucket(gateway.catalog, r, r->target.bucket, &r->bucket);
	if (err == STORE_NOT_FOUND && (op->scope == SCOPE_BUCKET || op->scope == SCOPE_OBJECT) &&
	    op->action != ACTION_CreateBucket)
		return req_refuse(r, S3_NO_SUCH_BUCKET, NULL);
	if (op->operand == OPERAND_UPLOAD) {
		err = catalog_upload(
		    gateway.catalog, r, r->bucket, r->target.key, req_parameter(r, "uploadId"), &r->upload);
		if (err == STORE_NOT_FOUND)
			return req_refuse(r, S3_NO_SUCH_UPLOAD, NULL);
		ck_assert_store(err, STORE_OK);
	} else if (op->operand != OPERAND_NONE) {
		err = catalog_object(gateway.catalog, r, r->bucket, r->target.key, req_parameter(r, "versionId"),
		    op->operand == OPERAND_READ, &r->object);
		if (err == STORE_NOT_FOUND)
			return req_refuse(r, S3_NO_SUCH_KEY, NULL);
		ck_assert_store(err, STORE_OK);
	}
	return permitted(r) ? S3_OK : req_refuse(r, S3_ACCESS_DENIED, NULL);
}

/* The checksum that the request brings, which is taken for right, and the one that its operation wants. */
static inline void
take_checksums(struct req *r, struct slice body)
{
	const struct checksum *wanted = r->body.wanted;
	unsigned char value[DIGEST_MAX];
	struct checksum_claim claim;

	ck_assert_int_eq(checksum_claimed(r, &claim), S3_OK);
	if (claim.checksum != NULL)
		fields_add(r, &r->body.checksums, slice_from(claim.checksum->name), claim.value);
	else if (r->operation->body == BODY_STREAM)
		wanted = checksum_default;
	if (wanted == NULL || wanted == claim.checksum)
		return;
	fields_add(r, &r->body.checksums, slice_from(wanted->name),
	    slice_from(base64_encode(r, slice_make(value, digest_of(wanted->kind, body, value)))));
}

static inline void
take_body(struct req *r, struct slice body)
{
	bool part = r->operation->body == BODY_PART;
	unsigned char md5[DIGEST_MAX];

	if (r->operation->body != BODY_STREAM && !part) {
		r->body.document = body;
		return;
	}
	r->body.content = (part ? content_new_part : content_new)(gateway.catalog, r, r->bucket, r->target.key);
	ck_assert_store(content_append(r->body.content, body), STORE_OK);
	ck_assert_store(content_finish(r->body.content), STORE_OK);
	digest_of(DIGEST_MD5, body, md5);
	memcpy(r->body.md5, md5, sizeof(r->body.md5));
	take_checksums(r, body);
}

static inline enum s3_err
read_target(struct req *r)
{
	enum s3_err err =
	    target_split(r, r->raw_target, SLICE("s3.example"), config.domains, &r->refusal, &r->target);

	return err == S3_OK ? target_decode(r, &r->refusal, &r->target) : err;
}

/* All that comes before the body. */
static inline enum s3_err
begin(struct req *r)
{
	enum s3_err err;

	if ((err = read_target(r)) != S3_OK || (err = route(r)) != S3_OK || (err = meet(r)) != S3_OK)
		return err;
	return r->operation->prepare != NULL ? r->operation->prepare(r) : S3_OK;
}

/* The body, and the operation; after begin, with or without something else in between. */
static inline enum s3_err
finish(struct req *r, struct slice body)
{
	take_body(r, body);
	return r->operation->run(r);
}

static inline void
add_header(TALLOC_CTX *parent, struct fields *fields, const char *line)
{
	struct slice rest = slice_from(line), name;

	ck_assert(slice_next(&rest, ':', &name));
	fields_add(parent, fields, name, slice_trim(rest));
}

/* A request that nothing has been done with, to be freed with talloc_free. */
static inline struct req *
make_request(const char *user, const char *method, const char *target, const char *const headers[HEADERS_MAX])
{
	struct req *r = req_new(mem, &gateway);

	r->method = slice_from(method);
	r->raw_target = slice_from(target);
	for (size_t i = 0; headers != NULL && i < HEADERS_MAX && headers[i] != NULL; i++)
		add_header(r, &r->headers, headers[i]);
	identify(r, user);
	return r;
}

/* An answered request. `body` must stay. */
static inline struct req *
ask(const char *user, const char *method, const char *target, const char *const headers[HEADERS_MAX],
    struct slice body)
{
	struct req *r = make_request(user, method, target, headers);
	enum s3_err err = begin(r);

	if (err == S3_OK)
		err = finish(r, body);
	if (err != S3_OK)
		reply_refusal(r);
	return r;
}

/* The body of an answer, whole. */
static inline struct slice
answer_body(struct req *r)
{
	struct reply *reply = &r->reply;
	char *bytes = talloc_size(r, reply->content_length + 1);
	uint64_t filled = reply->body.length;
	size_t got;

	if (filled > 0)
		memcpy(bytes, reply->body.data, filled);
	while (reply->reader != NULL && filled < reply->content_length) {
		ck_assert_store(object_reader_read(reply->reader, reply->offset + filled, bytes + filled,
				    reply->content_length - filled, &got),
		    STORE_OK);
		ck_assert_uint_gt(got, 0);
		filled += got;
	}
	return slice_make(bytes, filled);
}

static inline struct slice
answer_field(const struct req *r, const char *name)
{
	const struct field *field = fields_find_nocase(&r->reply.headers, name);

	if (field == NULL)
		field = fields_find_nocase(&r->kept_headers, name);
	return field != NULL ? field->value : slice_make(NULL, 0);
}

static inline void
check_field(const struct exchange *e, const struct req *r, const char *line)
{
	struct slice rest = slice_from(line), name, value;

	ck_assert(slice_next(&rest, ':', &name));
	value = answer_field(r, slice_dup((void *)r, name));
	ck_assert_msg(slice_equal(value, slice_trim(rest)), "%s: %s, got '%.*s'", e->name, line, SLICE_ARG(value));
}

/* Send it and look at the answer. */
static inline void
exchange(const struct exchange *e)
{
	struct req *r = ask(e->user, e->method, e->target, e->headers, slice_from(e->body));
	struct slice body = answer_body(r);
	const char *code = r->refusal.err != S3_OK ? s3_err_code(r->refusal.err) : "none";
	size_t position;

	ck_assert_msg(r->reply.status == e->status && strcmp(code, e->code != NULL ? e->code : "none") == 0,
	    "%s: %u %s\n%.*s", e->name, r->reply.status, code, SLICE_ARG(body));
	for (size_t i = 0; i < CHECKS_MAX && e->has[i] != NULL; i++)
		ck_assert_msg(slice_find(body, slice_from(e->has[i]), &position), "%s: lacks %s\n%.*s", e->name,
		    e->has[i], SLICE_ARG(body));
	for (size_t i = 0; i < CHECKS_MAX && e->lacks[i] != NULL; i++)
		ck_assert_msg(!slice_find(body, slice_from(e->lacks[i]), &position), "%s: has %s\n%.*s", e->name,
		    e->lacks[i], SLICE_ARG(body));
	for (size_t i = 0; i < CHECKS_MAX && e->fields[i] != NULL; i++)
		check_field(e, r, e->fields[i]);
	talloc_free(r);
}

/* An exchange without headers: its status, one field and one text of its answer. */
static inline void
expect(const char *name, const char *user, const char *method, const char *target, unsigned status,
    const char *field, const char *text)
{
	struct exchange e = { name, user, method, target, { 0 }, "", status, NULL, { text }, { 0 }, { field } };

	exchange(&e);
}

/* A step that must succeed on the way to what is tested. */
static inline void
done(const char *user, const char *method, const char *target, const char *const headers[HEADERS_MAX],
    const char *body)
{
	struct req *r = ask(user, method, target, headers, slice_from(body));

	ck_assert_msg(r->reply.status < 300, "%s %s: %u %s", method, target, r->reply.status,
	    r->refusal.err != S3_OK ? s3_err_code(r->refusal.err) : "none");
	talloc_free(r);
}

#define HEADERS(...)                     \
	(const char *const[HEADERS_MAX]) \
	{                                \
		__VA_ARGS__              \
	}

/* Objects and buckets of alice and bob, some for everybody. */
static inline void
exchange_setup_objects(void)
{
	exchange_setup();
	done("alice", "PUT", "/photos", NULL, "");
	done("alice", "PUT", "/photos/a.txt",
	    HEADERS("Content-Type: text/plain", "x-amz-meta-Colour: blue",
		"x-amz-checksum-crc32: poTHxg==", "Cache-Control: max-age=1"),
	    "0123456789");
	done("alice", "PUT", "/photos/empty", NULL, "");
	done("alice", "PUT", "/photos/open", HEADERS("x-amz-acl: public-read"), "open");
	done("bob", "PUT", "/shared", HEADERS("x-amz-acl: public-read-write"), "");
	done("bob", "PUT", "/drop",
	    HEADERS("x-amz-grant-write: uri=\"http://acs.amazonaws.com/groups/global/AllUsers\""), "");
	done("bob", "PUT", "/drop/secret", NULL, "secret");
	done("bob", "PUT", "/shared/secret", NULL, "secret");
	done("bob", "PUT", "/shared/open", HEADERS("x-amz-acl: public-read"), "open");
}

#endif
