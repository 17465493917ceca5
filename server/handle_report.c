// SPDX-License-Identifier: MIT
//
// /-/report: the owners' report, without what requires rendering every page. ?format=json, csv,
// text or atom, ?owner=NAME; of csv, ?table=searches or not-found. On the admin listener all of it;
// for access.report_audience, only what the reader may know of.
#include "report.h"
#include "server.h"

#include "base/clock.h"

static const struct form {
    const char *name, *type;
    report_format write;
} FORMS[] = {
    {"json", "application/json", report_write_json},
    {"csv", "text/csv; charset=utf-8", report_write_csv},
    {"text", "text/plain; charset=utf-8", report_write_text},
    {"atom", "application/atom+xml", report_write_atom},
};

static const struct form TABLES[] = {
    {"searches", "text/csv; charset=utf-8", report_write_searches_csv},
    {"not-found", "text/csv; charset=utf-8", report_write_missing_csv},
};

static const struct form *wanted_form(struct request *request)
{
    struct slice name = request_parameter(request, request->query, SLICE("format"));
    struct slice table = request_parameter(request, request->query, SLICE("table"));
    for (size_t i = 0; i < sizeof TABLES / sizeof *TABLES; i++)
        if (slice_equal(name, SLICE("csv")) && slice_equal(table, slice_from_cstr(TABLES[i].name)))
            return &TABLES[i];
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        if (slice_equal(name, slice_from_cstr(FORMS[i].name)))
            return &FORMS[i];
    return NULL;
}

static void answer_report(struct request *request, struct response *response,
                          const struct report *report)
{
    struct buffer out = buffer_create(request->arena, 0);
    const struct form *form = wanted_form(request);
    if (form)
        form->write(report, &out);
    else
        report_write_page(report, SLICE("/-/report?style=1"), &out);
    struct slice type = slice_from_cstr(form ? form->type : "text/html; charset=utf-8");
    response_text(request, response, out.failed ? 500 : 200, type, buffer_slice(&out));
    response->compressible = true;
}

static void fail_report(struct request *request, struct response *response,
                        const struct error *error)
{
    response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                  arena_printf(request->arena, "503 Service Unavailable: %s\n",
                               error_is_set(error) ? error->message : "the site is being loaded"));
    response_header(response, SLICE("Retry-After"), SLICE("10"));
}

// Reads all feedback, from a file that others may have locked.
static void make_report(struct server *server, struct request *request, struct response *response)
{
    struct site *site = server_site(server, request);
    const struct settings *settings = server->settings;
    struct error error = {0};
    struct site_reader reader = {request->user, request->groups, clock_wall_ms()};
    struct report report = {.arena = request->arena,
                            .site = site,
                            .now_ms = reader.now_ms,
                            .reader = request->admin ? NULL : &reader,
                            .due_days = REPORT_DUE_DAYS,
                            .owner = request_parameter(request, request->query, SLICE("owner"))};
    if (site && report_collect(&report, settings->feedback.file.full.ptr, &error) &&
        report_collect_usage(&report, settings->usage.file.full.ptr, &error))
        answer_report(request, response, &report);
    else
        fail_report(request, response, &error);
}

void handle_report(struct server *server, struct request *request, struct response *response)
{
    if (server->sites)
        response_text(request, response, 400, SLICE("text/plain; charset=utf-8"),
                      SLICE("400 Bad Request: name a site: /-/report?site=guide.example\n"));
    else if (request_parameter(request, request->query, SLICE("style")).len)
        response_text(request, response, 200, SLICE("text/css; charset=utf-8"),
                      slice_from_cstr(REPORT_STYLE));
    else if (request->may_wait)
        make_report(server, request, response);
    else
        request->slow = true;
}
