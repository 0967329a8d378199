/* Access control lists: how they grow, the canned ones, those that headers ask for, and what they grant. */
#include "auth/acl_private.h"

#include <assert.h>

#define EMAIL_MAX 320
#define SHOWN_MAX 256 /* of a value in an error document */

#define OWNER                                              \
	{                                                  \
		ACL_ROLE_OWNER, ACL_USER, ACL_FULL_CONTROL \
	}
#define GROUP(g, p)                              \
	{                                        \
		ACL_ROLE_GROUP, ACL_##g, ACL_##p \
	}
#define BUCKET_OWNER(p)                                  \
	{                                                \
		ACL_ROLE_BUCKET_OWNER, ACL_USER, ACL_##p \
	}

/* Amazon S3: "Canned ACL". On a bucket, S3 takes bucket-owner-… for private. */
const struct acl_canned acl_canned[] = {
	{ "private", 0, false, { OWNER } },
	{ "public-read", 'r', false, { OWNER, GROUP(ALL_USERS, READ) } },
	{ "public-read-write", 'w', false, { OWNER, GROUP(ALL_USERS, READ), GROUP(ALL_USERS, WRITE) } },
	{ "authenticated-read", 'a', false, { OWNER, GROUP(AUTHENTICATED_USERS, READ) } },
	{ "log-delivery-write", 'l', true, { OWNER, GROUP(LOG_DELIVERY, WRITE), GROUP(LOG_DELIVERY, READ_ACP) } },
	{ "bucket-owner-read", 0, false, { OWNER, BUCKET_OWNER(READ) } },
	{ "bucket-owner-full-control", 0, false, { OWNER, BUCKET_OWNER(FULL_CONTROL) } },
};
const size_t acl_canned_count = ARRAY_SIZE(acl_canned);

struct acl *
acl_new(TALLOC_CTX *mem, struct slice owner, size_t room)
{
	struct acl *acl = talloc_zero(mem, struct acl);

	assert(acl != NULL);
	acl->owner = owner;
	acl->grants = talloc_array(acl, struct acl_grant, room);
	assert(acl->grants != NULL);
	return acl;
}

static void
add_grant(struct acl *acl, enum acl_grantee grantee, struct slice user_id, unsigned permissions)
{
	assert(acl->grant_count < talloc_array_length(acl->grants));
	acl->grants[acl->grant_count++] = (struct acl_grant){ grantee, user_id, permissions };
}

/* Grantees. */

static const struct {
	enum acl_grantee grantee;
	const char *uri;
} groups[] = {
	{ ACL_ALL_USERS, "http://acs.amazonaws.com/groups/global/AllUsers" },
	{ ACL_AUTHENTICATED_USERS, "http://acs.amazonaws.com/groups/global/AuthenticatedUsers" },
	{ ACL_LOG_DELIVERY, "http://acs.amazonaws.com/groups/s3/LogDelivery" },
};

const char *
acl_group_uri(enum acl_grantee grantee)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
		if (groups[i].grantee == grantee)
			return groups[i].uri;
	return NULL;
}

static enum s3_err
refuse_argument(struct s3_refusal *why, struct slice name, struct slice value, const char *message)
{
	s3_refusal_detail(why, "ArgumentName", name);
	s3_refusal_detail(why, "ArgumentValue", slice_head(value, SHOWN_MAX));
	return s3_refuse(why, S3_INVALID_ARGUMENT, "%s", message);
}

enum s3_err
acl_grant_user(struct acl_reader *r, struct slice id, unsigned permissions)
{
	bool known = slice_equal(id, r->acl->owner);

	if (!known && id.length > 0 && id.length <= ACL_USER_ID_MAX)
		known = r->users->exists(r->users->context, id);
	if (!known)
		return refuse_argument(r->why, SLICE("CanonicalUser/ID"), id, "Invalid id");
	add_grant(r->acl, ACL_USER, slice_copy(r->mem, id), permissions);
	return S3_OK;
}

enum s3_err
acl_grant_group(struct acl_reader *r, struct slice uri, unsigned permissions)
{
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		if (slice_equal(uri, slice_from(groups[i].uri))) {
			add_grant(r->acl, groups[i].grantee, slice_make(NULL, 0), permissions);
			return S3_OK;
		}
	}
	return refuse_argument(r->why, SLICE("Group/URI"), uri, "Invalid group uri");
}

enum s3_err
acl_grant_email(struct acl_reader *r, struct slice email, unsigned permissions)
{
	struct slice id;

	if (email.length == 0 || email.length > EMAIL_MAX ||
	    !r->users->id_by_email(r->users->context, email, r->mem, &id)) {
		s3_refusal_detail(r->why, "EmailAddress", slice_head(email, SHOWN_MAX));
		return s3_refuse(r->why, S3_UNRESOLVABLE_GRANT, NULL);
	}
	add_grant(r->acl, ACL_USER, id, permissions);
	return S3_OK;
}

/* Canned ACLs. */

size_t
acl_canned_grants(const struct acl_canned *canned)
{
	size_t count = 0;

	while (count < ARRAY_SIZE(canned->grants) && canned->grants[count].role != ACL_ROLE_NONE)
		count++;
	return count;
}

void
acl_add_canned(struct acl *acl, const struct acl_canned *canned, struct slice bucket_owner)
{
	for (size_t i = 0; i < acl_canned_grants(canned); i++) {
		unsigned permissions = canned->grants[i].permissions;

		switch (canned->grants[i].role) {
		case ACL_ROLE_NONE:
			break;
		case ACL_ROLE_OWNER:
			add_grant(acl, ACL_USER, acl->owner, permissions);
			break;
		case ACL_ROLE_BUCKET_OWNER:
			/* The owner has everything already; a bucket's own ACL knows no other owner. */
			if (bucket_owner.length > 0 && !slice_equal(bucket_owner, acl->owner))
				add_grant(acl, ACL_USER, bucket_owner, permissions);
			break;
		case ACL_ROLE_GROUP:
			add_grant(acl, canned->grants[i].group, slice_make(NULL, 0), permissions);
			break;
		}
	}
}

static enum s3_err
read_canned(struct acl_reader *r, struct slice name, struct slice bucket_owner)
{
	bool of_bucket = bucket_owner.length == 0;

	if (slice_equal(name, SLICE("aws-exec-read")))
		return s3_refuse(r->why, S3_NOT_IMPLEMENTED, "The canned ACL aws-exec-read is for Amazon EC2.");
	for (size_t i = 0; i < ARRAY_SIZE(acl_canned); i++) {
		const struct acl_canned *canned = &acl_canned[i];

		if (slice_equal(name, slice_from(canned->name)) && (of_bucket || !canned->of_buckets_alone)) {
			acl_add_canned(r->acl, canned, bucket_owner);
			return S3_OK;
		}
	}
	return refuse_argument(r->why, SLICE("x-amz-acl"), name, s3_err_message(S3_INVALID_ARGUMENT));
}

/* x-amz-grant-… headers. */

static const struct {
	const char *name;
	unsigned permissions;
} grant_headers[] = {
	{ "x-amz-grant-read", ACL_READ },
	{ "x-amz-grant-write", ACL_WRITE },
	{ "x-amz-grant-read-acp", ACL_READ_ACP },
	{ "x-amz-grant-write-acp", ACL_WRITE_ACP },
	{ "x-amz-grant-full-control", ACL_FULL_CONTROL },
};

/* 0 for a header that grants nothing. */
static unsigned
granted_by(struct slice header)
{
	for (size_t i = 0; i < ARRAY_SIZE(grant_headers); i++)
		if (slice_equal_nocase(header, slice_from(grant_headers[i].name)))
			return grant_headers[i].permissions;
	return 0;
}

/*
 * Take the next type="value" of a list; the quotes may be missing, as several clients leave them out.
 * False for anything else.
 */
static bool
next_grantee(struct slice *rest, struct slice *type, struct slice *value)
{
	struct slice behind;
	size_t quote;

	if (!slice_next(rest, '=', type))
		return false;
	*type = slice_trim(*type);
	*rest = slice_trim(*rest);
	if (!slice_starts_with(*rest, SLICE("\""))) {
		(void)slice_next(rest, ',', value);
		*value = slice_trim(*value);
		return value->length > 0;
	}
	*rest = slice_skip(*rest, 1);
	if (!slice_find(*rest, SLICE("\""), &quote))
		return false;
	(void)slice_next(rest, '"', value);
	(void)slice_next(rest, ',', &behind);
	return slice_trim(behind).length == 0;
}

static enum s3_err
read_grantee(struct acl_reader *r, const struct field *header, unsigned permissions, struct slice *rest)
{
	static const char malformed[] = "Argument format not recognized";
	struct slice type, value;

	if (!next_grantee(rest, &type, &value))
		return refuse_argument(r->why, header->name, header->value, malformed);
	if (r->acl->grant_count == ACL_GRANTS_MAX)
		return s3_refuse(r->why, S3_INVALID_ARGUMENT, "An ACL has at most %d grants.", ACL_GRANTS_MAX);
	if (slice_equal_nocase(type, SLICE("id")))
		return acl_grant_user(r, value, permissions);
	if (slice_equal_nocase(type, SLICE("uri")))
		return acl_grant_group(r, value, permissions);
	if (slice_equal_nocase(type, SLICE("emailAddress")))
		return acl_grant_email(r, value, permissions);
	return refuse_argument(r->why, header->name, header->value, malformed);
}

static enum s3_err
read_grants(struct acl_reader *r, const struct fields *headers)
{
	enum s3_err err = S3_OK;

	for (size_t i = 0; i < headers->count && err == S3_OK; i++) {
		const struct field *header = &headers->items[i];
		unsigned permissions = granted_by(header->name);
		struct slice rest = header->value;

		if (permissions == 0)
			continue;
		do {
			err = read_grantee(r, header, permissions, &rest);
		} while (err == S3_OK && slice_trim(rest).length > 0);
	}
	return err;
}

static bool
has_grants(const struct fields *headers)
{
	for (size_t i = 0; i < headers->count; i++)
		if (granted_by(headers->items[i].name) != 0)
			return true;
	return false;
}

enum s3_err
acl_from_headers(TALLOC_CTX *mem, const struct fields *headers, struct slice owner, struct slice bucket_owner,
    const struct acl_users *users, struct s3_refusal *why, struct acl **out, bool *given)
{
	const struct field *canned = fields_find_nocase(headers, "x-amz-acl");
	struct acl_reader r = { mem, users, why, acl_new(mem, owner, ACL_GRANTS_MAX) };
	bool grants = has_grants(headers);
	enum s3_err err = S3_OK;

	*out = NULL;
	*given = canned != NULL || grants;
	if (canned != NULL && grants)
		return s3_refuse(
		    why, S3_INVALID_REQUEST, "Specifying both Canned ACLs and Header Grants is not allowed");
	if (grants)
		err = read_grants(&r, headers);
	else if (fields_count_nocase(headers, "x-amz-acl") > 1)
		err = s3_refuse(why, S3_INVALID_ARGUMENT, "x-amz-acl is given more than once.");
	else
		err = read_canned(&r, canned != NULL ? canned->value : SLICE("private"), bucket_owner);
	if (err == S3_OK)
		*out = r.acl;
	return err;
}

/* Deciding. */

bool
identity_is_known(const struct identity *who)
{
	return !who->anonymous && who->user_id.length > 0;
}

static bool
grant_covers(const struct acl_grant *grant, const struct identity *who)
{
	switch (grant->grantee) {
	case ACL_USER:
		return identity_is_known(who) && slice_equal(grant->user_id, who->user_id);
	case ACL_ALL_USERS:
		return true;
	case ACL_AUTHENTICATED_USERS:
		return identity_is_known(who);
	case ACL_LOG_DELIVERY:
		return false; /* nobody has that identity here */
	}
	return false;
}

static bool
is_for_everybody(const struct acl_grant *grant)
{
	return grant->grantee == ACL_ALL_USERS || grant->grantee == ACL_AUTHENTICATED_USERS;
}

static bool
allows(const struct acl *acl, const struct identity *who, enum acl_permission permission, bool privately)
{
	unsigned granted = 0;

	if (identity_is_known(who) && slice_equal(acl->owner, who->user_id))
		return true;
	for (size_t i = 0; i < acl->grant_count; i++)
		if (grant_covers(&acl->grants[i], who) && !(privately && is_for_everybody(&acl->grants[i])))
			granted |= acl->grants[i].permissions;
	return (granted & permission) == permission;
}

bool
acl_allows(const struct acl *acl, const struct identity *who, enum acl_permission permission)
{
	return allows(acl, who, permission, false);
}

bool
acl_allows_privately(const struct acl *acl, const struct identity *who, enum acl_permission permission)
{
	return allows(acl, who, permission, true);
}

bool
acl_is_public(const struct acl *acl)
{
	for (size_t i = 0; i < acl->grant_count; i++)
		if (is_for_everybody(&acl->grants[i]))
			return true;
	return false;
}

static bool
is_for_user(const struct acl_grant *grant, struct slice user_id)
{
	return grant->grantee == ACL_USER && slice_equal(grant->user_id, user_id);
}

bool
acl_grants_others(const struct acl *acl)
{
	for (size_t i = 0; i < acl->grant_count; i++)
		if (!is_for_user(&acl->grants[i], acl->owner))
			return true;
	return false;
}

bool
acl_is_full_control_of(const struct acl *acl, struct slice user_id)
{
	for (size_t i = 0; i < acl->grant_count; i++)
		if (!is_for_user(&acl->grants[i], user_id) || acl->grants[i].permissions != ACL_FULL_CONTROL)
			return false;
	return acl->grant_count > 0;
}
