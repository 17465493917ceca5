// SPDX-License-Identifier: MIT
//
// Shared by the passes over cmark's tree. A node's user data is its struct attributes; nodes that
// cmark does not know (tables, strikethrough) are custom nodes, whose user data says what they are.
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
    TREE_SPECIAL,  // a text: an escaped character or an entity, which divides the text around it
    TREE_AUTOLINK, // a link whose text is its address
    // For extensions; each has a struct tree_element.
    TREE_BLOCKS, // a block that holds blocks
    TREE_LINES,  // a block that holds inlines
    TREE_SPAN,   // an inline that holds inlines
    TREE_SINGLE, // an inline or a block by itself
    TREE_ASIDE,  // blocks that belong elsewhere: a footnote's
};

enum tree_align { TREE_ALIGN_NONE, TREE_ALIGN_LEFT, TREE_ALIGN_CENTER, TREE_ALIGN_RIGHT };

struct renderer;

// How a node is written if cmark has no such node, or if its element differs from the usual one.
struct tree_element {
    const char *name;   // of the element
    struct slice class; // after the author's own classes
    // Writes the node instead of an element.
    void (*write)(struct renderer *r, cmark_node *node);
};

struct attribute {
    struct slice name;
    struct slice value;
    struct buffer joined; // the value to which others were joined
};

struct attributes {
    enum tree_kind kind;
    enum tree_align align;
    bool head;
    bool hidden;         // a cell that another covers; a paragraph that is written without <p>
    bool fenced;         // code between fences
    bool seen;           // visited by a pass
    unsigned line;       // of a block, from 1
    struct slice source; // how a TREE_SPECIAL, or the text of a leaf or an image, was written
    struct attribute *rows;
    size_t count;
    const struct tree_element *element;                      // NULL: the node's own
    void (*write_end)(struct renderer *r, cmark_node *node); // at the end of a paragraph
    void *data;                                              // an extension's
};

// One call of markdown_render.
struct tree {
    struct arena *arena;
    const struct markdown_options *options;
    struct slice file;
    struct slice source; // normalised: LF line ends, no NUL, well-formed
    cmark_mem *mem;
    cmark_node *root;
    unsigned line; // being read, for errors
    void **states; // of the extensions, by number, during the call
    bool is_line;  // a text without blocks
    // Reads a text without blocks and runs all passes over it, with the extensions' state of this
    // call or, if `alone`, without. Returns a paragraph that is in no tree. NULL: `error` is set.
    cmark_node *(*read_line)(struct tree *tree, struct slice text, bool alone);
    struct error *error;
};

// memory.c: runs fn with cmark allocating from the arena. False when memory ran out: cmark cannot
// report that, so the call is left by a jump; all its memory is in the arena.
bool memory_run(struct arena *arena, void (*fn)(void *state, cmark_mem *mem), void *state);

enum { GUARD_DEPTH = 64 }; // of containers, unless `max_depth` says so

// guard.c: refuses what would take cmark quadratic time. False, error set.
bool guard_check(struct arena *arena, const struct markdown_options *options, struct slice file,
                 struct slice source, struct error *error);

// The attributes of a node, created if missing. NULL: out of memory.
struct attributes *tree_attributes(struct tree *tree, cmark_node *node);
struct attribute *tree_find_attribute(cmark_node *node, struct slice name);
// Sets an attribute's value, replacing the old one.
bool tree_set_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value);
// Adds one, even if there is one of that name.
bool tree_add_attribute(struct tree *tree, cmark_node *node, struct slice name, struct slice value);
// Adds to its value, after a space.
bool tree_join_attribute(struct tree *tree, cmark_node *node, struct slice name,
                         struct slice value);
// Removes all of that name.
void tree_remove_attribute(cmark_node *node, struct slice name);
enum tree_kind tree_kind(cmark_node *node);
struct slice tree_literal(cmark_node *node);
// The plain text of a heading: texts and code.
void tree_collect_text(cmark_node *node, struct buffer *out);
// Replaces a node's literal. The text is copied.
void tree_set_literal(struct tree *tree, cmark_node *node, struct slice text);
// A text node. NULL: out of memory.
cmark_node *tree_new_text(struct tree *tree, struct slice text);
// A node of an extension. NULL: out of memory.
cmark_node *tree_new(struct tree *tree, cmark_node_type type, enum tree_kind kind,
                     const struct tree_element *element);
// Appends a node to another. Both may be NULL; out of memory is noted.
void tree_append(struct tree *tree, cmark_node *parent, cmark_node *child);
// The extension's state during the call, `size` bytes, zeroed at first. NULL: out of memory.
void *tree_state(struct tree *tree, enum markdown_extension_id id, size_t size);
// A link to an address, with a text in it. NULL: out of memory.
cmark_node *tree_new_autolink(struct tree *tree, struct slice url, struct slice text);
// Removes white space, by JavaScript's rules, at both ends.
struct slice tree_trim(struct slice text);
struct slice tree_trim_start(struct slice text);
struct slice tree_trim_end(struct slice text);

// ---- the passes ----
void attributes_pass(struct tree *tree);
void linkify_pass(struct tree *tree);
void typographer_pass(struct tree *tree);
// Also fills `headings` (may be NULL).
bool heading_ids_pass(struct tree *tree, struct markdown_headings *headings);

// heading_ids.c: the default slug of a heading.
struct slice heading_slug(struct arena *arena, struct slice text);

// punctuation.c: Unicode's punctuation, and its symbols since markdown-it 14.
bool is_punctuation(const struct markdown_options *options, uint32_t c);

// ---- the renderer ----
bool renderer_write(struct tree *tree, struct buffer *out, bool inline_only);
// govuk_classes.c: the class of an element, "" for none.
const char *govuk_class(const char *element);
// urls.c: whether a link may have this URL.
bool links_allowed(const struct markdown_options *options, struct slice url);
// sanitise.c: the same in strict mode.
bool sanitise_url(struct slice url);

#endif
