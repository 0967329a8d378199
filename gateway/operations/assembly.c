#include "gateway/operations/assembly.h"

#include "common/crc.h"
#include "common/encode.h"

#define MD5_LENGTH 16

struct assembly {
	struct upload_checksum checksum;
	struct digest *md5;
	struct digest *of_values;        /* composite */
	unsigned char whole[DIGEST_MAX]; /* otherwise: of all the bytes so far */
	uint64_t size;
	unsigned count;
};

struct assembly *
assembly_new(TALLOC_CTX *mem, const struct upload_checksum *checksum)
{
	struct assembly *a = talloc_zero(mem, struct assembly);

	a->checksum = *checksum;
	a->md5 = digest_new(a, DIGEST_MD5);
	if (checksum->composite)
		a->of_values = digest_new(a, checksum->algorithm->kind);
	else
		digest_of(checksum->algorithm->kind, slice_from(""), a->whole);
	return a;
}

static bool
add_checksum(struct assembly *a, const struct part *part)
{
	const struct checksum *algorithm = a->checksum.algorithm;
	const struct field *field = fields_find(&part->checksums, algorithm->name);
	unsigned char value[DIGEST_MAX];
	size_t length;

	if (field == NULL || !base64_decode(field->value, value, sizeof(value), &length) ||
	    length != digest_length(algorithm->kind))
		return false;
	if (a->of_values != NULL)
		digest_update(a->of_values, slice_make(value, length));
	else
		crc_combine(algorithm->kind, a->whole, value, part->size);
	return true;
}

bool
assembly_add(struct assembly *a, const struct part *part)
{
	unsigned char md5[MD5_LENGTH];

	if (!hex_decode(slice_from(part->etag), md5, sizeof(md5)) ||
	    __builtin_add_overflow(a->size, part->size, &a->size) || !add_checksum(a, part))
		return false;
	digest_update(a->md5, slice_make(md5, sizeof(md5)));
	a->count++;
	return true;
}

uint64_t
assembly_size(const struct assembly *a)
{
	return a->size;
}

char *
assembly_etag(struct assembly *a, TALLOC_CTX *mem)
{
	unsigned char value[DIGEST_MAX];
	size_t length = digest_final(a->md5, value);

	return talloc_asprintf(mem, "%s-%u", hex_encode(mem, slice_make(value, length)), a->count);
}

struct fields
assembly_checksums(struct assembly *a, TALLOC_CTX *mem)
{
	size_t length = digest_length(a->checksum.algorithm->kind);
	struct fields checksums = { 0 };
	char *text;

	if (a->of_values != NULL)
		digest_final(a->of_values, a->whole);
	text = base64_encode(mem, slice_make(a->whole, length));
	if (a->of_values != NULL)
		text = talloc_asprintf(mem, "%s-%u", text, a->count);
	fields_add(mem, &checksums, slice_from(a->checksum.algorithm->name), slice_from(text));
	fields_add(mem, &checksums, SLICE("type"), slice_from(upload_checksum_type(&a->checksum)));
	return checksums;
}
