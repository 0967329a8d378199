/* `crossgate cors lint`: what cors/lint.h finds, for a person or for a program. */
#include "common/json.h"
#include "common/terminal.h"
#include "cors/lint.h"
#include "gateway/cors_command.h"

static bool
is_refused(const struct cors_findings *findings)
{
	return findings->count > 0 && findings->items[0].refused;
}

static void
print_finding(TALLOC_CTX *mem, const char *file, const struct cors_finding *f)
{
	struct buf *out = buf_new(mem, SIZE_MAX / 2);

	buf_append_string(out, file);
	if (f->line > 0)
		buf_printf(out, ":%u", f->line);
	buf_append_string(out, f->refused ? ": refused: " : ": warning: ");
	if (f->rule > 0)
		buf_printf(out, "rule %u", f->rule);
	if (f->id.length > 0)
		buf_printf(out, " \"%.*s\"", SLICE_ARG(f->id));
	if (f->rule > 0)
		buf_append_string(out, ": ");
	if (f->refused)
		buf_printf(out, "%s: %s", f->code, f->text);
	else
		buf_printf(out, "%s [%s]", f->text, f->code);
	puts(terminal_line(mem, buf_slice(out)));
	if (f->advice)
		printf("    %s\n", terminal_line(mem, slice_from(f->advice)));
}

static void
print(TALLOC_CTX *mem, const char *file, const struct cors_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		print_finding(mem, file, &findings->items[i]);
	if (is_refused(findings))
		printf("%s: S3 would refuse it\n", file);
	else
		printf("%s: S3 would take it; %zu %s\n", file, findings->count,
		    findings->count == 1 ? "warning" : "warnings");
}

static void
print_json(TALLOC_CTX *mem, const char *file, const struct cors_findings *findings)
{
	struct json_writer *w = json_writer_new(mem);

	json_write_string(w, "file", file);
	json_write_bool(w, "refused", is_refused(findings));
	json_write_list(w, "findings");
	for (size_t i = 0; i < findings->count; i++) {
		const struct cors_finding *f = &findings->items[i];

		json_write_object(w, NULL);
		json_write_string(w, "severity", f->refused ? "refused" : "warning");
		json_write_string(w, "code", f->code);
		json_write_number(w, "line", f->line);
		json_write_number(w, "rule", f->rule);
		json_write_text(w, "id", f->id);
		json_write_string(w, "message", f->text);
		json_write_string(w, "advice", f->advice);
		json_write_end(w);
	}
	json_write_end(w);
	fputs(json_write_finish(w).data, stdout);
}

int
cors_command_lint(const struct cors_arguments *a)
{
	struct cors_findings findings;
	struct slice document;
	const char *file = strcmp(a->words[1], "-") == 0 ? "standard input" : a->words[1];

	if (!cors_command_read(a->mem, a->words[1], &document))
		return EXIT_FAILED;
	cors_lint(a->mem, document, &findings);
	if (a->json)
		print_json(a->mem, file, &findings);
	else
		print(a->mem, terminal_line(a->mem, slice_from(file)), &findings);
	return is_refused(&findings) || (a->strict && findings.count > 0) ? EXIT_FAILED : EXIT_OK;
}
