// SPDX-License-Identifier: MIT
//
// Blocks of HTML (CommonMark §4.6): seven kinds, each with its own start and end.
#include "blocks.h"
#include "html_tags.h"

struct html_kind {
    bool (*begins)(const struct blocks *b, struct slice text);
    struct slice end; // the text that ends it; ptr NULL: an empty line
    bool interrupts;  // a paragraph
};

// ---- beginnings ----

static bool begins_with_word(struct slice text, const struct slice *words, size_t count, bool tag)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = words[i].len;
        if (!slice_equal_ignore_case(slice_sub(text, 0, length), words[i]))
            continue;
        struct slice rest = slice_sub(text, length, text.len);
        if (!rest.len || html_is_space_at(rest, 0) || rest.ptr[0] == '>' ||
            (tag && slice_starts_with(rest, SLICE("/>"))))
            return true;
    }
    return false;
}

static const struct slice RAW[] = {{"script", 6}, {"pre", 3}, {"style", 5}, {"textarea", 8}};

static bool begins_raw(const struct blocks *b, struct slice text)
{
    (void)b;
    return begins_with_word(slice_sub(text, 1, text.len), RAW, sizeof RAW / sizeof *RAW, false);
}

static bool begins_comment(const struct blocks *b, struct slice text)
{
    (void)b;
    return slice_starts_with(text, SLICE("<!--"));
}

static bool begins_instruction(const struct blocks *b, struct slice text)
{
    (void)b;
    return slice_starts_with(text, SLICE("<?"));
}

// Before CommonMark 0.31 only in capitals.
static bool begins_declaration(const struct blocks *b, struct slice text)
{
    char c = text.len > 2 && text.ptr[1] == '!' ? text.ptr[2] : '\0';
    return (c >= 'A' && c <= 'Z') || (b->tree->options->version >= 14 && c >= 'a' && c <= 'z');
}

static bool begins_cdata(const struct blocks *b, struct slice text)
{
    (void)b;
    return slice_starts_with(text, SLICE("<![CDATA["));
}

// clang-format off
static const struct slice NAMES[] = {
#define NAME(name) {name, sizeof name - 1}
    NAME("address"), NAME("article"), NAME("aside"), NAME("base"), NAME("basefont"),
    NAME("blockquote"), NAME("body"), NAME("caption"), NAME("center"), NAME("col"),
    NAME("colgroup"), NAME("dd"), NAME("details"), NAME("dialog"), NAME("dir"), NAME("div"),
    NAME("dl"), NAME("dt"), NAME("fieldset"), NAME("figcaption"), NAME("figure"), NAME("footer"),
    NAME("form"), NAME("frame"), NAME("frameset"), NAME("h1"), NAME("h2"), NAME("h3"), NAME("h4"),
    NAME("h5"), NAME("h6"), NAME("head"), NAME("header"), NAME("hr"), NAME("html"), NAME("iframe"),
    NAME("legend"), NAME("li"), NAME("link"), NAME("main"), NAME("menu"), NAME("menuitem"),
    NAME("nav"), NAME("noframes"), NAME("ol"), NAME("optgroup"), NAME("option"), NAME("p"),
    NAME("param"), NAME("section"), NAME("summary"), NAME("table"), NAME("tbody"), NAME("td"),
    NAME("tfoot"), NAME("th"), NAME("thead"), NAME("title"), NAME("tr"), NAME("track"), NAME("ul"),
#undef NAME
};
// clang-format on
// CommonMark 0.31 replaced `source` by `search`.
static const struct slice SEARCH[] = {{"search", 6}}, SOURCE[] = {{"source", 6}};

static bool begins_block(const struct blocks *b, struct slice text)
{
    bool closing = text.len > 1 && text.ptr[1] == '/';
    text = slice_sub(text, 1 + closing, text.len);
    return begins_with_word(text, NAMES, sizeof NAMES / sizeof *NAMES, true) ||
           begins_with_word(text, b->tree->options->version >= 14 ? SEARCH : SOURCE, 1, true);
}

// A tag alone on its line.
static bool begins_tag(const struct blocks *b, struct slice text)
{
    (void)b;
    size_t end = html_tag(text);
    return end && !tree_trim(slice_sub(text, end, text.len)).len;
}

// ---- ends ----

static bool ends_raw(struct slice text)
{
    for (size_t at = 0; (at = slice_find(text, SLICE("</"), at)) != SIZE_MAX; at += 2)
        for (size_t i = 0; i < sizeof RAW / sizeof *RAW; i++) {
            size_t from = at + 2, end = from + RAW[i].len;
            if (end < text.len && text.ptr[end] == '>' &&
                slice_equal_ignore_case(slice_sub(text, from, end), RAW[i]))
                return true;
        }
    return false;
}

static const struct html_kind KINDS[] = {
    {begins_raw, {"", 0}, true},           {begins_comment, {"-->", 3}, true},
    {begins_instruction, {"?>", 2}, true}, {begins_declaration, {">", 1}, true},
    {begins_cdata, {"]]>", 3}, true},      {begins_block, {NULL, 0}, true},
    {begins_tag, {NULL, 0}, false},
};

static bool ends(const struct html_kind *kind, struct slice text)
{
    if (!kind->end.ptr)
        return !text.len;
    return kind->end.len ? slice_find(text, kind->end, 0) != SIZE_MAX : ends_raw(text);
}

// Whether the line is outside the container that the block is in. Since markdown-it 14, an empty
// line is inside if only a certain text ends the block.
static bool is_outside(const struct blocks *b, const struct html_kind *kind, int line)
{
    bool stays = b->tree->options->version >= 14 && kind->end.ptr && blocks_is_empty(b, line);
    return b->lines[line].indent < b->indent && !stays;
}

static int find_html_end(const struct blocks *b, const struct html_kind *kind, int line, int end)
{
    int next = line + 1;
    if (ends(kind, blocks_line(b, line)))
        return next;
    for (; next < end && !is_outside(b, kind, next); next++)
        if (ends(kind, blocks_line(b, next)))
            return next + !blocks_is_empty(b, next);
    return next;
}

bool block_html(struct blocks *b, int line, int end, bool silent)
{
    const struct html_kind *kind = KINDS, *last = KINDS + sizeof KINDS / sizeof *KINDS;
    struct slice text = blocks_line(b, line);
    if (blocks_is_deep(b, line) || !b->tree->options->html || !text.len || text.ptr[0] != '<')
        return false;
    while (kind < last && !kind->begins(b, text))
        kind++;
    if (kind == last)
        return false;
    if (silent)
        return kind->interrupts;
    b->line = find_html_end(b, kind, line, end);
    cmark_node *node = blocks_add(b, CMARK_NODE_HTML_BLOCK, line);
    if (node)
        tree_set_literal(b->tree, node, blocks_lines(b, line, b->line, b->indent, true));
    return true;
}
