// SPDX-License-Identifier: MIT
//
// Pages for readers if the site has none of its own: search results, and thanks for feedback. Plain
// HTML without styles or scripts, which is readable and passes every policy. They are in English; a
// site in another language should have layouts/search.njk and a thanks page.
#include "server.h"

static const struct slice HTML = {"text/html; charset=utf-8", 24};

static void write_word(struct buffer *out, struct value object, const char *key)
{
    struct value v = value_get(NULL, object, slice_from_cstr(key));
    if (value_is(v, VALUE_STRING))
        buffer_append_html(out, value_text(v));
}

static bool has(struct value object, const char *key)
{
    struct value v = value_get(NULL, object, slice_from_cstr(key));
    return value_is(v, VALUE_STRING) && value_text(v).len;
}

static double number(struct value object, const char *key)
{
    struct value v = value_get(NULL, object, slice_from_cstr(key));
    return value_is(v, VALUE_NUMBER) ? v.number : 0;
}

static struct slice prefix_of(const struct request *request)
{
    struct slice prefix = settings_prefix(request->settings);
    return prefix;
}

static void begin_page(struct buffer *out, const struct request *request, const char *title)
{
    buffer_append_cstr(out,
                       "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width\">\n"
                       "<meta name=\"robots\" content=\"noindex\">\n<title>");
    buffer_append_cstr(out, title);
    buffer_append_cstr(out, " - ");
    buffer_append_html(out, request->settings->name);
    buffer_append_cstr(out, "</title>\n</head>\n<body>\n<p><a href=\"");
    buffer_append_html(out, prefix_of(request));
    buffer_append_cstr(out, "/\">");
    buffer_append_html(out, request->settings->name);
    buffer_printf(out, "</a></p>\n<main>\n<h1>%s</h1>\n", title);
}

static void finish_page(struct request *request, struct response *response, struct buffer *out)
{
    buffer_append_cstr(out, "</main>\n</body>\n</html>\n");
    response_text(request, response, 200, HTML, buffer_slice(out));
    response->compressible = true;
    response->cache_control = SLICE("no-store");
}

// ---- search ----

static void write_form(struct buffer *out, const struct request *request, struct value search)
{
    buffer_append_cstr(out, "<form action=\"");
    buffer_append_html(out, prefix_of(request));
    buffer_append_cstr(out, "/search\" role=\"search\">\n<p><label for=\"q\">Search for</label> "
                            "<input id=\"q\" name=\"q\" type=\"search\" value=\"");
    write_word(out, search, "query");
    buffer_append_cstr(out, "\"> <button type=\"submit\">Search</button></p>\n</form>\n");
}

static void write_count(struct buffer *out, struct value search)
{
    size_t total = (size_t)number(search, "total");
    bool more = value_truthy(value_get(NULL, search, SLICE("more")));
    buffer_printf(out, "<p>%s%zu %s</p>\n", more ? "More than " : "", total,
                  count_word(total, "result", "results"));
    if (!has(search, "did_you_mean"))
        return;
    buffer_append_cstr(out, "<p>Did you mean <a href=\"");
    write_word(out, search, "did_you_mean_url");
    buffer_append_cstr(out, "\">");
    write_word(out, search, "did_you_mean");
    buffer_append_cstr(out, "</a>?</p>\n");
}

// The snippet is our own HTML: escaped text with <mark>.
static void write_result(struct buffer *out, const struct request *request, struct value result)
{
    struct value snippet = value_get(NULL, result, SLICE("snippet"));
    buffer_append_cstr(out, "<li><a href=\"");
    buffer_append_html(out, prefix_of(request));
    buffer_append_percent(out, value_text(value_get(NULL, result, SLICE("url"))),
                          SLICE("/!$()*+,;=:@"));
    buffer_append_cstr(out, "\">");
    write_word(out, result, has(result, "title") ? "title" : "url");
    buffer_append_cstr(out, "</a>");
    if (value_is(snippet, VALUE_STRING) && value_text(snippet).len) {
        buffer_append_cstr(out, "<br>");
        buffer_append(out, value_text(snippet));
    } else if (has(result, "description")) {
        buffer_append_cstr(out, "<br>");
        write_word(out, result, "description");
    }
    buffer_append_cstr(out, "</li>\n");
}

static void write_link(struct buffer *out, struct value search, const char *key, const char *words)
{
    if (!has(search, key))
        return;
    buffer_append_cstr(out, "<p><a href=\"");
    write_word(out, search, key);
    buffer_printf(out, "\">%s</a></p>\n", words);
}

void plain_search(struct request *request, struct response *response, struct value search)
{
    struct buffer out = buffer_create(request->arena, 0);
    struct value results = value_get(NULL, search, SLICE("results"));
    uint32_t count = value_is(results, VALUE_ARRAY) ? value_length(NULL, results) : 0;
    begin_page(&out, request, "Search");
    write_form(&out, request, search);
    if (has(search, "query"))
        write_count(&out, search);
    if (count) {
        buffer_append_cstr(&out, "<ol>\n");
        for (uint32_t i = 0; i < count; i++)
            write_result(&out, request, value_item(NULL, results, i));
        buffer_append_cstr(&out, "</ol>\n");
    }
    write_link(&out, search, "previous", "Previous page");
    write_link(&out, search, "next", "Next page");
    finish_page(request, response, &out);
}

// ---- feedback ----

void plain_thanks(struct request *request, struct response *response)
{
    struct buffer out = buffer_create(request->arena, 0);
    begin_page(&out, request, "Thank you for your feedback");
    buffer_append_cstr(&out, "<p>It has been saved.</p>\n");
    finish_page(request, response, &out);
}
