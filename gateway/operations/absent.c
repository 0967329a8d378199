/* What no bucket has, since it cannot be put: answered as S3 answers for a bucket that has none. */
#include "gateway/operations/answer.h"
#include "gateway/operations/operations.h"

/* ListBucketMetricsConfigurations and its like; the row names the root element. */
enum s3_err
op_no_configurations(struct req *r)
{
	struct xml_writer *w = xml_writer_new(r, ANSWER_SHORT);

	xml_start_root(w, r->operation->argument);
	xml_bool(w, "IsTruncated", false);
	xml_end(w);
	return reply_xml(r, 200, w);
}

/* GetBucketMetricsConfiguration and its like, which ask for one by its ID. */
enum s3_err
op_no_such_configuration(struct req *r)
{
	s3_refusal_detail(&r->refusal, "BucketName", r->target.bucket);
	return req_refuse(r, S3_NO_SUCH_CONFIGURATION, NULL);
}

/* Retention and legal hold of objects. */
enum s3_err
op_no_object_lock(struct req *r)
{
	return req_refuse(r, S3_INVALID_REQUEST, "Bucket is missing Object Lock Configuration");
}
