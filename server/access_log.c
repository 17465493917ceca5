// SPDX-License-Identifier: MIT
//
// One line per request, after its last byte has been sent: nginx's combined format followed by
// X-Forwarded-For, the same with the request id, or JSON. Query strings are left out unless
// requested: searches reveal what people look for.
#include "base/clock.h"
#include "server.h"

// Escapes quotes, backslashes and control characters, so that clients cannot forge a line.
static void append_escaped(struct buffer *out, struct slice text)
{
    if (!text.len)
        buffer_append_byte(out, '-');
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x20 && c != 0x7f && c != '"' && c != '\\')
            continue;
        buffer_append(out, slice_sub(text, from, i));
        buffer_printf(out, "\\x%02X", c);
        from = i + 1;
    }
    buffer_append(out, slice_sub(text, from, text.len));
}

static struct slice logged_target(const struct server *server, const struct request *request)
{
    size_t query = server->log_queries ? SIZE_MAX : slice_find_byte(request->target, '?', 0);
    return slice_sub(request->target, 0, query);
}

// Of several; "" when none was found.
static struct slice site_name(const struct request *request)
{
    return request->server && request->server->host ? request->server->host->name : SLICE_EMPTY;
}

// "23/May/2024:00:00:00 +0000"; without printf, which took a twentieth of a request.
static void append_time(struct buffer *out)
{
    static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct clock_fields f = clock_fields_from_ms(clock_wall_ms());
    buffer_append_decimal(out, f.day, 2);
    buffer_append_byte(out, '/');
    buffer_append(out, slice_of(MONTHS + (ptrdiff_t)(f.month - 1) * 3, 3));
    buffer_append_byte(out, '/');
    buffer_append_decimal(out, f.year, 4);
    const int clock[] = {f.hour, f.minute, f.second};
    for (size_t i = 0; i < 3; i++) {
        buffer_append_byte(out, ':');
        buffer_append_decimal(out, clock[i], 2);
    }
    buffer_append_cstr(out, " +0000");
}

static void append_combined(const struct server *server, const struct request *request,
                            const struct response *response, uint64_t bytes, struct buffer *out)
{
    // As Apache's vhost_combined, where there are several hosts.
    if (server->sites) {
        append_escaped(out, site_name(request));
        buffer_append_byte(out, ' ');
    }
    buffer_append_cstr(out, request->client);
    buffer_append_cstr(out, " - - [");
    append_time(out);
    buffer_append_cstr(out, "] \"");
    append_escaped(out, request->method_text);
    buffer_append_byte(out, ' ');
    append_escaped(out, logged_target(server, request));
    buffer_append_byte(out, ' ');
    append_escaped(out, request->version);
    buffer_append_cstr(out, "\" ");
    buffer_append_decimal(out, response->status, 1);
    buffer_append_byte(out, ' ');
    buffer_append_decimal(out, (int64_t)bytes, 1);
    buffer_append_cstr(out, " \"");
    append_escaped(out, request_header(request, SLICE("Referer")));
    buffer_append_cstr(out, "\" \"");
    append_escaped(out, request_header(request, SLICE("User-Agent")));
    buffer_append_cstr(out, "\" \"");
    append_escaped(out, request_header(request, SLICE("X-Forwarded-For")));
    if (server->access_format == ACCESS_COMBINED_ID)
        buffer_printf(out, "\" \"%s", request->id);
    buffer_append_cstr(out, "\"\n");
}

static void append_json(const struct server *server, const struct request *request,
                        const struct response *response, uint64_t bytes, uint64_t ns,
                        struct buffer *out)
{
    const struct {
        const char *name;
        struct slice text;
    } fields[] = {
        {"client", slice_from_cstr(request->client)},
        {"method", request->method_text},
        {"target", logged_target(server, request)},
        {"referer", request_header(request, SLICE("Referer"))},
        {"user_agent", request_header(request, SLICE("User-Agent"))},
        {"forwarded_for", request_header(request, SLICE("X-Forwarded-For"))},
        {"route", slice_from_cstr(metrics_route_label(response->route))},
        {"request_id", slice_from_cstr(request->id)},
        {"trace_id", request->trace},
    };
    buffer_append_cstr(out, "{\"time\":\"");
    clock_append_iso(out, clock_wall_ms());
    buffer_printf(out, "\",\"status\":%d,\"bytes\":%llu,\"duration_us\":%llu", response->status,
                  (unsigned long long)bytes, (unsigned long long)(ns / 1000));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        buffer_printf(out, ",\"%s\":", fields[i].name);
        buffer_append_json_string(out, fields[i].text);
    }
    if (server->sites) {
        buffer_append_cstr(out, ",\"site\":");
        buffer_append_json_string(out, site_name(request));
    }
    buffer_append_cstr(out, "}\n");
}

// Empty fields are left out, as the schema requires.
static void append_ecs_field(struct buffer *out, const char *name, struct slice text)
{
    if (!text.len)
        return;
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, text);
}

// Elastic Common Schema 8.11.
static void append_ecs(const struct server *server, const struct request *request,
                       const struct response *response, uint64_t bytes, uint64_t ns,
                       struct buffer *out)
{
    struct slice target = logged_target(server, request);
    size_t query = slice_find_byte(target, '?', 0);
    buffer_append_cstr(out, "{\"@timestamp\":\"");
    clock_append_iso(out, clock_wall_ms());
    buffer_printf(
        out,
        "\",\"log.level\":\"info\",\"ecs.version\":\"8.11.0\",\"service.name\":\"guidanced\","
        "\"event.dataset\":\"guidanced.access\",\"event.kind\":\"event\",\"event.category\":"
        "[\"web\"],\"event.duration\":%llu,\"http.response.status_code\":%d,"
        "\"http.response.body.bytes\":%llu",
        (unsigned long long)ns, response->status, (unsigned long long)bytes);
    append_ecs_field(out, "client.ip", slice_from_cstr(request->client));
    append_ecs_field(out, "http.request.method", request->method_text);
    append_ecs_field(out, "url.path", slice_sub(target, 0, query));
    if (query != SIZE_MAX)
        append_ecs_field(out, "url.query", slice_sub(target, query + 1, target.len));
    append_ecs_field(out, "http.request.referrer", request_header(request, SLICE("Referer")));
    append_ecs_field(out, "user_agent.original", request_header(request, SLICE("User-Agent")));
    append_ecs_field(out, "labels.route", slice_from_cstr(metrics_route_label(response->route)));
    append_ecs_field(out, "labels.site", site_name(request));
    append_ecs_field(out, "http.request.id", slice_from_cstr(request->id));
    append_ecs_field(out, "trace.id", request->trace);
    buffer_append_cstr(out, "}\n");
}

// What orchestrators and scrapers request all day, and nobody looks for in a log.
static bool is_probe(const struct request *request, const struct response *response)
{
    return response->route == METRICS_OPS &&
           (request->method == HTTP_GET || request->method == HTTP_HEAD);
}

void server_done(void *state, const struct request *request, const struct response *response,
                 uint64_t bytes_sent, bool complete)
{
    struct server *server = state, *own = request->server;
    uint64_t ns = clock_monotonic_ns() - request->started_ns;
    metrics_request(server->metrics, response->route, response->status, ns, bytes_sent, complete);
    if (own && own->tally)
        tally_request(own->tally, request, response);
    if (own && own->host)
        sites_note(own->host, response->status);
    if (!server->access_log || (!server->log_probes && is_probe(request, response)))
        return;
    struct buffer line = buffer_create(request->arena, 16384);
    if (server->access_format == ACCESS_JSON)
        append_json(server, request, response, bytes_sent, ns, &line);
    else if (server->access_format == ACCESS_ECS)
        append_ecs(server, request, response, bytes_sent, ns, &line);
    else
        append_combined(server, request, response, bytes_sent, &line);
    if (!line.failed)
        log_line(server->access_log, buffer_slice(&line));
}
