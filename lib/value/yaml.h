// SPDX-License-Identifier: MIT
//
// Private to lib/value: the parts of the YAML reader.
//
//   yaml.c        limits, directives, the document
//   yaml_node.c   one node: its properties, its kind, the effect of its tag
//   yaml_block.c  lists and mappings by indentation
//   yaml_flow.c   lists and mappings in brackets
//   yaml_map.c    keys, members, merges, and the places of both
//   yaml_text.c   the texts: plain, quoted, block
//   yaml_scalar.c what a plain text means
//   yaml_tag.c    what a tag makes of a node
//   yaml_error.c  what goes wrong, in terms of what was probably meant
//
// A failure is remembered and moves the reader to the end of the text, so that every loop ends and
// nothing else is reported: the functions act as if the text ended there.
#ifndef GUIDANCED_VALUE_YAML_H
#define GUIDANCED_VALUE_YAML_H

#include "value/value.h"

enum { YAML_NO_ROW = -1 };

// The reader's position. `indent` counts the spaces that begin the line reached by the last white
// space; `tab` is the first tab in it, SIZE_MAX if there is none.
struct yaml_position {
    size_t at, line_start, tab;
    unsigned line; // from 0
    int indent;
};

enum yaml_kind { YAML_EMPTY, YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

// The node read last: its tag in full ("?" when the text is plain, NULL when there is none).
struct yaml_node {
    struct slice tag;
    struct slice anchor;
    enum yaml_kind kind;
    struct value value;
    size_t at; // where it begins
};

// What it takes to record a node's place: its path, and the row for it.
struct yaml_target {
    struct slice path;
    ptrdiff_t row;
};

enum yaml_context { YAML_FLOW_IN, YAML_FLOW_OUT, YAML_BLOCK_IN, YAML_BLOCK_OUT };
// The context in which a node is read.
struct yaml_frame {
    struct yaml_target target;
    int indent; // of what holds the node
    enum yaml_context context;
    bool seek;    // white space may come first
    bool compact; // a collection may begin on this line
};

struct yaml {
    struct arena *arena;
    struct slice file;
    struct slice source;
    unsigned first_line;
    unsigned version; // of js-yaml: 3 or 4
    struct value_limits limits;
    struct value_places *places;
    struct value_place *tab;
    struct error *error;
    bool failed;
    const char *text; // the source, a final line break, and NULs
    size_t length;
    struct yaml_position p;
    struct yaml_node node;
    struct map anchors;
    struct map handles; // of %TAG
    unsigned depth, nodes, aliases;
    // yaml_compose, which the collections below it call for their items.
    bool (*compose)(struct yaml *y, struct yaml_frame frame);
};

static inline char yaml_char(const struct yaml *y)
{
    return y->text[y->p.at];
}
static inline bool yaml_is_blank(char c)
{
    return c == ' ' || c == '\t';
}
static inline bool yaml_is_break(char c)
{
    return c == '\n' || c == '\r';
}
static inline bool yaml_is_space(char c)
{
    return yaml_is_blank(c) || yaml_is_break(c);
}
static inline bool yaml_is_flow(char c)
{
    return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

// ---- yaml_error.c ----

// Reports the first failure, at that place. Always false.
bool yaml_fail(struct yaml *y, size_t at, enum error_code code, const char *hint,
               const char *format, ...) __attribute__((format(printf, 5, 6)));
bool yaml_fail_memory(struct yaml *y);
// Reports a character that cannot be at the reader's position, with words for what it is.
bool yaml_fail_stray(struct yaml *y);

// ---- yaml_text.c ----

// Skips white space, line breaks and comments; returns the number of line breaks.
unsigned yaml_skip(struct yaml *y, bool comments);
void yaml_line_break(struct yaml *y);
// At the start of a line: "---" or "...".
bool yaml_at_document_mark(const struct yaml *y);
// Each reads a text of its kind, if there is one, into the node.
bool yaml_read_plain(struct yaml *y, int indent, bool flow);
bool yaml_read_single_quoted(struct yaml *y);
bool yaml_read_double_quoted(struct yaml *y);
bool yaml_read_block_text(struct yaml *y, int indent);

// ---- yaml_map.c ----

size_t yaml_rows(const struct yaml *y);
// Forgets the rows from `count` on.
void yaml_drop_rows(struct yaml *y, size_t count);
void yaml_place_value(struct yaml *y, ptrdiff_t row, const struct yaml_position *at);

struct yaml_key {
    struct slice text;
    bool merges; // a plain <<
    struct yaml_position at;
};
struct yaml_members {
    struct value value;
    struct map merged; // keys from <<, which may be given once more
    struct slice path;
};
bool yaml_members_begin(struct yaml *y, struct yaml_members *m, struct slice path);
// Makes a key of the node that was read last. `at` is where it begins.
void yaml_key_take(struct yaml *y, struct yaml_key *key, const struct yaml_position *at);
// Where the value of that key goes.
struct yaml_target yaml_member_target(struct yaml *y, const struct yaml_members *m,
                                      const struct yaml_key *key);
void yaml_member_store(struct yaml *y, struct yaml_members *m, const struct yaml_key *key,
                       struct value value);
void yaml_members_end(struct yaml *y, struct yaml_members *m);
struct yaml_target yaml_item_target(struct yaml *y, struct slice path, struct value list,
                                    const struct yaml_position *at);
void yaml_item_store(struct yaml *y, struct value list, struct value item);

// ---- yaml_node.c ----

// Reads a node into y->node. False: there is none.
bool yaml_compose(struct yaml *y, struct yaml_frame frame);

// ---- yaml_anchor.c ----

// Reads &name into the node, or *name as its value. False: there is none, or it failed.
bool yaml_read_anchor(struct yaml *y);
bool yaml_read_alias(struct yaml *y);
// Counts the depth. What is opened is closed when y->node has become the collection.
bool yaml_open_collection(struct yaml *y, size_t at);
void yaml_close_collection(struct yaml *y);
void yaml_open_anchor(struct yaml *y);
void yaml_close_anchor(struct yaml *y, struct value value);

// ---- yaml_block.c, yaml_flow.c ----

bool yaml_read_block_sequence(struct yaml *y, struct slice path, int indent);
// May also read a text or a list in brackets that turned out not to be a key.
bool yaml_read_block_mapping(struct yaml *y, struct slice path, int indent, int flow_indent);
bool yaml_read_flow(struct yaml *y, struct slice path, int indent);

// ---- yaml_tag.c ----

extern const struct slice YAML_MERGE_TAG;
// Reads !tag into the node, if there is one.
bool yaml_read_tag(struct yaml *y);
// A text with %41 decoded. False: malformed.
bool yaml_decode_tag(struct yaml *y, struct slice *text);
bool yaml_is_tag_handle(const struct yaml *y, struct slice handle);
// Applies the node's tag.
void yaml_apply_tag(struct yaml *y);

// ---- yaml_scalar.c ----

// What a plain scalar means. Strings view `text`.
struct value yaml_plain(unsigned version, struct slice text);
bool yaml_integer(unsigned version, struct slice text, double *number);
bool yaml_float(unsigned version, struct slice text, double *number);

#endif
