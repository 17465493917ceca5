// SPDX-License-Identifier: MIT
//
// The fields of every response, prepared once: the usual security fields, and `headers:` of
// guidance.yaml, which may replace any of them.
#include "csp.h"
#include "server.h"

struct fields {
    struct http_header *rows; // SERVER_HEADERS_MAX of them
    size_t count;
};

static bool add_field(struct fields *fields, struct slice name, struct slice value)
{
    for (size_t i = 0; i < fields->count; i++)
        if (slice_equal_ignore_case(fields->rows[i].name, name)) {
            fields->rows[i].value = value;
            return true;
        }
    if (fields->count == SERVER_HEADERS_MAX)
        return false;
    fields->rows[fields->count++] = (struct http_header){name, value};
    return true;
}

static const struct {
    const char *name;
    const char *value;
} SECURITY[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "strict-origin-when-cross-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=(), interest-cohort=()"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
};

static bool add_configured(struct fields *fields, const struct settings *settings,
                           struct arena *arena, struct error *error)
{
    struct value headers = settings->headers;
    const struct value_object *view =
        value_is(headers, VALUE_OBJECT) ? value_object_view(NULL, headers) : NULL;
    struct value_realm realm = value_realm_create(arena);
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct slice text = slice_trim(value_to_text(&realm, view->values[i]));
        if (!add_field(fields, view->keys[i].text, text))
            return error_set(error, ERROR_CONFIG, "`headers` has more than %d fields",
                             SERVER_HEADERS_MAX);
    }
    return true;
}

bool headers_of_settings(const struct settings *settings, struct arena *arena,
                         struct http_header *headers, size_t *count, struct error *error)
{
    struct fields fields = {.rows = headers};
    struct slice policy = csp_policy(settings, arena);
    for (size_t i = 0; i < sizeof SECURITY / sizeof *SECURITY; i++)
        add_field(&fields, slice_from_cstr(SECURITY[i].name), slice_from_cstr(SECURITY[i].value));
    if (policy.len)
        add_field(&fields, SLICE("Content-Security-Policy"), policy);
    if (settings->tls.certificate.full.len)
        add_field(&fields, SLICE("Strict-Transport-Security"), SLICE(SERVER_HSTS));
    bool ok = add_configured(&fields, settings, arena, error);
    *count = fields.count;
    // A policy that is not whole protects nobody.
    return ok && (!arena_failed(arena) || error_memory(error));
}

bool server_has_header(const struct server *server, struct slice name)
{
    for (size_t i = 0; i < server->header_count; i++)
        if (slice_equal_ignore_case(server->headers[i].name, name))
            return true;
    return false;
}

bool server_prepare_headers(struct server *server, struct arena *arena, struct error *error)
{
    return headers_of_settings(server->settings, arena, server->headers, &server->header_count,
                               error);
}
