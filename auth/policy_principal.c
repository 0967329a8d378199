/* Principal and NotPrincipal (IAM: "Principal"): here an account is one user, and its ID the account's. */
#include "auth/policy_private.h"

#include <assert.h>

#define USER_ID_MAX 128

#define INVALID "Invalid principal in policy"

/* "arn:aws:iam::ID:root", "arn:aws:iam::ID:user/NAME" or the bare ID. */
static bool
read_user(struct slice written, struct policy_user *user)
{
	struct slice iam = SLICE("arn:aws:iam::"), root = SLICE(":root"), between = SLICE(":user/"), rest;
	size_t at;

	*user = (struct policy_user){ .id = written };
	if (!slice_starts_with(written, SLICE("arn:")))
		return true;
	if (!slice_starts_with(written, iam))
		return false;
	rest = slice_skip(written, iam.length);
	if (rest.length > root.length && slice_equal(slice_skip(rest, rest.length - root.length), root)) {
		user->id = slice_head(rest, rest.length - root.length);
		return true;
	}
	if (!slice_find(rest, between, &at))
		return false;
	user->id = slice_head(rest, at);
	user->name = slice_skip(rest, at + between.length);
	return user->name.length > 0;
}

static bool
user_exists(const struct policy_reader *r, const struct policy_user *user)
{
	struct slice name;

	if (user->id.length == 0 || user->id.length > USER_ID_MAX)
		return false;
	if (r->users == NULL)
		return true;
	return r->users->name(r->users->context, user->id, r->mem, &name) &&
	       (user->name.length == 0 || slice_equal(user->name, name));
}

/* One principal of that type. Services and identity providers exist elsewhere: nobody here is one. */
static enum s3_err
read_principal(const struct policy_reader *r, struct slice type, struct slice written,
    const struct policy_place *at, struct policy_principals *out)
{
	struct policy_user user = { .id = written };

	if (slice_equal(type, SLICE("Service")) || slice_equal(type, SLICE("Federated")))
		return written.length > 0 ? S3_OK : policy_refuse(r, at, written, INVALID);
	if (slice_equal(type, SLICE("AWS")) && slice_equal(written, SLICE("*"))) {
		out->everybody = true;
		return S3_OK;
	}
	if ((slice_equal(type, SLICE("AWS")) && !read_user(written, &user)) || !user_exists(r, &user))
		return policy_refuse(r, at, written, INVALID);
	out->users[out->count++] = (struct policy_user){ policy_keep(r, user.id), policy_keep(r, user.name) };
	return S3_OK;
}

static enum s3_err
read_type(const struct policy_reader *r, const struct json *type, const struct policy_place *in,
    struct policy_principals *out)
{
	const struct policy_place at = { .in = in, .name = type->name };
	const struct json *items;
	size_t count;
	enum s3_err err = policy_items(r, type, false, &at, INVALID, &items, &count);

	if (err != S3_OK)
		return err;
	out->users = talloc_realloc(r->mem, out->users, struct policy_user, out->count + count);
	assert(out->users != NULL);
	for (size_t i = 0; i < count && err == S3_OK; i++) {
		const struct policy_place item = policy_item_place(type, &at, i);

		err = read_principal(r, type->name, items[i].text, &item, out);
	}
	return err;
}

enum s3_err
policy_principals_read(const struct policy_reader *r, const struct json *element, bool inverted,
    const struct policy_place *at, struct policy_principals *out)
{
	static const char *const types[] = { "AWS", "CanonicalUser", "Service", "Federated" };
	size_t known = 0;

	*out = (struct policy_principals){ .inverted = inverted };
	if (element->kind == JSON_TEXT && slice_equal(element->text, SLICE("*"))) {
		out->everybody = true;
		return S3_OK;
	}
	if (element->kind != JSON_MEMBERS || element->count == 0)
		return policy_refuse(r, at, element->text, INVALID);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		const struct json *type = json_member(element, types[i]);
		enum s3_err err = type != NULL ? read_type(r, type, at, out) : S3_OK;

		if (err != S3_OK)
			return err;
		known += type != NULL;
	}
	return known == element->count ? S3_OK : policy_refuse(r, at, slice_make(NULL, 0), INVALID);
}

bool
policy_principals_include(const struct policy_principals *principals, const struct policy_question *question)
{
	bool named = principals->everybody;

	for (size_t i = 0; i < principals->count && !named; i++) {
		const struct policy_user *user = &principals->users[i];

		named = identity_is_known(question->who) && slice_equal(user->id, question->who->user_id) &&
			(user->name.length == 0 || slice_equal(user->name, question->user_name));
	}
	return named != principals->inverted;
}
