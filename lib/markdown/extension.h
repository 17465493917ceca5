// SPDX-License-Identifier: MIT
//
// How an extension takes part in parsing. Each is one file, extension_NAME.c, whose
// `EXTENSION_NAME` says what it adds, and one row of extensions.def. It may add a block, inlines,
// and passes between those of the pipeline:
//
//   blocks ─after_blocks─▶ inlines ─after_inlines─▶ attributes ─before_linkify─▶ linkify
//          ─after_linkify─▶ typographer ─▶ heading ids ─▶ renderer
//
// These are the places where markdown-it's plugins put their rules. Nodes that cmark does not know
// are its custom nodes with a struct tree_element (tree.h), which the renderer writes. An
// extension's state during a call is in tree_state().
//
// Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_EXTENSION_H
#define GUIDANCED_MARKDOWN_EXTENSION_H

#include "blocks.h"
#include "inlines.h"

// An option of an extension, as in `markdown.NAME: {key: value}`.
enum extension_kind {
    EXTENSION_FLAG,
    EXTENSION_TEXT,
    EXTENSION_NUMBERS,      // a list
    EXTENSION_TEXTS,        // an object
    EXTENSION_FLAG_OR_TEXT, // as in a plugin
};
struct extension_option {
    const char *key, *plugin; // its name here, and in the plugin's options
    enum extension_kind kind;
};

struct extension {
    // The last has no key. NULL: there are none.
    const struct extension_option *options;
    // Whether it accepts a value that is not a boolean or an object of options; `wanted` describes
    // it in the message.
    bool (*accepts)(struct value v);
    const char *wanted;

    // A block, and the one it is tried before.
    struct block_row block;
    block_fn before;
    // Inlines, by their first character. The core's are tried first.
    struct inline_row inlines[2];
    // A mark that is written twice around a text ("==").
    struct doubled_mark doubled;

    // The texts of leaves may be changed until they are read as inlines.
    void (*after_blocks)(struct tree *tree, struct block_leaves *leaves);
    void (*after_inlines)(struct tree *tree);
    void (*before_linkify)(struct tree *tree);
    void (*after_linkify)(struct tree *tree);
};

#define EXTENSION(name, plugin, text) extern const struct extension EXTENSION_##name;
#include "extensions.def"
#undef EXTENSION

// The extension of a number.
const struct extension *extension_at(size_t number);

// The value set for an extension's option; undefined if omitted.
struct value extension_value(const struct tree *tree, enum markdown_extension_id id,
                             const char *key);
bool extension_flag(const struct tree *tree, enum markdown_extension_id id, const char *key);
struct slice extension_text(const struct tree *tree, enum markdown_extension_id id, const char *key,
                            struct slice fallback);

// The rows of blocks and of inlines, with those of the enabled extensions. NULL: out of memory,
// tree->error set.
const struct block_row *extension_blocks(struct tree *tree);
const struct inline_rules *extension_inlines(struct tree *tree);

enum extension_pass { AFTER_INLINES, BEFORE_LINKIFY, AFTER_LINKIFY };
void extensions_run(struct tree *tree, enum extension_pass pass);
void extensions_run_on_leaves(struct tree *tree, struct block_leaves *leaves);

#endif
