// SPDX-License-Identifier: MIT
//
// Escapes that cmark would resolve too early. It drops the backslash, and with it what tells
// "\{not attributes}" from "{attributes}"; markdown-it keeps an escaped character, or an entity,
// apart from the text around it until the attributes have been read. So before parsing, a backslash
// and a brace or quotation mark become one noncharacter of Unicode, which no text contains, and
// come back when they are written. In a paragraph that has braces, a mark stands before any other
// escape or entity. It begins with a punctuation character, since a backslash is one as well: what
// is emphasised depends on that. Where HTML is not allowed, "<" is hidden in the same way from what
// would see a tag or a block in it.
#include "base/utf8.h"
#include "tree.h"

static const char KEPT[] = {'{', '}', '"', '\''};
static const struct slice DASH = {"\xe2\xb8\xba", 3}; // U+2E3A
enum { FIRST = 0xfdd0, MARK = FIRST + sizeof KEPT, LESS, LENGTH = 3 };

static int kept_index(char c)
{
    for (size_t i = 0; i < sizeof KEPT; i++)
        if (KEPT[i] == c)
            return (int)i;
    return -1;
}

// The code of ours at `at`, or 0.
static uint32_t code_at(struct slice text, size_t at)
{
    if (at + LENGTH > text.len || (unsigned char)text.ptr[at] != 0xef ||
        (unsigned char)text.ptr[at + 1] != 0xb7)
        return 0;
    uint32_t code = FIRST + ((unsigned char)text.ptr[at + 2] - 0x90u);
    return code >= FIRST && code <= LESS ? code : 0;
}

static size_t find_code(struct slice text, size_t from)
{
    while ((from = slice_find_byte(text, (char)0xef, from)) != SIZE_MAX && !code_at(text, from))
        from++;
    return from;
}

// "&amp;", "&#38;"
static bool is_entity(struct slice text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len &&
           (text.ptr[end] == '#' || utf8_is_letter_or_digit((unsigned char)text.ptr[end])))
        end++;
    return end > at + 1 && end < text.len && text.ptr[end] == ';';
}

struct hider {
    struct slice source;
    struct buffer out;
    size_t from; // what is behind this has not been written
    bool all;    // marks everywhere
    bool less;   // hides "<"
    bool braces; // the paragraph has one
};

static void put(struct hider *h, size_t at, uint32_t code, size_t skip)
{
    buffer_append(&h->out, slice_sub(h->source, h->from, at));
    if (code == MARK || code == LESS)
        buffer_append(&h->out, DASH);
    utf8_append(&h->out, code);
    h->from = at + skip;
}

// "<https://", "<a@b.c>", and destinations: "](<a b>)" and "]: <a b>".
static bool is_link(struct slice text, size_t at)
{
    size_t end = at + 1;
    while (end < text.len && !strchr(" \t\n<>:@", text.ptr[end]))
        end++;
    bool address = end < text.len && (text.ptr[end] == ':' || text.ptr[end] == '@');
    struct slice before = slice_sub(text, at < 3 ? 0 : at - 3, at);
    return address || slice_ends_with(before, SLICE("](")) || slice_ends_with(before, SLICE("]: "));
}

// How many bytes were looked at.
static size_t hide_at(struct hider *h, size_t at)
{
    char c = h->source.ptr[at], next = at + 1 < h->source.len ? h->source.ptr[at + 1] : '\0';
    if (c == '\\' && (unsigned char)next < 0x80 && is_punctuation((unsigned char)next)) {
        int kept = kept_index(next);
        if (kept >= 0)
            put(h, at, FIRST + (uint32_t)kept, 2);
        else if (h->braces || h->all)
            put(h, at, MARK, 0);
        return 2;
    }
    if (c == '&' && (h->braces || h->all) && is_entity(h->source, at))
        put(h, at, MARK, 0);
    if (c == '<' && h->less && !is_link(h->source, at))
        put(h, at, LESS, 1);
    if (c == '{')
        h->braces = true;
    else if (c == '\n' && next == '\n')
        h->braces = false;
    return 1;
}

struct slice escapes_hide(struct arena *arena, struct slice source,
                          const struct markdown_options *options)
{
    struct hider h = {.source = source,
                      .out = buffer_create(arena, 0),
                      .all = options->typographer,
                      .less = !options->html};
    bool escapes =
        slice_find_byte(source, '\\', 0) != SIZE_MAX || slice_find_byte(source, '&', 0) != SIZE_MAX;
    if ((!options->attributes && !options->typographer && options->html) || (!escapes && !h.less))
        return source;
    for (size_t i = 0; i < source.len;)
        i += hide_at(&h, i);
    if (!h.out.len || h.out.failed)
        return source;
    buffer_append(&h.out, slice_sub(source, h.from, source.len));
    return buffer_slice(&h.out);
}

// Where what belongs to the code at `at` begins.
static size_t start_of(struct slice text, size_t at)
{
    bool mark = code_at(text, at) >= MARK && at >= DASH.len &&
                slice_equal(slice_sub(text, at - DASH.len, at), DASH);
    return mark ? at - DASH.len : at;
}

size_t escapes_find(struct slice text, size_t *length)
{
    size_t at = find_code(text, 0);
    while (at != SIZE_MAX && code_at(text, at) == LESS)
        at = find_code(text, at + LENGTH);
    if (at == SIZE_MAX)
        return at;
    size_t start = start_of(text, at), end = at + LENGTH;
    if (code_at(text, at) == MARK && end < text.len)
        utf8_decode(text, &end); // what was escaped
    *length = end - start;
    return start;
}

struct slice escapes_show(struct arena *arena, struct slice text, bool literal)
{
    size_t at = find_code(text, 0), from = 0;
    if (at == SIZE_MAX)
        return text;
    struct buffer out = buffer_create(arena, 0);
    for (; at != SIZE_MAX; at = find_code(text, from)) {
        uint32_t code = code_at(text, at);
        buffer_append(&out, slice_sub(text, from, start_of(text, at)));
        if (literal && code < MARK)
            buffer_append_byte(&out, '\\');
        if (code != MARK)
            buffer_append_byte(&out, code == LESS ? '<' : KEPT[code - FIRST]);
        from = at + LENGTH;
    }
    buffer_append(&out, slice_sub(text, from, text.len));
    struct slice shown = buffer_slice(&out);
    return shown.ptr ? shown : slice_of("", 0);
}

struct slice escapes_char(struct slice text)
{
    uint32_t code = code_at(text, 0);
    size_t mark = DASH.len + LENGTH;
    if (code)
        return slice_of(&KEPT[code >= MARK ? 0 : code - FIRST], 1);
    return text.len > mark ? slice_sub(text, mark, text.len) : text;
}

struct slice escapes_source(struct arena *arena, struct slice text)
{
    struct slice shown = escapes_show(arena, text, true);
    bool mark = text.len > DASH.len && slice_starts_with(text, DASH);
    return mark ? arena_printf(arena, "\\%.*s", SLICE_ARG(shown)) : shown;
}
