/* What a bucket's documents mean: in force at once, the strictest when damaged, and bounded in memory. */
#include "gateway/settings.h"

#include "gateway/operations/operations.h"
#include "tests/unit/gateway/exchange.h"

#define OWNERSHIP(value) \
	"<OwnershipControls><Rule><ObjectOwnership>" value "</ObjectOwnership></Rule></OwnershipControls>"
#define BLOCK(switch) \
	"<PublicAccessBlockConfiguration><" switch ">true</" switch "></PublicAccessBlockConfiguration>"
#define CORS                                                              \
	"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>" \
	"<AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>"
#define POLICY(effect)                                                                      \
	"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"" effect                  \
	"\",\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":[\"arn:aws:s3:::photos\"," \
	"\"arn:aws:s3:::photos/*\"]}]}"

static struct bucket *
bucket_of(const char *name)
{
	struct bucket *bucket;

	ck_assert_store(catalog_bucket(gateway.catalog, mem, slice_from(name), &bucket), STORE_OK);
	return bucket;
}

static void
store_document(const char *name, const struct document *document, const char *bytes)
{
	ck_assert_store(
	    catalog_document_put(gateway.catalog, bucket_of(name), document->number, slice_from(bytes)), STORE_OK);
}

static const struct settings *
settings_of(const char *name)
{
	struct req *r = make_request("alice", "GET", "/photos", NULL);
	const struct settings *settings;

	ck_assert_int_eq(req_settings(r, bucket_of(name), &settings), S3_OK);
	talloc_free(r);
	return settings;
}

/* Reading photos/open, which is public by its ACL. */
static void
expect_read(const char *name, const char *user, bool allowed)
{
	struct exchange e = { name, user, "GET", "/photos/open", { 0 }, "", allowed ? 200 : 403,
		allowed ? NULL : "AccessDenied", { 0 }, { 0 }, { 0 } };

	exchange(&e);
}

START_TEST(none)
{
	const struct settings *settings = settings_of("photos");

	ck_assert(settings->cors == NULL && settings->policy == NULL);
	ck_assert(!settings->policy_is_damaged && !settings->policy_is_public);
	ck_assert_int_eq(settings->ownership, OWNERSHIP_OBJECT_WRITER);
	ck_assert(!settings->public_access.block_acls && !settings->public_access.restrict_buckets);
}
END_TEST

/* Each change of a document shows at once, and the other documents stay. */
START_TEST(each_change_shows)
{
	const struct settings *settings;

	done("alice", "PUT", "/photos?cors", NULL, CORS);
	ck_assert_ptr_nonnull(settings_of("photos")->cors);
	done("alice", "PUT", "/photos?policy", NULL, POLICY("Allow"));
	settings = settings_of("photos");
	ck_assert(settings->cors != NULL && settings->policy != NULL && settings->policy_is_public);
	done("alice", "PUT", "/photos?policy", NULL, POLICY("Deny"));
	ck_assert(settings_of("photos")->policy != NULL && !settings_of("photos")->policy_is_public);
	done("alice", "DELETE", "/photos?policy", NULL, "");
	done("alice", "PUT", "/photos?ownershipControls", NULL, OWNERSHIP("BucketOwnerEnforced"));
	done("alice", "PUT", "/photos?publicAccessBlock", NULL, BLOCK("IgnorePublicAcls"));
	settings = settings_of("photos");
	ck_assert(settings->cors != NULL && settings->policy == NULL && settings->public_access.ignore_acls);
	ck_assert_int_eq(settings->ownership, OWNERSHIP_BUCKET_OWNER_ENFORCED);
	done("alice", "DELETE", "/photos?publicAccessBlock", NULL, "");
	done("alice", "DELETE", "/photos?ownershipControls", NULL, "");
	ck_assert(!settings_of("photos")->public_access.ignore_acls);
	ck_assert_int_eq(settings_of("photos")->ownership, OWNERSHIP_OBJECT_WRITER);
}
END_TEST

/* Nobody gets in by damage; the owner can put another policy, and then all is as before. */
START_TEST(damaged_policy)
{
	static const char *const damaged[] = { "", "{", "{}", "\xff", "<Policy/>" };

	done("alice", "PUT", "/photos/open?acl", HEADERS("x-amz-acl: public-read"), "");
	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		store_document("photos", &document_policy, damaged[i]);
		ck_assert(settings_of("photos")->policy == NULL && settings_of("photos")->policy_is_damaged);
		expect_read("everybody", NULL, false);
		expect_read("the owner", "alice", false);
		expect_read("the administrator", "root", true);
		done("alice", "GET", "/photos?policy", NULL, "");
		done("alice", "PUT", "/photos?policy", NULL, POLICY("Allow"));
		expect_read("mended", NULL, true);
	}
}
END_TEST

START_TEST(damaged_others)
{
	const struct settings *settings;

	store_document("photos", &document_cors, "<CORSConfiguration>");
	store_document("photos", &document_ownership, OWNERSHIP("Nobody"));
	store_document("photos", &document_public_access, "x");
	settings = settings_of("photos");
	ck_assert_ptr_null(settings->cors);
	ck_assert_int_eq(settings->ownership, OWNERSHIP_BUCKET_OWNER_ENFORCED);
	ck_assert(settings->public_access.block_acls && settings->public_access.ignore_acls);
	ck_assert(settings->public_access.block_policy && settings->public_access.restrict_buckets);
	expect_read("closed", NULL, false);
	expect_read("but not for its owner", "alice", true);
}
END_TEST

/* The service's rules stand in for a bucket that has none, not for one whose rules are lost. */
START_TEST(damaged_rules_are_not_replaced)
{
	static const struct cors_option any = { "allowed_origin", "*", "f", 2 };
	static const struct cors_section section = { "cors", false, "f", 1, &any, 1 };
	static const char *const documents[] = { "<CORSConfiguration>", "", "\xff" };
	const struct cors_request page = {
		.origins = CORS_ONE_ORIGIN, .origin = SLICE("https://a"), .method = SLICE("GET")
	};
	struct cors_resource resource;
	struct cors_notices notices;
	struct fields headers;
	const char *fault;

	ck_assert(cors_service_compile(mem, &section, 1, &notices, &fault, &config.cors_service));
	for (size_t i = 0; i < ARRAY_SIZE(documents); i++) {
		struct req *r = make_request(NULL, "GET", "/photos", NULL);

		headers = (struct fields){ 0 };
		r->bucket = bucket_of("photos");
		ck_assert_int_eq(req_cors_resource(r, &resource), S3_OK);
		ck_assert(cors_actual(r, &resource, &page, &headers));
		store_document("photos", &document_cors, documents[i]);
		r->bucket = bucket_of("photos");
		ck_assert_int_eq(req_cors_resource(r, &resource), S3_OK);
		ck_assert(!cors_actual(r, &resource, &page, &headers));
		done("alice", "DELETE", "/photos?cors", NULL, "");
		talloc_free(r);
	}
	config.cors_service = NULL;
}
END_TEST

/* A failing store opens no door, and the refusal says that it failed. */
START_TEST(store_fails)
{
	const struct fault fault = { FAULT_GET, 1, 1000, FAULT_BEFORE, STORE_IO, 0 };
	const struct settings *settings;
	struct subject about = { .key = SLICE("open") };
	struct req *r;

	done("alice", "PUT", "/photos?policy", NULL, POLICY("Allow"));
	r = make_request("alice", "GET", "/photos/open", NULL);
	about.bucket = bucket_of("photos");
	fault_set(store, &fault, 1);
	ck_assert_int_eq(req_settings(r, about.bucket, &settings), S3_INTERNAL_ERROR);
	ck_assert(!req_may(r, ACTION_GetObject, &about));
	ck_assert(req_is_denied(r, ACTION_GetObject, &about));
	ck_assert_int_eq(r->refusal.err, S3_INTERNAL_ERROR);
	fault_set(store, NULL, 0);
	ck_assert(req_may(r, ACTION_GetObject, &about));
	talloc_free(r);
}
END_TEST

/* What is kept is asked for without a look into the store. */
START_TEST(hit_reads_nothing)
{
	struct req *r = make_request("alice", "GET", "/photos/open", NULL);
	const struct settings *first, *second;
	struct bucket *bucket;

	done("alice", "PUT", "/photos?policy", NULL, POLICY("Allow"));
	bucket = bucket_of("photos");
	ck_assert_int_eq(req_settings(r, bucket, &first), S3_OK);
	fault_set(store, NULL, 0);
	ck_assert_int_eq(req_settings(r, bucket, &second), S3_OK);
	ck_assert_ptr_eq(first, second);
	ck_assert_uint_eq(fault_count(store, FAULT_GET), 0);
	talloc_free(r);
}
END_TEST

/* More buckets than places, with more documents than are kept: each is right, first and last. */
START_TEST(many_buckets)
{
	char *comment = talloc_zero_size(mem, 32 * 1024);

	memset(comment, ' ', 32 * 1024 - 1);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 300; i++) {
			const char *name = talloc_asprintf(mem, "bucket-%u", i);
			const char *ownership =
			    i % 2 ? OWNERSHIP("BucketOwnerEnforced") : OWNERSHIP("BucketOwnerPreferred");

			if (round == 0) {
				done("alice", "PUT", talloc_asprintf(mem, "/%s", name), NULL, "");
				store_document(
				    name, &document_ownership, talloc_asprintf(mem, "%s%s", ownership, comment));
			}
			ck_assert_int_eq(settings_of(name)->ownership,
			    i % 2 ? OWNERSHIP_BUCKET_OWNER_ENFORCED : OWNERSHIP_BUCKET_OWNER_PREFERRED);
		}
	}
}
END_TEST

static const char *
large_policy(const char *bucket)
{
	struct buf *policy = buf_new(mem, 32 * 1024);

	buf_printf(policy,
	    "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"s3:GetObject\",\"Resource\":"
	    "\"arn:aws:s3:::%s/*\",\"Condition\":{\"NumericEquals\":{\"s3:signatureAge\":[1",
	    bucket);
	for (unsigned i = 0; i < 9000; i++)
		buf_append_string(policy, ",1");
	buf_append_string(policy, "]}}}}");
	return slice_dup(mem, buf_slice(policy));
}

/* A value is written in two bytes and kept in many more: what is kept is what counts. */
START_TEST(large_policies)
{
	for (unsigned i = 0; i < 40; i++) {
		const char *name = talloc_asprintf(mem, "large-%u", i);
		const struct settings *settings;

		done("alice", "PUT", talloc_asprintf(mem, "/%s", name), NULL, "");
		store_document(name, &document_policy, large_policy(name));
		settings = settings_of(name);
		ck_assert_ptr_nonnull(settings->policy);
		ck_assert_uint_lt(talloc_total_size(talloc_parent(talloc_parent(settings->policy))), 3 << 20);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("settings");
	TCase *tc = tcase_create("settings");

	tcase_add_checked_fixture(tc, exchange_setup_objects, exchange_teardown);
	tcase_add_test(tc, none);
	tcase_add_test(tc, each_change_shows);
	tcase_add_test(tc, damaged_policy);
	tcase_add_test(tc, damaged_others);
	tcase_add_test(tc, damaged_rules_are_not_replaced);
	tcase_add_test(tc, store_fails);
	tcase_add_test(tc, hit_reads_nothing);
	tcase_add_test(tc, many_buckets);
	tcase_add_test(tc, large_policies);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
