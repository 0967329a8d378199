/*
 * ACLs from all three sides; the first byte says which: 'D' an AccessControlPolicy document, 'H' the values of grant
 * headers, a line each, 'C' a canned name, anything else a stored record. What is taken comes back the same from the
 * store and from a written document, and grants nobody more than its grants say.
 */
#include <assert.h>

#include "auth/acl.h"
#include "tests/fuzz/fuzz.h"

#define OWNER SLICE("owner")

static bool
id_by_email(void *context, struct slice email, TALLOC_CTX *mem, struct slice *id)
{
	(void)context;
	(void)mem;
	*id = SLICE("third");
	return email.length % 2 == 0;
}

static struct slice
display_name(void *context, struct slice id, TALLOC_CTX *mem)
{
	(void)context;
	(void)mem;
	return id.length % 2 == 0 ? SLICE("<&>") : SLICE("");
}

static bool
exists(void *context, struct slice id)
{
	(void)context;
	assert(id.length > 0 && id.length <= 128);
	return id.data[0] != '!';
}

static const struct acl_users users = { NULL, id_by_email, display_name, exists };

static bool
acl_equal(const struct acl *a, const struct acl *b)
{
	if (!slice_equal(a->owner, b->owner) || a->grant_count != b->grant_count)
		return false;
	for (size_t i = 0; i < a->grant_count; i++)
		if (a->grants[i].grantee != b->grants[i].grantee ||
		    a->grants[i].permissions != b->grants[i].permissions ||
		    !slice_equal(a->grants[i].user_id, b->grants[i].user_id))
			return false;
	return true;
}

/* Whether some grant to that kind of grantee has the permission: the rule, said once more. */
static bool
granted(const struct acl *acl, enum acl_grantee grantee, unsigned permission)
{
	unsigned sum = 0;

	for (size_t i = 0; i < acl->grant_count; i++)
		if (acl->grants[i].grantee == grantee)
			sum |= acl->grants[i].permissions;
	return (sum & permission) == permission;
}

static void
check(TALLOC_CTX *mem, const struct acl *acl)
{
	const struct identity owner = { OWNER, false, false }, anonymous = { { NULL, 0 }, true, false };
	const struct acl *loaded = acl_load(mem, OWNER, acl_store(mem, acl));

	assert(acl->grant_count <= ACL_GRANTS_MAX);
	assert(acl_equal(acl, loaded));
	for (unsigned bit = ACL_READ; bit <= ACL_WRITE_ACP; bit *= 2) {
		assert(acl_allows(acl, &owner, (enum acl_permission)bit));
		assert(acl_allows(acl, &anonymous, (enum acl_permission)bit) == granted(acl, ACL_ALL_USERS, bit));
	}
}

static void
fuzz_document(TALLOC_CTX *mem, struct slice document)
{
	struct s3_refusal why = { .mem = mem };
	struct acl *acl, *again;
	enum s3_err err = acl_parse(mem, document, OWNER, &users, &why, &acl);
	struct slice written;

	assert(err == why.err && (err == S3_OK) == (acl != NULL));
	if (acl == NULL)
		return;
	check(mem, acl);
	written = xml_finish(acl_write(mem, acl, &users));
	assert(written.length > 0);
	if (written.length > ACL_DOCUMENT_MAX)
		return;
	assert(acl_parse(mem, written, OWNER, &users, &why, &again) == S3_OK && acl_equal(acl, again));
}

static void
fuzz_headers(TALLOC_CTX *mem, const char *name, struct slice lines)
{
	static const char *const names[] = { "x-amz-grant-read", "x-amz-grant-write", "x-amz-grant-full-control" };
	struct s3_refusal why = { .mem = mem };
	struct fields headers = { NULL, 0 };
	struct slice line;
	struct acl *acl;
	bool given;
	enum s3_err err;

	while (headers.count < 10 && slice_next(&lines, '\n', &line))
		fields_add(mem, &headers,
		    slice_from(name != NULL ? name : names[headers.count % ARRAY_SIZE(names)]), line);
	err = acl_from_headers(mem, &headers, OWNER, SLICE("bucket"), &users, &why, &acl, &given);
	assert(err == why.err && (err == S3_OK) == (acl != NULL) && given == (headers.count > 0));
	if (acl != NULL)
		check(mem, acl);
}

static void
fuzz_stored(TALLOC_CTX *mem, struct slice stored)
{
	check(mem, acl_load(mem, OWNER, stored));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct slice rest = slice_skip(slice_make(data, size), 1);

	if (size > 0 && data[0] == 'D')
		fuzz_document(mem, rest);
	else if (size > 0 && data[0] == 'H')
		fuzz_headers(mem, NULL, rest);
	else if (size > 0 && data[0] == 'C')
		fuzz_headers(mem, "x-amz-acl", rest);
	else
		fuzz_stored(mem, slice_make(data, size));
	talloc_free(mem);
	return 0;
}
