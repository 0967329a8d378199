/*
 * The policy of a form upload ("POST Policy" in the Amazon S3 API Reference): what the fields of a form must be for the
 * signer of the policy to stand behind it. Pure; any thread.
 */
#ifndef AUTH_POST_POLICY_H
#define AUTH_POST_POLICY_H

#include "common/fields.h"
#include "common/s3_error.h"

#define POST_POLICY_MAX (20 * 1024) /* bytes of a policy in base64: a form has room for no more */

struct post_policy;

/*
 * Read a policy, in base64, as the form has it. It is on `mem` and borrows nothing. Beside JSON's own, the escapes \$ and
 * \v are known.
 * err  S3_INVALID_POLICY_DOCUMENT: the message says what is wrong
 */
MUST_USE enum s3_err post_policy_read(
    TALLOC_CTX *mem, struct slice encoded, struct s3_refusal *why, struct post_policy **out);

/*
 * Whether the policy allows this form for this bucket at `now`, in seconds since 1970: it has not expired, every
 * condition on a field holds, and every field is named by a condition, but for the policy, the signature, and those that
 * begin with x-ignore-. `form` holds the fields without the file, ${filename} replaced; names do not mind case. "bucket"
 * is the bucket of the request, whatever the form says.
 * err  S3_ACCESS_DENIED: the message names the condition or the field
 */
MUST_USE enum s3_err post_policy_check(const struct post_policy *policy, const struct fields *form,
    struct slice bucket, int64_t now, struct s3_refusal *why);

/* How long the file must be at least, and may be at most: 0 and UINT64_MAX where nothing is said. */
void post_policy_size(const struct post_policy *policy, uint64_t *min, uint64_t *max);

#endif
