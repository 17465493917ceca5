// SPDX-License-Identifier: MIT
//
// The allow-list for raw HTML of authors who are not trusted: elements and attributes by name; what
// is not on it is shown as text. URLs may be relative, http, https, mailto or tel.
#include "tree.h"

static const char *const ELEMENTS[] = {
    "a",       "abbr",    "b",    "blockquote", "br",   "caption", "cite",       "code",   "dd",
    "del",     "details", "div",  "dl",         "dt",   "em",      "figcaption", "figure", "h1",
    "h2",      "h3",      "h4",   "h5",         "h6",   "hr",      "i",          "img",    "ins",
    "kbd",     "li",      "mark", "ol",         "p",    "pre",     "q",          "s",      "samp",
    "section", "small",   "span", "strong",     "sub",  "summary", "sup",        "table",  "tbody",
    "td",      "tfoot",   "th",   "thead",      "time", "tr",      "ul",         "var"};
static const char *const ATTRIBUTES[] = {
    "alt", "class", "colspan", "datetime", "height", "href",  "id",     "lang",  "open",
    "rel", "role",  "rowspan", "scope",    "src",    "start", "target", "title", "width"};

static bool is_listed(struct slice name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal_ignore_case(name, slice_from_cstr(list[i])))
            return true;
    return false;
}

static bool is_name(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool is_safe_url(struct slice url)
{
    static const char *const SCHEMES[] = {"http", "https", "mailto", "tel"};
    size_t colon = slice_find_byte(url, ':', 0);
    for (size_t i = 0; i < url.len && i < colon; i++)
        if (url.ptr[i] == '/' || url.ptr[i] == '?' || url.ptr[i] == '#')
            return true; // relative
    // An entity or a control character could hide a scheme.
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] < 0x20 || (url.ptr[i] == '&' && i < colon))
            return false;
    return colon == SIZE_MAX || is_listed(slice_sub(url, 0, colon), SCHEMES, 4);
}

// The attributes of a tag, from behind its name; only those listed are written.
static void append_attributes(struct buffer *out, struct slice rest)
{
    size_t i = 0;
    while (i < rest.len) {
        if (!is_name(rest.ptr[i])) {
            i++;
            continue;
        }
        size_t start = i;
        while (i < rest.len && is_name(rest.ptr[i]))
            i++;
        struct slice name = slice_sub(rest, start, i), value = SLICE_EMPTY;
        if (i < rest.len && rest.ptr[i] == '=') {
            char quote = i + 1 < rest.len ? rest.ptr[i + 1] : '\0';
            bool quoted = quote == '"' || quote == '\'';
            size_t from = i + 1 + quoted;
            i = from;
            while (i < rest.len && (quoted ? rest.ptr[i] != quote : rest.ptr[i] != ' '))
                i++;
            value = slice_sub(rest, from, i);
            i += quoted;
        }
        bool url = slice_equal_ignore_case(name, SLICE("href")) ||
                   slice_equal_ignore_case(name, SLICE("src"));
        if (!is_listed(name, ATTRIBUTES, sizeof ATTRIBUTES / sizeof *ATTRIBUTES) ||
            (url && !is_safe_url(slice_trim(value))))
            continue;
        buffer_printf(out, " %.*s=\"", SLICE_ARG(name));
        buffer_append_html(out, value);
        buffer_append_byte(out, '"');
    }
}

static void append_tag(struct buffer *out, struct slice tag)
{
    bool closing = tag.len > 1 && tag.ptr[1] == '/';
    size_t start = 1 + (size_t)closing, end = start;
    while (end < tag.len && is_name(tag.ptr[end]))
        end++;
    struct slice name = slice_sub(tag, start, end);
    if (!is_listed(name, ELEMENTS, sizeof ELEMENTS / sizeof *ELEMENTS)) {
        buffer_append_html(out, tag);
        return;
    }
    buffer_append_cstr(out, closing ? "</" : "<");
    buffer_append(out, name);
    if (!closing)
        append_attributes(out, slice_sub(tag, end, tag.len - 1));
    buffer_append_byte(out, '>');
}

// Where the tag at `at` ends: a '>' outside quotes.
static size_t tag_end(struct slice html, size_t at)
{
    char quote = '\0';
    for (size_t i = at + 1; i < html.len; i++) {
        char c = html.ptr[i];
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '>')
            return i + 1;
    }
    return SIZE_MAX;
}

void sanitise_append(struct buffer *out, struct slice html)
{
    size_t at = 0;
    while (at < html.len) {
        size_t open = slice_find_byte(html, '<', at);
        buffer_append_html(out, slice_sub(html, at, open));
        if (open == SIZE_MAX)
            return;
        size_t end = tag_end(html, open);
        struct slice tag = slice_sub(html, open, end);
        if (slice_starts_with(tag, SLICE("<!--"))) {
            size_t close = slice_find(html, SLICE("-->"), open);
            end = close == SIZE_MAX ? SIZE_MAX : close + 3;
        } else if (end == SIZE_MAX)
            buffer_append_html(out, tag);
        else
            append_tag(out, tag);
        at = end == SIZE_MAX ? html.len : end;
    }
}
