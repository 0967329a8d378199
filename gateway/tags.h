/*
 * Tag sets of objects and buckets (S3: "Categorizing your objects using tags", PutObjectTagging, PutBucketTagging):
 * read from where they come, written to where they go, and checked against S3's limits. A set is struct fields with
 * the keys as names, sorted by key; it lives on the `mem` that was given. Pure; any thread.
 */
#ifndef GATEWAY_TAGS_H
#define GATEWAY_TAGS_H

#include "common/fields.h"
#include "common/s3_error.h"
#include "common/xml.h"

/* Lengths in UTF-16 code units, as S3 counts. */
#define TAG_KEY_MAX     128
#define TAG_VALUE_MAX   256
#define OBJECT_TAGS_MAX 10
#define BUCKET_TAGS_MAX 50

/* Whose tags they are: S3 has other limits and messages for each. */
enum tagged {
	TAGGED_OBJECT,
	TAGGED_BUCKET,
	TAGGED_NEW_BUCKET, /* tags within a CreateBucketConfiguration */
};

/*
 * A Tagging document: the body of PutObjectTagging and PutBucketTagging, the tagging field of a form. An empty set is
 * a set as well.
 * err  S3_MALFORMED_XML, S3_BAD_REQUEST (too many), S3_INVALID_TAG (its key or its value, a key that comes twice, or
 *      one that begins with "aws:")
 */
MUST_USE enum s3_err tags_parse(
    TALLOC_CTX *mem, struct slice document, enum tagged tagged, struct s3_refusal *why, struct fields *out);

/* An element that holds nothing but Tag elements: TagSet, and Tags of a CreateBucketConfiguration. err as tags_parse */
MUST_USE enum s3_err tags_read(
    TALLOC_CTX *mem, const struct xml_element *set, enum tagged tagged, struct s3_refusal *why, struct fields *out);

/*
 * An object's tags as the x-amz-tagging header has them: "key=value&key=value", each part form-encoded. A key alone has
 * the empty value.
 * err  S3_INVALID_ARGUMENT (not in this form, not UTF-8, a key that is empty or comes twice), S3_BAD_REQUEST,
 *      S3_INVALID_TAG, as above
 */
MUST_USE enum s3_err tags_parse_header(
    TALLOC_CTX *mem, struct slice header, struct s3_refusal *why, struct fields *out);

/* What the catalog keeps of an object's tags: the header's form, with one way to write each set. Empty for none. */
struct slice tags_store(TALLOC_CTX *mem, const struct fields *tags);

/* What tags_store made, read back. False: a record that says something else; *out is then empty. */
MUST_USE bool tags_load(TALLOC_CTX *mem, struct slice stored, struct fields *out);

/* The number of tags that are stored. */
size_t tags_count(struct slice stored);

/* A Tagging document. */
struct xml_writer *tags_write(TALLOC_CTX *mem, const struct fields *tags);

#endif
