/*
 * The cross-origin rules for the whole service that an ini file holds: its sections [cors] and [cors.NAME], as
 * oslo.middleware has them, and then the [filter:NAME] sections of PasteDeploy that are oslo.middleware's CORS filter.
 *
 * Of filters, those count that a [pipeline:…] of the file names, in its order; all, where the file has no pipeline. A
 * filter takes what it lacks, but for allowed_origin, from [DEFAULT]. One with oslo_config_project stands for [cors] and
 * [cors.NAME] of the file that its oslo_config_file names (beside the ini file, or %(here)s, unless it is absolute),
 * whose [cors] its own options override.
 */
#ifndef GATEWAY_SERVICE_RULES_H
#define GATEWAY_SERVICE_RULES_H

#include "cors/service.h"
#include "gateway/ini.h"

/*
 * Choose and compile. `own`: the one section that somebody else reads. Other sections are warned of, unless they are of a
 * kind that belongs to PasteDeploy. All that is given out lives on `mem` and borrows nothing from the file.
 * notices  what is to be told, in the order found; only when true
 * out      NULL: there are no rules
 * fault    "FILE:LINE: [SECTION]…: why", and false
 */
MUST_USE bool service_rules_read(TALLOC_CTX *mem, const struct ini_file *ini, const char *own,
    struct cors_notices *notices, const struct cors_service **out, char **fault);

#endif
