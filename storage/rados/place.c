#include "common/encode.h"
#include "storage/rados/rados.h"

#define TIMEOUT_SECONDS_MAX 3600
#define SPLIT_MIN           1000
#define SPLIT_MAX           1000000000

static bool
setting_read(TALLOC_CTX *mem, struct slice name, struct slice text, struct rs_place *out, char **message)
{
	const struct {
		struct slice name;
		const char **member;
	} settings[] = {
		{ SLICE("conf"), &out->conf },
		{ SLICE("id"), &out->id },
		{ SLICE("namespace"), &out->name_space },
		{ SLICE("timeout"), &out->timeout_second },
		{ SLICE("split"), &out->split },
	};
	struct slice value;

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!slice_equal(name, settings[i].name))
			continue;
		if (!percent_decode(mem, text, false, &value) || value.length == 0 ||
		    memchr(value.data, 0, value.length)) {
			*message =
			    talloc_asprintf(mem, "rados: %.*s=%.*s is no value", SLICE_ARG(name), SLICE_ARG(text));
			return false;
		}
		*settings[i].member = slice_dup(mem, value);
		return true;
	}
	*message = talloc_asprintf(mem,
	    "rados: \"%.*s\" is no setting: conf, id, namespace, timeout or split is expected", SLICE_ARG(name));
	return false;
}

static bool
timeout_is_valid(const char *text)
{
	uint64_t seconds;

	return slice_to_number(slice_from(text), TIMEOUT_SECONDS_MAX, &seconds) && seconds > 0;
}

bool
rs_place_parse(TALLOC_CTX *mem, const char *text, struct rs_place *out, char **message)
{
	struct slice rest = slice_from(text);
	struct slice pool, setting, name;

	*out = (struct rs_place){ .id = "admin", .name_space = "", .timeout_second = "10", .split = "100000" };
	if (!slice_next(&rest, '?', &pool) || pool.length == 0) {
		*message =
		    talloc_strdup(mem, "rados: needs a pool, as in rados:crossgate?conf=/etc/ceph/ceph.conf");
		return false;
	}
	out->pool = slice_dup(mem, pool);
	while (slice_next(&rest, '&', &setting)) {
		(void)!slice_next(&setting, '=', &name);
		if (!setting_read(mem, name, setting, out, message))
			return false;
	}
	if (!timeout_is_valid(out->timeout_second)) {
		*message = talloc_asprintf(mem, "rados: timeout=%s is not a number of seconds from 1 to %d",
		    out->timeout_second, TIMEOUT_SECONDS_MAX);
		return false;
	}
	if (slice_to_number(slice_from(out->split), SPLIT_MAX, &out->split_records) &&
	    out->split_records >= SPLIT_MIN)
		return true;
	*message = talloc_asprintf(
	    mem, "rados: split=%s is not a number of records from %d to %d", out->split, SPLIT_MIN, SPLIT_MAX);
	return false;
}
