// SPDX-License-Identifier: MIT
//
// Finished HTML, token by token: enough of the standard's tokeniser for the output of guidanced and
// templates. Comments and the text of scripts and styles are skipped.
#include "findings.h"

#include "base/ascii.h"
#include "base/tag.h"
#include "base/utf8.h"

static bool is_html_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static size_t position_after(struct slice html, struct slice text, size_t from)
{
    size_t at = slice_find(html, text, from);
    return at == SIZE_MAX ? html.len : at + text.len;
}

bool html_is(const struct html_token *token, const char *name)
{
    return slice_equal_ignore_case(token->name, slice_from_cstr(name));
}

static bool text_token(struct slice html, size_t *at, struct html_token *token)
{
    size_t start = *at, end = slice_find_byte(html, '<', start + (html.ptr[start] == '<'));
    *at = end == SIZE_MAX ? html.len : end;
    *token = (struct html_token){HTML_TEXT, start, *at, SLICE_EMPTY, slice_sub(html, start, *at)};
    return true;
}

bool html_next(struct slice html, size_t *at, struct html_token *token)
{
    while (*at < html.len) {
        size_t start = *at;
        if (html.ptr[start] != '<')
            return text_token(html, at, token);
        bool closing = start + 1 < html.len && html.ptr[start + 1] == '/';
        size_t name = start + 1 + closing;
        if (slice_starts_with(slice_sub(html, start, start + 4), SLICE("<!--"))) {
            *at = position_after(html, SLICE("-->"), start + 4);
            continue;
        }
        if (name < html.len && (html.ptr[name] == '!' || html.ptr[name] == '?')) {
            *at = position_after(html, SLICE(">"), start);
            continue;
        }
        if (name >= html.len || !ascii_is_letter(html.ptr[name]))
            return text_token(html, at, token);
        size_t end = name;
        while (end < html.len && !is_html_space(html.ptr[end]) && html.ptr[end] != '>' &&
               html.ptr[end] != '/')
            end++;
        size_t close = tag_end(html, end);
        *at = close == SIZE_MAX ? html.len : close;
        *token = (struct html_token){closing ? HTML_END : HTML_START, start, *at,
                                     slice_sub(html, name, end), slice_sub(html, start, *at)};
        if (!closing && html_is(token, "script"))
            *at = position_after(html, SLICE("</script>"), *at);
        if (!closing && html_is(token, "style"))
            *at = position_after(html, SLICE("</style>"), *at);
        return true;
    }
    return false;
}

// The value that begins at *at; moves *at after it.
static struct slice read_html_value(struct slice tag, size_t *at)
{
    char quote = *at < tag.len ? tag.ptr[*at] : '\0';
    bool quoted = quote == '"' || quote == '\'';
    size_t start = *at + quoted, end = start;
    while (end < tag.len &&
           (quoted ? tag.ptr[end] != quote : !is_html_space(tag.ptr[end]) && tag.ptr[end] != '>'))
        end++;
    *at = end + quoted;
    return slice_sub(tag, start, end);
}

struct slice html_attribute(struct slice tag, const char *name)
{
    struct slice wanted = slice_from_cstr(name);
    size_t at = 1;
    while (at < tag.len && !is_html_space(tag.ptr[at]) && tag.ptr[at] != '>')
        at++;
    while (at < tag.len) {
        while (at < tag.len && (is_html_space(tag.ptr[at]) || tag.ptr[at] == '/'))
            at++;
        size_t start = at;
        while (at < tag.len && !is_html_space(tag.ptr[at]) && tag.ptr[at] != '=' &&
               tag.ptr[at] != '>' && tag.ptr[at] != '/')
            at++;
        struct slice found = slice_sub(tag, start, at), value = slice_of("", 0);
        while (at < tag.len && is_html_space(tag.ptr[at]))
            at++;
        if (at < tag.len && tag.ptr[at] == '=') {
            at++;
            while (at < tag.len && is_html_space(tag.ptr[at]))
                at++;
            value = read_html_value(tag, &at);
        } else if (!found.len)
            at++;
        if (found.len && slice_equal_ignore_case(found, wanted))
            return value;
    }
    return SLICE_EMPTY;
}

static bool append_reference(struct buffer *out, struct slice name)
{
    static const struct {
        const char *name;
        const char *text;
    } NAMES[] = {{"amp", "&"},  {"lt", "<"},   {"gt", ">"},      {"quot", "\""},
                 {"apos", "'"}, {"nbsp", " "}, {"shy", "\u00ad"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_equal(name, slice_from_cstr(NAMES[i].name))) {
            buffer_append_cstr(out, NAMES[i].text);
            return true;
        }
    if (name.len < 2 || name.ptr[0] != '#')
        return false;
    bool hex = (name.ptr[1] | 0x20) == 'x';
    double code = value_parse_int(slice_sub(name, 1 + hex, name.len), hex ? 16 : 10);
    if (!(code > 0 && code <= 0x10ffff))
        return false;
    utf8_append(out, (uint32_t)code);
    return true;
}

void html_append_text(struct buffer *out, struct slice text)
{
    size_t at = 0;
    for (;;) {
        size_t mark = slice_find_byte(text, '&', at);
        buffer_append(out, slice_sub(text, at, mark == SIZE_MAX ? text.len : mark));
        if (mark == SIZE_MAX)
            return;
        size_t end = slice_find_byte(slice_sub(text, 0, mark + 12), ';', mark);
        if (end != SIZE_MAX && append_reference(out, slice_sub(text, mark + 1, end)))
            at = end + 1;
        else {
            buffer_append_byte(out, '&');
            at = mark + 1;
        }
    }
}
