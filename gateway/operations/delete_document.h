/* The Delete document of DeleteObjects. Pure; any thread. */
#ifndef GATEWAY_OPERATIONS_DELETE_DOCUMENT_H
#define GATEWAY_OPERATIONS_DELETE_DOCUMENT_H

#include "common/s3_error.h"

#define DELETE_KEYS_MAX 1000

/* A key to delete. Its length and that of the version ID are not checked: they are refused one by one. */
struct delete_item {
	struct slice key; /* never empty */
	bool has_version_id;
	struct slice version_id;

	/* delete it only if it has these */
	bool has_etag, has_modified, has_size;
	struct slice etag; /* a list of entity tags, or "*" */
	int64_t modified;  /* seconds since 1970 */
	uint64_t size;
};

struct delete_document {
	struct delete_item *items;
	size_t count; /* 1 to DELETE_KEYS_MAX */
	bool quiet;
};

/* err S3_MALFORMED_XML. The result is on `mem`. */
MUST_USE enum s3_err delete_document_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct delete_document *out);

#endif
