/*
 * What the files about multipart uploads share: catalog_uploads.c (uploads), catalog_parts.c (parts), catalog_complete.c
 * (making an object of them). The records of the parts are the object's manifest: they stay where they are when the
 * upload is completed, and go when the upload is aborted, or the version dropped, as the garbage of that upload's ID.
 */
#ifndef STORAGE_CATALOG_UPLOADS_H
#define STORAGE_CATALOG_UPLOADS_H

#include "storage/catalog_private.h"

#define PARTS_PAGE 512 /* records read at a time */

/* Names: those of an upload are in the order of keys, then of IDs, which is that of time. */

struct slice name_upload(TALLOC_CTX *mem, struct slice key, const unsigned char id[16]);
struct slice name_part(TALLOC_CTX *mem, const unsigned char upload_id[16], unsigned number);
struct slice name_parts(TALLOC_CTX *mem, const unsigned char upload_id[16]); /* what all of these begin with */

/* False for other names. */
MUST_USE bool name_upload_parse(struct slice name, struct slice *key, unsigned char id[16]);
MUST_USE bool name_part_parse(struct slice name, unsigned char upload_id[16], unsigned *number);

/* The ID as clients see it; false for what cannot be one. */
MUST_USE bool upload_id_parse(struct slice text, unsigned char id[16]);

/* catalog_uploads.c */

/* An upload as it was read. */
struct upload_row {
	struct slice name;
	struct slice value;
	struct record_upload record;
};

/* err STORE_NOT_FOUND, STORE_DAMAGED */
MUST_USE enum store_err upload_read(struct catalog *c, const struct home *home, const unsigned char id[16],
    TALLOC_CTX *mem, struct upload_row *out);

/* The upload that a record describes, with a copy of it, on `mem`. NULL: the record is damaged. */
struct upload *upload_make(TALLOC_CTX *mem, struct slice key, const unsigned char id[16], struct slice value);

/* As object_write, for an upload that may be there: STORE_NOT_FOUND for a key that cannot be. */
MUST_USE enum store_err upload_write(
    struct catalog *c, const struct bucket *bucket, struct slice key, attempt_fn *attempt, void *context);

/* Expect the upload to be as it was read, and give it another state. Returns the record put. */
struct slice upload_change_state(struct change *change, const struct upload_row *row, uint64_t state);

/* Let all parts of an upload be garbage. */
void upload_drop(struct change *change, const unsigned char upload_id[16]);

/* catalog_parts.c */

/* A part as it was read. */
struct part_row {
	unsigned number;
	struct record_part record;
};

struct part_rows {
	struct part_row *items; /* by number */
	size_t count;
	bool more;
};

/* Also false where one of size and blob is there without the other. */
MUST_USE bool part_decode(TALLOC_CTX *mem, struct slice value, struct record_part *out);

/* A part's blob; there is one where its size is not 0. */
struct record_blob part_blob(const struct record_part *record);

/* The parts with numbers above `after`, at most `max`, all on `mem`. err STORE_DAMAGED */
MUST_USE enum store_err part_rows_read(struct catalog *c, struct slice partition, const unsigned char upload_id[16],
    unsigned after, size_t max, TALLOC_CTX *mem, struct part_rows *out);

/* Only where their bytes are: all parts of an object are looked at that way, page by page. */
struct part_place {
	unsigned number;
	struct record_blob blob; /* there is one where its size is not 0 */
};

struct part_places {
	struct part_place *items; /* by number */
	size_t count;
	bool more;
};
MUST_USE enum store_err part_places_read(struct catalog *c, struct slice partition,
    const unsigned char upload_id[16], unsigned after, size_t max, TALLOC_CTX *mem, struct part_places *out);

#endif
