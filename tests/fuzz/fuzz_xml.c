/* Whatever the document: it is refused, or the tree keeps what xml.h promises and its texts survive being written. */
#include <assert.h>

#include "common/encode.h"
#include "common/xml.h"
#include "tests/fuzz/fuzz.h"

static const struct xml_limits limits = { .depth = 6, .elements = 200 };

static void
rewrite(struct xml_writer *w, const struct xml_element *element)
{
	xml_start(w, "E");
	if (fields_find(&element->attributes, "type") != NULL)
		xml_attribute(w, "type", fields_find(&element->attributes, "type")->value.data);
	xml_text(w, "T", element->text);
	for (const struct xml_element *child = element->first; child != NULL; child = child->next)
		rewrite(w, child);
	xml_end(w);
}

static void
compare_type(const struct xml_element *read, const struct xml_element *again)
{
	const struct field *type = fields_find(&read->attributes, "type");
	const struct field *type_again = fields_find(&again->attributes, "type");

	assert((type == NULL) == (type_again == NULL));
	assert(type == NULL || slice_equal(type->value, type_again->value));
}

/* Returns how many elements there are. */
static unsigned
compare(const struct xml_element *read, const struct xml_element *again, unsigned depth)
{
	const struct xml_element *child_again = again->first->next;
	unsigned count = 1;

	assert(depth <= limits.depth);
	assert(read->name.length > 0 && utf8_valid(read->name) && utf8_valid(read->text));
	assert(slice_equal(read->text, again->first->text));
	compare_type(read, again);
	assert(read->first == NULL || read->text.length == 0);
	for (const struct xml_element *child = read->first; child != NULL; child = child->next) {
		assert(child_again != NULL);
		count += compare(child, child_again, depth + 1);
		child_again = child_again->next;
	}
	assert(child_again == NULL);
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	TALLOC_CTX *mem = talloc_new(NULL);
	const struct xml_element *root = xml_parse(mem, slice_make(data, size), limits);

	if (root != NULL) {
		struct xml_writer *w = xml_writer_new(mem, 16 << 20);
		const struct xml_element *again;

		rewrite(w, root);
		again = xml_parse(mem, xml_finish(w), (struct xml_limits){ .depth = 10 });
		assert(again != NULL && compare(root, again, 1) <= limits.elements);
	} else {
		assert(talloc_total_blocks(mem) == 1);
	}
	talloc_free(mem);
	return 0;
}
