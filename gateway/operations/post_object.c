/* PostObject: an upload from a form. By here the form's fields stand for headers, and its file is the body's content. */
#include "common/encode.h"
#include "gateway/hygiene.h"
#include "gateway/operations/answer.h"
#include "gateway/operations/operations.h"
#include "gateway/operations/put.h"
#include "gateway/post.h"

#define ANSWER_MAX   (32 * 1024) /* bytes of a PostResponse, each character of its key escaped */
#define REDIRECT_MAX 2048        /* bytes of the URL that a form may name: it has to fit the answer's headers */
#define URL_MAX      (8 * 1024)  /* with what is added to it; a key of 1024 bytes can become 3072 */

/* http or https, to some host, in characters that a header may hold. S3 takes no notice of what is no URL. */
static bool
is_url(struct slice url)
{
	static const struct slice schemes[] = { SLICE("http://"), SLICE("https://") };

	if (url.length > REDIRECT_MAX || !is_field_value(url))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++) {
		struct slice host = slice_skip(url, schemes[i].length);

		if (slice_equal_nocase(slice_head(url, schemes[i].length), schemes[i]))
			return host.length > 0 && !strchr("/?#:\\ \t", host.data[0]);
	}
	return false;
}

/* Where the form wants the browser to go; empty: nowhere. */
static struct slice
redirect_of(const struct req *r)
{
	static const char *const names[] = { "success_action_redirect", "redirect" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct slice url = slice_trim(post_field(r, names[i]));

		if (url.length > 0 && is_url(url))
			return url;
	}
	return SLICE("");
}

/* As a browser encodes a form: a space is "+". */
static void
append_parameter(struct buf *url, const char *name, struct slice value)
{
	buf_append_string(url, name);
	for (size_t i = 0; i < value.length; i++)
		if (value.data[i] == ' ')
			buf_append_byte(url, '+');
		else
			percent_encode(url, slice_make(value.data + i, 1), PERCENT_ALL);
}

/* S3 tells the page that it sends the browser to what was made. */
static struct slice
redirect_with_result(struct req *r, struct slice redirect, const struct object *object)
{
	struct buf *url = buf_new(r, URL_MAX);
	struct slice fragment = redirect, before;

	slice_next(&fragment, '#', &before);
	buf_append(url, before);
	append_parameter(
	    url, memchr(before.data, '?', before.length) != NULL ? "&bucket=" : "?bucket=", r->target.bucket);
	append_parameter(url, "&key=", r->target.key);
	append_parameter(url, "&etag=", slice_from(talloc_asprintf(r, "\"%s\"", object->etag)));
	buf_append(url, slice_skip(redirect, before.length));
	return buf_slice(url);
}

static enum s3_err
reply_document(struct req *r, struct slice location, const struct object *object)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_MAX);

	xml_start(w, "PostResponse");
	xml_text(w, "Location", location);
	xml_text(w, "Bucket", r->target.bucket);
	xml_text(w, "Key", r->target.key);
	xml_etag(w, object->etag);
	xml_end(w);
	return reply_xml(r, 201, w);
}

enum s3_err
op_post_object(struct req *r)
{
	struct slice status = post_field(r, "success_action_status"), redirect = redirect_of(r), location;
	struct object *object;
	enum s3_err err = put_content(r, &object);

	if (err != S3_OK)
		return err;
	location = redirect.length > 0 ? redirect_with_result(r, redirect, object) : object_location(r);
	reply_header(r, "Location", location);
	if (redirect.length > 0)
		return reply_empty(r, 303);
	if (slice_equal(status, SLICE("201")))
		return reply_document(r, location, object);
	return reply_empty(r, slice_equal(status, SLICE("200")) ? 200 : 204);
}
