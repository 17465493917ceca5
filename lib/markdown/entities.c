// SPDX-License-Identifier: MIT
//
// Entities and escapes. cmark knows HTML's list of entity names and is asked for each.
#include "link_parts.h"

#include "base/ascii.h"
#include "base/utf8.h"

enum { NAME_MAX = 32, HEX_MAX = 6, DECIMAL_MAX = 7, REPLACEMENT = 0xfffd };

static int digit_of(char c, int base)
{
    int digit = ascii_hex_value(c);
    return digit < base ? digit : -1;
}

// No controls, surrogates or noncharacters.
static bool is_character(uint32_t c)
{
    bool control = c <= 8 || c == 0xb || (c >= 0xe && c <= 0x1f) || (c >= 0x7f && c <= 0x9f);
    bool none = (c >= 0xd800 && c <= 0xdfff) || (c >= 0xfdd0 && c <= 0xfdef) ||
                (c & 0xfffe) == 0xfffe || c > 0x10ffff;
    return !control && !none;
}

static struct slice encode(struct tree *tree, uint32_t c)
{
    char bytes[4];
    return arena_copy(tree->arena, slice_of(bytes, utf8_encode(c, bytes)));
}

// "&#38;" and "&#x26;". A URL or a title may have two more digits.
static size_t number_at(struct tree *tree, struct slice text, bool replace, struct slice *decoded)
{
    bool hex = text.len > 2 && (text.ptr[2] | 0x20) == 'x';
    int base = hex ? 16 : 10, digit;
    size_t start = 2 + (size_t)hex, at = start;
    size_t most = !replace ? 8 : hex ? HEX_MAX : DECIMAL_MAX;
    uint64_t code = 0;
    for (; at < text.len && at - start < most && (digit = digit_of(text.ptr[at], base)) >= 0; at++)
        code = code * (uint64_t)base + (uint64_t)digit;
    if (at == start || at == text.len || text.ptr[at] != ';')
        return 0;
    bool valid = code <= 0x10ffff && is_character((uint32_t)code);
    if (!valid && !replace)
        return 0;
    *decoded = encode(tree, valid ? (uint32_t)code : REPLACEMENT);
    return at + 1;
}

// Asks cmark.
static bool decode_name(struct tree *tree, struct slice entity, struct slice *decoded)
{
    cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_DEFAULT, tree->mem);
    cmark_parser_feed(parser, entity.ptr, entity.len);
    cmark_node *paragraph = cmark_node_first_child(cmark_parser_finish(parser));
    cmark_node *text = paragraph ? cmark_node_first_child(paragraph) : NULL;
    struct slice literal = text ? tree_literal(text) : SLICE_EMPTY;
    *decoded = literal;
    return literal.len && text && !cmark_node_next(text) && !slice_equal(literal, entity) &&
           literal.ptr[0] != '\0';
}

static size_t name_at(struct tree *tree, struct slice text, struct slice *decoded)
{
    size_t at = 1;
    while (at < text.len && at <= NAME_MAX &&
           (ascii_is_letter(text.ptr[at]) || (at > 1 && ascii_is_digit(text.ptr[at]))))
        at++;
    if (at < 3 || at > NAME_MAX + 1 || at == text.len || text.ptr[at] != ';')
        return 0;
    return decode_name(tree, slice_sub(text, 0, at + 1), decoded) ? at + 1 : 0;
}

size_t entity_at(struct tree *tree, struct slice text, bool replace, struct slice *decoded)
{
    if (text.len < 3 || text.ptr[0] != '&')
        return 0;
    return text.ptr[1] == '#' ? number_at(tree, text, replace, decoded)
                              : name_at(tree, text, decoded);
}

static bool is_escapable_here(char c)
{
    return c && strchr("\\!\"#$%&'()*+,./:;<=>?@[]^_`{|}~-", c);
}

struct slice unescape(struct tree *tree, struct slice text)
{
    struct buffer out = buffer_create(tree->arena, 0);
    size_t from = 0, length;
    struct slice decoded;
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] == '\\' && at + 1 < text.len && is_escapable_here(text.ptr[at + 1])) {
            buffer_append(&out, slice_sub(text, from, at));
            from = ++at;
        } else if (text.ptr[at] == '&' &&
                   (length = entity_at(tree, slice_sub(text, at, text.len), false, &decoded)) > 0) {
            buffer_append(&out, slice_sub(text, from, at));
            buffer_append(&out, decoded);
            from = at + length;
            at = from - 1;
        }
    }
    if (!from)
        return text;
    buffer_append(&out, slice_sub(text, from, text.len));
    if (out.failed)
        error_memory(tree->error);
    return out.len ? buffer_slice(&out) : slice_of("", 0);
}
