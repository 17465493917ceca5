// SPDX-License-Identifier: MIT
//
// "*[HTML]: Hypertext Markup Language" explains each HTML that is a separate word, as in
// markdown-it-abbr 2. Words are looked up in a sorted list, byte by byte, so that many
// abbreviations take no longer than one.
#include "extension.h"

#include "base/utf8.h"

#include <stdlib.h>

enum { LONGEST = 255 }; // bytes; longer ones are not abbreviations

struct abbreviation {
    struct slice word, title;
};

struct abbreviations {
    struct map titles; // by word: the first definition counts
    struct abbreviation *sorted;
};

// ---- definitions ----

// The word in "*[word]:", whose bracket ends at *close; ptr NULL: not a definition.
static struct slice read_abbreviated(struct slice text, size_t *close)
{
    size_t at = 2;
    if (text.len < 3 || text.ptr[0] != '*' || text.ptr[1] != '[')
        return (struct slice){0};
    for (; at < text.len && text.ptr[at] != ']'; at++) {
        if (text.ptr[at] == '[')
            return (struct slice){0};
        at += text.ptr[at] == '\\';
    }
    *close = at;
    if (at + 1 >= text.len || text.ptr[at + 1] != ':')
        return (struct slice){0};
    return slice_sub(text, 2, at);
}

static struct slice without_backslashes(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t at = 0; at < text.len; at++) {
        at += text.ptr[at] == '\\' && at + 1 < text.len;
        buffer_append_byte(&out, text.ptr[at]);
    }
    return buffer_slice(&out);
}

static bool keep_abbreviation(struct tree *tree, struct slice word, struct slice title)
{
    struct abbreviations *a = tree_state(tree, MARKDOWN_abbreviations, sizeof *a);
    struct abbreviation *row = arena_zalloc(tree->arena, 1, sizeof *row);
    if (!a || !row)
        return error_memory(tree->error);
    if (!a->titles.arena)
        a->titles = map_create(tree->arena);
    *row = (struct abbreviation){word, title};
    return map_find(&a->titles, word) || map_put(&a->titles, word, row) ||
           error_memory(tree->error);
}

static bool definition(struct blocks *b, int line, int end, bool silent)
{
    (void)end;
    size_t close;
    struct slice text = blocks_line(b, line), word = read_abbreviated(text, &close);
    if (!word.ptr || silent)
        return word.ptr != NULL;
    struct slice title = tree_trim(slice_sub(text, close + 2, text.len));
    if (!word.len || !title.len)
        return false;
    word = without_backslashes(b->tree->arena, word);
    if (word.len <= LONGEST)
        keep_abbreviation(b->tree, word, title);
    b->line = line + 1;
    return true;
}

// ---- words in texts ----

static int compare_abbreviations(const void *a, const void *b)
{
    return slice_compare(((const struct abbreviation *)a)->word,
                         ((const struct abbreviation *)b)->word);
}

static void sort_abbreviations(struct tree *tree, struct abbreviations *a)
{
    a->sorted = arena_zalloc(tree->arena, a->titles.count + 1, sizeof *a->sorted);
    if (!a->sorted) {
        error_memory(tree->error);
        return;
    }
    for (size_t i = 0; i < a->titles.count; i++)
        a->sorted[i] = *(const struct abbreviation *)a->titles.entries[i].value;
    qsort(a->sorted, a->titles.count, sizeof *a->sorted, compare_abbreviations);
}

// Punctuation without symbols, white space, and some of ASCII.
static bool divides(uint32_t c)
{
    static const struct markdown_options WITHOUT_SYMBOLS = {.version = 13};
    if (c < 0x80)
        return c && strchr(" \r\n!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", (int)c) != NULL;
    return is_punctuation(&WITHOUT_SYMBOLS, c) || (utf8_is_space(c) && c != 0xfeff);
}

static bool ends_word(struct slice text, size_t at)
{
    return at >= text.len || divides(utf8_decode(text, &at));
}

// The first of rows [from, to) whose byte at `depth` is not below c.
static size_t lower_bound(const struct abbreviations *a, size_t from, size_t to, size_t depth,
                          unsigned c)
{
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const struct slice word = a->sorted[middle].word;
        if (depth < word.len && (unsigned char)word.ptr[depth] >= c)
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}

// The longest abbreviation that is a word at `at`; NULL: none.
static const struct abbreviation *word_at(const struct abbreviations *a, struct slice text,
                                          size_t at)
{
    const struct abbreviation *found = NULL;
    size_t from = 0, to = a->titles.count;
    for (size_t depth = 0; at + depth < text.len && from < to; depth++) {
        unsigned c = (unsigned char)text.ptr[at + depth];
        from = lower_bound(a, from, to, depth, c);
        to = lower_bound(a, from, to, depth, c + 1);
        if (from < to && a->sorted[from].word.len == depth + 1 && ends_word(text, at + depth + 1))
            found = &a->sorted[from];
    }
    return found;
}

struct splitting {
    struct tree *tree;
    cmark_node *node; // the text; its parts go before it
    struct slice text;
    size_t done; // how much of the text is done
};

static const struct tree_element ABBREVIATION = {.name = "abbr"};

static void insert_abbreviation(struct splitting *s, cmark_node *node)
{
    if (!node || !cmark_node_insert_before(s->node, node))
        error_memory(s->tree->error);
}

static void insert_word(struct splitting *s, size_t at, const struct abbreviation *a)
{
    cmark_node *node = tree_new(s->tree, CMARK_NODE_CUSTOM_INLINE, TREE_SPAN, &ABBREVIATION);
    if (at > s->done)
        insert_abbreviation(s, tree_new_text(s->tree, slice_sub(s->text, s->done, at)));
    if (!node)
        return;
    tree_add_attribute(s->tree, node, SLICE("title"), a->title);
    tree_append(s->tree, node, tree_new_text(s->tree, a->word));
    insert_abbreviation(s, node);
    s->done = at + a->word.len;
}

// A word begins at the start or after a divider; one divider may separate two words.
static void split_text(struct splitting *s, const struct abbreviations *a)
{
    size_t at = 0;
    bool begins = true;
    while (at < s->text.len && !error_is_set(s->tree->error)) {
        const struct abbreviation *found = begins ? word_at(a, s->text, at) : NULL;
        if (found) {
            insert_word(s, at, found);
            at = s->done;
            begins = false;
            continue;
        }
        begins = divides(utf8_decode(s->text, &at));
    }
    if (s->done == s->text.len && s->done)
        cmark_node_unlink(s->node);
    else if (s->done)
        tree_set_literal(s->tree, s->node, slice_sub(s->text, s->done, s->text.len));
}

static void scan_abbreviations(struct tree *tree, const struct abbreviations *a, cmark_node *parent)
{
    cmark_node *next;
    for (cmark_node *node = cmark_node_first_child(parent); node; node = next) {
        cmark_node_type type = cmark_node_get_type(node);
        next = cmark_node_next(node);
        if (type == CMARK_NODE_TEXT && tree_kind(node) != TREE_SPECIAL) {
            struct splitting s = {tree, node, arena_copy(tree->arena, tree_literal(node)), 0};
            split_text(&s, a);
        } else if (type != CMARK_NODE_IMAGE) {
            scan_abbreviations(tree, a, node);
        }
    }
}

static void abbreviations(struct tree *tree)
{
    struct abbreviations *a = tree->states[MARKDOWN_abbreviations];
    if (!a)
        return;
    if (!a->sorted)
        sort_abbreviations(tree, a);
    if (a->sorted)
        scan_abbreviations(tree, a, tree->root);
}

const struct extension EXTENSION_abbreviations = {
    .block = {definition, ENDS_PARAGRAPH | ENDS_REFERENCE},
    .before = block_reference,
    .after_linkify = abbreviations,
};
