// SPDX-License-Identifier: MIT
//
// How an extension takes part in the reading of a text. Each is one file, extension_NAME.c, whose
// `EXTENSION_NAME` says what it adds, and one row of extensions.def. It may add a block, inlines,
// and passes between those of the pipeline:
//
//   blocks ─after_blocks─▶ inlines ─after_inlines─▶ attributes ─before_linkify─▶ linkify
//          ─after_linkify─▶ typographer ─▶ heading ids ─▶ renderer
//
// These are the places where markdown-it's plugins put their rules. Nodes that cmark does not know
// are its custom nodes with a struct tree_element (tree.h), which the renderer writes. What an
// extension keeps during a call lies in tree_state().
//
// Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_EXTENSION_H
#define GUIDANCED_MARKDOWN_EXTENSION_H

#include "blocks.h"
#include "inlines.h"

// An option of an extension, as `markdown.NAME: {key: value}` has it.
enum extension_kind {
    EXTENSION_FLAG,
    EXTENSION_TEXT,
    EXTENSION_NUMBERS,      // a list
    EXTENSION_TEXTS,        // an object
    EXTENSION_FLAG_OR_TEXT, // as a plugin has it
};
struct extension_option {
    const char *key, *plugin; // its name here, and in the plugin's options
    enum extension_kind kind;
};

struct extension {
    // The last has no key. NULL: there are none.
    const struct extension_option *options;
    // Takes what is neither true nor false nor an object of options; `wanted` is for the message.
    bool (*accepts)(struct value v);
    const char *wanted;

    // A block, tried before another.
    struct block_row block;
    block_fn before;
    // Inlines, by the character that they begin with. Those of the core are tried before.
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

// What was set: the option of an extension; undefined when it was left out.
struct value extension_value(const struct tree *tree, enum markdown_extension_id id,
                             const char *key);
bool extension_flag(const struct tree *tree, enum markdown_extension_id id, const char *key);
struct slice extension_text(const struct tree *tree, enum markdown_extension_id id, const char *key,
                            struct slice fallback);

// The rows of blocks, and what characters begin, with those of the extensions that are on. NULL:
// out of memory, tree->error set.
const struct block_row *extension_blocks(struct tree *tree);
const struct inline_rules *extension_inlines(struct tree *tree);

enum extension_pass { AFTER_INLINES, BEFORE_LINKIFY, AFTER_LINKIFY };
void extensions_run(struct tree *tree, enum extension_pass pass);
void extensions_run_on_leaves(struct tree *tree, struct block_leaves *leaves);

#endif
