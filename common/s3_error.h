/* S3's errors: one table (s3_errors.def) of code, HTTP status and message, and what one refusal says. Any thread. */
#ifndef COMMON_S3_ERROR_H
#define COMMON_S3_ERROR_H

#include "common/slice.h"

enum s3_err {
	S3_OK, /* no error */
#define ERR(id, code, status, message) S3_##id,
#include "common/s3_errors.def"
#undef ERR
	S3_ERR_COUNT
};

#define S3_DETAILS_MAX 8

/* Why a request is refused. Zero it, set `mem`; the first refusal that is entered stays. */
struct s3_refusal {
	TALLOC_CTX *mem; /* where message and details are copied to */
	enum s3_err err;
	const char *message; /* NULL: the table's */
	struct {
		const char *name; /* an element of the error document: BucketName, ArgumentName, … */
		const char *value;
	} details[S3_DETAILS_MAX];
	size_t detail_count;
};

const char *s3_err_code(enum s3_err err);
unsigned s3_err_status(enum s3_err err);
const char *s3_err_message(enum s3_err err);

/* Enter a refusal with a message of its own (NULL: the table's) and return `err`, for `return s3_refuse(…)`. */
enum s3_err s3_refuse(struct s3_refusal *why, enum s3_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Add an element to the error document; more than S3_DETAILS_MAX are dropped. */
void s3_refusal_detail(struct s3_refusal *why, const char *name, struct slice value);

#endif
