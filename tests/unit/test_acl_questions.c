/* What an ACL is asked: who may, whether it is public, whether it grants anything to others. */
#include "auth/acl.h"

#include "tests/unit/suite.h"

#define OWNER "owner"

static const struct {
	const char *name;
	struct acl_grant grants[3];
	size_t count;
	bool is_public, grants_others, is_full_control_of_owner;
} acls[] = {
	{ "no grants", { { 0 } }, 0, false, false, false },
	{ "private", { { ACL_USER, { OWNER, 5 }, ACL_FULL_CONTROL } }, 1, false, false, true },
	{ "full control twice",
	    { { ACL_USER, { OWNER, 5 }, ACL_FULL_CONTROL }, { ACL_USER, { OWNER, 5 }, ACL_FULL_CONTROL } }, 2,
	    false, false, true },
	{ "the owner may read", { { ACL_USER, { OWNER, 5 }, ACL_READ } }, 1, false, false, false },
	{ "full control and read",
	    { { ACL_USER, { OWNER, 5 }, ACL_FULL_CONTROL }, { ACL_USER, { OWNER, 5 }, ACL_READ } }, 2, false, false,
	    false },
	{ "another user",
	    { { ACL_USER, { OWNER, 5 }, ACL_FULL_CONTROL }, { ACL_USER, { "other", 5 }, ACL_FULL_CONTROL } }, 2,
	    false, true, false },
	{ "another user alone", { { ACL_USER, { "other", 5 }, ACL_FULL_CONTROL } }, 1, false, true, false },
	{ "everybody", { { ACL_USER, { OWNER, 5 }, ACL_FULL_CONTROL }, { ACL_ALL_USERS, { NULL, 0 }, ACL_READ } },
	    2, true, true, false },
	{ "everybody's ACL", { { ACL_ALL_USERS, { NULL, 0 }, ACL_READ_ACP } }, 1, true, true, false },
	{ "every user",
	    { { ACL_USER, { OWNER, 5 }, ACL_FULL_CONTROL }, { ACL_AUTHENTICATED_USERS, { NULL, 0 }, ACL_WRITE } },
	    2, true, true, false },
	{ "log delivery",
	    { { ACL_USER, { OWNER, 5 }, ACL_FULL_CONTROL }, { ACL_LOG_DELIVERY, { NULL, 0 }, ACL_WRITE } }, 2,
	    false, true, false },
};

START_TEST(questions)
{
	struct acl_grant grants[3];
	struct acl acl = { SLICE(OWNER), grants, acls[_i].count };

	memcpy(grants, acls[_i].grants, sizeof(grants));
	ck_assert_msg(acl_is_public(&acl) == acls[_i].is_public, "%s: public", acls[_i].name);
	ck_assert_msg(acl_grants_others(&acl) == acls[_i].grants_others, "%s: others", acls[_i].name);
	ck_assert_msg(acl_is_full_control_of(&acl, SLICE(OWNER)) == acls[_i].is_full_control_of_owner,
	    "%s: control", acls[_i].name);
	ck_assert_msg(!acl_is_full_control_of(&acl, SLICE("nobody")), "%s: nobody", acls[_i].name);
}
END_TEST

/* Several grants to one add up; to whom the groups give something counts only where it is not asked for privately. */
START_TEST(grants_add_up)
{
	struct acl_grant grants[] = {
		{ ACL_USER, { "other", 5 }, ACL_READ },
		{ ACL_USER, { "other", 5 }, ACL_READ_ACP },
		{ ACL_AUTHENTICATED_USERS, { NULL, 0 }, ACL_WRITE },
		{ ACL_ALL_USERS, { NULL, 0 }, ACL_WRITE_ACP },
	};
	const struct acl acl = { SLICE(OWNER), grants, ARRAY_SIZE(grants) };
	const struct identity owner = { SLICE(OWNER), false, false }, other = { SLICE("other"), false, false },
			      third = { SLICE("third"), false, false }, anonymous = { { NULL, 0 }, true, false };
	const struct {
		const struct identity *who;
		unsigned all, privately;
	} rows[] = {
		{ &owner, ACL_FULL_CONTROL, ACL_FULL_CONTROL },
		{ &other, ACL_FULL_CONTROL, ACL_READ | ACL_READ_ACP },
		{ &third, ACL_WRITE | ACL_WRITE_ACP, 0 },
		{ &anonymous, ACL_WRITE_ACP, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		for (unsigned bit = ACL_READ; bit <= ACL_WRITE_ACP; bit *= 2) {
			enum acl_permission permission = (enum acl_permission)bit;

			ck_assert_msg(acl_allows(&acl, rows[i].who, permission) == ((rows[i].all & bit) != 0),
			    "row %zu, %u", i, bit);
			ck_assert_msg(
			    acl_allows_privately(&acl, rows[i].who, permission) == ((rows[i].privately & bit) != 0),
			    "row %zu, %u privately", i, bit);
		}
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("acl_questions");
	TCase *tc = tcase_create("acl_questions");

	tcase_add_loop_test(tc, questions, 0, ARRAY_SIZE(acls));
	tcase_add_test(tc, grants_add_up);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
