/* A set of names that live elsewhere. One thread at a time. */
#ifndef STORAGE_NAME_SET_H
#define STORAGE_NAME_SET_H

#include "common/slice.h"

struct name_set;

/* Room for `max` names. */
struct name_set *name_set_new(TALLOC_CTX *mem, size_t max);

bool name_set_has(const struct name_set *set, struct slice name);

/* A name that is there already stays. */
void name_set_add(struct name_set *set, struct slice name);

#endif
