/* What the answers of several operations have in common. */
#ifndef GATEWAY_OPERATIONS_ANSWER_H
#define GATEWAY_OPERATIONS_ANSWER_H

#include "gateway/req.h"

#define ANSWER_SHORT 4096               /* bytes of an XML answer without lists */
#define ANSWER_LONG  (32 * 1024 * 1024) /* a thousand keys, each character escaped */

/* Answer with an XML document that is written already; it stays valid as long as the request. */
enum s3_err reply_bytes(struct req *r, unsigned status, struct slice document);

/* <name>2006-02-03T16:45:09.000Z</name> */
void xml_time(struct xml_writer *w, const char *name, int64_t wall_us);

/* <ETag>"…"</ETag> */
void xml_etag(struct xml_writer *w, const char *etag);

/* <ChecksumCRC32>…</ChecksumCRC32> and so on, and the <ChecksumType> where there is one. */
void xml_checksums(struct xml_writer *w, struct req *r, const struct fields *checksums);

/* <Owner> with ID and display name; *display_name keeps the last one found, for lists. */
struct owner_names {
	struct slice id;
	struct slice display_name;
};
void xml_owner(struct xml_writer *w, struct req *r, struct owner_names *last, struct slice id);

/* <Initiator> of an upload: where nobody known began it, whose it is. */
void xml_initiator(struct xml_writer *w, struct req *r, struct owner_names *last, const struct upload *upload);

/* What acl_ functions ask about users, from the catalog; `r` must live as long as it is used. */
struct acl_users answer_acl_users(struct req *r);

/* x-amz-version-id: of an object that is there, in a bucket that has versions; of one that was made, if it has an ID. */
void reply_version(struct req *r, const struct object *object);
void reply_version_made(struct req *r, const struct object *made);

/* The x-amz-checksum-* headers of an object. */
void reply_checksums(struct req *r, const struct fields *checksums);

/*
 * The URL of the object that the request names, the slashes in its key encoded as all else, as S3 does; without a Host
 * that can be one, its path.
 */
struct slice object_location(struct req *r);

/* Refuse for an argument, which the error document then shows. */
enum s3_err refuse_argument(struct req *r, const char *name, struct slice value, const char *message);

/* Whether that can be a version's ID. err S3_INVALID_ARGUMENT */
MUST_USE enum s3_err check_version_id(struct req *r, struct slice version_id);

/* The versionId parameter, empty without one. err S3_INVALID_ARGUMENT */
MUST_USE enum s3_err requested_version(struct req *r, struct slice *out);

/*
 * For what makes a new object: a version has none yet, and what was meant as a part must not replace the whole.
 * err S3_INVALID_ARGUMENT: there is a versionId or a partNumber parameter
 */
MUST_USE enum s3_err check_whole_object(struct req *r);

/* err S3_NOT_IMPLEMENTED: x-amz-mfa, which asks for a check that nobody would make */
MUST_USE enum s3_err check_no_mfa(struct req *r);

/* Where the bucket is, as x-amz-bucket-region says it: its location, or the gateway's region. */
const char *bucket_region(const struct req *r, const struct bucket *bucket);

#endif
