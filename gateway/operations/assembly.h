/* What an object made of parts comes to, from what its parts are: size, ETag and checksum. Pure; any thread. */
#ifndef GATEWAY_OPERATIONS_ASSEMBLY_H
#define GATEWAY_OPERATIONS_ASSEMBLY_H

#include "gateway/operations/upload_checksum.h"

struct assembly;

/* Of no part yet. */
struct assembly *assembly_new(TALLOC_CTX *mem, const struct upload_checksum *checksum);

/*
 * Add the next part. False where it has no MD5 as its ETag or no checksum of the kind, or where the sizes have no sum:
 * no part that was put is like that. The assembly is then of no use.
 */
MUST_USE bool assembly_add(struct assembly *a, const struct part *part);

uint64_t assembly_size(const struct assembly *a);

/* On `mem`; each can be asked for once, after the last part. */
char *assembly_etag(struct assembly *a, TALLOC_CTX *mem); /* the MD5 of the parts' MD5s, "-", their number */
struct fields assembly_checksums(struct assembly *a, TALLOC_CTX *mem); /* the value, and its "type" */

#endif
