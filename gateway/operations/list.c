/* ListObjects and ListObjectsV2: one listing, asked for and written in two ways. */
#include "gateway/operations/answer.h"
#include "gateway/operations/listing.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/ownership.h"

struct object_listing {
	struct listing asked;
	struct slice marker; /* marker or start-after */
	bool with_owner;
	struct list_position after;
	struct list_page *page;
	struct owner_names owner_names;
};

/* What both forms take. `marker` names the parameter that says after which key to begin. */
static enum s3_err
read_listing(struct req *r, const char *marker, struct object_listing *out)
{
	enum s3_err err;

	*out = (struct object_listing){ 0 };
	if ((err = listing_read(r, "max-keys", &out->asked)) != S3_OK)
		return err;
	return listing_read_text(r, marker, &out->marker);
}

static enum s3_err
read_page(struct req *r, struct object_listing *l)
{
	struct list_query query = {
		.prefix = l->asked.prefix,
		.delimiter = l->asked.delimiter,
		.after = l->after.after,
		.after_is_prefix = l->after.is_prefix,
		.limit = (size_t)l->asked.limit,
	};

	if (!listing_wants(&l->asked)) {
		l->page = talloc_zero(r, struct list_page);
		return S3_OK;
	}
	return req_refuse_store(r, catalog_list(r->gateway->catalog, r, r->bucket, &query, &l->page));
}

static void
write_object(struct xml_writer *w, struct req *r, struct object_listing *l, const struct object *object)
{
	xml_start(w, "Contents");
	listing_write_key(w, r, &l->asked, "Key", object->key);
	xml_time(w, "LastModified", object->modified_us);
	xml_etag(w, object->etag);
	listing_write_checksums(w, &object->checksums);
	xml_number(w, "Size", object->size);
	if (l->with_owner)
		xml_owner(w, r, &l->owner_names, owner_in_force(r, object->owner_id));
	xml_string(w, "StorageClass", "STANDARD");
	xml_end(w);
}

/* What both forms end with. */
static enum s3_err
write_page(struct xml_writer *w, struct req *r, struct object_listing *l)
{
	const struct list_page *page = l->page;

	listing_write_head(w, r, &l->asked, page->truncated);
	for (size_t i = 0; i < page->object_count; i++)
		write_object(w, r, l, page->objects[i]);
	listing_write_prefixes(w, r, &l->asked, page->prefixes, page->prefix_count);
	xml_end(w);
	return reply_xml(r, 200, w);
}

static struct xml_writer *
begin(struct req *r, const struct object_listing *l)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_LONG);

	xml_start_root(w, "ListBucketResult");
	xml_string(w, "Name", r->bucket->name);
	listing_write_key(w, r, &l->asked, "Prefix", l->asked.prefix);
	return w;
}

/* Who thinks that the second version goes on from there would otherwise get the first page again, and again. */
static enum s3_err
check_version_one(struct req *r)
{
	static const char *const places[] = { "continuation-token", "start-after" };
	static const char *const messages[] = {
		"continuation-token only supported in REST.GET.BUCKET with list-type=2",
		"startAfter only supported in REST.GET.BUCKET with list-type=2"
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (req_has_parameter(r, places[i]))
			return refuse_argument(r, places[i], req_parameter(r, places[i]), messages[i]);
	return S3_OK;
}

enum s3_err
op_list_objects(struct req *r)
{
	struct object_listing l;
	struct xml_writer *w;
	enum s3_err err;

	if ((err = check_version_one(r)) != S3_OK || (err = read_listing(r, "marker", &l)) != S3_OK)
		return err;
	l.with_owner = true;
	l.after = listing_position(&l.asked, l.marker);
	if ((err = read_page(r, &l)) != S3_OK)
		return err;
	w = begin(r, &l);
	listing_write_key(w, r, &l.asked, "Marker", l.marker);
	if (l.page->truncated && l.asked.delimiter.length > 0)
		listing_write_key(w, r, &l.asked, "NextMarker", l.page->last);
	return write_page(w, r, &l);
}

static enum s3_err
read_token(struct req *r, struct object_listing *l)
{
	struct slice token = req_parameter(r, "continuation-token");

	if (!req_has_parameter(r, "continuation-token"))
		l->after = listing_position(&l->asked, l->marker);
	else if (!list_token_read(r, token, &l->after))
		return refuse_argument(
		    r, "continuation-token", token, "The continuation token provided is incorrect");
	return S3_OK;
}

enum s3_err
op_list_objects_v2(struct req *r)
{
	struct object_listing l;
	struct xml_writer *w;
	enum s3_err err;

	if ((err = read_listing(r, "start-after", &l)) != S3_OK || (err = read_token(r, &l)) != S3_OK)
		return err;
	l.with_owner = slice_equal_nocase(req_parameter(r, "fetch-owner"), SLICE("true"));
	if ((err = read_page(r, &l)) != S3_OK)
		return err;
	w = begin(r, &l);
	if (l.page->truncated)
		xml_string(w, "NextContinuationToken",
		    list_token_write(r, (struct list_position){ l.page->last, l.page->last_is_prefix }));
	if (req_has_parameter(r, "continuation-token"))
		xml_text(w, "ContinuationToken", req_parameter(r, "continuation-token"));
	if (l.marker.length > 0)
		listing_write_key(w, r, &l.asked, "StartAfter", l.marker);
	xml_number(w, "KeyCount", l.page->object_count + l.page->prefix_count);
	return write_page(w, r, &l);
}
