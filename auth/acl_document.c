/* AccessControlPolicy documents, in and out (Amazon S3: PutBucketAcl, PutObjectAcl, GetBucketAcl, GetObjectAcl). */
#include "auth/acl_private.h"

#include <assert.h>

#define XSI         "http://www.w3.org/2001/XMLSchema-instance"
#define LEVELS      5 /* AccessControlPolicy, AccessControlList, Grant, Grantee, value */
#define WRITTEN_MAX (4 * 1024 * 1024)

/* Those that a Permission element can name, the whole before its parts. */
static const struct {
	const char *name;
	unsigned permissions;
} permissions[] = {
	{ "FULL_CONTROL", ACL_FULL_CONTROL },
	{ "READ", ACL_READ },
	{ "WRITE", ACL_WRITE },
	{ "READ_ACP", ACL_READ_ACP },
	{ "WRITE_ACP", ACL_WRITE_ACP },
};

static enum s3_err
refuse_schema(struct s3_refusal *why, const char *what)
{
	return s3_refuse(why, S3_MALFORMED_ACL, "%s: %s", s3_err_message(S3_MALFORMED_ACL), what);
}

/*
 * Whether an element has children of these names alone, each once at most, and all of them but the last `optional`.
 * The order is free: clients differ in it.
 */
static bool
has_children(const struct xml_element *parent, const char *const *names, size_t count, size_t optional)
{
	size_t children = 0, found = 0, needed = 0;

	for (const struct xml_element *child = parent->first; child != NULL; child = child->next)
		children++;
	for (size_t i = 0; i < count; i++) {
		bool there = xml_child(parent, names[i]) != NULL;

		found += there;
		needed += there && i < count - optional;
	}
	return children == found && needed == count - optional;
}

static bool
find_permissions(struct slice name, unsigned *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(permissions); i++) {
		if (slice_equal(name, slice_from(permissions[i].name))) {
			*out = permissions[i].permissions;
			return true;
		}
	}
	return false;
}

/* The values of xsi:type, and the element that names the grantee. */
static const struct {
	const char *type;
	const char *element;
	enum s3_err (*grant)(struct acl_reader *r, struct slice value, unsigned permissions);
} grantee_types[] = {
	{ "CanonicalUser", "ID", acl_grant_user },
	{ "Group", "URI", acl_grant_group },
	{ "AmazonCustomerByEmail", "EmailAddress", acl_grant_email },
};

static enum s3_err
read_grantee(struct acl_reader *r, const struct xml_element *grantee, unsigned granted)
{
	const struct field *type = fields_find(&grantee->attributes, "type");

	for (size_t i = 0; type != NULL && i < ARRAY_SIZE(grantee_types); i++) {
		const char *const names[] = { grantee_types[i].element, "DisplayName" };

		if (!slice_equal(type->value, slice_from(grantee_types[i].type)))
			continue;
		if (!has_children(grantee, names, ARRAY_SIZE(names), 1))
			return refuse_schema(r->why, "wrong elements in Grantee");
		return grantee_types[i].grant(r, xml_child(grantee, names[0])->text, granted);
	}
	return refuse_schema(r->why, "Grantee without a known xsi:type");
}

static enum s3_err
read_grant(struct acl_reader *r, const struct xml_element *grant)
{
	static const char *const names[] = { "Grantee", "Permission" };
	unsigned granted;

	if (!xml_is(grant, "Grant") || !has_children(grant, names, ARRAY_SIZE(names), 0))
		return refuse_schema(r->why, "AccessControlList holds something else than a Grant");
	if (!find_permissions(xml_child(grant, "Permission")->text, &granted))
		return refuse_schema(r->why, "unknown Permission");
	if (r->acl->grant_count == ACL_GRANTS_MAX)
		return refuse_schema(r->why, "more than 100 grants");
	return read_grantee(r, xml_child(grant, "Grantee"), granted);
}

static enum s3_err
read_owner(struct acl_reader *r, const struct xml_element *owner)
{
	static const char *const names[] = { "ID", "DisplayName" };

	if (!has_children(owner, names, ARRAY_SIZE(names), 1))
		return refuse_schema(r->why, "wrong elements in Owner");
	if (!slice_equal(xml_child(owner, "ID")->text, r->acl->owner))
		return s3_refuse(r->why, S3_ACCESS_DENIED, "An ACL cannot change the owner.");
	return S3_OK;
}

static enum s3_err
read_policy(struct acl_reader *r, const struct xml_element *root)
{
	static const char *const names[] = { "Owner", "AccessControlList" };
	const struct xml_element *list;
	enum s3_err err;

	if (root == NULL)
		return refuse_schema(r->why, "not the XML of an AccessControlPolicy");
	if (!xml_is(root, "AccessControlPolicy") || !has_children(root, names, ARRAY_SIZE(names), 0))
		return refuse_schema(r->why, "not an AccessControlPolicy of Owner and AccessControlList");
	list = xml_child(root, "AccessControlList");
	if (xml_has_text(list))
		return refuse_schema(r->why, "text in AccessControlList");
	err = read_owner(r, xml_child(root, "Owner"));
	for (const struct xml_element *grant = list->first; grant != NULL && err == S3_OK; grant = grant->next)
		err = read_grant(r, grant);
	return err;
}

enum s3_err
acl_parse(TALLOC_CTX *mem, struct slice document, struct slice owner, const struct acl_users *users,
    struct s3_refusal *why, struct acl **out)
{
	static const struct xml_limits limits = { .depth = LEVELS, .elements = 16 * ACL_GRANTS_MAX };
	struct acl_reader r = { mem, users, why, acl_new(mem, owner, ACL_GRANTS_MAX) };
	TALLOC_CTX *scratch = talloc_new(mem);
	const struct xml_element *root = NULL;
	enum s3_err err;

	*out = NULL;
	if (document.length <= ACL_DOCUMENT_MAX)
		root = xml_parse(scratch, document, limits);
	err = read_policy(&r, root);
	if (err == S3_OK)
		*out = r.acl;
	else
		talloc_free(r.acl);
	talloc_free(scratch);
	return err;
}

/* Writing. */

static void
write_user(struct xml_writer *w, TALLOC_CTX *mem, struct slice id, const struct acl_users *users)
{
	struct slice name = users->display_name(users->context, id, mem);

	xml_text(w, "ID", id);
	if (name.length > 0)
		xml_text(w, "DisplayName", name);
}

static void
write_grant(struct xml_writer *w, TALLOC_CTX *mem, const struct acl_grant *grant, const char *permission,
    const struct acl_users *users)
{
	const char *uri = acl_group_uri(grant->grantee);

	xml_start(w, "Grant");
	xml_start(w, "Grantee");
	xml_attribute(w, "xmlns:xsi", XSI);
	xml_attribute(w, "xsi:type", uri != NULL ? "Group" : "CanonicalUser");
	if (uri != NULL)
		xml_string(w, "URI", uri);
	else
		write_user(w, mem, grant->user_id, users);
	xml_end(w);
	xml_string(w, "Permission", permission);
	xml_end(w);
}

/* A grant of several permissions is written as several grants, unless it is FULL_CONTROL. */
static void
write_grants(struct xml_writer *w, TALLOC_CTX *mem, const struct acl_grant *grant, const struct acl_users *users)
{
	unsigned left = grant->permissions;

	for (size_t i = 0; i < ARRAY_SIZE(permissions); i++) {
		if ((left & permissions[i].permissions) != permissions[i].permissions)
			continue;
		write_grant(w, mem, grant, permissions[i].name, users);
		left &= ~permissions[i].permissions;
	}
}

struct xml_writer *
acl_write(TALLOC_CTX *mem, const struct acl *acl, const struct acl_users *users)
{
	struct xml_writer *w = xml_writer_new(mem, WRITTEN_MAX);

	xml_start_root(w, "AccessControlPolicy");
	xml_start(w, "Owner");
	write_user(w, mem, acl->owner, users);
	xml_end(w);
	xml_start(w, "AccessControlList");
	for (size_t i = 0; i < acl->grant_count; i++)
		write_grants(w, mem, &acl->grants[i], users);
	xml_end(w);
	xml_end(w);
	return w;
}
