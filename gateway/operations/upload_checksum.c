#include "gateway/operations/upload_checksum.h"

#include "common/crc.h"

static const struct slice composite_name = SLICE("COMPOSITE"), full_object_name = SLICE("FULL_OBJECT");

enum s3_err
upload_checksum_read_type(struct req *r, bool *given, bool *composite)
{
	struct slice type = req_header(r, "x-amz-checksum-type");

	*given = type.length > 0;
	*composite = slice_equal(type, composite_name);
	if (!*given || *composite || slice_equal(type, full_object_name))
		return S3_OK;
	return req_refuse(r, S3_INVALID_REQUEST, "Value for x-amz-checksum-type header is invalid.");
}

/* A CRC of 64 bits always speaks of the whole, a hash never can. */
static bool
goes_together(const struct checksum *algorithm, bool composite)
{
	return composite ? algorithm != checksum_default : crc_combinable(algorithm->kind);
}

enum s3_err
upload_checksum_read(struct req *r, struct upload_checksum *out)
{
	bool type_given, composite;
	enum s3_err err;

	*out = (struct upload_checksum){ .algorithm = checksum_default };
	if ((err = checksum_requested(r, &out->algorithm)) != S3_OK ||
	    (err = upload_checksum_read_type(r, &type_given, &composite)) != S3_OK)
		return err;
	out->asked_for = out->algorithm != NULL;
	if (!out->asked_for && type_given)
		return req_refuse(r, S3_INVALID_REQUEST,
		    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
	if (!out->asked_for)
		out->algorithm = checksum_default;
	out->composite = type_given ? composite : out->algorithm != checksum_default;
	if (goes_together(out->algorithm, out->composite))
		return S3_OK;
	return req_refuse(r, S3_INVALID_REQUEST,
	    "The %s checksum type cannot be used with the %s checksum algorithm.", upload_checksum_type(out),
	    out->algorithm->lower);
}

struct fields
upload_checksum_store(TALLOC_CTX *mem, const struct upload_checksum *checksum)
{
	struct fields stored = { 0 };

	if (!checksum->asked_for)
		return stored;
	fields_add(mem, &stored, SLICE("algorithm"), slice_from(checksum->algorithm->name));
	fields_add(mem, &stored, SLICE("type"), slice_from(upload_checksum_type(checksum)));
	return stored;
}

struct upload_checksum
upload_checksum_load(const struct fields *stored)
{
	const struct field *name = fields_find(stored, "algorithm"), *type = fields_find(stored, "type");
	const struct checksum *algorithm = name != NULL ? checksum_find(name->value) : NULL;

	return (struct upload_checksum){
		.algorithm = algorithm != NULL ? algorithm : checksum_default,
		.asked_for = algorithm != NULL,
		.composite = algorithm != NULL && type != NULL && slice_equal(type->value, composite_name),
	};
}

const char *
upload_checksum_type(const struct upload_checksum *checksum)
{
	return checksum->composite ? composite_name.data : full_object_name.data;
}

void
upload_checksum_write(struct xml_writer *w, const struct upload_checksum *checksum)
{
	if (!checksum->asked_for)
		return;
	xml_string(w, "ChecksumAlgorithm", checksum->algorithm->name);
	xml_string(w, "ChecksumType", upload_checksum_type(checksum));
}
