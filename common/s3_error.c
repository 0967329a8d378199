#include "common/s3_error.h"

#include <assert.h>
#include <stdarg.h>

static const struct {
	const char *code;
	unsigned status;
	const char *message;
} errors[S3_ERR_COUNT] = {
	[S3_OK] = { "OK", 200, "OK" },
#define ERR(id, code, status, message) [S3_##id] = { #code, status, message },
#include "common/s3_errors.def"
#undef ERR
};

const char *
s3_err_code(enum s3_err err)
{
	assert(err < S3_ERR_COUNT);
	return errors[err].code;
}

unsigned
s3_err_status(enum s3_err err)
{
	assert(err < S3_ERR_COUNT);
	return errors[err].status;
}

const char *
s3_err_message(enum s3_err err)
{
	assert(err < S3_ERR_COUNT);
	return errors[err].message;
}

enum s3_err
s3_refuse(struct s3_refusal *why, enum s3_err err, const char *format, ...)
{
	va_list arguments;

	assert(err != S3_OK && err < S3_ERR_COUNT);
	if (why == NULL || why->err != S3_OK)
		return err;
	why->err = err;
	if (format != NULL) {
		va_start(arguments, format);
		why->message = talloc_vasprintf(why->mem, format, arguments);
		va_end(arguments);
		assert(why->message != NULL);
	}
	return err;
}

void
s3_refusal_detail(struct s3_refusal *why, const char *name, struct slice value)
{
	if (why == NULL || why->detail_count == S3_DETAILS_MAX)
		return;
	why->details[why->detail_count].name = name;
	why->details[why->detail_count].value = slice_dup(why->mem, value);
	why->detail_count++;
}
