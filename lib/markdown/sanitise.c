// SPDX-License-Identifier: MIT
//
// Strict mode, for sites whose authors are not trusted: only raw HTML on an allow-list.
//
// No tag is passed through. Elements and attributes on the list are written anew, values quoted and
// escaped; anything else is shown as text. URLs are relative, or have a scheme on the list. An open
// element is closed where the block around it ends, and an end tag without a start tag is dropped,
// so that a page cannot close what its layout opened.
#include "sanitise.h"

#include "base/tag.h"

static const char *const ELEMENTS[] = {
    "a",       "abbr",    "b",    "blockquote", "br",   "caption", "cite",       "code",   "dd",
    "del",     "details", "div",  "dl",         "dt",   "em",      "figcaption", "figure", "h1",
    "h2",      "h3",      "h4",   "h5",         "h6",   "hr",      "i",          "img",    "ins",
    "kbd",     "li",      "mark", "ol",         "p",    "pre",     "q",          "s",      "samp",
    "section", "small",   "span", "strong",     "sub",  "summary", "sup",        "table",  "tbody",
    "td",      "tfoot",   "th",   "thead",      "time", "tr",      "ul",         "var",    NULL};
static const char *const VOID_ELEMENTS[] = {"br", "hr", "img", NULL};
static const char *const ATTRIBUTES[] = {"alt",      "class",   "colspan", "datetime", "height",
                                         "href",     "id",      "lang",    "open",     "rel",
                                         "role",     "rowspan", "scope",   "src",      "start",
                                         "tabindex", "target",  "title",   "width",    NULL};
static const char *const SCHEMES[] = {"http", "https", "mailto", "tel", NULL};

static bool is_listed_name(struct slice name, const char *const *list)
{
    for (; *list; list++)
        if (slice_equal_ignore_case(name, slice_from_cstr(*list)))
            return true;
    return false;
}

static bool is_name_byte(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

// ---- URLs and attributes ----

bool sanitise_url(struct slice url)
{
    size_t colon = slice_find_byte(url, ':', 0);
    // Browsers remove white space and control characters before they look for a scheme.
    for (size_t i = 0; i < url.len; i++)
        if ((unsigned char)url.ptr[i] <= ' ' || url.ptr[i] == 0x7f)
            return false;
    for (size_t i = 0; i < url.len && i < colon; i++)
        if (strchr("/?#", url.ptr[i]))
            return true; // relative
    return colon == SIZE_MAX || is_listed_name(slice_sub(url, 0, colon), SCHEMES);
}

static bool is_url(struct slice name)
{
    return slice_equal_ignore_case(name, SLICE("href")) ||
           slice_equal_ignore_case(name, SLICE("src"));
}

bool sanitise_attribute(struct slice name, struct slice value)
{
    bool aria = name.len > 5 && slice_equal_ignore_case(slice_sub(name, 0, 5), SLICE("aria-"));
    for (size_t i = 0; i < name.len; i++)
        if (!is_name_byte(name.ptr[i]))
            return false;
    return (aria || is_listed_name(name, ATTRIBUTES)) &&
           (!is_url(name) || sanitise_url(slice_trim(value)));
}

// The length of "&name;", "&#1;" or "&#x1;" at the start of a text; 0: none.
static size_t entity_length(struct slice text)
{
    size_t i = 1;
    bool number = i < text.len && text.ptr[i] == '#';
    i += number;
    if (number && i < text.len && (text.ptr[i] | 0x20) == 'x')
        i++;
    size_t start = i;
    while (i < text.len && text.ptr[i] != '-' && is_name_byte(text.ptr[i]))
        i++;
    return i > start && i < text.len && text.ptr[i] == ';' ? i + 1 : 0;
}

// Escapes a text except for its entities.
static void append_escaped_text(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        size_t length = text.ptr[i] == '&' ? entity_length(slice_sub(text, i, text.len)) : 0;
        if (length)
            buffer_append(out, slice_sub(text, i, i + length));
        else
            buffer_append_html(out, slice_sub(text, i, i + 1));
        i += length ? length : 1;
    }
}

// "&amp;" is "&". Any other entity is not allowed in a URL: it could spell a scheme.
static struct slice plain_url(struct arena *arena, struct slice url)
{
    struct buffer out = buffer_create(arena, 0);
    static const struct slice AMP = {"&amp;", 5};
    for (size_t i = 0; i < url.len;) {
        bool amp = slice_starts_with(slice_sub(url, i, url.len), AMP);
        buffer_append_byte(&out, url.ptr[i]);
        i += amp ? AMP.len : 1;
    }
    return buffer_slice(&out);
}

static void append_attribute(struct buffer *out, struct slice name, struct slice value)
{
    bool url = is_url(name);
    if (url)
        value = plain_url(out->arena, slice_trim(value));
    if (!sanitise_attribute(name, value))
        return;
    buffer_printf(out, " %.*s=\"", SLICE_ARG(name));
    if (url)
        buffer_append_html(out, value);
    else
        append_escaped_text(out, value);
    buffer_append_byte(out, '"');
}

static bool is_attribute_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static size_t skip_spaces(struct slice text, size_t at)
{
    while (at < text.len && is_attribute_space(text.ptr[at]))
        at++;
    return at;
}

static struct slice read_attribute_value(struct slice rest, size_t *at)
{
    char quote = *at < rest.len ? rest.ptr[*at] : '\0';
    bool quoted = quote == '"' || quote == '\'';
    size_t from = *at + quoted, end = from;
    while (end < rest.len && (quoted ? rest.ptr[end] != quote : !is_attribute_space(rest.ptr[end])))
        end++;
    *at = end + quoted;
    return slice_sub(rest, from, end);
}

// The attributes of a tag, from after its name.
static void append_attributes(struct buffer *out, struct slice rest)
{
    for (size_t i = 0; i < rest.len;) {
        size_t start = i;
        while (i < rest.len && !is_attribute_space(rest.ptr[i]) && !strchr("=/>", rest.ptr[i]))
            i++;
        struct slice name = slice_sub(rest, start, i), value = slice_of("", 0);
        size_t equals = skip_spaces(rest, i);
        if (name.len && equals < rest.len && rest.ptr[equals] == '=') {
            i = skip_spaces(rest, equals + 1);
            value = read_attribute_value(rest, &i);
        } else if (!name.len)
            i++;
        if (name.len)
            append_attribute(out, name, value);
    }
}

// ---- tags ----

static void append_end(struct buffer *out, struct slice name)
{
    buffer_printf(out, "</%.*s>", SLICE_ARG(name));
}

static void close_down_to(struct sanitiser *s, struct buffer *out, unsigned count)
{
    while (s->count > count)
        append_end(out, s->open[--s->count]);
}

static void append_start_tag(struct sanitiser *s, struct buffer *out, struct slice name,
                             struct slice rest)
{
    bool empty = is_listed_name(name, VOID_ELEMENTS);
    if (!empty && s->count == SANITISE_OPEN_MAX)
        return;
    buffer_append_byte(out, '<');
    buffer_append(out, name);
    append_attributes(out, rest);
    buffer_append_byte(out, '>');
    if (!empty)
        s->open[s->count++] = name;
}

static void append_end_tag(struct sanitiser *s, struct buffer *out, struct slice name)
{
    for (unsigned i = s->count; i > s->base; i--)
        if (slice_equal_ignore_case(s->open[i - 1], name)) {
            close_down_to(s, out, i - 1);
            return;
        }
}

static void append_tag(struct sanitiser *s, struct buffer *out, struct slice tag)
{
    bool closing = tag.len > 1 && tag.ptr[1] == '/';
    size_t start = 1 + (size_t)closing, end = start;
    while (end < tag.len && is_name_byte(tag.ptr[end]))
        end++;
    struct slice name = slice_sub(tag, start, end);
    if (!is_listed_name(name, ELEMENTS))
        append_escaped_text(out, tag);
    else if (closing)
        append_end_tag(s, out, name);
    else
        append_start_tag(s, out, name, slice_sub(tag, end, tag.len - 1));
}

// The offset after a comment, declaration or processing instruction, which is dropped; 0: none.
static size_t skip_declaration(struct slice html, size_t at)
{
    struct slice here = slice_sub(html, at, html.len);
    bool comment = slice_starts_with(here, SLICE("<!--"));
    if (!comment && !slice_starts_with(here, SLICE("<!")) && !slice_starts_with(here, SLICE("<?")))
        return 0;
    struct slice close = comment ? SLICE("-->") : SLICE(">");
    size_t end = slice_find(html, close, at + (comment ? 4 : 2));
    return end == SIZE_MAX ? html.len : end + close.len;
}

void sanitise_append(struct sanitiser *s, struct buffer *out, struct slice html)
{
    size_t at = 0;
    while (at < html.len) {
        size_t open = slice_find_byte(html, '<', at);
        append_escaped_text(out, slice_sub(html, at, open));
        if (open == SIZE_MAX)
            return;
        size_t end = skip_declaration(html, open);
        if (!end) {
            end = tag_end(html, open);
            if (end == SIZE_MAX) {
                append_escaped_text(out, slice_sub(html, open, html.len));
                return;
            }
            append_tag(s, out, slice_sub(html, open, end));
        }
        at = end;
    }
}

unsigned sanitise_enter(struct sanitiser *s)
{
    unsigned outer = s->base;
    s->base = s->count;
    return outer;
}

void sanitise_leave(struct sanitiser *s, struct buffer *out, unsigned outer)
{
    close_down_to(s, out, s->base);
    s->base = outer;
}
