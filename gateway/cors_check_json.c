/* What `crossgate cors check --json` says to a program. */
#include "common/json.h"
#include "gateway/cors_check_private.h"

static void
write_reason(struct json_writer *w, const char *name, const struct cors_reason *reason)
{
	if (!reason) {
		json_write_string(w, name, NULL);
		return;
	}
	json_write_object(w, name);
	if (reason->rule > 0) {
		json_write_number(w, "rule", reason->rule);
		json_write_text(w, "id", reason->name);
	} else {
		json_write_text(w, "section", reason->name);
	}
	json_write_bool(w, "matches", !reason->failed);
	json_write_string(w, "failed", reason->failed);
	json_write_string(w, "near", reason->near);
	json_write_string(w, "message", reason->text);
	json_write_string(w, "advice", reason->advice);
	json_write_end(w);
}

static void
write_fields(struct json_writer *w, const char *name, const struct fields *fields)
{
	json_write_object(w, name);
	for (size_t i = 0; i < fields->count; i++)
		json_write_text(w, slice_dup(w, fields->items[i].name), fields->items[i].value);
	json_write_end(w);
}

static void
write_preflight(struct json_writer *w, const struct cors_explanation *x)
{
	static const struct fields none = { NULL, 0 };

	json_write_object(w, "preflight");
	json_write_bool(w, "sent", x->has_preflight);
	json_write_string(w, "because", x->because);
	if (x->has_preflight) {
		json_write_text(w, "request_headers", x->names);
		json_write_number(w, "status", x->err == S3_OK ? 200 : s3_err_status(x->err));
		json_write_string(w, "code", x->err == S3_OK ? NULL : s3_err_code(x->err));
		json_write_string(w, "message", x->message);
		write_fields(w, "headers", x->err == S3_OK ? &x->preflight : &none);
	}
	json_write_end(w);
}

void
cors_check_print_json(const struct check *c)
{
	static const char *const in_force[] = { "none", "bucket", "service" };
	const struct cors_explanation *x = &c->answer;
	struct json_writer *w = json_writer_new(c->mem);

	json_write_bool(w, "granted", x->granted);
	json_write_string(w, "bucket", c->arguments->bucket);
	json_write_bool(w, "bucket_exists", c->resource.bucket_exists);
	json_write_text(w, "origin", c->page.origin);
	json_write_text(w, "method", c->page.method);
	json_write_string(w, "rules", in_force[x->in_force]);
	write_reason(w, "answering", x->answering);
	write_preflight(w, x);
	json_write_object(w, "request");
	write_reason(w, "answering", x->answering_actual);
	write_fields(w, "headers", &x->actual);
	json_write_end(w);
	json_write_list(w, "explanation");
	for (size_t i = 0; i < x->count; i++)
		write_reason(w, NULL, &x->reasons[i]);
	json_write_end(w);
	write_reason(w, "closest", x->closest);
	json_write_string(w, "advice", x->closest ? x->closest->advice : x->advice);
	json_write_list(w, "notes");
	for (size_t i = 0; i < x->note_count; i++)
		json_write_string(w, NULL, x->notes[i]);
	json_write_end(w);
	fputs(json_write_finish(w).data, stdout);
}
