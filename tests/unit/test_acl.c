/* ACLs from headers and documents, written, stored, loaded. */
#include "auth/acl.h"

#include "common/buf.h"
#include "tests/unit/suite.h"

#define ALL_URI   "http://acs.amazonaws.com/groups/global/AllUsers"
#define AUTH_URI  "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
#define LOG_URI   "http://acs.amazonaws.com/groups/s3/LogDelivery"
#define XSI       "http://www.w3.org/2001/XMLSchema-instance"
#define S3_NS     "http://s3.amazonaws.com/doc/2006-03-01/"
#define ID_128    ID_64 ID_64
#define ID_64     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define MALFORMED "The XML you provided was not well-formed or did not validate against our published schema: "
#define FORMAT    "Argument format not recognized"

/* Users: owner, other, third and the one of 128 characters are there; third has an e-mail address. */

static bool
id_by_email(void *context, struct slice email, TALLOC_CTX *mem, struct slice *id)
{
	(void)context;
	(void)mem;
	*id = SLICE("third");
	return slice_equal(email, SLICE("third@example.com"));
}

static struct slice
display_name(void *context, struct slice id, TALLOC_CTX *mem)
{
	(void)context;
	(void)mem;
	if (slice_equal(id, SLICE("owner")))
		return SLICE("The <Owner>");
	return slice_equal(id, SLICE("other")) ? SLICE("Other") : SLICE("");
}

static bool
exists(void *context, struct slice id)
{
	(void)context;
	return slice_equal(id, SLICE("other")) || slice_equal(id, SLICE("third")) || slice_equal(id, SLICE(ID_128));
}

static const struct acl_users users = { NULL, id_by_email, display_name, exists };

static const char *
permission_name(unsigned permissions)
{
	switch (permissions) {
	case ACL_READ:
		return "READ";
	case ACL_WRITE:
		return "WRITE";
	case ACL_READ_ACP:
		return "READ_ACP";
	case ACL_WRITE_ACP:
		return "WRITE_ACP";
	case ACL_FULL_CONTROL:
		return "FULL_CONTROL";
	default:
		return "?";
	}
}

/* "owner FULL_CONTROL, *all* READ": the grants in their order. */
static const char *
grants_of(TALLOC_CTX *mem, const struct acl *acl)
{
	static const char *const groups[] = { NULL, "*all*", "*authenticated*", "*log*" };
	struct buf *out = buf_new(mem, 65536);

	ck_assert(slice_equal(acl->owner, SLICE("owner")));
	for (size_t i = 0; i < acl->grant_count; i++) {
		const struct acl_grant *grant = &acl->grants[i];

		buf_append_string(out, i > 0 ? ", " : "");
		if (grant->grantee == ACL_USER)
			buf_append(out, grant->user_id);
		else
			buf_append_string(out, groups[grant->grantee]);
		buf_printf(out, " %s", permission_name(grant->permissions));
	}
	return slice_dup(mem, buf_slice(out));
}

static const char *
detail(const struct s3_refusal *why, const char *name)
{
	for (size_t i = 0; i < why->detail_count; i++)
		if (strcmp(why->details[i].name, name) == 0)
			return why->details[i].value;
	return "";
}

/* An ACL comes back from the store as it was; and its stored form, cut or altered, never grants by accident. */
static void
check_storage(TALLOC_CTX *mem, const struct acl *acl, const char *name)
{
	struct slice stored = acl_store(mem, acl);
	const struct acl *loaded = acl_load(mem, acl->owner, stored);

	ck_assert_msg(strcmp(grants_of(mem, loaded), grants_of(mem, acl)) == 0, "%s: loaded", name);
	for (size_t length = 0; length < stored.length; length++) {
		loaded = acl_load(mem, acl->owner, slice_head(stored, length));
		ck_assert_msg(
		    strcmp(grants_of(mem, loaded), "owner FULL_CONTROL") == 0, "%s: cut to %zu", name, length);
	}
}

/* Headers. */

#define CANNED(x)                      \
	{                              \
		{                      \
			"x-amz-acl", x \
		}                      \
	}

static const struct {
	const char *name;
	const char *bucket_owner; /* NULL: the ACL is a bucket's */
	struct {
		const char *name;
		const char *value;
	} headers[6];
	const char *grants; /* NULL: refused */
	size_t stored;
	enum s3_err err;
	const char *message;
	const char *argument; /* ArgumentName=ArgumentValue */
} vectors[] = {
	{ "no header: private", NULL, { { 0 } }, "owner FULL_CONTROL", 0, S3_OK, NULL, NULL },
	{ "other headers: private", "other", { { "x-amz-meta-acl", "public-read" } }, "owner FULL_CONTROL", 0,
	    S3_OK, NULL, NULL },
	{ "private bucket", NULL, CANNED("private"), "owner FULL_CONTROL", 0, S3_OK, NULL, NULL },
	{ "public-read bucket", NULL, CANNED("public-read"), "owner FULL_CONTROL, *all* READ", 1, S3_OK, NULL,
	    NULL },
	{ "public-read-write bucket", NULL, CANNED("public-read-write"),
	    "owner FULL_CONTROL, *all* READ, *all* WRITE", 1, S3_OK, NULL, NULL },
	{ "authenticated-read bucket", NULL, CANNED("authenticated-read"),
	    "owner FULL_CONTROL, *authenticated* READ", 1, S3_OK, NULL, NULL },
	{ "log-delivery-write bucket", NULL, CANNED("log-delivery-write"),
	    "owner FULL_CONTROL, *log* WRITE, *log* READ_ACP", 1, S3_OK, NULL, NULL },
	{ "bucket-owner-read bucket: private", NULL, CANNED("bucket-owner-read"), "owner FULL_CONTROL", 0, S3_OK,
	    NULL, NULL },
	{ "bucket-owner-full-control bucket: private", NULL, CANNED("bucket-owner-full-control"),
	    "owner FULL_CONTROL", 0, S3_OK, NULL, NULL },
	{ "aws-exec-read bucket", NULL, CANNED("aws-exec-read"), NULL, 0, S3_NOT_IMPLEMENTED, NULL, NULL },
	{ "unknown canned ACL", NULL, CANNED("public"), NULL, 0, S3_INVALID_ARGUMENT, "Invalid Argument",
	    "x-amz-acl=public" },
	{ "canned ACL of another case", NULL, CANNED("Public-Read"), NULL, 0, S3_INVALID_ARGUMENT,
	    "Invalid Argument", "x-amz-acl=Public-Read" },
	{ "empty canned ACL", NULL, CANNED(""), NULL, 0, S3_INVALID_ARGUMENT, "Invalid Argument", "x-amz-acl=" },
	{ "two canned ACLs", NULL, { { "x-amz-acl", "private" }, { "X-Amz-Acl", "public-read" } }, NULL, 0,
	    S3_INVALID_ARGUMENT, NULL, NULL },

	{ "private object", "other", CANNED("private"), "owner FULL_CONTROL", 0, S3_OK, NULL, NULL },
	{ "public-read object", "other", CANNED("public-read"), "owner FULL_CONTROL, *all* READ", 1, S3_OK, NULL,
	    NULL },
	{ "public-read-write object", "other", CANNED("public-read-write"),
	    "owner FULL_CONTROL, *all* READ, *all* WRITE", 1, S3_OK, NULL, NULL },
	{ "authenticated-read object", "other", CANNED("authenticated-read"),
	    "owner FULL_CONTROL, *authenticated* READ", 1, S3_OK, NULL, NULL },
	{ "bucket-owner-read object", "other", CANNED("bucket-owner-read"), "owner FULL_CONTROL, other READ", 12,
	    S3_OK, NULL, NULL },
	{ "bucket-owner-read object of the bucket's owner", "owner", CANNED("bucket-owner-read"),
	    "owner FULL_CONTROL", 0, S3_OK, NULL, NULL },
	{ "bucket-owner-full-control object", "other", CANNED("bucket-owner-full-control"),
	    "owner FULL_CONTROL, other FULL_CONTROL", 12, S3_OK, NULL, NULL },
	{ "bucket-owner-full-control object of the bucket's owner", "owner", CANNED("bucket-owner-full-control"),
	    "owner FULL_CONTROL", 0, S3_OK, NULL, NULL },
	{ "log-delivery-write is of buckets alone", "other", CANNED("log-delivery-write"), NULL, 0,
	    S3_INVALID_ARGUMENT, "Invalid Argument", "x-amz-acl=log-delivery-write" },
	{ "aws-exec-read object", "other", CANNED("aws-exec-read"), NULL, 0, S3_NOT_IMPLEMENTED, NULL, NULL },

	{ "grant by ID: the owner has no grant of its own then", NULL, { { "x-amz-grant-read", "id=\"other\"" } },
	    "other READ", 10, S3_OK, NULL, NULL },
	{ "each grant header", NULL,
	    { { "x-amz-grant-full-control", "id=\"other\"" }, { "x-amz-grant-read", "id=\"other\"" },
		{ "x-amz-grant-write", "id=\"other\"" }, { "x-amz-grant-read-acp", "id=\"other\"" },
		{ "x-amz-grant-write-acp", "id=\"other\"" } },
	    "other FULL_CONTROL, other READ, other WRITE, other READ_ACP, other WRITE_ACP", 42, S3_OK, NULL, NULL },
	{ "header names without case", NULL, { { "X-Amz-Grant-READ", "id=\"other\"" } }, "other READ", 10, S3_OK,
	    NULL, NULL },
	{ "without quotes", NULL, { { "x-amz-grant-read", "id=other" } }, "other READ", 10, S3_OK, NULL, NULL },
	{ "without quotes, several", NULL, { { "x-amz-grant-read", "id=other,id=third , uri=" ALL_URI } },
	    "other READ, third READ, *all* READ", 20, S3_OK, NULL, NULL },
	{ "several of all kinds", NULL,
	    { { "x-amz-grant-write",
		"id=\"other\", uri=\"" AUTH_URI "\" ,emailAddress=\"third@example.com\",uri=\"" LOG_URI "\"" } },
	    "other WRITE, *authenticated* WRITE, third WRITE, *log* WRITE", 22, S3_OK, NULL, NULL },
	{ "types without case", NULL, { { "x-amz-grant-read", "ID=\"other\",emailaddress=third@example.com" } },
	    "other READ, third READ", 18, S3_OK, NULL, NULL },
	{ "the same header twice", NULL, { { "x-amz-grant-read", "id=other" }, { "x-amz-grant-read", "id=third" } },
	    "other READ, third READ", 18, S3_OK, NULL, NULL },
	{ "the owner by name", NULL, { { "x-amz-grant-read", "id=owner" } }, "owner READ", 4, S3_OK, NULL, NULL },
	{ "the longest ID", NULL, { { "x-amz-grant-read", "id=" ID_128 } }, ID_128 " READ", 133, S3_OK, NULL,
	    NULL },
	{ "an ID too long", NULL, { { "x-amz-grant-read", "id=" ID_128 "x" } }, NULL, 0, S3_INVALID_ARGUMENT,
	    "Invalid id", "CanonicalUser/ID=" ID_128 "x" },
	{ "an unknown ID", NULL, { { "x-amz-grant-read", "id=\"nobody\"" } }, NULL, 0, S3_INVALID_ARGUMENT,
	    "Invalid id", "CanonicalUser/ID=nobody" },
	{ "an empty ID", NULL, { { "x-amz-grant-read", "id=\"\"" } }, NULL, 0, S3_INVALID_ARGUMENT, "Invalid id",
	    "CanonicalUser/ID=" },
	{ "the second is unknown", NULL, { { "x-amz-grant-read", "id=other, id=nobody" } }, NULL, 0,
	    S3_INVALID_ARGUMENT, "Invalid id", "CanonicalUser/ID=nobody" },
	{ "an unknown group", NULL, { { "x-amz-grant-read", "uri=\"http://a\"" } }, NULL, 0, S3_INVALID_ARGUMENT,
	    "Invalid group uri", "Group/URI=http://a" },
	{ "an unknown e-mail address", NULL, { { "x-amz-grant-read", "emailAddress=\"a@b\"" } }, NULL, 0,
	    S3_UNRESOLVABLE_GRANT, NULL, NULL },
	{ "an empty grant header", NULL, { { "x-amz-grant-read", "" } }, NULL, 0, S3_INVALID_ARGUMENT, FORMAT,
	    "x-amz-grant-read=" },
	{ "an unknown type", NULL, { { "x-amz-grant-read", "name=\"other\"" } }, NULL, 0, S3_INVALID_ARGUMENT,
	    FORMAT, "x-amz-grant-read=name=\"other\"" },
	{ "no type", NULL, { { "x-amz-grant-read", "other" } }, NULL, 0, S3_INVALID_ARGUMENT, FORMAT,
	    "x-amz-grant-read=other" },
	{ "no value", NULL, { { "x-amz-grant-read", "id=" } }, NULL, 0, S3_INVALID_ARGUMENT, FORMAT,
	    "x-amz-grant-read=id=" },
	{ "a quote that does not end", NULL, { { "x-amz-grant-read", "id=\"other" } }, NULL, 0, S3_INVALID_ARGUMENT,
	    FORMAT, "x-amz-grant-read=id=\"other" },
	{ "a lone quote", NULL, { { "x-amz-grant-read", "id=\"" } }, NULL, 0, S3_INVALID_ARGUMENT, FORMAT,
	    "x-amz-grant-read=id=\"" },
	{ "text behind the quotes", NULL, { { "x-amz-grant-read", "id=\"other\"x" } }, NULL, 0, S3_INVALID_ARGUMENT,
	    FORMAT, "x-amz-grant-read=id=\"other\"x" },
	{ "both kinds of header", NULL, { { "x-amz-acl", "private" }, { "x-amz-grant-read", "id=\"other\"" } },
	    NULL, 0, S3_INVALID_REQUEST, "Specifying both Canned ACLs and Header Grants is not allowed", NULL },
};

static struct fields
headers_of(TALLOC_CTX *mem, size_t row)
{
	struct fields headers = { NULL, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(vectors[row].headers) && vectors[row].headers[i].name != NULL; i++)
		fields_add(mem, &headers, slice_from(vectors[row].headers[i].name),
		    slice_from(vectors[row].headers[i].value));
	return headers;
}

START_TEST(from_headers)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *name = vectors[_i].name, *argument;
	struct fields headers = headers_of(mem, (size_t)_i);
	struct s3_refusal why = { .mem = mem };
	struct acl *acl;
	bool given;
	enum s3_err err = acl_from_headers(
	    mem, &headers, SLICE("owner"), slice_from(vectors[_i].bucket_owner), &users, &why, &acl, &given);

	ck_assert_msg(err == vectors[_i].err && why.err == err, "%s: %s", name, s3_err_code(err));
	ck_assert_msg((acl != NULL) == (err == S3_OK), "%s: output", name);
	ck_assert_msg(given == (headers.count > 0 && strcmp(vectors[_i].headers[0].name, "x-amz-meta-acl") != 0),
	    "%s: given", name);
	if (acl != NULL) {
		const char *grants = grants_of(mem, acl);
		struct slice stored = acl_store(mem, acl);

		ck_assert_msg(strcmp(grants, vectors[_i].grants) == 0, "%s: %s", name, grants);
		ck_assert_msg(stored.length == vectors[_i].stored, "%s: stored in %zu bytes", name, stored.length);
		check_storage(mem, acl, name);
	}
	if (vectors[_i].message != NULL)
		ck_assert_msg(strcmp(why.message, vectors[_i].message) == 0, "%s: %s", name, why.message);
	argument = talloc_asprintf(mem, "%s=%s", detail(&why, "ArgumentName"), detail(&why, "ArgumentValue"));
	if (vectors[_i].argument != NULL)
		ck_assert_msg(strcmp(argument, vectors[_i].argument) == 0, "%s: %s", name, argument);
	talloc_free(mem);
}
END_TEST

/* 100 grants are taken, one more is not. */
START_TEST(many_in_a_header)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct buf *value = buf_new(mem, 4096);
	struct s3_refusal why = { .mem = mem };
	struct fields headers = { NULL, 0 };
	struct acl *acl;
	bool given;

	for (unsigned i = 0; i < ACL_GRANTS_MAX; i++)
		buf_append_string(value, i > 0 ? ",id=other" : "id=other");
	fields_add(mem, &headers, SLICE("x-amz-grant-read"), buf_slice(value));
	ck_assert_int_eq(
	    acl_from_headers(mem, &headers, SLICE("owner"), SLICE(""), &users, &why, &acl, &given), S3_OK);
	ck_assert_uint_eq(acl->grant_count, ACL_GRANTS_MAX);
	check_storage(mem, acl, "100 grants");
	fields_add(mem, &headers, SLICE("x-amz-grant-write"), SLICE("id=other"));
	ck_assert_int_eq(acl_from_headers(mem, &headers, SLICE("owner"), SLICE(""), &users, &why, &acl, &given),
	    S3_INVALID_ARGUMENT);
	talloc_free(mem);
}
END_TEST

/* Documents. */

#define POLICY(content)        "<AccessControlPolicy xmlns=\"" S3_NS "\">" content "</AccessControlPolicy>"
#define OWNER                  "<Owner><ID>owner</ID><DisplayName>The &lt;Owner&gt;</DisplayName></Owner>"
#define LIST(grants)           "<AccessControlList>" grants "</AccessControlList>"
#define GRANTEE(type, content) "<Grantee xmlns:xsi=\"" XSI "\" xsi:type=\"" type "\">" content "</Grantee>"
#define GRANT(type, content, permission) \
	"<Grant>" GRANTEE(type, content) "<Permission>" permission "</Permission></Grant>"
#define USER(id, permission)   GRANT("CanonicalUser", "<ID>" id "</ID>", permission)
#define GROUP(uri, permission) GRANT("Group", "<URI>" uri "</URI>", permission)

static const struct {
	const char *name;
	struct slice document;
	const char *grants; /* NULL: refused */
	enum s3_err err;
	const char *message;
} documents[] = {
	{ "owner alone", SLICE(POLICY(OWNER LIST(USER("owner", "FULL_CONTROL")))), "owner FULL_CONTROL", S3_OK,
	    NULL },
	{ "no grants", SLICE(POLICY(OWNER LIST(""))), "", S3_OK, NULL },
	{ "no grants, with white space", SLICE(POLICY(OWNER LIST("\r\n\t "))), "", S3_OK, NULL },
	{ "no grants, with white space and other space", SLICE(POLICY(OWNER LIST("\xc2\xa0"))), NULL,
	    S3_MALFORMED_ACL, NULL },
	{ "text for grants", SLICE(POLICY(OWNER LIST("READ"))), NULL, S3_MALFORMED_ACL,
	    MALFORMED "text in AccessControlList" },
	{ "each permission",
	    SLICE(POLICY(OWNER LIST(USER("other", "READ") USER("other", "WRITE") USER("other", "READ_ACP")
		    USER("other", "WRITE_ACP") USER("other", "FULL_CONTROL")))),
	    "other READ, other WRITE, other READ_ACP, other WRITE_ACP, other FULL_CONTROL", S3_OK, NULL },
	{ "each group",
	    SLICE(POLICY(OWNER LIST(GROUP(ALL_URI, "READ") GROUP(AUTH_URI, "READ") GROUP(LOG_URI, "WRITE")))),
	    "*all* READ, *authenticated* READ, *log* WRITE", S3_OK, NULL },
	{ "by e-mail address",
	    SLICE(POLICY(OWNER LIST(
		GRANT("AmazonCustomerByEmail", "<EmailAddress>third@example.com</EmailAddress>", "READ")))),
	    "third READ", S3_OK, NULL },
	{ "with a display name",
	    SLICE(
		POLICY(OWNER LIST(GRANT("CanonicalUser", "<ID>other</ID><DisplayName>Any</DisplayName>", "READ")))),
	    "other READ", S3_OK, NULL },
	{ "the list before the owner", SLICE(POLICY(LIST(USER("other", "READ")) OWNER)), "other READ", S3_OK,
	    NULL },
	{ "the permission before the grantee",
	    SLICE(POLICY(OWNER LIST(
		"<Grant><Permission>READ</Permission>" GRANTEE("CanonicalUser", "<ID>other</ID>") "</Grant>"))),
	    "other READ", S3_OK, NULL },
	{ "no namespace", SLICE("<AccessControlPolicy>" OWNER LIST(USER("other", "READ")) "</AccessControlPolicy>"),
	    "other READ", S3_OK, NULL },
	{ "owner without a display name",
	    SLICE(POLICY("<Owner><ID>owner</ID></Owner>" LIST(USER("other", "READ")))), "other READ", S3_OK, NULL },

	{ "another owner", SLICE(POLICY("<Owner><ID>other</ID></Owner>" LIST(USER("other", "READ")))), NULL,
	    S3_ACCESS_DENIED, NULL },
	{ "an unknown ID", SLICE(POLICY(OWNER LIST(USER("nobody", "READ")))), NULL, S3_INVALID_ARGUMENT,
	    "Invalid id" },
	{ "an empty ID", SLICE(POLICY(OWNER LIST(USER("", "READ")))), NULL, S3_INVALID_ARGUMENT, "Invalid id" },
	{ "an unknown group", SLICE(POLICY(OWNER LIST(GROUP("http://a", "READ")))), NULL, S3_INVALID_ARGUMENT,
	    "Invalid group uri" },
	{ "an unknown e-mail address",
	    SLICE(POLICY(OWNER LIST(GRANT("AmazonCustomerByEmail", "<EmailAddress>a@b</EmailAddress>", "READ")))),
	    NULL, S3_UNRESOLVABLE_GRANT, NULL },
	{ "nothing", SLICE(""), NULL, S3_MALFORMED_ACL, MALFORMED "not the XML of an AccessControlPolicy" },
	{ "not XML", SLICE("private"), NULL, S3_MALFORMED_ACL, NULL },
	{ "DOCTYPE", SLICE("<!DOCTYPE a>" POLICY(OWNER LIST(USER("other", "READ")))), NULL, S3_MALFORMED_ACL,
	    NULL },
	{ "another root", SLICE("<AccessControl>" OWNER LIST("") "</AccessControl>"), NULL, S3_MALFORMED_ACL,
	    NULL },
	{ "no owner", SLICE(POLICY(LIST(USER("other", "READ")))), NULL, S3_MALFORMED_ACL, NULL },
	{ "owner without an ID", SLICE(POLICY("<Owner><DisplayName>owner</DisplayName></Owner>" LIST(""))), NULL,
	    S3_MALFORMED_ACL, MALFORMED "wrong elements in Owner" },
	{ "two owners", SLICE(POLICY(OWNER OWNER LIST(""))), NULL, S3_MALFORMED_ACL, NULL },
	{ "no list", SLICE(POLICY(OWNER)), NULL, S3_MALFORMED_ACL, NULL },
	{ "two lists", SLICE(POLICY(OWNER LIST("") LIST(""))), NULL, S3_MALFORMED_ACL, NULL },
	{ "an unknown element", SLICE(POLICY(OWNER LIST("") "<Note/>")), NULL, S3_MALFORMED_ACL, NULL },
	{ "something else in the list", SLICE(POLICY(OWNER LIST("<Deny/>"))), NULL, S3_MALFORMED_ACL, NULL },
	{ "a grant without permission",
	    SLICE(POLICY(OWNER LIST("<Grant>" GRANTEE("CanonicalUser", "<ID>other</ID>") "</Grant>"))), NULL,
	    S3_MALFORMED_ACL, NULL },
	{ "a grant without grantee", SLICE(POLICY(OWNER LIST("<Grant><Permission>READ</Permission></Grant>"))),
	    NULL, S3_MALFORMED_ACL, NULL },
	{ "an unknown permission", SLICE(POLICY(OWNER LIST(USER("other", "EXECUTE")))), NULL, S3_MALFORMED_ACL,
	    MALFORMED "unknown Permission" },
	{ "a permission in lower case", SLICE(POLICY(OWNER LIST(USER("other", "read")))), NULL, S3_MALFORMED_ACL,
	    NULL },
	{ "a permission with blanks", SLICE(POLICY(OWNER LIST(USER("other", " READ ")))), NULL, S3_MALFORMED_ACL,
	    NULL },
	{ "an empty permission", SLICE(POLICY(OWNER LIST(USER("other", "")))), NULL, S3_MALFORMED_ACL, NULL },
	{ "a grantee without xsi:type",
	    SLICE(POLICY(
		OWNER LIST("<Grant><Grantee><ID>other</ID></Grantee><Permission>READ</Permission></Grant>"))),
	    NULL, S3_MALFORMED_ACL, MALFORMED "Grantee without a known xsi:type" },
	{ "an unknown xsi:type", SLICE(POLICY(OWNER LIST(GRANT("User", "<ID>other</ID>", "READ")))), NULL,
	    S3_MALFORMED_ACL, NULL },
	{ "a group with an ID", SLICE(POLICY(OWNER LIST(GRANT("Group", "<ID>other</ID>", "READ")))), NULL,
	    S3_MALFORMED_ACL, MALFORMED "wrong elements in Grantee" },
	{ "a user with a URI too",
	    SLICE(POLICY(OWNER LIST(GRANT("CanonicalUser", "<ID>other</ID><URI>" ALL_URI "</URI>", "READ")))), NULL,
	    S3_MALFORMED_ACL, NULL },
	{ "a user with two IDs",
	    SLICE(POLICY(OWNER LIST(GRANT("CanonicalUser", "<ID>other</ID><ID>third</ID>", "READ")))), NULL,
	    S3_MALFORMED_ACL, NULL },
	{ "six levels", SLICE(POLICY(OWNER LIST(USER("<a>other</a>", "READ")))), NULL, S3_MALFORMED_ACL, NULL },
};

START_TEST(from_document)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const char *name = documents[_i].name;
	struct s3_refusal why = { .mem = mem };
	struct acl *acl, *again;
	enum s3_err err = acl_parse(mem, documents[_i].document, SLICE("owner"), &users, &why, &acl);

	ck_assert_msg(err == documents[_i].err && why.err == err, "%s: %s", name, s3_err_code(err));
	ck_assert_msg((acl != NULL) == (err == S3_OK), "%s: output", name);
	if (documents[_i].message != NULL)
		ck_assert_msg(strcmp(why.message, documents[_i].message) == 0, "%s: %s", name, why.message);
	if (acl != NULL) {
		struct slice written = xml_finish(acl_write(mem, acl, &users));
		const char *grants = grants_of(mem, acl);

		ck_assert_msg(strcmp(grants, documents[_i].grants) == 0, "%s: %s", name, grants);
		check_storage(mem, acl, name);
		err = acl_parse(mem, written, SLICE("owner"), &users, &why, &again);
		ck_assert_msg(err == S3_OK && strcmp(grants_of(mem, again), grants) == 0, "%s: %.*s", name,
		    SLICE_ARG(written));
	}
	talloc_free(mem);
}
END_TEST

static struct slice
document_of(TALLOC_CTX *mem, unsigned grants)
{
	struct buf *document = buf_new(mem, ACL_DOCUMENT_MAX);

	buf_append_string(document, "<AccessControlPolicy>" OWNER "<AccessControlList>");
	for (unsigned i = 0; i < grants; i++)
		buf_append_string(document, USER("other", "READ"));
	buf_append_string(document, "</AccessControlList></AccessControlPolicy>");
	ck_assert(!buf_overflowed(document));
	return buf_slice(document);
}

START_TEST(limits)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct s3_refusal why = { .mem = mem };
	char *long_document = talloc_zero_size(mem, ACL_DOCUMENT_MAX + 1);
	static const char start[] = "<AccessControlPolicy>" OWNER LIST("") "</AccessControlPolicy>";
	struct acl *acl;

	ck_assert_int_eq(
	    acl_parse(mem, document_of(mem, ACL_GRANTS_MAX), SLICE("owner"), &users, &why, &acl), S3_OK);
	ck_assert_uint_eq(acl->grant_count, ACL_GRANTS_MAX);
	ck_assert_int_eq(acl_parse(mem, document_of(mem, ACL_GRANTS_MAX + 1), SLICE("owner"), &users, &why, &acl),
	    S3_MALFORMED_ACL);
	ck_assert_str_eq(why.message, MALFORMED "more than 100 grants");

	memset(long_document, ' ', ACL_DOCUMENT_MAX + 1);
	memcpy(long_document, start, sizeof(start) - 1);
	ck_assert_int_eq(
	    acl_parse(mem, slice_make(long_document, ACL_DOCUMENT_MAX), SLICE("owner"), &users, &why, &acl), S3_OK);
	ck_assert_int_eq(
	    acl_parse(mem, slice_make(long_document, ACL_DOCUMENT_MAX + 1), SLICE("owner"), &users, &why, &acl),
	    S3_MALFORMED_ACL);
	talloc_free(mem);
}
END_TEST

/* The shape that botocore's model gives GetBucketAcl. */
START_TEST(written)
{
	static const char expected[] =
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<AccessControlPolicy xmlns=\"" S3_NS "\">"
	    "<Owner><ID>owner</ID><DisplayName>The &lt;Owner&gt;</DisplayName></Owner><AccessControlList>"
	    "<Grant><Grantee xmlns:xsi=\"" XSI "\" xsi:type=\"CanonicalUser\"><ID>owner</ID>"
	    "<DisplayName>The &lt;Owner&gt;</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant>"
	    "<Grant><Grantee xmlns:xsi=\"" XSI "\" xsi:type=\"CanonicalUser\"><ID>third</ID></Grantee>"
	    "<Permission>READ</Permission></Grant>"
	    "<Grant><Grantee xmlns:xsi=\"" XSI "\" xsi:type=\"CanonicalUser\"><ID>third</ID></Grantee>"
	    "<Permission>WRITE_ACP</Permission></Grant>"
	    "<Grant><Grantee xmlns:xsi=\"" XSI "\" xsi:type=\"Group\"><URI>" ALL_URI "</URI></Grantee>"
	    "<Permission>READ</Permission></Grant>"
	    "</AccessControlList></AccessControlPolicy>";
	TALLOC_CTX *mem = talloc_new(NULL);
	struct acl_grant grants[] = {
		{ ACL_USER, SLICE("owner"), ACL_FULL_CONTROL },
		{ ACL_USER, SLICE("third"), ACL_READ | ACL_WRITE_ACP },
		{ ACL_ALL_USERS, { NULL, 0 }, ACL_READ },
	};
	const struct acl acl = { SLICE("owner"), grants, ARRAY_SIZE(grants) };
	struct slice document = xml_finish(acl_write(mem, &acl, &users));

	ck_assert_msg(slice_equal(document, slice_from(expected)), "%.*s", SLICE_ARG(document));
	talloc_free(mem);
}
END_TEST

/* Storage. */

static const struct {
	const char *name;
	struct slice stored;
	const char *grants;
} records[] = {
	{ "empty is private", SLICE(""), "owner FULL_CONTROL" },
	{ "public-read", SLICE("r"), "owner FULL_CONTROL, *all* READ" },
	{ "public-read-write", SLICE("w"), "owner FULL_CONTROL, *all* READ, *all* WRITE" },
	{ "authenticated-read", SLICE("a"), "owner FULL_CONTROL, *authenticated* READ" },
	{ "log-delivery-write", SLICE("l"), "owner FULL_CONTROL, *log* WRITE, *log* READ_ACP" },
	{ "no grants", SLICE("G\0"), "" },
	{ "the owner and a user", SLICE("G\2\0\17\1\1\5other"), "owner FULL_CONTROL, other READ" },
	{ "groups", SLICE("G\3\2\1\3\2\4\4"), "*all* READ, *authenticated* WRITE, *log* READ_ACP" },

	{ "damaged: an unknown letter", SLICE("x"), "owner FULL_CONTROL" },
	{ "damaged: NUL", SLICE("\0"), "owner FULL_CONTROL" },
	{ "damaged: a letter too many", SLICE("rr"), "owner FULL_CONTROL" },
	{ "damaged: another format", SLICE("H\1\2\1"), "owner FULL_CONTROL" },
	{ "damaged: grants missing", SLICE("G\2\2\1"), "owner FULL_CONTROL" },
	{ "damaged: bytes left", SLICE("G\1\2\1\2\1"), "owner FULL_CONTROL" },
	{ "damaged: 101 grants", SLICE("G\145"), "owner FULL_CONTROL" },
	{ "damaged: an unknown grantee", SLICE("G\1\5\1"), "owner FULL_CONTROL" },
	{ "damaged: no permission", SLICE("G\1\2\0"), "owner FULL_CONTROL" },
	{ "damaged: an unknown permission", SLICE("G\1\2\20"), "owner FULL_CONTROL" },
	{ "damaged: an empty ID", SLICE("G\1\1\1\0"), "owner FULL_CONTROL" },
	{ "damaged: an ID cut short", SLICE("G\1\1\1\5othe"), "owner FULL_CONTROL" },
	{ "damaged: an ID of 129 bytes", SLICE("G\1\1\1\201" ID_128 "x"), "owner FULL_CONTROL" },
};

START_TEST(load)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct acl *acl = acl_load(mem, SLICE("owner"), records[_i].stored);
	const char *grants = grants_of(mem, acl);

	ck_assert_msg(strcmp(grants, records[_i].grants) == 0, "%s: %s", records[_i].name, grants);
	if (strncmp(records[_i].name, "damaged", 7) != 0)
		ck_assert_msg(slice_equal(acl_store(mem, acl), records[_i].stored), "%s: stored", records[_i].name);
	talloc_free(mem);
}
END_TEST

/* The same grants in another order are not the canned ACL: they come back as they were put. */
START_TEST(nearly_canned)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	struct acl_grant grants[] = {
		{ ACL_ALL_USERS, { NULL, 0 }, ACL_READ },
		{ ACL_USER, SLICE("owner"), ACL_FULL_CONTROL },
	};
	const struct acl acl = { SLICE("owner"), grants, ARRAY_SIZE(grants) };

	ck_assert_uint_gt(acl_store(mem, &acl).length, 1);
	check_storage(mem, &acl, "nearly canned");
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("acl");
	TCase *tc = tcase_create("acl");

	tcase_add_loop_test(tc, from_headers, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, many_in_a_header);
	tcase_add_loop_test(tc, from_document, 0, ARRAY_SIZE(documents));
	tcase_add_test(tc, limits);
	tcase_add_test(tc, written);
	tcase_add_loop_test(tc, load, 0, ARRAY_SIZE(records));
	tcase_add_test(tc, nearly_canned);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
