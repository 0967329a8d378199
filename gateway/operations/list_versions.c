/* ListObjectVersions. */
#include "gateway/operations/answer.h"
#include "gateway/operations/listing.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/ownership.h"

struct version_listing {
	struct listing asked;
	struct slice key_marker, version_marker; /* as they were given */
	struct version_page *page;
	struct owner_names owner_names;
};

static enum s3_err
read_version_marker(struct req *r, struct version_listing *l)
{
	struct slice marker = req_parameter(r, "version-id-marker");

	if (!req_has_parameter(r, "version-id-marker"))
		return S3_OK;
	if (marker.length == 0)
		return refuse_argument(r, "version-id-marker", marker, "A version-id marker cannot be empty.");
	if (l->key_marker.length == 0)
		return refuse_argument(r, "version-id-marker", marker,
		    "A version-id marker cannot be specified without a key marker.");
	if (!version_id_valid(marker))
		return refuse_argument(r, "version-id-marker", marker, "Invalid version id specified");
	l->version_marker = marker;
	return S3_OK;
}

static enum s3_err
read_page(struct req *r, struct version_listing *l)
{
	struct list_position after = listing_position(&l->asked, l->key_marker);
	struct version_query query = {
		.prefix = l->asked.prefix,
		.delimiter = l->asked.delimiter,
		.after = after.after,
		.after_is_prefix = after.is_prefix,
		.after_version = l->version_marker,
		.limit = (size_t)l->asked.limit,
	};

	if (!listing_wants(&l->asked)) {
		l->page = talloc_zero(r, struct version_page);
		return S3_OK;
	}
	return req_refuse_store(r, catalog_list_versions(r->gateway->catalog, r, r->bucket, &query, &l->page));
}

static void
write_version(struct xml_writer *w, struct req *r, struct version_listing *l, const struct object *version)
{
	xml_start(w, version->delete_marker ? "DeleteMarker" : "Version");
	listing_write_key(w, r, &l->asked, "Key", version->key);
	xml_string(w, "VersionId", version->version_id);
	xml_bool(w, "IsLatest", version->is_latest);
	xml_time(w, "LastModified", version->modified_us);
	if (!version->delete_marker) {
		xml_etag(w, version->etag);
		listing_write_checksums(w, &version->checksums);
		xml_number(w, "Size", version->size);
		xml_string(w, "StorageClass", "STANDARD");
	}
	xml_owner(w, r, &l->owner_names, owner_in_force(r, version->owner_id));
	xml_end(w);
}

static void
write_markers(struct xml_writer *w, struct req *r, const struct version_listing *l)
{
	listing_write_key(w, r, &l->asked, "KeyMarker", l->key_marker);
	xml_text(w, "VersionIdMarker", l->version_marker);
	if (!l->page->truncated)
		return;
	listing_write_key(w, r, &l->asked, "NextKeyMarker", l->page->last);
	if (l->page->last_version != NULL)
		xml_string(w, "NextVersionIdMarker", l->page->last_version);
}

enum s3_err
op_list_versions(struct req *r)
{
	struct version_listing l = { 0 };
	struct xml_writer *w;
	enum s3_err err;

	if ((err = listing_read(r, "max-keys", &l.asked)) != S3_OK ||
	    (err = listing_read_text(r, "key-marker", &l.key_marker)) != S3_OK ||
	    (err = read_version_marker(r, &l)) != S3_OK || (err = read_page(r, &l)) != S3_OK)
		return err;
	w = xml_writer_new(r, ANSWER_LONG);
	xml_start_root(w, "ListVersionsResult");
	xml_string(w, "Name", r->bucket->name);
	listing_write_key(w, r, &l.asked, "Prefix", l.asked.prefix);
	write_markers(w, r, &l);
	listing_write_head(w, r, &l.asked, l.page->truncated);
	for (size_t i = 0; i < l.page->version_count; i++)
		write_version(w, r, &l, l.page->versions[i]);
	listing_write_prefixes(w, r, &l.asked, l.page->prefixes, l.page->prefix_count);
	xml_end(w);
	return reply_xml(r, 200, w);
}
