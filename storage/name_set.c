#include "storage/name_set.h"

#include <assert.h>

#include "common/digest.h"

/* Open addressing, at most half full. */
struct name_set {
	size_t mask; /* the number of places, a power of two, less one */
	size_t free;
	struct slice *places; /* an empty one has no data */
};

struct name_set *
name_set_new(TALLOC_CTX *mem, size_t max)
{
	struct name_set *set = talloc(mem, struct name_set);
	size_t places = 2;

	while (places < 2 * max)
		places *= 2;
	set->mask = places - 1;
	set->free = max;
	set->places = talloc_zero_array(set, struct slice, places);
	return set;
}

/* Where the name is, or would be. */
static struct slice *
place_of(const struct name_set *set, struct slice name)
{
	size_t place = crc32c(0, name) & set->mask;

	while (set->places[place].data && !slice_equal(set->places[place], name))
		place = (place + 1) & set->mask;
	return &set->places[place];
}

bool
name_set_has(const struct name_set *set, struct slice name)
{
	return place_of(set, name)->data != NULL;
}

void
name_set_add(struct name_set *set, struct slice name)
{
	struct slice *place = place_of(set, name);

	if (place->data)
		return;
	assert(set->free > 0 && name.data);
	set->free--;
	*place = name;
}
