#include "gateway/reply.h"

#include <stdarg.h>

#include "gateway/hygiene.h"
#include "gateway/req.h"

#define ERROR_DOCUMENT_MAX (256 * 1024)
#define HEAD_OF_BODY       (64 * 1024) /* bytes read before the status is sent, so that damage there is an error */

void
reply_header(struct req *r, const char *name, struct slice value)
{
	/* Nothing that a client or a record brought may end a header line. */
	if (is_field_value(value))
		fields_add(r, &r->reply.headers, slice_from(name), value);
}

void
reply_header_string(struct req *r, const char *name, const char *value)
{
	reply_header(r, name, slice_from(value));
}

void
reply_header_format(struct req *r, const char *name, const char *format, ...)
{
	va_list arguments;
	char *value;

	va_start(arguments, format);
	value = talloc_vasprintf(r, format, arguments);
	va_end(arguments);
	reply_header(r, name, slice_from(value));
}

enum s3_err
reply_empty(struct req *r, unsigned status)
{
	r->reply.status = status;
	return S3_OK;
}

static void
set_document(struct req *r, unsigned status, struct xml_writer *w)
{
	r->reply.status = status;
	r->reply.body = xml_finish(w);
	r->reply.content_length = r->reply.body.length;
	reply_header_string(r, "Content-Type", "application/xml");
}

enum s3_err
reply_xml(struct req *r, unsigned status, struct xml_writer *w)
{
	set_document(r, status, w);
	return S3_OK;
}

enum s3_err
reply_object_bytes(struct req *r, unsigned status, const struct object *object, uint64_t offset, uint64_t length)
{
	struct catalog *catalog = r->gateway->catalog;
	size_t head = length < HEAD_OF_BODY ? (size_t)length : HEAD_OF_BODY;
	enum store_err err = STORE_OK;
	char *bytes = talloc_size(r, head + 1);

	r->reply.status = status;
	r->reply.content_length = length;
	if (length > 0)
		err = object_reader_open(catalog, r, object, offset, length, &r->reply.reader);
	for (size_t filled = 0, got; err == STORE_OK && filled < head; filled += got) {
		err = object_reader_read(r->reply.reader, offset + filled, bytes + filled, head - filled, &got);
		if (err == STORE_OK && got == 0)
			err = STORE_DAMAGED;
	}
	if (err != STORE_OK)
		return req_refuse_store(r, err);
	r->reply.body = slice_make(bytes, head);
	r->reply.offset = offset;
	return S3_OK;
}

/* XML 1.0 holds no control characters; a listing shows them all the same, as S3 does, but every error can be read. */
static struct slice
without_controls(struct req *r, struct slice text)
{
	char *shown = slice_dup(r, text);

	for (size_t i = 0; i < text.length; i++)
		if ((unsigned char)shown[i] < ' ' && !strchr("\t\n\r", shown[i] ? shown[i] : 'x'))
			shown[i] = '?';
	return slice_make(shown, text.length);
}

static struct xml_writer *
error_document(struct req *r)
{
	const struct s3_refusal *why = &r->refusal;
	struct xml_writer *w = xml_writer_new(r, ERROR_DOCUMENT_MAX);

	xml_start(w, "Error");
	xml_string(w, "Code", s3_err_code(why->err));
	xml_text(
	    w, "Message", without_controls(r, slice_from(why->message ? why->message : s3_err_message(why->err))));
	for (size_t i = 0; i < why->detail_count; i++)
		xml_text(w, why->details[i].name, without_controls(r, slice_from(why->details[i].value)));
	xml_text(w, "Resource", r->target.path);
	xml_string(w, "RequestId", r->id);
	xml_string(w, "HostId", r->gateway->host_id);
	xml_end(w);
	return w;
}

void
reply_refusal(struct req *r)
{
	bool close = r->reply.close;

	talloc_free(r->reply.reader);
	r->reply = (struct reply){ .close = close };
	set_document(r, s3_err_status(r->refusal.err), error_document(r));
	if (r->refusal.err == S3_SLOW_DOWN || r->refusal.err == S3_SERVICE_UNAVAILABLE)
		reply_header_string(r, "Retry-After", "1");
}
