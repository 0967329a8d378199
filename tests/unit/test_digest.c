#include "common/digest.h"

#include <pthread.h>

#include "common/encode.h"
#include "tests/unit/memory.h"
#include "tests/unit/suite.h"

/* A text, `repeat` times over. */
struct input {
	const char *text;
	size_t repeat;
};

static struct slice
expand(struct input input)
{
	size_t length = strlen(input.text) * input.repeat;
	struct buf *b = buf_new(mem, length);

	for (size_t i = 0; i < input.repeat; i++)
		buf_append_string(b, input.text);
	return buf_slice(b);
}

#define CHECK     "123456789"
#define FIPS_56   "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define DIGITS_80 "12345678901234567890123456789012345678901234567890123456789012345678901234567890"
#define LETTERS   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

static const struct {
	enum digest_kind kind;
	struct input input;
	const char *value;
} vectors[] = {
	/* RFC 1321 appendix A.5 */
	{ DIGEST_MD5, { "", 0 }, "d41d8cd98f00b204e9800998ecf8427e" },
	{ DIGEST_MD5, { "a", 1 }, "0cc175b9c0f1b6a831c399e269772661" },
	{ DIGEST_MD5, { "abc", 1 }, "900150983cd24fb0d6963f7d28e17f72" },
	{ DIGEST_MD5, { "message digest", 1 }, "f96b697d7cb7938d525a2f31aaf161d0" },
	{ DIGEST_MD5, { "abcdefghijklmnopqrstuvwxyz", 1 }, "c3fcd3d76192e4007dfb496cca67e13b" },
	{ DIGEST_MD5, { LETTERS, 1 }, "d174ab98d277d9f5a5611c2c9f419d9f" },
	{ DIGEST_MD5, { DIGITS_80, 1 }, "57edf4a22be3c955ac49da2e2107b67a" },
	/* FIPS 180, examples */
	{ DIGEST_SHA1, { "", 0 }, "da39a3ee5e6b4b0d3255bfef95601890afd80709" },
	{ DIGEST_SHA1, { "abc", 1 }, "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ DIGEST_SHA1, { FIPS_56, 1 }, "84983e441c3bd26ebaae4aa1f95129e5e54670f1" },
	{ DIGEST_SHA1, { "a", 1000000 }, "34aa973cd4c4daa4f61eeb2bdbad27316534016f" },
	{ DIGEST_SHA256, { "", 0 }, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ DIGEST_SHA256, { "abc", 1 }, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ DIGEST_SHA256, { FIPS_56, 1 }, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	{ DIGEST_SHA256, { "a", 1000000 }, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
	/* the check values of the CRC catalogues; RFC 3720 section B.4; NVM Express, Rocksoft CRC examples */
	{ DIGEST_CRC32, { "", 0 }, "00000000" },
	{ DIGEST_CRC32, { CHECK, 1 }, "cbf43926" },
	{ DIGEST_CRC32C, { "", 0 }, "00000000" },
	{ DIGEST_CRC32C, { CHECK, 1 }, "e3069283" },
	{ DIGEST_CRC32C, { "\xff", 32 }, "62a8ab43" },
	{ DIGEST_CRC64NVME, { "", 0 }, "0000000000000000" },
	{ DIGEST_CRC64NVME, { CHECK, 1 }, "ae8b14860a799888" },
	{ DIGEST_CRC64NVME, { "\xff", 4096 }, "c0ddba7302eca3ac" },
};

static const char *
value_hex(const unsigned char *value, size_t length)
{
	return hex_encode(mem, slice_make(value, length));
}

START_TEST(values)
{
	unsigned char out[DIGEST_MAX];
	size_t length = digest_of(vectors[_i].kind, expand(vectors[_i].input), out);

	ck_assert_uint_eq(length, digest_length(vectors[_i].kind));
	ck_assert_str_eq(value_hex(out, length), vectors[_i].value);
}
END_TEST

START_TEST(zeros)
{
	static const char nothing[4096];
	unsigned char out[DIGEST_MAX];

	ck_assert_str_eq(value_hex(out, digest_of(DIGEST_CRC32C, slice_make(nothing, 32), out)), "8a9136aa");
	ck_assert_str_eq(
	    value_hex(out, digest_of(DIGEST_CRC64NVME, slice_make(nothing, 4096), out)), "6482d367eb22b64e");
}
END_TEST

static struct slice
some_bytes(size_t length)
{
	unsigned char *bytes = talloc_array(mem, unsigned char, length);
	uint32_t state = 1;

	for (size_t i = 0; i < length; i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = (unsigned char)(state >> 24);
	}
	return slice_make(bytes, length);
}

/* Every kind, and pieces of 0, 1, 2, 3 … bytes, so that each alignment comes up. */
START_TEST(pieces)
{
	struct slice all = some_bytes(20000), rest = all;
	struct digest *d = digest_new(mem, (enum digest_kind)_i);
	unsigned char expected[DIGEST_MAX], got[DIGEST_MAX];
	size_t length = digest_of((enum digest_kind)_i, all, expected);

	for (size_t piece = 0; rest.length > 0; piece++) {
		digest_update(d, slice_head(rest, piece));
		rest = slice_skip(rest, piece);
	}
	ck_assert_uint_eq(digest_final(d, got), length);
	ck_assert_mem_eq(got, expected, length);
}
END_TEST

START_TEST(crc32c_continues)
{
	struct slice all = some_bytes(1000);

	ck_assert_uint_eq(crc32c(0, SLICE(CHECK)), 0xe3069283);
	ck_assert_uint_eq(crc32c(crc32c(0, SLICE("1234")), SLICE("56789")), 0xe3069283);
	ck_assert_uint_eq(crc32c(7, slice_make(NULL, 0)), 7);
	for (size_t cut = 0; cut <= all.length; cut++)
		ck_assert_uint_eq(crc32c(crc32c(0, slice_head(all, cut)), slice_skip(all, cut)), crc32c(0, all));
}
END_TEST

#define KEY_25 \
	"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19"

static const struct {
	const char *name;
	struct input key, data;
	const char *sha1, *sha256; /* NULL where the RFC has another input */
} hmacs[] = {
	{ "RFC 2202 and 4231, case 1", { "\x0b", 20 }, { "Hi There", 1 },
	    "b617318655057264e28bc0b6fb378c8ef146be00",
	    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ "case 2", { "Jefe", 1 }, { "what do ya want for nothing?", 1 },
	    "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79",
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ "case 3", { "\xaa", 20 }, { "\xdd", 50 }, "125d7342b9ac11cd91a39af48aa17b4f63f175d3",
	    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ "case 4", { KEY_25, 1 }, { "\xcd", 50 }, "4c9007f4026250c6bc8414f9bf50c86c2d7235da",
	    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ "RFC 2202, case 6", { "\xaa", 80 }, { "Test Using Larger Than Block-Size Key - Hash Key First", 1 },
	    "aa4ae5e15272d00e95705637ce8a3b55ed402112", NULL },
	{ "RFC 2202, case 7", { "\xaa", 80 },
	    { "Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data", 1 },
	    "e8e99d0f45237d786d6bbaa7965c7808bbff1a91", NULL },
	{ "RFC 4231, case 6", { "\xaa", 131 }, { "Test Using Larger Than Block-Size Key - Hash Key First", 1 },
	    NULL, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ "RFC 4231, case 7", { "\xaa", 131 },
	    { "This is a test using a larger than block-size key and a larger than block-size data. The key needs to "
	      "be hashed before being used by the HMAC algorithm.",
		1 },
	    NULL, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
	{ "nothing at all", { "", 0 }, { "", 0 }, "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d",
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" },
};

START_TEST(hmac)
{
	struct slice key = expand(hmacs[_i].key), data = expand(hmacs[_i].data);
	unsigned char out[32];

	if (hmacs[_i].sha1 != NULL) {
		hmac_sha1(key, data, out);
		ck_assert_msg(strcmp(value_hex(out, 20), hmacs[_i].sha1) == 0, "%s", hmacs[_i].name);
	}
	if (hmacs[_i].sha256 != NULL) {
		hmac_sha256(key, data, out);
		ck_assert_msg(strcmp(value_hex(out, 32), hmacs[_i].sha256) == 0, "%s", hmacs[_i].name);
	}
}
END_TEST

START_TEST(secrets)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 }, nothing[32] = { 0 };

	ck_assert(equal_secret(SLICE("abc"), SLICE("abc")));
	ck_assert(equal_secret(slice_make(NULL, 0), SLICE("")));
	ck_assert(!equal_secret(SLICE("abc"), SLICE("abd")));
	ck_assert(!equal_secret(SLICE("abc"), SLICE("ab")));
	ck_assert(!equal_secret(SLICE("abc"), SLICE("abcd")));

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	ck_assert_mem_ne(a, b, sizeof(a));
	ck_assert_mem_ne(a, nothing, sizeof(a));
	cleanse(a, sizeof(a));
	ck_assert_mem_eq(a, nothing, sizeof(a));
}
END_TEST

static void *
use_first(void *started)
{
	unsigned char out[DIGEST_MAX];

	pthread_barrier_wait(started);
	hmac_sha1(SLICE("Jefe"), SLICE("what do ya want for nothing?"), out);
	if (out[0] != 0xef || out[19] != 0x79)
		return started;
	digest_of(DIGEST_CRC64NVME, SLICE(CHECK), out);
	return out[0] == 0xae && out[7] == 0x88 ? NULL : started;
}

START_TEST(threads_at_once)
{
	pthread_barrier_t started;
	pthread_t threads[8];

	ck_assert_int_eq(pthread_barrier_init(&started, NULL, ARRAY_SIZE(threads)), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, use_first, &started), 0);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++) {
		void *failed;

		ck_assert_int_eq(pthread_join(threads[i], &failed), 0);
		ck_assert_ptr_null(failed);
	}
	pthread_barrier_destroy(&started);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("digest");
	TCase *tc = tcase_create("digest");

	tcase_add_checked_fixture(tc, memory_begin, memory_end);
	tcase_add_test(tc, threads_at_once);
	tcase_add_loop_test(tc, values, 0, ARRAY_SIZE(vectors));
	tcase_add_test(tc, zeros);
	tcase_add_loop_test(tc, pieces, DIGEST_MD5, DIGEST_CRC64NVME + 1);
	tcase_add_test(tc, crc32c_continues);
	tcase_add_loop_test(tc, hmac, 0, ARRAY_SIZE(hmacs));
	tcase_add_test(tc, secrets);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
