/*
 * aws-chunked: "Signature calculations for the Authorization header: transferring payload in multiple chunks" and
 * "… including trailing headers" in the Amazon S3 API Reference. A push parser: it keeps one line at most.
 *
 *     body    = *( size [ ";chunk-signature=" signature ] CRLF data CRLF )
 *               "0" [ ";chunk-signature=" signature ] CRLF
 *               [ name ":" value CRLF [ "x-amz-trailer-signature:" signature CRLF ] ] CRLF
 *
 * AWS refuses chunks under 8 KiB but for the last one. Here they may have any size: several clients send what they have
 * just read, each signature is checked all the same, and what a small chunk costs us its sender pays in header bytes.
 * The documentation's example ends the trailer's lines by a line feed alone and puts an empty line before the
 * signature, and clients copy it; some put one before the trailer, others leave out the last one. None of that says
 * anything, so all of it may be.
 */
#include "auth/signature.h"

#include <assert.h>

#include "auth/sigv4.h"

#define LINE_MAX_BYTES     1024
#define SIZE_DIGITS_MAX    16
#define STRING_TO_SIGN_MAX 512
#define EMPTY_SHA256       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct chunk_decoder {
	const struct credential *credential;
	enum {
		SIZE_LINE,
		DATA,
		DATA_END,
		TRAILER,
		DONE,
		FAILED
	} state;
	bool chunks_signed;
	bool trailer_signed;
	uint64_t total_left; /* payload bytes that have not come yet */
	uint64_t chunk_left;
	struct digest *hash;            /* of the chunk's data */
	char announced[SHA256_HEX + 1]; /* the signature in the chunk's first line */
	char previous[SHA256_HEX + 1];  /* the last good signature */
	char line[LINE_MAX_BYTES];
	size_t line_length;

	struct slice trailer; /* the name of the field that must come, in lower case */
	struct slice trailer_value;
	bool trailer_seen;
	bool after_gap; /* the line before was empty, and not the end */
	bool trailer_signature_seen;
};

static enum s3_err
fail(struct chunk_decoder *decoder, struct s3_refusal *why, enum s3_err err, const char *message)
{
	decoder->state = FAILED;
	return s3_refuse(why, err, "%s", message);
}

static void
hash_restart(struct chunk_decoder *decoder)
{
	if (!decoder->chunks_signed)
		return;
	talloc_free(decoder->hash);
	decoder->hash = digest_new(decoder, DIGEST_SHA256);
}

struct chunk_decoder *
chunk_decoder_new(
    TALLOC_CTX *mem, const struct credential *credential, uint64_t decoded_length, struct slice trailer)
{
	struct chunk_decoder *decoder = talloc_zero(mem, struct chunk_decoder);
	const struct credential_private *private = credential->private;

	assert(decoder != NULL);
	/* Unsigned chunks do not excuse from the signature over the headers. */
	assert(private->verified || credential->kind == CREDENTIAL_NONE);
	assert(credential->payload >= PAYLOAD_CHUNKS_SIGNED);
	decoder->credential = credential;
	decoder->chunks_signed = credential->payload != PAYLOAD_CHUNKS_UNSIGNED_TRAILER;
	decoder->trailer_signed = credential->payload == PAYLOAD_CHUNKS_SIGNED_TRAILER;
	decoder->total_left = decoded_length;
	decoder->trailer = credential_lower(decoder, slice_trim(trailer));
	if (decoder->chunks_signed) {
		assert(private->verified && private->signature.length == SHA256_HEX);
		memcpy(decoder->previous, private->signature.data, SHA256_HEX);
	}
	hash_restart(decoder);
	return decoder;
}

/*
 * Is `signature` the one for what has this hash, after the previous one? If so, it is the next one's previous, which
 * is what refuses chunks in another order, twice, or from another request.
 */
static enum s3_err
check_signature(struct chunk_decoder *decoder, const char *algorithm, const char *hashes, struct slice signature,
    struct s3_refusal *why)
{
	const struct credential_private *private = decoder->credential->private;
	struct buf *to_sign = buf_new(decoder, STRING_TO_SIGN_MAX);
	char expected[SHA256_HEX + 1];
	bool fits;

	buf_printf(to_sign, "%s\n%.*s\n%.*s\n%s\n%s", algorithm, SLICE_ARG(private->timestamp),
	    SLICE_ARG(private->scope), decoder->previous, hashes);
	sigv4_sign(private->signing_key, buf_slice(to_sign), expected);
	fits = !buf_overflowed(to_sign) && equal_secret(slice_make(expected, SHA256_HEX), signature);
	if (!fits) {
		s3_refusal_detail(why, "AWSAccessKeyId", decoder->credential->access_key);
		s3_refusal_detail(why, "StringToSign", buf_slice(to_sign));
		s3_refusal_detail(why, "SignatureProvided", signature);
		decoder->state = FAILED;
	}
	talloc_free(to_sign);
	if (!fits)
		return s3_refuse(why, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
	memcpy(decoder->previous, expected, SHA256_HEX);
	return S3_OK;
}

/* The chunk's data is complete. */
static enum s3_err
check_chunk(struct chunk_decoder *decoder, struct s3_refusal *why)
{
	unsigned char hash[DIGEST_MAX];
	char hashes[2 * SHA256_HEX + 2] = EMPTY_SHA256 "\n";

	if (!decoder->chunks_signed)
		return S3_OK;
	digest_final(decoder->hash, hash);
	hash_restart(decoder);
	sigv4_hex(hash, SHA256_HEX / 2, hashes + SHA256_HEX + 1);
	return check_signature(
	    decoder, "AWS4-HMAC-SHA256-PAYLOAD", hashes, slice_make(decoder->announced, SHA256_HEX), why);
}

/* Gather bytes up to the line feed. *complete: the line is in decoder->line, without it. */
static enum s3_err
take_line(struct chunk_decoder *decoder, struct slice *input, bool *complete, struct s3_refusal *why)
{
	const char *end = memchr(input->data, '\n', input->length);
	size_t length = end != NULL ? (size_t)(end - input->data) : input->length;

	*complete = end != NULL;
	if (length > sizeof(decoder->line) - decoder->line_length)
		return fail(decoder, why, S3_INVALID_REQUEST, "A line of the aws-chunked body is too long.");
	memcpy(decoder->line + decoder->line_length, input->data, length);
	decoder->line_length += length;
	*input = slice_skip(*input, length + *complete);
	return S3_OK;
}

/* The gathered line without its CR, of which the next call starts anew. False when there is none. */
static bool
end_line(struct chunk_decoder *decoder, struct slice *line)
{
	*line = slice_make(decoder->line, decoder->line_length);
	decoder->line_length = 0;
	if (line->length == 0 || line->data[line->length - 1] != '\r')
		return false;
	line->length--;
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
read_size(struct slice text, uint64_t *size)
{
	*size = 0;
	if (text.length == 0 || text.length > SIZE_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		int digit = hex_digit(text.data[i]);

		if (digit < 0)
			return false;
		*size = *size << 4 | (unsigned)digit;
	}
	return true;
}

/* "10000;chunk-signature=…", or "10000" alone where chunks are not signed. */
static bool
read_size_line(struct chunk_decoder *decoder, struct slice line, uint64_t *size)
{
	const struct slice label = SLICE("chunk-signature=");
	struct slice rest = line, text;

	slice_next(&rest, ';', &text);
	if (!read_size(text, size))
		return false;
	if (!decoder->chunks_signed)
		return text.length == line.length;
	if (!slice_starts_with(rest, label) || rest.length != label.length + SHA256_HEX)
		return false;
	memcpy(decoder->announced, rest.data + label.length, SHA256_HEX);
	return true;
}

/* The payload is complete; the chunk of no bytes is signed as well. */
static enum s3_err
last_chunk(struct chunk_decoder *decoder, struct s3_refusal *why)
{
	if (decoder->total_left > 0)
		return fail(decoder, why, S3_INCOMPLETE_BODY,
		    "The chunks hold fewer bytes than x-amz-decoded-content-length says.");
	decoder->state = TRAILER;
	return check_chunk(decoder, why);
}

static enum s3_err
size_line(struct chunk_decoder *decoder, struct slice *input, struct s3_refusal *why)
{
	struct slice line;
	uint64_t size;
	bool complete;
	enum s3_err err = take_line(decoder, input, &complete, why);

	if (err || !complete)
		return err;
	if (!end_line(decoder, &line) || !read_size_line(decoder, line, &size))
		return fail(decoder, why, S3_INVALID_REQUEST,
		    "A chunk of the aws-chunked body begins with a malformed line.");
	if (size == 0)
		return last_chunk(decoder, why);
	if (size > decoder->total_left)
		return fail(decoder, why, S3_INCOMPLETE_BODY,
		    "The chunks hold more bytes than x-amz-decoded-content-length says.");
	decoder->total_left -= size;
	decoder->chunk_left = size;
	decoder->state = DATA;
	return S3_OK;
}

static enum s3_err
chunk_data(struct chunk_decoder *decoder, struct slice *input, struct slice *output, struct s3_refusal *why)
{
	*output =
	    slice_head(*input, decoder->chunk_left < input->length ? (size_t)decoder->chunk_left : input->length);
	*input = slice_skip(*input, output->length);
	decoder->chunk_left -= output->length;
	if (decoder->chunks_signed)
		digest_update(decoder->hash, *output);
	if (decoder->chunk_left > 0)
		return S3_OK;
	decoder->state = DATA_END;
	return check_chunk(decoder, why);
}

/* The CRLF behind the data. */
static enum s3_err
chunk_data_end(struct chunk_decoder *decoder, struct slice *input, struct s3_refusal *why)
{
	struct slice line;
	bool complete;
	enum s3_err err = take_line(decoder, input, &complete, why);

	if (err || (!complete && decoder->line_length <= 1))
		return err;
	if (!complete || !end_line(decoder, &line) || line.length > 0)
		return fail(
		    decoder, why, S3_INVALID_REQUEST, "A chunk of the aws-chunked body is longer than it says.");
	decoder->state = SIZE_LINE;
	return S3_OK;
}

/* Over "name:value\n" of the trailing field. */
static enum s3_err
check_trailer_signature(struct chunk_decoder *decoder, struct slice signature, struct s3_refusal *why)
{
	struct buf *block = buf_new(decoder, 2 * LINE_MAX_BYTES);
	char hash[SHA256_HEX + 1];

	if (decoder->trailer_seen) {
		buf_append(block, decoder->trailer);
		buf_append_byte(block, ':');
		buf_append(block, decoder->trailer_value);
		buf_append_byte(block, '\n');
	}
	sigv4_hash(buf_slice(block), hash);
	talloc_free(block);
	decoder->trailer_signature_seen = true;
	return check_signature(decoder, "AWS4-HMAC-SHA256-TRAILER", hash, signature, why);
}

static enum s3_err
trailer_field(struct chunk_decoder *decoder, struct slice line, struct s3_refusal *why)
{
	struct slice value = line, name;

	slice_next(&value, ':', &name);
	value = slice_trim(value);
	if (name.length == line.length || decoder->trailer_signature_seen)
		return fail(decoder, why, S3_MALFORMED_TRAILER, s3_err_message(S3_MALFORMED_TRAILER));
	if (decoder->trailer_signed && slice_equal_nocase(name, SLICE("x-amz-trailer-signature")))
		return check_trailer_signature(decoder, value, why);
	if (decoder->credential->payload == PAYLOAD_CHUNKS_SIGNED || decoder->trailer_seen || name.length == 0 ||
	    !slice_equal_nocase(name, decoder->trailer))
		return fail(decoder, why, S3_MALFORMED_TRAILER,
		    "The trailer holds a field that x-amz-trailer does not announce.");
	decoder->trailer_value = slice_copy(decoder, value);
	decoder->trailer_seen = true;
	return S3_OK;
}

static bool
lacks_field(const struct chunk_decoder *decoder)
{
	return decoder->trailer.length > 0 && !decoder->trailer_seen;
}

static bool
lacks_signature(const struct chunk_decoder *decoder)
{
	return decoder->trailer_signed && !decoder->trailer_signature_seen;
}

/* Whether all has come that had to. */
static enum s3_err
check_trailer(struct chunk_decoder *decoder, struct s3_refusal *why)
{
	if (lacks_field(decoder))
		return fail(decoder, why, S3_MALFORMED_TRAILER,
		    "The trailer lacks the field that x-amz-trailer announces.");
	if (lacks_signature(decoder))
		return fail(decoder, why, S3_MALFORMED_TRAILER, "The trailer lacks its x-amz-trailer-signature.");
	return S3_OK;
}

static enum s3_err
trailer_line(struct chunk_decoder *decoder, struct slice *input, struct s3_refusal *why)
{
	struct slice line;
	bool complete;
	enum s3_err err = take_line(decoder, input, &complete, why);

	if (err || !complete)
		return err;
	end_line(decoder, &line);
	if (line.length > 0) {
		decoder->after_gap = false;
		return trailer_field(decoder, line, why);
	}
	if ((lacks_field(decoder) || lacks_signature(decoder)) && !decoder->after_gap) {
		decoder->after_gap = true;
		return S3_OK;
	}
	decoder->state = DONE;
	return check_trailer(decoder, why);
}

enum s3_err
chunk_decode(struct chunk_decoder *decoder, struct slice *input, struct slice *output, struct s3_refusal *why)
{
	enum s3_err err = S3_OK;

	*output = slice_make(NULL, 0);
	while (!err && input->length > 0 && output->length == 0) {
		switch (decoder->state) {
		case SIZE_LINE:
			err = size_line(decoder, input, why);
			break;
		case DATA:
			err = chunk_data(decoder, input, output, why);
			break;
		case DATA_END:
			err = chunk_data_end(decoder, input, why);
			break;
		case TRAILER:
			err = trailer_line(decoder, input, why);
			break;
		case DONE:
			err =
			    fail(decoder, why, S3_INVALID_REQUEST, "Bytes follow the end of the aws-chunked body.");
			break;
		case FAILED:
			err = s3_refuse(why, S3_INVALID_REQUEST, NULL);
			break;
		}
	}
	if (err)
		*output = slice_make(NULL, 0);
	return err;
}

enum s3_err
chunk_decoder_finish(struct chunk_decoder *decoder, struct slice *trailer_value, struct s3_refusal *why)
{
	enum s3_err err;

	*trailer_value = SLICE("");
	if (decoder->state == FAILED)
		return s3_refuse(why, S3_INVALID_REQUEST, NULL);
	if (decoder->state < TRAILER || decoder->line_length > 0)
		return fail(decoder, why, S3_INCOMPLETE_BODY, "The request body terminated unexpectedly");
	err = check_trailer(decoder, why);
	if (!err && decoder->trailer_seen)
		*trailer_value = decoder->trailer_value;
	return err;
}
