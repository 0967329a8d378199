#include "gateway/operations/assembly.h"

#include "common/encode.h"
#include "tests/unit/suite.h"

/*
 * "123456789" as one part, and its pieces as two and three: values of S3 for the first (as its clients' own tests have
 * them), and for the others what Python's hashlib and zlib say.
 */
static const struct {
	const char *name;
	const char *parts[4];
	enum digest_kind kind;
	bool composite;
	const char *etag, *checksum;
} cases[] = {
	{ "one, composite CRC32", { "123456789" }, DIGEST_CRC32, true, "5927c5d64d94a5786f90003aa26d0159-1",
	    "7kxlUA==-1" },
	{ "one, composite CRC32C", { "123456789" }, DIGEST_CRC32C, true, "5927c5d64d94a5786f90003aa26d0159-1",
	    "pzJFoA==-1" },
	{ "one, composite SHA1", { "123456789" }, DIGEST_SHA1, true, "5927c5d64d94a5786f90003aa26d0159-1",
	    "zGcEPHvP9e6lVmvZsfPHT9mlz10=-1" },
	{ "one, composite SHA256", { "123456789" }, DIGEST_SHA256, true, "5927c5d64d94a5786f90003aa26d0159-1",
	    "KSsNAHVmgy25S/rmic1w0at3KBH9RLn0nYVQ7p6mpJQ=-1" },
	{ "one, whole CRC32", { "123456789" }, DIGEST_CRC32, false, "5927c5d64d94a5786f90003aa26d0159-1",
	    "y/Q5Jg==" },
	{ "one, whole CRC64NVME", { "123456789" }, DIGEST_CRC64NVME, false, "5927c5d64d94a5786f90003aa26d0159-1",
	    "rosUhgp5mIg=" },
	{ "two, composite CRC32", { "1234", "56789" }, DIGEST_CRC32, true, "d8399932ce6023ac3365f50fbbcde132-2",
	    "rBMwBw==-2" },
	{ "two, composite SHA256", { "1234", "56789" }, DIGEST_SHA256, true, "d8399932ce6023ac3365f50fbbcde132-2",
	    "bnRBBTileCDVQlLT/6fZJGrqcf3O3X6G8kD8V7zZqxQ=-2" },
	{ "two, whole CRC32", { "1234", "56789" }, DIGEST_CRC32, false, "d8399932ce6023ac3365f50fbbcde132-2",
	    "y/Q5Jg==" },
	{ "three, whole CRC32C", { "1", "", "23456789" }, DIGEST_CRC32C, false,
	    "303fcc347dedd48335b4b273e6501fa5-3", "4waSgw==" },
	{ "three, whole CRC64NVME", { "1", "", "23456789" }, DIGEST_CRC64NVME, false,
	    "303fcc347dedd48335b4b273e6501fa5-3", "rosUhgp5mIg=" },
	{ "one of nothing", { "" }, DIGEST_CRC64NVME, false, "59adb24ef3cdbe0297f05b395827453f-1", "AAAAAAAAAAA=" },
};

static const struct checksum *
checksum_of_kind(enum digest_kind kind)
{
	for (size_t i = 0; i < CHECKSUMS; i++)
		if (checksum_kinds[i].kind == kind)
			return &checksum_kinds[i];
	ck_abort_msg("no such kind");
}

static struct part
make_part(TALLOC_CTX *mem, const struct checksum *checksum, const char *text)
{
	struct part part = { .size = strlen(text) };
	unsigned char value[DIGEST_MAX];

	part.etag = hex_encode(mem, slice_make(value, digest_of(DIGEST_MD5, slice_from(text), value)));
	fields_add(mem, &part.checksums, SLICE("SHA512"), SLICE("another"));
	fields_add(mem, &part.checksums, slice_from(checksum->name),
	    slice_from(base64_encode(mem, slice_make(value, digest_of(checksum->kind, slice_from(text), value)))));
	return part;
}

START_TEST(assembled)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct upload_checksum checksum = { checksum_of_kind(cases[_i].kind), true, cases[_i].composite };
	struct assembly *a = assembly_new(mem, &checksum);
	struct fields checksums;
	const struct field *value;
	uint64_t size = 0;

	for (size_t i = 0; cases[_i].parts[i] != NULL; i++) {
		struct part part = make_part(mem, checksum.algorithm, cases[_i].parts[i]);

		ck_assert(assembly_add(a, &part));
		size += part.size;
	}
	checksums = assembly_checksums(a, mem);
	value = fields_find(&checksums, checksum.algorithm->name);
	ck_assert_uint_eq(assembly_size(a), size);
	ck_assert_str_eq(assembly_etag(a, mem), cases[_i].etag);
	ck_assert_msg(value != NULL && slice_equal(value->value, slice_from(cases[_i].checksum)), "%s: %.*s",
	    cases[_i].name, SLICE_ARG(value->value));
	value = fields_find(&checksums, "type");
	ck_assert(slice_equal(value->value, slice_from(checksum.composite ? "COMPOSITE" : "FULL_OBJECT")));
	talloc_free(mem);
}
END_TEST

/* Parts that nobody can have put are not taken. */
START_TEST(impossible)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct upload_checksum checksum = { checksum_default, false, false };
	struct assembly *a = assembly_new(mem, &checksum);
	struct part part = make_part(mem, checksum_default, "x"), bad = part;

	bad.etag = "nonsense";
	ck_assert(!assembly_add(a, &bad));
	bad = part;
	bad.checksums.count = 0;
	ck_assert(!assembly_add(a, &bad));
	bad = make_part(mem, checksum_default, "x");
	bad.checksums.items[1].value = SLICE("AAAA");
	ck_assert(!assembly_add(a, &bad));
	a = assembly_new(mem, &checksum);
	part.size = UINT64_MAX;
	ck_assert(assembly_add(a, &part));
	ck_assert(!assembly_add(a, &part));
	talloc_free(mem);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("assembly");
	TCase *tc = tcase_create("assembly");

	tcase_add_loop_test(tc, assembled, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, impossible);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
