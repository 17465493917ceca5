// SPDX-License-Identifier: MIT
//
// Filters that know HTML, URLs or JSON: striptags, urlencode, urlize, wordcount, dump. The regular
// expressions of Nunjucks' versions are small enough to write as scanners, which run in linear
// time. Source: Nunjucks 3.2.4, src/filters.js (behaviour).
#include "builtins.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <math.h>

// ---- bytes ----

// JavaScript's \w without the u flag.
static bool is_regexp_word(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '_';
}

static char markup_byte(struct slice text, size_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

// ---- striptags ----

// End of the comment that begins at `at`, or `at`.
static size_t skip_comment(struct slice text, size_t at)
{
    if (!slice_starts_with(slice_sub(text, at, text.len), SLICE("<!--")))
        return at;
    size_t end = slice_find(text, SLICE("-->"), at + 4);
    return end == SIZE_MAX ? at : end + 3;
}

// End of the tag that begins at `at`, or `at`: </?[a-z][a-z0-9]*\b[^>]*>
static size_t skip_tag(struct slice text, size_t at)
{
    size_t name = at + 1 + (markup_byte(text, at + 1) == '/');
    if (!ascii_is_letter(markup_byte(text, name)))
        return at;
    while (ascii_is_letter(markup_byte(text, name)) || ascii_is_digit(markup_byte(text, name)))
        name++;
    if (markup_byte(text, name) == '_')
        return at;
    size_t end = slice_find_byte(text, '>', name);
    return end == SIZE_MAX ? at : end + 1;
}

// `no_tag`: no '>' follows, so no tag can end; without this, unclosed '<' would take quadratic
// time.
static void append_without_tags(struct buffer *out, struct slice text)
{
    size_t from = 0;
    size_t at = 0;
    bool no_comment = false;
    size_t last_close = text.len;
    while (last_close > 0 && text.ptr[last_close - 1] != '>')
        last_close--;
    while ((at = slice_find_byte(text, '<', at)) != SIZE_MAX && at < last_close) {
        size_t end = skip_tag(text, at);
        if (end == at && !no_comment) {
            end = skip_comment(text, at);
            no_comment = end == at && slice_starts_with(slice_sub(text, at, at + 4), SLICE("<!--"));
        }
        if (end == at) {
            at++;
            continue;
        }
        buffer_append(out, slice_sub(text, from, at));
        from = at = end;
    }
    buffer_append(out, slice_sub(text, from, text.len));
}

static void append_squeezed(struct buffer *out, struct slice text)
{
    bool in_space = false;
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        bool space = utf8_is_space(utf8_decode(text, &at));
        if (!space)
            buffer_append(out, slice_sub(text, start, at));
        else if (!in_space)
            buffer_append_byte(out, ' ');
        in_space = space;
    }
}

static bool is_line_end(struct slice text, size_t at)
{
    if (at >= text.len || text.ptr[at] == '\n' || text.ptr[at] == '\r')
        return true;
    struct slice three = slice_sub(text, at, at + 3);
    return slice_equal(three, SLICE("\xe2\x80\xa8")) || slice_equal(three, SLICE("\xe2\x80\xa9"));
}

// Spaces at line ends and starts are removed, others squeezed; CR LF becomes LF.
static void append_trimmed_lines(struct buffer *out, struct slice text)
{
    bool line_start = true;
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == ' ') {
            while (markup_byte(text, at) == ' ')
                at++;
            if (!line_start && !is_line_end(text, at))
                buffer_append_byte(out, ' ');
            continue;
        }
        size_t start = at;
        line_start = is_line_end(text, at);
        utf8_decode(text, &at);
        if (text.ptr[start] != '\r' || markup_byte(text, at) != '\n')
            buffer_append(out, slice_sub(text, start, at));
    }
}

// At most two line feeds in a row.
static void append_fewer_blank_lines(struct buffer *out, struct slice text)
{
    size_t feeds = 0;
    for (size_t at = 0; at < text.len; at++) {
        feeds = text.ptr[at] == '\n' ? feeds + 1 : 0;
        if (feeds <= 2)
            buffer_append_byte(out, text.ptr[at]);
    }
}

struct value filter_striptags(struct value_call *call)
{
    struct value v = builtin_normalise(value_arg(call, 0));
    struct slice text;
    if (!builtin_text(call, "striptags", v, &text))
        return value_undefined();
    struct buffer bare = builtin_buffer(call);
    append_without_tags(&bare, text);
    struct slice trimmed = builtin_trim(buffer_slice(&bare));
    struct buffer out = builtin_buffer(call);
    if (value_truthy(value_arg(call, 1))) {
        struct buffer lines = builtin_buffer(call);
        append_trimmed_lines(&lines, trimmed);
        append_fewer_blank_lines(&out, buffer_slice(&lines));
        out.failed |= lines.failed;
    } else {
        append_squeezed(&out, trimmed);
    }
    out.failed |= bare.failed;
    return builtin_finish(call, &out, v);
}

// ---- urlencode ----

// encodeURIComponent
static void append_component(struct buffer *out, struct slice text)
{
    buffer_append_percent(out, text, SLICE("!*'()"));
}

static void append_pair(struct value_call *call, struct buffer *out, struct slice key,
                        struct value v)
{
    if (out->len > 0)
        buffer_append_byte(out, '&');
    append_component(out, key);
    buffer_append_byte(out, '=');
    append_component(out, value_is(v, VALUE_UNDEFINED) ? SLICE("undefined")
                                                       : value_to_text(call->realm, v));
}

// Items 0 and 1 of an array's item, whatever its type.
static bool append_pair_of(struct value_call *call, struct buffer *out, struct value pair)
{
    struct value key;
    struct value v;
    if (!builtin_member(call, pair, value_number(0), &key) ||
        !builtin_member(call, pair, value_number(1), &v))
        return false;
    append_pair(
        call, out,
        value_is(key, VALUE_UNDEFINED) ? SLICE("undefined") : value_to_text(call->realm, key), v);
    return true;
}

static bool append_pairs(struct value_call *call, struct buffer *out, struct value v)
{
    if (value_is(v, VALUE_ARRAY)) {
        const struct value_array *array = value_array_view(call->realm, v);
        for (uint32_t i = 0; i < array->count; i++)
            if (!append_pair_of(call, out, array->items[i]))
                return false;
        return true;
    }
    if (!value_is(v, VALUE_OBJECT))
        return true;
    const struct value_object *object = value_object_view(call->realm, v);
    for (uint32_t i = 0; i < object->count; i++)
        append_pair(call, out, object->keys[i].text, object->values[i]);
    return true;
}

struct value filter_urlencode(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct buffer out = builtin_buffer(call);
    if (builtin_is_plain_string(v)) {
        append_component(&out, value_text(v));
    } else if (builtin_is_safe(v)) {
        // A SafeString is an object with these two members, and Nunjucks encodes them.
        double length = (double)utf8_utf16_length(value_text(v));
        append_pair(call, &out, SLICE("val"), v);
        append_pair(call, &out, SLICE("length"), value_number(length));
    } else if (!append_pairs(call, &out, v)) {
        return value_undefined();
    }
    return builtin_finish_plain(call, &out);
}

// ---- urlize ----

// Drops one opening and one closing mark around a word.
static struct slice unwrap(struct slice word)
{
    static const struct slice opening[] = {{"(", 1}, {"<", 1}, {"&lt;", 4}};
    static const struct slice closing[] = {{".", 1}, {",", 1}, {")", 1}, {"&gt;", 4}};
    for (size_t i = 0; i < 3; i++)
        if (slice_starts_with(word, opening[i])) {
            word = slice_sub(word, opening[i].len, word.len);
            break;
        }
    for (size_t i = 0; i < 4; i++)
        if (slice_ends_with(word, closing[i]))
            return slice_sub(word, 0, word.len - closing[i].len);
    return word;
}

static bool is_label(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '-';
}

// One label and at least one more after a dot.
static bool is_host(struct slice text)
{
    size_t labels = 0;
    struct slice label;
    while (slice_split(&text, '.', &label)) {
        for (size_t i = 0; i < label.len; i++)
            if (!is_label(label.ptr[i]))
                return false;
        if (label.len == 0)
            return false;
        labels++;
    }
    return labels > 1;
}

static bool is_mailbox(struct slice text)
{
    size_t at = slice_find_byte(text, '@', 0);
    if (at == SIZE_MAX || at == 0)
        return false;
    for (size_t i = 0; i < at; i++)
        if (!is_regexp_word(text.ptr[i]) && !strchr(".!#$%&'*+-/=?^`{|}~", text.ptr[i]))
            return false;
    return is_host(slice_sub(text, at + 1, text.len));
}

// ".org", ".net" or ".com" before a colon, a slash or the end.
static bool has_known_domain(struct slice text)
{
    for (size_t at = 0; (at = slice_find_byte(text, '.', at)) != SIZE_MAX; at++) {
        struct slice domain = slice_sub(text, at + 1, at + 4);
        char after = markup_byte(text, at + 4);
        bool known = slice_equal(domain, SLICE("org")) || slice_equal(domain, SLICE("net")) ||
                     slice_equal(domain, SLICE("com"));
        if (known && (at + 4 == text.len || after == ':' || after == '/'))
            return true;
    }
    return false;
}

struct link_style {
    bool cut;      // shorten the text of links to
    size_t length; // this many UTF-16 units
    bool no_follow;
};

static void append_link(struct buffer *out, const char *scheme, struct slice url,
                        const struct link_style *style)
{
    buffer_printf(out, "<a href=\"%s", scheme);
    buffer_append(out, url);
    buffer_append_cstr(out, style && style->no_follow ? "\" rel=\"nofollow\">" : "\">");
    if (style && style->cut)
        builtin_append_units(out, url, 0, style->length);
    else
        buffer_append(out, url);
    buffer_append_cstr(out, "</a>");
}

static void append_word(struct buffer *out, struct slice word, const struct link_style *style)
{
    struct slice url = unwrap(word);
    if (slice_starts_with(url, SLICE("http://")) || slice_starts_with(url, SLICE("https://")))
        append_link(out, "", url, style);
    else if (slice_starts_with(url, SLICE("www.")))
        append_link(out, "http://", url, style);
    else if (is_mailbox(url))
        append_link(out, "mailto:", url, NULL);
    else if (has_known_domain(url))
        append_link(out, "http://", url, style);
    else
        buffer_append(out, word);
}

// End of the run of white space, or of other characters, that begins at `at`.
static size_t run_end(struct slice text, size_t at, bool *space)
{
    *space = utf8_is_space(utf8_decode(text, &at));
    while (at < text.len) {
        size_t next = at;
        if (utf8_is_space(utf8_decode(text, &next)) != *space)
            break;
        at = next;
    }
    return at;
}

struct value filter_urlize(struct value_call *call)
{
    struct slice text;
    if (!builtin_text(call, "urlize", value_arg(call, 0), &text))
        return value_undefined();
    struct value length = value_arg(call, 1);
    struct value no_follow = value_arg(call, 2);
    bool nan = value_is(length, VALUE_NUMBER) && isnan(length.number);
    int64_t units = value_to_integer(call->realm, length);
    struct link_style style = {
        .cut = !value_is(length, VALUE_UNDEFINED) && !nan,
        .length = units > 0 ? (size_t)units : 0,
        .no_follow = value_is(no_follow, VALUE_BOOLEAN) && no_follow.number != 0,
    };
    struct buffer out = builtin_buffer(call);
    for (size_t at = 0; at < text.len;) {
        bool space;
        size_t end = run_end(text, at, &space);
        if (space)
            buffer_append(&out, slice_sub(text, at, end));
        else
            append_word(&out, slice_sub(text, at, end), &style);
        at = end;
    }
    return builtin_finish_plain(call, &out);
}

// ---- wordcount ----

// null, which prints nothing, where there is no word.
struct value filter_wordcount(struct value_call *call)
{
    struct value v = builtin_normalise(value_arg(call, 0));
    struct slice text;
    if (!value_truthy(v))
        return value_null();
    if (!builtin_text(call, "wordcount", v, &text))
        return value_undefined();
    double words = 0;
    for (size_t i = 0; i < text.len; i++)
        words += is_regexp_word(text.ptr[i]) && (i == 0 || !is_regexp_word(text.ptr[i - 1]));
    return words > 0 ? value_number(words) : value_null();
}

// ---- dump ----

// JSON.stringify's third argument: a number of spaces, or a text, of at most ten characters. For a
// fraction of a space, V8 breaks the lines and indents by nothing. `unit` stays NULL for spaces.
static unsigned json_indent(struct value_call *call, struct value spaces, struct slice *unit)
{
    *unit = slice_of(NULL, 0);
    if (value_is(spaces, VALUE_NUMBER)) {
        double part = value_to_number(call->realm, spaces);
        if (part > 0 && part < 1) {
            *unit = SLICE("");
            return 1;
        }
        int64_t n = value_to_integer(call->realm, spaces);
        return n < 0 ? 0 : n > 10 ? 10 : (unsigned)n;
    }
    if (!builtin_is_plain_string(spaces))
        return 0;
    struct slice text = value_text(spaces);
    *unit = slice_sub(text, 0, utf8_offset_of_utf16(text, 10));
    return unit->len > 0 ? 1 : 0;
}

// JSON.stringify has no text for these: the filter gives undefined.
static bool has_no_json(struct value v)
{
    return value_is(v, VALUE_UNDEFINED) || value_is(v, VALUE_FUNCTION);
}

// Replaces the indentation of each line, one space per level, by `unit`. JSON has line feeds only
// between its lines.
static void append_reindented(struct buffer *out, struct slice json, struct slice unit)
{
    bool line_start = false;
    for (size_t i = 0; i < json.len; i++) {
        bool indentation = line_start && json.ptr[i] == ' ';
        if (indentation)
            buffer_append(out, unit);
        else
            buffer_append_byte(out, json.ptr[i]);
        line_start = indentation || json.ptr[i] == '\n';
    }
}

// What JSON.stringify sees of a SafeString: its members.
static struct value safe_string_members(struct value_call *call, struct value v)
{
    struct arena *arena = call->realm->arena;
    struct value object = value_object(arena);
    double length = (double)utf8_utf16_length(value_text(v));
    if (!value_set(call->realm, arena, object, SLICE("val"), value_string(value_text(v))) ||
        !value_set(call->realm, arena, object, SLICE("length"), value_number(length)))
        error_memory(call->error);
    return object;
}

struct value filter_dump(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    struct slice unit;
    unsigned indent = json_indent(call, value_arg(call, 1), &unit);
    if (has_no_json(v))
        return value_undefined();
    if (builtin_is_safe(v))
        v = safe_string_members(call, v);
    struct buffer json = builtin_buffer(call);
    if (error_is_set(call->error) || !value_to_json(call->realm, &json, v, indent, call->error))
        return value_undefined();
    if (!unit.ptr)
        return builtin_finish_plain(call, &json);
    struct buffer out = builtin_buffer(call);
    append_reindented(&out, buffer_slice(&json), unit);
    out.failed |= json.failed;
    return builtin_finish_plain(call, &out);
}
