/*
 * ACLs as the catalog keeps them: nothing for private, a byte for each other canned one, else
 *
 *	'G', number of grants, then for each: grantee, permissions, and for a user the length of the ID and the ID
 *
 * The grantees' numbers are those below, for good; 'G' is also the format's number: another format gets another letter.
 */
#include "auth/acl_private.h"

#include <assert.h>

#define FORMAT_GRANTS 'G'
#define STORED_MAX    (2 + ACL_GRANTS_MAX * (3 + ACL_USER_ID_MAX))

enum stored_grantee {
	STORED_OWNER,
	STORED_USER,
	STORED_ALL_USERS,
	STORED_AUTHENTICATED_USERS,
	STORED_LOG_DELIVERY
};

/* Canned ones. */

static bool
plays(const struct acl *acl, const struct acl_grant *grant, enum acl_role role, enum acl_grantee group)
{
	switch (role) {
	case ACL_ROLE_OWNER:
		return grant->grantee == ACL_USER && slice_equal(grant->user_id, acl->owner);
	case ACL_ROLE_GROUP:
		return grant->grantee == group;
	default:
		return false;
	}
}

/* Whether the ACL has the grants of the canned one, in its order, and no others. */
static bool
is_canned(const struct acl *acl, const struct acl_canned *canned)
{
	size_t count = acl_canned_grants(canned);

	if (acl->grant_count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (acl->grants[i].permissions != canned->grants[i].permissions ||
		    !plays(acl, &acl->grants[i], canned->grants[i].role, canned->grants[i].group))
			return false;
	return true;
}

static const struct acl *
load_canned(TALLOC_CTX *mem, struct slice owner, const struct acl_canned *canned)
{
	struct acl *acl = acl_new(mem, owner, ARRAY_SIZE(canned->grants));

	acl_add_canned(acl, canned, slice_make(NULL, 0));
	return acl;
}

/* Others. */

static enum stored_grantee
stored_grantee(const struct acl *acl, const struct acl_grant *grant)
{
	switch (grant->grantee) {
	case ACL_USER:
		return slice_equal(grant->user_id, acl->owner) ? STORED_OWNER : STORED_USER;
	case ACL_ALL_USERS:
		return STORED_ALL_USERS;
	case ACL_AUTHENTICATED_USERS:
		return STORED_AUTHENTICATED_USERS;
	case ACL_LOG_DELIVERY:
		return STORED_LOG_DELIVERY;
	}
	abort();
}

static struct slice
store_grants(TALLOC_CTX *mem, const struct acl *acl)
{
	struct buf *out = buf_new(mem, STORED_MAX);

	assert(acl->grant_count <= ACL_GRANTS_MAX);
	buf_append_byte(out, FORMAT_GRANTS);
	buf_append_byte(out, (char)acl->grant_count);
	for (size_t i = 0; i < acl->grant_count; i++) {
		const struct acl_grant *grant = &acl->grants[i];
		enum stored_grantee grantee = stored_grantee(acl, grant);

		buf_append_byte(out, (char)grantee);
		buf_append_byte(out, (char)grant->permissions);
		if (grantee != STORED_USER)
			continue;
		assert(grant->user_id.length > 0 && grant->user_id.length <= ACL_USER_ID_MAX);
		buf_append_byte(out, (char)grant->user_id.length);
		buf_append(out, grant->user_id);
	}
	return buf_slice(out);
}

static bool
take_byte(struct slice *rest, unsigned max, unsigned *byte)
{
	if (rest->length == 0)
		return false;
	*byte = (unsigned char)rest->data[0];
	*rest = slice_skip(*rest, 1);
	return *byte <= max;
}

static bool
load_grant(struct slice *rest, struct slice owner, struct acl_grant *grant)
{
	unsigned grantee, length;

	if (!take_byte(rest, STORED_LOG_DELIVERY, &grantee) ||
	    !take_byte(rest, ACL_FULL_CONTROL, &grant->permissions) || grant->permissions == 0)
		return false;
	grant->grantee = ACL_USER;
	grant->user_id = slice_make(NULL, 0);
	switch ((enum stored_grantee)grantee) {
	case STORED_OWNER:
		grant->user_id = owner;
		return true;
	case STORED_USER:
		if (!take_byte(rest, ACL_USER_ID_MAX, &length) || length == 0 || length > rest->length)
			return false;
		grant->user_id = slice_head(*rest, length);
		*rest = slice_skip(*rest, length);
		return true;
	case STORED_ALL_USERS:
		grant->grantee = ACL_ALL_USERS;
		return true;
	case STORED_AUTHENTICATED_USERS:
		grant->grantee = ACL_AUTHENTICATED_USERS;
		return true;
	case STORED_LOG_DELIVERY:
		grant->grantee = ACL_LOG_DELIVERY;
		return true;
	}
	return false;
}

/* NULL when the record is damaged. */
static const struct acl *
load_grants(TALLOC_CTX *mem, struct slice owner, struct slice stored)
{
	unsigned format, count;
	struct acl *acl;

	if (!take_byte(&stored, FORMAT_GRANTS, &format) || format != FORMAT_GRANTS ||
	    !take_byte(&stored, ACL_GRANTS_MAX, &count))
		return NULL;
	acl = acl_new(mem, owner, count);
	while (acl->grant_count < count && load_grant(&stored, owner, &acl->grants[acl->grant_count]))
		acl->grant_count++;
	if (acl->grant_count == count && stored.length == 0)
		return acl;
	talloc_free(acl);
	return NULL;
}

struct slice
acl_store(TALLOC_CTX *mem, const struct acl *acl)
{
	if (is_canned(acl, &acl_canned[0]))
		return slice_make(NULL, 0);
	for (size_t i = 1; i < acl_canned_count; i++)
		if (acl_canned[i].stored != 0 && is_canned(acl, &acl_canned[i]))
			return slice_make(&acl_canned[i].stored, 1);
	return store_grants(mem, acl);
}

const struct acl *
acl_load(TALLOC_CTX *mem, struct slice owner, struct slice stored)
{
	const struct acl *acl = NULL;

	for (size_t i = 1; i < acl_canned_count && stored.length == 1; i++)
		if (acl_canned[i].stored != 0 && acl_canned[i].stored == stored.data[0])
			return load_canned(mem, owner, &acl_canned[i]);
	if (stored.length > 1)
		acl = load_grants(mem, owner, stored);
	return acl != NULL ? acl : load_canned(mem, owner, &acl_canned[0]);
}
