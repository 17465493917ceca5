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
    struct buffer joined; // where the value lies that others were joined to
};

struct attributes {
    enum tree_kind kind;
    enum tree_align align;
    bool head;
    bool hidden; // a cell that another covers
    struct attribute *rows;
    size_t count;
};

// One call of markdown_render.
struct tree {
    struct arena *arena;
    const struct markdown_options *options;
    struct slice file;
    struct slice source; // normalised: LF line ends, no NUL
    struct slice hidden; // the same as cmark gets it: escapes.c
    cmark_mem *mem;
    cmark_node *root;
    struct error *error;
};

// escapes.c: what is escaped is kept through cmark as noncharacters, so that braces which were
// escaped are not taken for attributes. `literal` puts the backslash back (code, raw HTML).
struct slice escapes_hide(struct arena *arena, struct slice source,
                          const struct markdown_options *options);
struct slice escapes_show(struct arena *arena, struct slice text, bool literal);
// Where the first of them is in a text, and its length in bytes; SIZE_MAX: none.
size_t escapes_find(struct slice text, size_t *length);
// The one that is the whole text: what it stands for, and as its author wrote it.
struct slice escapes_char(struct slice text);
struct slice escapes_source(struct arena *arena, struct slice text);

// memory.c: runs fn with cmark allocating from the arena. False when memory ran out: cmark cannot
// report that, so the call is left by a jump, and all it had is in the arena.
bool memory_run(struct arena *arena, void (*fn)(void *state, cmark_mem *mem), void *state);

// guard.c: refuses what would take cmark quadratic time. False, error set.
bool guard_check(struct arena *arena, const struct markdown_options *options, struct slice file,
                 struct slice source, struct error *error);

// indented.c: marks in tree->hidden what was taken for code by indentation; true when there was
// some, and the text is to be parsed again. Then takes the marks out of the tree.
bool indented_mark(struct tree *tree);
void indented_unmark(struct tree *tree, cmark_node *parent);

// The attributes of a node, made when there are none. NULL: out of memory.
struct attributes *tree_attributes(struct tree *tree, cmark_node *node);
struct attribute *tree_find_attribute(cmark_node *node, struct slice name);
// Gives an attribute a value, in place of what it had.
bool tree_set_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value);
// Adds one, whether there is one of that name or not.
bool tree_add_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value);
// Adds to its value, behind a space.
bool tree_join_attribute(struct tree *tree, cmark_node *node, struct slice name,
                         struct slice value);
enum tree_kind tree_kind(cmark_node *node);
struct slice tree_literal(cmark_node *node);
// The plain text of a heading: texts and code.
void tree_collect_text(cmark_node *node, struct buffer *out);
// Replaces a text node's literal. The text is copied.
void tree_set_literal(struct tree *tree, cmark_node *node, struct slice text);

// ---- the passes ----
void links_pass(struct tree *tree);
void tables_pass(struct tree *tree);
void strikethrough_pass(struct tree *tree);
void attributes_pass(struct tree *tree);
void linkify_pass(struct tree *tree);
void typographer_pass(struct tree *tree);
// Fills `headings` (may be NULL) as well.
bool heading_ids_pass(struct tree *tree, struct markdown_headings *headings);

// punctuation.c: Unicode's punctuation and symbols.
bool is_punctuation(uint32_t c);

// ---- the renderer ----
bool renderer_write(struct tree *tree, struct buffer *out, bool inline_only);
// govuk_classes.c: the class of an element, "" for none.
const char *govuk_class(const char *element);
// links.c: whether a link may lead there.
bool links_allowed(const struct markdown_options *options, struct slice url);
// sanitise.c: the same in strict mode.
bool sanitise_url(struct slice url);

#endif
