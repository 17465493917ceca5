// SPDX-License-Identifier: MIT
//
// Constraints on settings beyond their types, a row each. A bad value is refused here with an
// explanation, where file and line are known, and not where it would be used.
#include "origins.h"

#include "base/address.h"
#include "base/ascii.h"
#include "base/language_tag.h"

#include <stdio.h>

struct rule {
    const char *key;
    bool (*check)(const struct rule *rule, struct value v, struct error *error);
    double least, most;
    const char *words; // choices, separated by spaces
};

static bool refuse_value(const struct rule *rule, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool refuse_value(const struct rule *rule, struct error *error, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return error_set(error, ERROR_CONFIG, "`%s` must be %s", rule->key, text);
}

static bool in_range(const struct rule *rule, struct value v, struct error *error)
{
    if (v.number < rule->least)
        return refuse_value(rule, error, "at least %.0f, and is %.0f", rule->least, v.number);
    return v.number <= rule->most ||
           refuse_value(rule, error, "at most %.0f, and is %.0f", rule->most, v.number);
}

static bool is_text_setting(const struct rule *rule, struct value v, struct error *error)
{
    if (!slice_trim(value_text(v)).len)
        return refuse_value(rule, error, "a text, and is empty");
    return slice_find_byte(value_text(v), '\0', 0) == SIZE_MAX ||
           refuse_value(rule, error, "a text without NUL");
}

static bool is_choice(const struct rule *rule, struct value v, struct error *error)
{
    struct slice rest = slice_from_cstr(rule->words), word;
    while (slice_split(&rest, ' ', &word))
        if (slice_equal(word, value_text(v)))
            return true;
    return refuse_value(rule, error, "one of: %s; and is \"%.*s\"", rule->words,
                        SLICE_ARG(value_text(v)));
}

static bool is_listen_address(const struct rule *rule, struct value v, struct error *error)
{
    struct address address;
    bool unset = rule->words && !value_text(v).len; // unset is allowed
    return unset || address_parse(value_text(v), &address, error);
}

// Where readers find the site: we add the paths.
static bool is_origin(const struct rule *rule, struct value v, struct error *error)
{
    struct slice url = value_text(v);
    size_t start = slice_starts_with(url, SLICE("https://"))  ? 8
                   : slice_starts_with(url, SLICE("http://")) ? 7
                                                              : 0;
    struct slice host = slice_sub(url, start, url.len);
    if (host.len && host.ptr[host.len - 1] == '/')
        host.len--;
    for (size_t i = 0; i < host.len; i++)
        if ((unsigned char)host.ptr[i] <= ' ' || strchr("/?#\"<>\\^`{|}@&'", host.ptr[i])) {
            refuse_value(rule, error, "a scheme and a host, and is \"%.*s\"", SLICE_ARG(url));
            error_hint(error, "put the path in path_prefix; write it as https://guide.example");
            return false;
        }
    if (start && host.len)
        return true;
    refuse_value(rule, error, "a scheme and a host, and is \"%.*s\"", SLICE_ARG(url));
    error_hint(error, "write it as https://guide.example");
    return false;
}

static bool is_prefix(const struct rule *rule, struct value v, struct error *error)
{
    struct slice text = value_text(v);
    if (!text.len)
        return true; // like "/"
    if (text.ptr[0] != '/' || slice_starts_with(text, SLICE("//")))
        return refuse_value(rule, error, "a path that begins with one slash, and is \"%.*s\"",
                            SLICE_ARG(text));
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || strchr("?#*\\\"<>", text.ptr[i]))
            return refuse_value(rule, error,
                                "a path without spaces, query or fragment, and is \"%.*s\"",
                                SLICE_ARG(text));
    struct slice rest = text, step;
    while (slice_split(&rest, '/', &step))
        if (slice_equal(step, SLICE(".")) || slice_equal(step, SLICE("..")))
            return refuse_value(rule, error, "a path without \"%.*s\", which browsers resolve",
                                SLICE_ARG(step));
    return true;
}

// So that errors do not first show in a lang attribute.
static bool is_language(const struct rule *rule, struct value v, struct error *error)
{
    struct slice text = value_text(v);
    return language_tag_is_valid(text) ||
           refuse_value(rule, error, "a language such as en or cy-GB, and is \"%.*s\"",
                        SLICE_ARG(text));
}

// Keys that name URLs: one without the slash would match nothing.
static bool has_url_keys(const struct rule *rule, struct value v, struct error *error)
{
    const struct value_object *view = value_object_view(NULL, v);
    for (uint32_t i = 0; view && i < view->count; i++)
        if (!slice_starts_with(view->keys[i].text, SLICE("/")))
            return refuse_value(rule, error,
                                "a mapping of URLs that begin with a slash, unlike \"%.*s\"",
                                SLICE_ARG(view->keys[i].text));
    return true;
}

static bool is_names(struct value v)
{
    if (value_is(v, VALUE_STRING))
        return true;
    for (uint32_t i = 0; value_is(v, VALUE_ARRAY) && i < value_length(NULL, v); i++)
        if (!value_is(value_item(NULL, v, i), VALUE_STRING))
            return false;
    return value_is(v, VALUE_ARRAY);
}

static bool is_audiences(const struct rule *rule, struct value v, struct error *error)
{
    const struct value_object *view = value_object_view(NULL, v);
    for (uint32_t i = 0; view && i < view->count; i++)
        if (!is_names(view->values[i]))
            return refuse_value(rule, error,
                                "a mapping of URLs to names of users and groups; see \"%.*s\"",
                                SLICE_ARG(view->keys[i].text));
    return has_url_keys(rule, v, error);
}

// RFC 9110 §5.1; and what frames or describes one response is the server's alone to say.
static bool is_field_name(struct slice name)
{
    static const char *const OWN[] = {"Content-Length", "Transfer-Encoding",
                                      "Connection",     "Content-Encoding",
                                      "Content-Range",  "Date",
                                      "Content-Type",   "Cache-Control",
                                      "ETag",           "Last-Modified",
                                      "Accept-Ranges",  "Location",
                                      "Allow",          "X-Request-Id",
                                      "Keep-Alive",     "Trailer",
                                      "Upgrade"};
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        if (slice_equal_ignore_case(name, slice_from_cstr(OWN[i])))
            return false;
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_is_token(name.ptr[i]))
            return false;
    return name.len > 0;
}

// RFC 9110 §5.5: no control characters but tabs.
static bool is_field_text(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\t') || text.ptr[i] == 0x7f)
            return false;
    return true;
}

static bool has_fields(const struct rule *rule, struct value v, struct error *error)
{
    const struct value_object *view = value_object_view(NULL, v);
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct value text = view->values[i];
        if (!is_field_name(view->keys[i].text))
            return refuse_value(rule, error,
                                "a mapping of field names that may be set, unlike \"%.*s\"",
                                SLICE_ARG(view->keys[i].text));
        if (value_is(text, VALUE_STRING)
                ? !is_field_text(slice_trim(value_text(text)))
                : !value_is(text, VALUE_NUMBER) && !value_is(text, VALUE_BOOLEAN))
            return refuse_value(rule, error,
                                "a mapping of fields to texts on one line; see \"%.*s\"",
                                SLICE_ARG(view->keys[i].text));
    }
    return true;
}

static bool is_optional_field(const struct rule *rule, struct value v, struct error *error)
{
    struct slice name = value_text(v);
    return !name.len || is_field_name(name) ||
           refuse_value(rule, error, "the name of a field, and is \"%.*s\"", SLICE_ARG(name));
}

// Compared with names that have no port and are in lower case.
static bool is_host_pattern(const struct rule *rule, struct value v, struct error *error)
{
    static const struct slice HOLDER = {"{ref}", 5};
    struct slice text = value_text(v);
    size_t at = slice_find(text, HOLDER, 0);
    bool ok = at != SIZE_MAX;
    for (size_t i = 0; ok && i < text.len; i++) {
        char c = text.ptr[i];
        ok = (i >= at && i < at + HOLDER.len) || (c >= 'a' && c <= 'z') || ascii_is_digit(c) ||
             c == '-' || c == '.' || c == '_';
    }
    if (ok || !text.len)
        return true;
    refuse_value(rule, error, "a host name in lower case with {ref}, and is \"%.*s\"",
                 SLICE_ARG(text));
    error_hint(error, "write it as \"{ref}.preview.guide.example\"");
    return false;
}

static bool is_field_value(const struct rule *rule, struct value v, struct error *error)
{
    return is_field_text(value_text(v)) ||
           refuse_value(rule, error, "the value of a field, without line breaks");
}

// Line breaks have no meaning in it, and are not sent.
static bool is_policy(const struct rule *rule, struct value v, struct error *error)
{
    struct slice rest = value_text(v), line;
    while (slice_next_line(&rest, &line))
        if (!is_field_text(line))
            return refuse_value(rule, error, "a policy, without control characters");
    return true;
}

static bool is_list(const struct rule *rule, struct value v, struct error *error)
{
    return value_is(v, VALUE_ARRAY) || refuse_value(rule, error, "a list");
}

static bool is_paths(const struct rule *rule, struct value v, struct error *error)
{
    return is_names(v) || refuse_value(rule, error, "a list of directories");
}

static bool is_certificate(struct value v)
{
    static const char *const KEYS[] = {"certificate", "key", "ocsp"};
    const struct value_object *view = value_object_view(NULL, v);
    unsigned needed = 0;
    for (uint32_t i = 0; view && i < view->count; i++) {
        size_t k = 0;
        while (k < 3 && !slice_equal(view->keys[i].text, slice_from_cstr(KEYS[k])))
            k++;
        if (k == 3 || !value_is(view->values[i], VALUE_STRING) || !value_text(view->values[i]).len)
            return false;
        needed += k < 2;
    }
    return needed == 2;
}

static bool is_certificates(const struct rule *rule, struct value v, struct error *error)
{
    bool ok = value_is(v, VALUE_ARRAY);
    for (uint32_t i = 0; ok && i < value_length(NULL, v); i++)
        ok = is_certificate(value_item(NULL, v, i));
    if (ok)
        return true;
    refuse_value(rule, error, "a list of certificates, each with `certificate` and `key`");
    error_hint(error, "write - {certificate: tls/guide.pem, key: tls/guide.key}");
    return false;
}

enum { K = 1 << 10, M = 1 << 20, G = 1 << 30 };

static const struct rule RULES[] = {
    {"name", is_text_setting, 0, 0, NULL},
    {"url", is_origin, 0, 0, NULL},
    {"lang", is_language, 0, 0, NULL},
    {"input", is_text_setting, 0, 0, NULL},
    {"includes", is_text_setting, 0, 0, NULL},
    {"data", is_text_setting, 0, 0, NULL},
    {"path_prefix", is_prefix, 0, 0, NULL},
    {"passthrough", has_url_keys, 0, 0, NULL},
    {"eleventy_version", in_range, 1, 3, NULL},
    {"redirects", is_list, 0, 0, NULL},
    {"script.command", is_text_setting, 0, 0, NULL},
    {"script.scratch", is_text_setting, 0, 0, NULL},
    {"script.memory", in_range, 16 * M, 64.0 * G, NULL},
    {"script.timeout", in_range, 1, 3600000, NULL},
    {"search.page_size", in_range, 1, 100, NULL},
    {"feedback.file", is_text_setting, 0, 0, NULL},
    {"feedback.retention_days", in_range, 0, 36500, NULL},
    {"feedback.outbox", in_range, 0, 10000000, NULL},
    {"feedback.max_comment_length", in_range, 1, 1000000, NULL},
    {"usage.file", is_text_setting, 0, 0, NULL},
    {"usage.retention_days", in_range, 7, 365, NULL},
    {"listen", is_listen_address, 0, 0, NULL},
    {"admin_listen", is_listen_address, 0, 0, "unset"},
    {"site_roots", is_paths, 0, 0, NULL},
    {"tls.certificates", is_certificates, 0, 0, NULL},
    {"cache", is_text_setting, 0, 0, NULL},
    {"threads", in_range, 0, 64, NULL},
    {"git.history", in_range, 0, 50, NULL},
    {"git.preview_count", in_range, 1, 60, NULL},
    {"git.preview_host", is_host_pattern, 0, 0, NULL},
    {"git.preview_memory", in_range, M, 1024.0 * G, NULL},
    {"headers", has_fields, 0, 0, NULL},
    {"content_security_policy", is_policy, 0, 0, NULL},
    {"cache_control", is_field_value, 0, 0, NULL},
    {"asset_cache_control", is_field_value, 0, 0, NULL},
    {"cdn.tags", is_optional_field, 0, 0, NULL},
    {"cdn.control", is_field_value, 0, 0, NULL},
    {"access.user_header", is_optional_field, 0, 0, NULL},
    {"access.groups_header", is_optional_field, 0, 0, NULL},
    {"access.files", is_audiences, 0, 0, NULL},
    {"log.level", is_choice, 0, 0, "debug info warning error"},
    {"log.format", is_choice, 0, 0, "text json ecs"},
    {"log.access_format", is_choice, 0, 0, "combined combined-id json ecs"},
    {"limits.page_bytes", in_range, 1, 64 * M, NULL},
    {"limits.front_matter_bytes", in_range, 1, 64 * M, NULL},
    {"limits.front_matter_depth", in_range, 1, 256, NULL},
    {"limits.front_matter_nodes", in_range, 1, 10000000, NULL},
    {"limits.data_bytes", in_range, 1, G, NULL},
    {"limits.asset_bytes", in_range, 1, 64.0 * G, NULL},
    {"limits.pages", in_range, 1, 10000000, NULL},
    {"limits.render_ms", in_range, 1, 3600000, NULL},
    {"limits.render_instructions", in_range, 1, UINT32_MAX, NULL},
    {"limits.render_bytes", in_range, 1, G, NULL},
    {"limits.render_depth", in_range, 1, 512, NULL},
    {"limits.connections", in_range, 1, 1000000, NULL},
    {"limits.target_bytes", in_range, 64, M, NULL},
    {"limits.header_bytes", in_range, 256, M, NULL},
    {"limits.body_bytes", in_range, 1, 64 * M, NULL},
    {"limits.header_timeout", in_range, 1, 86400000, NULL},
    {"limits.idle_timeout", in_range, 1, 86400000, NULL},
    {"limits.request_timeout", in_range, 1, 86400000, NULL},
};

bool setting_check(const struct settings_row *row, struct value v, struct error *error)
{
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
        if (strcmp(RULES[i].key, row->key) == 0)
            return RULES[i].check(&RULES[i], v, error);
    return true;
}
