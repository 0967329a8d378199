/*
 * An ini file: what is read keeps the limits, and reads the same when it is written again. Then the service's rules in
 * it: they compile or there is a fault.
 */
#include <assert.h>

#include "common/buf.h"
#include "gateway/service_rules.h"
#include "tests/fuzz/fuzz.h"

static void
write_value(struct buf *out, const char *value)
{
	struct slice rest = slice_from(value), line;

	(void)slice_next(&rest, '\n', &line);
	buf_append(out, line);
	while (slice_next(&rest, '\n', &line)) {
		assert(line.length > 0);
		buf_append_string(out, "\r\n ");
		buf_append(out, line);
	}
}

static struct slice
write_file(TALLOC_CTX *mem, const struct ini_file *ini)
{
	struct buf *out = buf_new(mem, 4 * INI_FILE_MAX);

	for (size_t i = 0; i < ini->count; i++) {
		buf_printf(out, "[%s]\r\n", ini->sections[i].name);
		for (size_t j = 0; j < ini->sections[i].count; j++) {
			buf_printf(out, "%s=", ini->sections[i].options[j].name);
			write_value(out, ini->sections[i].options[j].value);
			buf_append_string(out, "\r\n");
		}
	}
	return buf_slice(out);
}

static void
check_same(const struct ini_section *a, const struct ini_section *b)
{
	assert(strcmp(a->name, b->name) == 0 && a->count == b->count && a->count <= INI_OPTIONS_MAX);
	for (size_t i = 0; i < a->count; i++) {
		assert(a->options[i].name[0] != '\0' && a->options[i].line > a->line);
		assert(strcmp(a->options[i].name, b->options[i].name) == 0);
		assert(strcmp(a->options[i].value, b->options[i].value) == 0);
	}
}

/* Files that the file names stay closed. */
static void
check_rules(TALLOC_CTX *mem, const struct ini_file *ini, struct slice text)
{
	const struct cors_service *service;
	struct cors_notices notices;
	char *fault = NULL;
	size_t position;

	if (slice_find(text, SLICE("oslo_config_project"), &position))
		return;
	if (!service_rules_read(mem, ini, "crossgate", &notices, &service, &fault))
		assert(service == NULL && notices.count == 0 && strncmp(fault, "file:", 5) == 0);
	for (size_t i = 0; i < notices.count; i++)
		assert(strncmp(notices.items[i].text, "file:", 5) == 0);
	assert(service == NULL || cors_service_origin_count(service) > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct ini_file *ini, *again;
	char *fault = NULL;

	if (!ini_parse(mem, "file", slice_make(data, size), &ini, &fault))
		assert(ini == NULL && strncmp(fault, "file:", 5) == 0);
	else {
		assert(ini_parse(mem, "file", write_file(mem, ini), &again, &fault));
		assert(ini->count == again->count && ini->count <= INI_SECTIONS_MAX);
		for (size_t i = 0; i < ini->count; i++)
			check_same(&ini->sections[i], &again->sections[i]);
		check_rules(mem, ini, slice_make(data, size));
	}
	talloc_free(mem);
	return 0;
}
