/* What the parts of policy.h share: a policy as it is kept, how one is read, and what a decision knows. */
#ifndef AUTH_POLICY_PRIVATE_H
#define AUTH_POLICY_PRIVATE_H

#include "auth/policy.h"
#include "auth/wildcard.h"
#include "common/json.h"

/*
 * A text of a policy, with wildcards and policy variables where it may have them (policy_text.c). What a policy keeps of
 * its document is short, for many policies are kept: a text is read again when it is put against a request.
 */
struct policy_text {
	struct slice written; /* the bytes themselves, when it is neither wild nor variable */
	bool wild;            /* it has "*" or "?" */
	bool variable;        /* it has "${" */
	bool one_run;         /* it is not variable, and its one wildcard is the "*" at `run` */
	unsigned run;
};

/* Whom a statement is about (policy_principal.c). */

struct policy_user {
	struct slice id;
	struct slice name; /* empty: whatever it is */
};

struct policy_principals {
	bool inverted; /* NotPrincipal */
	bool everybody;
	struct policy_user *users;
	size_t count;
};

/* Conditions (policy_operator.c, policy_condition.c). */

struct policy_network {
	unsigned char address[16]; /* IPv4 as ::ffff:0:0/96 has it */
	unsigned bits;             /* that count, of 128 */
};

#define POLICY_ARN_PARTS 6

/* One value of a condition, as its operand is. */
union policy_value {
	struct policy_text text; /* of POLICY_STRING and POLICY_ARN */
	int64_t number;          /* millionths; seconds since 1970; 0 and 1 of POLICY_BOOLEAN and POLICY_NULL */
	struct slice bytes;
	struct policy_network network;
};

enum policy_operand {
	POLICY_STRING,
	POLICY_NUMBER,
	POLICY_DATE,
	POLICY_BOOLEAN,
	POLICY_BINARY,
	POLICY_ADDRESS,
	POLICY_ARN,
	POLICY_NULL
};

enum policy_comparison {
	POLICY_EQUAL,
	POLICY_EQUAL_NOCASE,
	POLICY_LIKE,
	POLICY_LESS,
	POLICY_LESS_OR_EQUAL,
	POLICY_GREATER,
	POLICY_GREATER_OR_EQUAL
};

struct policy_operator {
	const char *name;
	enum policy_operand operand;
	enum policy_comparison comparison;
	bool negated; /* none of the values may fit */
};

enum policy_set {
	POLICY_SET_NONE,
	POLICY_SET_ALL, /* ForAllValues: */
	POLICY_SET_ANY  /* ForAnyValue: */
};

struct policy_condition {
	const struct policy_operator *operator;
	enum policy_set set;
	bool if_exists;
	enum policy_key key;
	struct slice member;
	union policy_value *values;
	size_t count;
};

/* The whole. */

struct policy_statement {
	bool allow;
	struct policy_principals principals;
	bool actions[ACTION_COUNT];
	bool not_resources;
	struct policy_text *resources; /* without "arn:aws:s3:::" */
	size_t resource_count;
	struct policy_condition *conditions;
	size_t condition_count;
};

struct policy {
	struct policy_statement *statements;
	size_t count;
};

/* Reading. All of a policy is on `mem`, its texts one behind the other in `room`. */

struct policy_room {
	char *free;
	size_t left;
};

struct policy_reader {
	TALLOC_CTX *mem;
	struct policy_room *room;
	struct slice bucket;
	const struct policy_users *users; /* NULL: every principal is there */
	struct s3_refusal *why;
	bool variables; /* of Version 2012-10-17 */
};

/* Where in a document: a member of `in`, or, without a name, an item. */
struct policy_place {
	const struct policy_place *in; /* NULL: the document */
	struct slice name;
	size_t index;
};

/* Refuse what is there: S3_MALFORMED_POLICY, the text with the place and the value. An empty value is not shown. */
enum s3_err policy_refuse(
    const struct policy_reader *r, const struct policy_place *at, struct slice value, const char *text);

#define POLICY_SYNTAX "Invalid policy syntax"

/*
 * The items of an element that is a string or a list of strings (with `scalars`, numbers and booleans too), and where
 * item i is. A list has at least one. err  S3_MALFORMED_POLICY with that text
 */
MUST_USE enum s3_err policy_items(const struct policy_reader *r, const struct json *element, bool scalars,
    const struct policy_place *at, const char *text, const struct json **items, size_t *count);
struct policy_place policy_item_place(const struct json *element, const struct policy_place *at, size_t i);

/* A copy that the policy keeps. */
struct slice policy_keep(const struct policy_reader *r, struct slice s);

/*
 * A text that may be `wild`, and have variables if the policy's version has them. An ARN is read so as well: each of its
 * parts is a text. err  S3_MALFORMED_POLICY: a variable is none
 */
MUST_USE enum s3_err policy_text_read(const struct policy_reader *r, struct slice written, bool wild,
    const struct policy_place *at, struct policy_text *out);

/* The parts of an ARN, the last of which may have colons; false when there are too few. */
bool policy_arn_split(const struct policy_text *whole, struct policy_text parts[POLICY_ARN_PARTS]);

/* Whether it is the same bytes for every request. */
bool policy_text_is_fixed(const struct policy_text *text);

MUST_USE enum s3_err policy_principals_read(const struct policy_reader *r, const struct json *element,
    bool inverted, const struct policy_place *at, struct policy_principals *out);

/* The actions of a statement, by enum action. */
MUST_USE enum s3_err policy_actions_read(const struct policy_reader *r, const struct json *element, bool inverted,
    const struct policy_place *at, bool actions[ACTION_COUNT]);

/*
 * Whether each item of an Action element (read before) can have the statement's condition keys, and is about what its
 * resources name.
 */
MUST_USE enum s3_err policy_actions_check(const struct policy_reader *r, const struct json *element,
    const struct policy_place *at, const struct policy_statement *statement);

MUST_USE enum s3_err policy_resources_read(const struct policy_reader *r, const struct json *element,
    const struct policy_place *at, struct policy_statement *statement);

/* Whether some of the statement's resources may be the bucket, and objects. */
bool policy_reaches_bucket(const struct policy_statement *statement, struct slice bucket);
bool policy_reaches_objects(const struct policy_statement *statement, struct slice bucket);

MUST_USE enum s3_err policy_conditions_read(const struct policy_reader *r, const struct json *element,
    const struct policy_place *at, struct policy_statement *statement);

/* The operator of that name, without prefix and suffix; NULL: none. */
const struct policy_operator *policy_operator_find(struct slice name);

/* A value as that operator takes it. err  S3_MALFORMED_POLICY */
MUST_USE enum s3_err policy_value_read(const struct policy_reader *r, const struct policy_operator *by,
    struct slice written, const struct policy_place *at, union policy_value *out);

/* Whether that is an IP address, or a range of them. */
bool policy_is_network(struct slice text);

/* Condition keys (policy_key.c). */

/* The key of that name, without case, and what follows the name of one that ends in "/". */
bool policy_key_find(struct slice name, enum policy_key *key, struct slice *member);

/* Whether a key may have several values, and can be no variable then. */
bool policy_key_is_many(enum policy_key key);

/* Whether requests for that action, by its name without "s3:", can have the key. */
bool policy_key_is_of(enum policy_key key, const char *action);

/* Deciding. */

/* A decision under way. What it costs is counted, for a policy and a request can be made so that it costs much. */
struct policy_scope {
	TALLOC_CTX *mem;
	const struct policy_question *question;
	size_t cost;
	bool exceeded; /* too much: the answer is no */
};

/* The values that the request has for a key; how many. */
size_t policy_key_values(
    struct policy_scope *scope, enum policy_key key, struct slice member, const struct slice **values);

/* Whether a text fits bytes; false when a variable of it has no value. */
bool policy_text_fits(struct policy_scope *scope, const struct policy_text *text, struct slice bytes, bool nocase);

/* Whether a value of a condition fits one of the request's. */
bool policy_value_fits(struct policy_scope *scope, const struct policy_operator *by,
    const union policy_value *value, struct slice asked);

bool policy_condition_holds(struct policy_scope *scope, const struct policy_condition *condition);

bool policy_principals_include(const struct policy_principals *principals, const struct policy_question *question);

#endif
