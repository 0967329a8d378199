#include "common/encode.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/list_token.h"
#include "gateway/operations/operations.h"

#define BUCKETS_MAX 10000 /* of one page that was asked for, as in S3 */
#define FETCH       1000  /* at a time */

#define NAME_MAX_LENGTH 63 /* bytes of a bucket's name */

struct bucket_listing {
	struct slice prefix, region, after;
	uint64_t limit; /* UINT64_MAX: all */
	uint64_t count;
	bool asked; /* some parameter was given: the answer then names regions */
	bool truncated;
	const struct bucket *last;
};

static enum s3_err
read_query(struct req *r, struct bucket_listing *out)
{
	struct slice limit = req_parameter(r, "max-buckets"), token = req_parameter(r, "continuation-token");
	struct list_position position = { 0 };

	*out = (struct bucket_listing){
		.prefix = req_parameter(r, "prefix"),
		.region = req_parameter(r, "bucket-region"),
		.limit = UINT64_MAX,
	};
	if (limit.length > 0 && (!slice_to_number(limit, BUCKETS_MAX, &out->limit) || out->limit == 0))
		return refuse_argument(
		    r, "max-buckets", limit, "Argument max-buckets must be an integer between 1 and 10000");
	if (out->prefix.length > 0 && !utf8_valid(out->prefix))
		return refuse_argument(r, "prefix", slice_from(""), "The parameter is not UTF-8.");
	if (req_has_parameter(r, "continuation-token") &&
	    (!list_token_read(r, token, &position) || position.after.length > NAME_MAX_LENGTH))
		return refuse_argument(
		    r, "continuation-token", token, "The continuation token provided is incorrect");
	out->after = position.after;
	out->asked = limit.length > 0 || token.length > 0 || out->prefix.length > 0 || out->region.length > 0;
	return S3_OK;
}

static void
write_bucket(struct xml_writer *w, struct req *r, const struct bucket_listing *l, const struct bucket *bucket)
{
	xml_start(w, "Bucket");
	xml_string(w, "Name", bucket->name);
	xml_time(w, "CreationDate", bucket->created_us);
	if (l->asked)
		xml_string(w, "BucketRegion", bucket_region(r, bucket));
	xml_end(w);
}

/* Write those of a page that are in the region asked for; false when there is one more than may be listed. */
static bool
write_buckets(struct xml_writer *w, struct req *r, struct bucket_listing *l, struct bucket **buckets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (l->region.length > 0 && !slice_equal(slice_from(bucket_region(r, buckets[i])), l->region))
			continue;
		if (l->count == l->limit)
			return false;
		write_bucket(w, r, l, buckets[i]);
		l->last = buckets[i];
		l->count++;
	}
	return true;
}

static enum s3_err
write_all(struct xml_writer *w, struct req *r, struct bucket_listing *l)
{
	bool more = l->prefix.length <= NAME_MAX_LENGTH;

	while (more && !l->truncated) {
		struct bucket **buckets;
		size_t count;
		enum store_err err = catalog_buckets(r->gateway->catalog, r, r->identity.user_id, l->after,
		    l->prefix, FETCH, &buckets, &count, &more);

		if (err != STORE_OK)
			return req_refuse_store(r, err);
		l->truncated = !write_buckets(w, r, l, buckets, count);
		if (count > 0)
			l->after = slice_from(buckets[count - 1]->name);
	}
	return S3_OK;
}

/* ListBuckets: those of the caller, who alone is asked about. */
enum s3_err
op_list_buckets(struct req *r)
{
	struct owner_names names = { 0 };
	struct bucket_listing listing;
	struct xml_writer *w;
	enum s3_err err;

	if ((err = read_query(r, &listing)) != S3_OK)
		return err;
	w = xml_writer_new(r, ANSWER_LONG);
	xml_start_root(w, "ListAllMyBucketsResult");
	xml_owner(w, r, &names, r->identity.user_id);
	xml_start(w, "Buckets");
	if ((err = write_all(w, r, &listing)) != S3_OK)
		return err;
	xml_end(w);
	if (listing.truncated)
		xml_string(w, "ContinuationToken",
		    list_token_write(r, (struct list_position){ slice_from(listing.last->name), false }));
	if (listing.prefix.length > 0)
		xml_text(w, "Prefix", listing.prefix);
	xml_end(w);
	return reply_xml(r, 200, w);
}
