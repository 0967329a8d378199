/* What the operations on objects do in a bucket that keeps versions. */
#include "tests/unit/gateway/exchange.h"

static char *first, *second, *marker; /* version IDs of /photos/key, whose current version is the marker */

static void
set_versioning(enum versioning versioning)
{
	struct bucket *bucket;

	ck_assert_store(catalog_bucket(gateway.catalog, mem, SLICE("photos"), &bucket), STORE_OK);
	ck_assert_store(catalog_bucket_set_versioning(gateway.catalog, bucket, versioning), STORE_OK);
}

/* The version that a successful request says it made. */
static char *
version_of(const char *method, const char *target, const char *const headers[HEADERS_MAX], const char *body)
{
	struct req *r = ask("alice", method, target, headers, slice_from(body));
	char *id = slice_dup(mem, answer_field(r, "x-amz-version-id"));

	ck_assert_msg(r->reply.status < 300, "%s %s: %u", method, target, r->reply.status);
	talloc_free(r);
	return id;
}

static void
setup(void)
{
	exchange_setup();
	done("alice", "PUT", "/photos", NULL, "");
	done("alice", "PUT", "/photos/old", HEADERS("Content-Type: a/old"), "old");
	set_versioning(VERSIONING_ENABLED);
	first = version_of("PUT", "/photos/key", HEADERS("Content-Type: a/b"), "first");
	second = version_of("PUT", "/photos/key", NULL, "second");
	marker = version_of("DELETE", "/photos/key", NULL, "");
	ck_assert(*first && *second && *marker && strcmp(first, second) != 0);
}

static char *
with_version(const char *target, const char *id)
{
	return talloc_asprintf(mem, "%s?versionId=%s", target, id);
}

static const char *const *
copying(const char *source, const char *id, const char *directive)
{
	const char **headers = talloc_zero_array(mem, const char *, HEADERS_MAX);

	headers[0] = talloc_asprintf(mem, "x-amz-copy-source: %s%s%s", source, *id ? "?versionId=" : "", id);
	headers[1] = directive;
	return headers;
}

/* The status and code of a request without a body. */
static void
expect_refusal(const char *method, const char *target, const char *const headers[HEADERS_MAX], enum s3_err err)
{
	struct req *r = ask("alice", method, target, headers, SLICE(""));

	ck_assert_msg(r->refusal.err == err, "%s %s: %s", method, target, s3_err_code(r->refusal.err));
	talloc_free(r);
}

START_TEST(versions_are_named)
{
	expect("current", "alice", "GET", with_version("/photos/key", second), 200,
	    talloc_asprintf(mem, "x-amz-version-id: %s", second), "second");
	expect("earlier", "alice", "GET", with_version("/photos/key", first), 200,
	    talloc_asprintf(mem, "x-amz-version-id: %s", first), "first");
	expect("not modified", "alice", "HEAD", with_version("/photos/old", "null"), 200, "x-amz-version-id: null",
	    NULL);
	expect_refusal("GET", "/photos/key", NULL, S3_NO_SUCH_KEY);
}
END_TEST

START_TEST(a_deletion_says_what_it_did)
{
	struct req *r = ask("alice", "DELETE", "/photos/old", NULL, SLICE(""));
	char *id = slice_dup(mem, answer_field(r, "x-amz-version-id"));

	ck_assert(slice_equal(answer_field(r, "x-amz-delete-marker"), SLICE("true")));
	talloc_free(r);
	r = ask("alice", "DELETE", with_version("/photos/old", id), NULL, SLICE(""));
	ck_assert(slice_equal(answer_field(r, "x-amz-delete-marker"), SLICE("true")));
	ck_assert(slice_equal(answer_field(r, "x-amz-version-id"), slice_from(id)));
	talloc_free(r);
	expect("there again", "alice", "GET", "/photos/old", 200, NULL, "old");
	r = ask("alice", "DELETE", with_version("/photos/old", "null"), NULL, SLICE(""));
	ck_assert_uint_eq(answer_field(r, "x-amz-delete-marker").length, 0);
	ck_assert(slice_equal(answer_field(r, "x-amz-version-id"), SLICE("null")));
	talloc_free(r);
	expect_refusal("GET", "/photos/old", NULL, S3_NO_SUCH_KEY);
}
END_TEST

START_TEST(many_deletions_say_so_too)
{
	char *document = talloc_asprintf(mem,
	    "<Delete><Object><Key>old</Key></Object><Object><Key>key</Key><VersionId>%s</VersionId></Object>"
	    "<Object><Key>key</Key><VersionId>%s</VersionId></Object></Delete>",
	    marker, first);
	struct req *r = ask("alice", "POST", "/photos?delete", NULL, slice_from(document));
	char *body = slice_dup(mem, answer_body(r)), *expected;

	ck_assert_uint_eq(r->reply.status, 200);
	talloc_free(r);
	ck_assert_ptr_nonnull(
	    strstr(body, "<Deleted><Key>old</Key><DeleteMarker>true</DeleteMarker><DeleteMarkerVersionId>"));
	expected = talloc_asprintf(mem,
	    "<Deleted><Key>key</Key><VersionId>%s</VersionId><DeleteMarker>true</DeleteMarker>"
	    "<DeleteMarkerVersionId>%s</DeleteMarkerVersionId></Deleted>",
	    marker, marker);
	ck_assert_msg(strstr(body, expected) != NULL, "%s", body);
	expected = talloc_asprintf(mem, "<Deleted><Key>key</Key><VersionId>%s</VersionId></Deleted>", first);
	ck_assert_msg(strstr(body, expected) != NULL, "%s", body);
	expect("the marker is gone", "alice", "GET", "/photos/key", 200, NULL, "second");
}
END_TEST

START_TEST(conditions_see_no_marker)
{
	done("alice", "PUT", "/photos/key", HEADERS("If-None-Match: *"), "third");
	expect("put", "alice", "GET", "/photos/key", 200, NULL, "third");
	done("alice", "DELETE", "/photos/key", NULL, "");
	expect_refusal("PUT", "/photos/key", HEADERS("If-Match: *"), S3_NO_SUCH_KEY);
}
END_TEST

START_TEST(an_earlier_version_is_restored)
{
	struct req *r = ask("alice", "PUT", "/photos/key", copying("photos/key", first, NULL), SLICE(""));
	char *id = slice_dup(mem, answer_field(r, "x-amz-version-id"));

	ck_assert_uint_eq(r->reply.status, 200);
	ck_assert(slice_equal(answer_field(r, "x-amz-copy-source-version-id"), slice_from(first)));
	ck_assert(*id && strcmp(id, first) != 0);
	talloc_free(r);
	expect("current", "alice", "GET", "/photos/key", 200, "Content-Type: a/b", "first");
}
END_TEST

START_TEST(a_copy_onto_itself_is_a_new_version)
{
	char *id;

	expect_refusal("PUT", "/photos/old", copying("photos/old", "", NULL), S3_INVALID_REQUEST);
	id = version_of("PUT", "/photos/old", copying("photos/old", "", "x-amz-metadata-directive: REPLACE"), "");
	ck_assert_str_ne(id, "null");
	expect("new", "alice", "GET", "/photos/old", 200, "Content-Type: binary/octet-stream", "old");
	expect("old", "alice", "GET", with_version("/photos/old", "null"), 200, "Content-Type: a/old", "old");
}
END_TEST

/* The null version takes the place of the one that has a name. */
START_TEST(a_copy_onto_itself_without_versioning)
{
	char *id = version_of("PUT", "/photos/key", NULL, "third");

	set_versioning(VERSIONING_SUSPENDED);
	ck_assert_str_eq(
	    version_of("PUT", "/photos/key", copying("photos/key", "", "x-amz-metadata-directive: REPLACE"), ""),
	    "");
	expect("earlier", "alice", "GET", with_version("/photos/key", id), 200, NULL, "third");
	expect("current", "alice", "GET", "/photos/key", 200, "x-amz-version-id: null", "third");
	ck_assert_str_eq(version_of("PUT", "/photos/key",
			     copying("photos/key", "null", "x-amz-metadata-directive: REPLACE"), ""),
	    "");
}
END_TEST

START_TEST(a_marker_is_no_source)
{
	expect_refusal("PUT", "/photos/n", copying("photos/key", "", NULL), S3_NO_SUCH_KEY);
	expect_refusal("PUT", "/photos/n", copying("photos/key", marker, NULL), S3_INVALID_REQUEST);
}
END_TEST

START_TEST(an_acl_of_one_version)
{
	done("alice", "PUT", talloc_asprintf(mem, "/photos/key?acl&versionId=%s", first),
	    HEADERS("x-amz-acl: public-read"), "");
	expect("public", NULL, "GET", with_version("/photos/key", first), 200, "Content-Type: a/b", "first");
	ck_assert_uint_eq(
	    ask(NULL, "GET", with_version("/photos/key", second), NULL, SLICE(""))->reply.status, 403);
	expect("shown", "alice", "GET", talloc_asprintf(mem, "/photos/key?acl&versionId=%s", first), 200,
	    talloc_asprintf(mem, "x-amz-version-id: %s", first), "AllUsers");
}
END_TEST

START_TEST(the_bucket_says_what_it_keeps)
{
	expect("enabled", "alice", "GET", "/photos?versioning", 200, NULL, "<Status>Enabled</Status>");
	set_versioning(VERSIONING_SUSPENDED);
	expect("suspended", "alice", "GET", "/photos?versioning", 200, NULL, "<Status>Suspended</Status>");
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("version_operations");
	TCase *tc = tcase_create("version_operations");

	tcase_add_checked_fixture(tc, setup, exchange_teardown);
	tcase_add_test(tc, versions_are_named);
	tcase_add_test(tc, a_deletion_says_what_it_did);
	tcase_add_test(tc, many_deletions_say_so_too);
	tcase_add_test(tc, conditions_see_no_marker);
	tcase_add_test(tc, an_earlier_version_is_restored);
	tcase_add_test(tc, a_copy_onto_itself_is_a_new_version);
	tcase_add_test(tc, a_copy_onto_itself_without_versioning);
	tcase_add_test(tc, a_marker_is_no_source);
	tcase_add_test(tc, an_acl_of_one_version);
	tcase_add_test(tc, the_bucket_says_what_it_keeps);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
