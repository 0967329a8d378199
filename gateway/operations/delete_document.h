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
	bool has_etag; /* delete it only if it has this one */
	struct slice etag;
};

struct delete_document {
	struct delete_item *items;
	size_t count; /* 1 to DELETE_KEYS_MAX */
	bool quiet;
};

/* err S3_MALFORMED_XML, S3_NOT_IMPLEMENTED (conditions of directory buckets). The result is on `mem`. */
MUST_USE enum s3_err delete_document_parse(
    TALLOC_CTX *mem, struct slice document, struct s3_refusal *why, struct delete_document *out);

#endif
