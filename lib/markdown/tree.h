// SPDX-License-Identifier: MIT
//
// What the passes over cmark's tree share. A node's user data is its struct attributes; nodes cmark
// does not know (tables, strikethrough) are its custom nodes, whose user data says what they are.
//
// Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_TREE_H
#define GUIDANCED_MARKDOWN_TREE_H

#include "markdown.h"

#include <cmark.h>

// What a custom node stands for.
enum tree_kind {
    TREE_PLAIN,
    TREE_TABLE,
    TREE_ROW, // head: of the table's head
    TREE_CELL,
    TREE_STRIKETHROUGH,
};

enum tree_align { TREE_ALIGN_NONE, TREE_ALIGN_LEFT, TREE_ALIGN_CENTER, TREE_ALIGN_RIGHT };

struct attribute {
    struct slice name;
    struct slice value;
};

struct attributes {
    enum tree_kind kind;
    enum tree_align align;
    bool head;
    struct attribute *rows;
    size_t count;
};

// One call of markdown_render.
struct tree {
    struct arena *arena;
    const struct markdown_options *options;
    struct slice file;
    struct slice source; // normalised: LF line ends, no NUL
    cmark_mem *mem;
    cmark_node *root;
    struct error *error;
};

// escapes.c: `\{` and the like are kept through cmark as private-use characters, so that braces
// which were escaped are not taken for attributes. `literal` puts the backslash back (code, raw
// HTML).
enum { ESCAPES_LEAD = 0xee }; // first byte of these characters
struct slice escapes_hide(struct arena *arena, struct slice source);
struct slice escapes_show(struct arena *arena, struct slice text, bool literal);

// memory.c: runs fn with cmark allocating from the arena. False when memory ran out: cmark cannot
// report that, so the call is left by a jump, and all it had is in the arena.
bool memory_run(struct arena *arena, void (*fn)(void *state, cmark_mem *mem), void *state);

// guard.c: refuses what would take cmark quadratic time. False, error set.
bool guard_check(struct arena *arena, const struct markdown_options *options, struct slice file,
                 struct slice source, struct error *error);

// The attributes of a node, made when there are none. NULL: out of memory.
struct attributes *tree_attributes(struct tree *tree, cmark_node *node);
struct attribute *tree_find_attribute(cmark_node *node, struct slice name);
// Adds an attribute; classes are joined.
bool tree_add_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value);
enum tree_kind tree_kind(cmark_node *node);
struct slice tree_literal(cmark_node *node);
// Replaces a text node's literal. The text is copied.
void tree_set_literal(struct tree *tree, cmark_node *node, struct slice text);

// ---- the passes ----
void tables_pass(struct tree *tree);
void strikethrough_pass(struct tree *tree);
void attributes_pass(struct tree *tree);
void linkify_pass(struct tree *tree);
// Fills `headings` (may be NULL) as well.
bool heading_ids_pass(struct tree *tree, struct markdown_headings *headings);

// ---- the renderer ----
bool renderer_write(struct tree *tree, struct buffer *out, bool inline_only);
// govuk_classes.c: the class of an element, "" for none.
const char *govuk_class(const char *element);
// sanitise.c: raw HTML as far as the allow-list goes.
void sanitise_append(struct buffer *out, struct slice html);

#endif
