// SPDX-License-Identifier: MIT
//
// Tags: names, attributes, and what may be between them.
#include "html_tags.h"

#include "base/ascii.h"
#include "base/utf8.h"

bool html_is_space_at(struct slice text, size_t at)
{
    return at < text.len && utf8_is_space(utf8_decode(text, &at));
}

static size_t skip_tag_space(struct slice text, size_t at)
{
    for (size_t after = at; at < text.len && utf8_is_space(utf8_decode(text, &after));)
        at = after;
    return at;
}

// The offset after a tag's name at `at`; `at` itself: there is none.
static size_t skip_name(struct slice text, size_t at)
{
    if (at == text.len || !ascii_is_letter(text.ptr[at]))
        return at;
    while (at < text.len &&
           (ascii_is_letter(text.ptr[at]) || ascii_is_digit(text.ptr[at]) || text.ptr[at] == '-'))
        at++;
    return at;
}

static size_t skip_attribute_name(struct slice text, size_t at)
{
    if (at == text.len ||
        (!ascii_is_letter(text.ptr[at]) && text.ptr[at] != '_' && text.ptr[at] != ':'))
        return at;
    while (at < text.len && (ascii_is_letter(text.ptr[at]) || ascii_is_digit(text.ptr[at]) ||
                             (text.ptr[at] && strchr("_:.-", text.ptr[at]))))
        at++;
    return at;
}

// The offset after a value; 0: there is none.
static size_t skip_value(struct slice text, size_t at)
{
    if (at == text.len)
        return 0;
    char quote = text.ptr[at];
    if (quote == '"' || quote == '\'') {
        size_t end = slice_find_byte(text, quote, at + 1);
        return end == SIZE_MAX ? 0 : end + 1;
    }
    size_t end = at;
    while (end < text.len && (unsigned char)text.ptr[end] > ' ' &&
           !strchr("\"'=<>`", text.ptr[end]))
        end++;
    return end > at ? end : 0;
}

// The offset after the attributes from `at` on: each with white space before it, perhaps also
// around "=".
static size_t skip_attributes(struct slice text, size_t at)
{
    for (;;) {
        size_t name = skip_tag_space(text, at), end = skip_attribute_name(text, name);
        if (name == at || end == name)
            return at;
        at = end;
        size_t equals = skip_tag_space(text, end);
        if (equals == text.len || text.ptr[equals] != '=')
            continue;
        size_t value = skip_value(text, skip_tag_space(text, equals + 1));
        if (!value)
            return at;
        at = value;
    }
}

static size_t skip_closing_tag(struct slice text, size_t at, bool may_be_empty)
{
    at = skip_tag_space(text, at);
    if (may_be_empty && at < text.len && text.ptr[at] == '/')
        at++;
    return at < text.len && text.ptr[at] == '>' ? at + 1 : 0;
}

size_t html_tag(struct slice text)
{
    bool closing = text.len > 1 && text.ptr[1] == '/';
    size_t name = 1 + (size_t)closing, end;
    if (!text.len || text.ptr[0] != '<' || (end = skip_name(text, name)) == name)
        return 0;
    return closing ? skip_closing_tag(text, end, false)
                   : skip_closing_tag(text, skip_attributes(text, end), true);
}

bool html_opens_link(struct slice html)
{
    return html.len > 2 && html.ptr[0] == '<' && (html.ptr[1] | 0x20) == 'a' &&
           (html.ptr[2] == '>' || html_is_space_at(html, 2));
}

bool html_closes_link(struct slice html)
{
    if (html.len < 4 || !slice_equal_ignore_case(slice_sub(html, 0, 3), SLICE("</a")))
        return false;
    size_t end = skip_tag_space(html, 3);
    return end < html.len && html.ptr[end] == '>';
}
