/* A request as a text, for policies: "aws:Referer=a|s3:RequestObjectTagKeys=b;c"; a name alone is a key without values. */
#ifndef TESTS_UNIT_POLICY_REQUEST_H
#define TESTS_UNIT_POLICY_REQUEST_H

#include <check.h>

#include "auth/policy.h"

static const char *const policy_key_names[POLICY_KEY_COUNT] = {
#define KEY(id, name, kind, source, actions) [POLICY_KEY_##id] = (name),
#include "auth/policy_keys.def"
#undef KEY
};

/* policy_values_fn over such a text. */
static inline bool
request_values(void *context, TALLOC_CTX *mem, enum policy_key key, struct slice member,
    const struct slice **values, size_t *count)
{
	struct slice name = slice_from(policy_key_names[key]), rest = slice_from(context), field;
	struct slice *found = talloc_array(mem, struct slice, 8);

	ck_assert((name.data[name.length - 1] == '/') == (member.length > 0));
	*count = 0;
	*values = found;
	while (slice_next(&rest, '|', &field)) {
		size_t equals;
		bool valued = slice_find(field, SLICE("="), &equals);
		struct slice has = valued ? slice_head(field, equals) : field;

		if (!slice_starts_with(has, name) || !slice_equal(slice_skip(has, name.length), member))
			continue;
		field = slice_skip(field, has.length + 1);
		if (valued && field.length == 0)
			found[(*count)++] = SLICE("");
		while (*count < 8 && slice_next(&field, ';', &found[*count]))
			(*count)++;
		return true;
	}
	return false;
}

#endif
