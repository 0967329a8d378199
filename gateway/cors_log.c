#include "gateway/cors_log.h"

#include "common/log.h"
#include "cors/complaint.h"

/* Whether there is anything to be said of the request. */
static bool
is_worth_a_line(const struct cors_request *request, bool preflight, bool granted)
{
	if (!preflight)
		return !granted && request->origins != CORS_NO_ORIGIN;
	return !granted || (!request->has_requested_method && log_enabled(LOG_LEVEL_DEBUG));
}

void
req_log_cors(struct req *r, const struct cors_resource *resource, const struct cors_request *request,
    bool preflight, bool granted)
{
	struct cors_complaint complaint;

	if (!log_enabled(LOG_LEVEL_INFO) || !is_worth_a_line(request, preflight, granted))
		return;
	cors_complaint(r, resource, request, preflight, &complaint);
	if (!granted)
		LOG(INFO, preflight ? "cors refused" : "cors not granted", LOG_STRING("request_id", r->id),
		    LOG_TEXT("bucket", r->target.bucket), LOG_TEXT("origin", request->origin),
		    LOG_STRING("failed", complaint.failed), LOG_TEXT("value", complaint.value));
	if (complaint.line != NULL)
		LOG(DEBUG, "cors", LOG_STRING("request_id", r->id), LOG_SENTENCE(complaint.line));
}
