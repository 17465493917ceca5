// SPDX-License-Identifier: MIT
//
// Usage in the owners' report for a mail, a spreadsheet and a program.
#include "report.h"

#include "base/clock.h"

enum { LINES_MAX = 20 };

static void append_usage_day(struct buffer *out, int64_t day)
{
    struct clock_fields date = clock_fields_from_ms((double)day * 86400000);
    buffer_printf(out, "%04d-%02d-%02d", (int)date.year, date.month, date.day);
}

// ---- text ----

static struct report_change sum_of(const struct report *report, enum usage_kind kind)
{
    struct report_change sum = {0};
    for (size_t i = 0; i < REPORT_USAGE_WEEKS; i++) {
        sum.recent += report->usage.weeks[REPORT_WEEKS - 1 - i].counts[kind];
        sum.before += report->usage.weeks[REPORT_WEEKS - 1 - REPORT_USAGE_WEEKS - i].counts[kind];
    }
    return sum;
}

static void text_words(const struct report *report, const char *heading,
                       bool (*wanted)(const struct report_words *), bool nothing,
                       struct buffer *out)
{
    size_t count = 0;
    for (size_t i = 0; i < report->usage.words_count; i++)
        count += wanted(report->usage.words[i]);
    buffer_printf(out, "\n%s: %zu\n", heading, count);
    for (size_t i = 0, lines = 0; i < report->usage.words_count && lines < LINES_MAX; i++) {
        const struct report_words *words = report->usage.words[i];
        if (!wanted(words))
            continue;
        lines++;
        buffer_append_cstr(out, "  ");
        buffer_append_json_string(out, words->words);
        if (nothing)
            buffer_printf(out, ": %u of %u searches (before: %u)\n", words->nothing.recent,
                          words->searches.recent, words->nothing.before);
        else
            buffer_printf(out, ": %u of %u searches led to a page\n", words->clicks.recent,
                          words->searches.recent);
    }
}

static void text_missing(const struct report *report, struct buffer *out)
{
    buffer_printf(out, "\nAddresses that were not found: %zu\n", report->usage.missing_count);
    for (size_t i = 0; i < report->usage.missing_count && i < LINES_MAX; i++) {
        const struct report_missing *missing = &report->usage.missing[i];
        buffer_printf(out, "  %.*s from %.*s: %u (before: %u)\n", SLICE_ARG(missing->path),
                      SLICE_ARG(missing->referrer.len ? missing->referrer : SLICE("nowhere known")),
                      missing->times.recent, missing->times.before);
    }
}

static void text_unvisited(const struct report *report, struct buffer *out)
{
    size_t count = 0, lines = 0;
    for (size_t i = 0; i < report->page_count; i++)
        count += !report->pages[i].visited;
    buffer_append_cstr(out, "\nPages not visited since ");
    append_usage_day(out, report->usage.since_day);
    buffer_printf(out, ": %zu\n", count);
    for (size_t i = 0; i < report->page_count && lines < LINES_MAX; i++) {
        const struct report_page *page = &report->pages[i];
        if (page->visited)
            continue;
        lines++;
        buffer_printf(out, "  %.*s  %.*s\n", SLICE_ARG(page->page->url),
                      SLICE_ARG(page->page->title));
    }
}

void report_append_usage_text(const struct report *report, struct buffer *out)
{
    struct report_change visits = sum_of(report, USAGE_VISIT);
    if (!report->usage.known)
        return;
    buffer_printf(out, "\nVisits of the last %d weeks: %u (before: %u)\n", REPORT_USAGE_WEEKS,
                  visits.recent, visits.before);
    for (size_t i = 0; i < report->page_count && i < LINES_MAX; i++) {
        const struct report_page *page = report->usage.pages[i];
        if (page->visits.recent)
            buffer_printf(out, "  %.*s: %u (before: %u)\n", SLICE_ARG(page->page->url),
                          page->visits.recent, page->visits.before);
    }
    if (!report->owner.len) {
        text_words(report, "Searches that found nothing", report_finds_nothing, true, out);
        text_words(report, "Searches whose results are rarely opened", report_is_rarely_opened,
                   false, out);
    }
    text_missing(report, out);
    text_unvisited(report, out);
}

// ---- CSV: tables of their own ----

void report_write_searches_csv(const struct report *report, struct buffer *out)
{
    buffer_append_cstr(out, "words,searches,without_result,opened,searches_before,"
                            "without_result_before,opened_before\r\n");
    for (size_t i = 0; i < report->usage.words_count; i++) {
        const struct report_words *words = report->usage.words[i];
        buffer_append_csv(out, words->words);
        buffer_printf(out, ",%u,%u,%u,%u,%u,%u\r\n", words->searches.recent, words->nothing.recent,
                      words->clicks.recent, words->searches.before, words->nothing.before,
                      words->clicks.before);
    }
}

void report_write_missing_csv(const struct report *report, struct buffer *out)
{
    buffer_append_cstr(out, "path,referrer,times,times_before\r\n");
    for (size_t i = 0; i < report->usage.missing_count; i++) {
        const struct report_missing *missing = &report->usage.missing[i];
        buffer_append_csv(out, missing->path);
        buffer_append_byte(out, ',');
        buffer_append_csv(out, missing->referrer);
        buffer_printf(out, ",%u,%u\r\n", missing->times.recent, missing->times.before);
    }
}

// ---- JSON ----

static void json_change(struct buffer *out, const char *key, const struct report_change *change)
{
    buffer_printf(out, ",\"%s\":{\"recent\":%u,\"before\":%u}", key, change->recent,
                  change->before);
}

static void json_weeks(const struct report *report, struct buffer *out)
{
    buffer_append_cstr(out, ",\"weeks\":[");
    for (size_t i = 0; i < REPORT_WEEKS; i++) {
        const unsigned *counts = report->usage.weeks[i].counts;
        buffer_append_cstr(out, i ? ",{\"from\":\"" : "{\"from\":\"");
        append_usage_day(
            out, usage_week_begins(report->usage.this_week - (REPORT_WEEKS - 1 - (int64_t)i)));
        buffer_printf(out,
                      "\",\"visits\":%u,\"searches\":%u,\"withoutResult\":%u,\"opened\":%u,"
                      "\"notFound\":%u}",
                      counts[USAGE_VISIT], counts[USAGE_SEARCH], counts[USAGE_NOTHING],
                      counts[USAGE_CLICK], counts[USAGE_MISSING]);
    }
    buffer_append_byte(out, ']');
}

void report_append_usage_json(const struct report *report, struct buffer *out)
{
    if (!report->usage.known) {
        buffer_append_cstr(out, "null");
        return;
    }
    buffer_append_cstr(out, "{\"since\":\"");
    append_usage_day(out, report->usage.since_day);
    buffer_append_byte(out, '"');
    json_weeks(report, out);
    buffer_append_cstr(out, ",\n\"searches\":[");
    for (size_t i = 0; i < report->usage.words_count; i++) {
        const struct report_words *words = report->usage.words[i];
        buffer_append_cstr(out, i ? ",\n{\"words\":" : "\n{\"words\":");
        buffer_append_json_string(out, words->words);
        json_change(out, "searches", &words->searches);
        json_change(out, "withoutResult", &words->nothing);
        json_change(out, "opened", &words->clicks);
        buffer_append_byte(out, '}');
    }
    buffer_append_cstr(out, "],\n\"notFound\":[");
    for (size_t i = 0; i < report->usage.missing_count; i++) {
        const struct report_missing *missing = &report->usage.missing[i];
        buffer_append_cstr(out, i ? ",\n{\"path\":" : "\n{\"path\":");
        buffer_append_json_string(out, missing->path);
        buffer_append_cstr(out, ",\"referrer\":");
        buffer_append_json_string(out, missing->referrer);
        json_change(out, "times", &missing->times);
        buffer_append_byte(out, '}');
    }
    buffer_append_cstr(out, "]}");
}
