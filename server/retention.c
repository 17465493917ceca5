// SPDX-License-Identifier: MIT
//
// The age of feedback and counts, and what is said about its removal.
#include "retention.h"

#include "base/clock.h"
#include "base/file.h"

void retention_of_feedback(struct feedback *feedback, unsigned days, struct log *log)
{
    struct feedback_retained done;
    struct error error = {0};
    if (!feedback_retain(feedback, days, clock_wall_s(), &done, &error)) {
        log_error(log, LOG_ERROR, &error);
        return;
    }
    if (done.jump_days)
        log_write(log, LOG_WARNING,
                  "the clock is %lld days after the last feedback clean-up: no feedback is "
                  "removed for %lld days",
                  (long long)done.jump_days, (long long)done.doubt_days); // both more than one
    if (done.removed)
        log_write(log, LOG_INFO,
                  "removed %lld %s of feedback older than %u %s; the table \"removed\" keeps "
                  "them for 30 days",
                  (long long)done.removed, count_word((uint64_t)done.removed, "entry", "entries"),
                  days, count_word(days, "day", "days"));
}

static void clean_feedback(const struct settings *settings, struct log *log)
{
    struct error error = {0};
    const char *path = settings->feedback.file.full.ptr;
    unsigned days = settings->feedback.retention_days;
    if (!settings->feedback.enabled || !days || !file_exists(path))
        return;
    struct feedback *feedback = feedback_open(path, &error);
    if (feedback)
        retention_of_feedback(feedback, days, log);
    else
        log_error(log, LOG_ERROR, &error);
    feedback_close(feedback);
}

static void clean_usage(const struct settings *settings, struct log *log)
{
    struct error error = {0};
    const char *path = settings->usage.file.full.ptr;
    if (!settings->usage.enabled || !file_exists(path))
        return;
    struct usage *usage = usage_open(path, false, &error);
    if (!usage ||
        !usage_retain(usage, settings->usage.retention_days, clock_wall_s() / 86400, &error))
        log_error(log, LOG_WARNING, &error);
    usage_close(usage);
}

void retention_of_site(const struct settings *settings, struct log *log)
{
    clean_feedback(settings, log);
    clean_usage(settings, log);
}
