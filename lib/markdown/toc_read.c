// SPDX-License-Identifier: MIT
//
// Reads headings and their ids from finished HTML.
#include "base/utf8.h"
#include "toc.h"

static bool starts_ignore_case(struct slice text, const char *prefix)
{
    struct slice p = slice_from_cstr(prefix);
    return text.len >= p.len && slice_equal_ignore_case(slice_sub(text, 0, p.len), p);
}

// The offset after a comment, script or style element at `at`; `at` itself if there is none.
static size_t skip_opaque(struct slice html, size_t at)
{
    static const char *const PAIRS[][2] = {{"<!--", "-->"},
                                           {"<script", "</script"},
                                           {"<style", "</style"},
                                           {"<template", "</template"}};
    struct slice here = slice_sub(html, at, html.len);
    char second = here.len > 1 ? (char)(here.ptr[1] | 0x20) : '\0'; // "!" stays as it is
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        if (second != PAIRS[i][0][1] || !starts_ignore_case(here, PAIRS[i][0]))
            continue;
        size_t end = slice_find(html, slice_from_cstr(PAIRS[i][1]), at + 4);
        return end == SIZE_MAX ? html.len : end + strlen(PAIRS[i][1]);
    }
    return at;
}

// ---- attributes of a start tag ----

static struct slice read_heading_attribute(struct slice tag, size_t *at)
{
    char quote = *at < tag.len ? tag.ptr[*at] : '\0';
    size_t start = *at, end;
    if (quote == '"' || quote == '\'') {
        end = slice_find_byte(tag, quote, ++start);
        *at = end == SIZE_MAX ? tag.len : end + 1;
        return slice_sub(tag, start, end);
    }
    while (*at < tag.len && !strchr(" \t\n>", tag.ptr[*at]))
        ++*at;
    return slice_sub(tag, start, *at);
}

static bool is_heading_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

// The value of an attribute; ptr NULL if the tag does not have it.
static struct slice find_attribute(struct slice tag, struct slice name)
{
    for (size_t i = 3; i < tag.len;) {
        while (i < tag.len && (is_heading_space(tag.ptr[i]) || tag.ptr[i] == '/'))
            i++;
        size_t start = i;
        while (i < tag.len && !is_heading_space(tag.ptr[i]) && tag.ptr[i] != '=' &&
               tag.ptr[i] != '>')
            i++;
        struct slice key = slice_sub(tag, start, i), value = slice_of("", 0);
        if (i < tag.len && tag.ptr[i] == '=') {
            i++;
            value = read_heading_attribute(tag, &i);
        }
        if (slice_equal_ignore_case(key, name))
            return value;
        if (i == start)
            i++;
    }
    return SLICE_EMPTY;
}

// ---- texts ----

struct decoding {
    struct slice source;
    struct slice text;
    struct arena *arena;
};

// cmark knows all of HTML's entities.
static void decode_entities(void *state, cmark_mem *mem)
{
    struct decoding *decoding = state;
    cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_DEFAULT, mem);
    cmark_parser_feed(parser, decoding->source.ptr, decoding->source.len);
    cmark_node *paragraph = cmark_node_first_child(cmark_parser_finish(parser));
    cmark_node *text = paragraph ? cmark_node_first_child(paragraph) : NULL;
    if (text && cmark_node_get_type(text) == CMARK_NODE_TEXT)
        decoding->text = arena_copy(decoding->arena, tree_literal(text));
}

static size_t entity_length(struct slice text)
{
    enum { LONGEST = 33 };
    size_t end = 1;
    while (end < text.len && end < LONGEST && text.ptr[end] != ';' &&
           (text.ptr[end] == '#' || utf8_is_letter_or_digit((unsigned char)text.ptr[end])))
        end++;
    return end > 1 && end < text.len && text.ptr[end] == ';' ? end + 1 : 0;
}

static void append_entity(struct buffer *out, struct slice text, size_t *at)
{
    static const struct {
        struct slice name;
        const char *text;
    } USUAL[] = {{{"&amp;", 5}, "&"},   {{"&lt;", 4}, "<"},  {{"&gt;", 4}, ">"},
                 {{"&quot;", 6}, "\""}, {{"&#39;", 5}, "'"}, {{"&nbsp;", 6}, "\xc2\xa0"}};
    struct slice here = slice_sub(text, *at, text.len);
    size_t length = entity_length(here);
    for (size_t i = 0; i < sizeof USUAL / sizeof *USUAL; i++)
        if (slice_starts_with(here, USUAL[i].name)) {
            buffer_append_cstr(out, USUAL[i].text);
            *at += length;
            return;
        }
    struct decoding decoding = {.source = slice_sub(here, 0, length ? length : 1),
                                .arena = out->arena};
    if (length)
        memory_run(out->arena, decode_entities, &decoding);
    buffer_append(out, decoding.text.len ? decoding.text : decoding.source);
    *at += decoding.source.len;
}

static struct slice plain_text(struct arena *arena, struct slice html)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < html.len;) {
        if (html.ptr[i] == '<') {
            size_t end = slice_find_byte(html, '>', i);
            i = end == SIZE_MAX ? html.len : end + 1;
        } else if (html.ptr[i] == '&')
            append_entity(&out, html, &i);
        else
            buffer_append_byte(&out, html.ptr[i++]);
    }
    struct slice text = buffer_slice(&out);
    return text.ptr ? text : slice_of("", 0);
}

// ---- reading ----

static bool add_read_heading(struct toc *toc, const struct toc_heading *heading)
{
    if (!arena_room(toc->arena, &toc->rows, toc->count, &toc->capacity, sizeof *heading))
        return false;
    toc->rows[toc->count++] = *heading;
    return true;
}

// Reads the heading whose tag opens at `at`; returns where to continue.
static size_t read_heading(struct toc *toc, struct slice html, size_t at, bool *ok)
{
    unsigned level = (unsigned)(html.ptr[at + 2] - '0');
    size_t open = slice_find_byte(html, '>', at);
    const char close[] = {'<', '/', html.ptr[at + 1], html.ptr[at + 2], '\0'};
    size_t end = open == SIZE_MAX ? SIZE_MAX : slice_find(html, slice_from_cstr(close), open);
    if (end == SIZE_MAX)
        return at + 1;
    struct slice tag = slice_sub(html, at, open);
    struct toc_heading heading = {.level = level, .id = find_attribute(tag, SLICE("id"))};
    bool excluded = toc->options->style != TOC_PLAIN &&
                    find_attribute(tag, SLICE("data-toc-exclude")).ptr != NULL;
    bool wanted = heading.id.len || toc->options->style == TOC_PLAIN;
    if (wanted && !excluded && (toc->options->levels & 1u << level)) {
        heading.text = plain_text(toc->arena, slice_sub(html, open + 1, end));
        *ok = *ok && add_read_heading(toc, &heading);
    }
    return end;
}

bool toc_read(struct toc *toc, struct slice html)
{
    bool ok = true;
    for (size_t i = slice_find_byte(html, '<', 0); i != SIZE_MAX && ok;
         i = slice_find_byte(html, '<', i)) {
        size_t after = skip_opaque(html, i);
        if (after != i)
            i = after;
        else if (i + 3 < html.len && (html.ptr[i + 1] | 0x20) == 'h' && html.ptr[i + 2] >= '1' &&
                 html.ptr[i + 2] <= '6')
            i = read_heading(toc, html, i, &ok);
        else
            i++;
    }
    return ok;
}
