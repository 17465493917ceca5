// SPDX-License-Identifier: MIT
//
// The inline reader: the text of a leaf in, a row of pieces, which then become nodes. What a
// character may begin is a row of INLINE_RULES in inline_rows.c; a piece of text that turns out to
// be a mark of emphasis is changed in place when all are known (inline_delimiters.c).
//
// Source: markdown-it 12 to 14 (behaviour). Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_INLINES_H
#define GUIDANCED_MARKDOWN_INLINES_H

#include "base/map.h"
#include "link_parts.h"

enum piece_type {
    PIECE_TEXT,
    PIECE_SPECIAL, // a TREE_SPECIAL
    PIECE_NODE,    // made already
    PIECE_OPEN,    // of a node with what follows in it
    PIECE_CLOSE,
};

struct piece {
    enum piece_type type;
    cmark_node_type span;               // of marks: what they are those of
    const struct tree_element *element; // of marks that are doubled: the same
    cmark_node *node;                   // of the others
    struct slice text, written;         // `written`: a PIECE_SPECIAL's source
};

// A mark that may open or close emphasis.
struct delimiter {
    char mark;
    bool opens, closes;
    size_t length; // of its run; 0: does not count
    size_t piece;
    int end; // the delimiter that closes it; -1
};

// Those on one level: of the text, or of a link's.
struct delimiters {
    struct delimiter *rows;
    size_t count, room;
    struct delimiters *outer, *next; // `next`: in the order they were opened
};

struct inline_rules;

struct inlines {
    struct tree *tree;
    const struct inline_rules *rules;
    const struct map *references;
    struct slice source;
    size_t at, end;        // what is read; `end` is that of a link's text in it
    unsigned depth;        // of links, and of brackets being looked through
    int links;             // links that are open, HTML's as well
    struct buffer pending; // text that is not a piece yet
    struct piece *pieces;
    size_t count, room;
    struct delimiters *level, *first_level, *last_level;
    uint32_t *skipped;  // where a piece that was looked through ends, by its offset; 0: not yet
    size_t steps;       // of looking through
    size_t walked_from; // from here on all was looked through
    size_t last_bracket, last_angle; // after the last "]" and ">"
    uint32_t *backticks;             // the last run of each length that was seen
    bool backticks_seen;
    // HTML that does not end was seen.
    bool no_special_html, no_instruction, no_cdata;
    struct piece lost; // what is written where there is no room
};

// True: something was read at s->at, which moves after it. Silent: nothing else happens.
typedef bool (*inline_fn)(struct inlines *s, bool silent);

// Reads up to s->end.
void inlines_tokenize(struct inlines *s);
// Moves over one piece without reading it.
void inlines_skip(struct inlines *s);

struct inline_row {
    char begins;
    inline_fn read;
};
// A mark that is written twice at each end of a text.
struct doubled_mark {
    char mark;
    const struct tree_element *element;
    bool needs_use; // one that neither opens nor closes is no mark at all
};

enum { INLINE_ROWS_MAX = 64, DOUBLED_MAX = 8 };

struct inline_rules {
    inline_fn begins[256];                   // by the character
    void (*finish)(struct inlines *s);       // when all has been read
    struct inline_row also[INLINE_ROWS_MAX]; // tried when what begins with it is something else
    size_t also_count;
    struct doubled_mark doubled[DOUBLED_MAX];
    size_t doubled_count;
};
extern const struct inline_rules INLINE_RULES;

// Reads the text of a leaf and puts its inlines into the node. False: tree->error is set.
bool inlines_read(struct tree *tree, const struct inline_rules *rules, const struct map *references,
                  cmark_node *node, struct slice text);

static inline char inlines_char(const struct inlines *s, size_t at)
{
    return at < s->source.len ? s->source.ptr[at] : '\0';
}
struct piece *inlines_push(struct inlines *s, enum piece_type type);
void inlines_push_text(struct inlines *s, struct slice text);
void inlines_push_node(struct inlines *s, cmark_node *node);
// The "]" that closes the "[" at `at`; SIZE_MAX: none. `plain`: there is no link within.
size_t inlines_label_end(struct inlines *s, size_t at, bool plain);
// Opens and closes a node; the marks within are a level of their own.
void inlines_open(struct inlines *s, cmark_node *node);
void inlines_close(struct inlines *s);

// ---- what a character may begin ----

bool inline_newline(struct inlines *s, bool silent);
bool inline_backslash(struct inlines *s, bool silent);
bool inline_entity(struct inlines *s, bool silent);
bool inline_backtick(struct inlines *s, bool silent);
bool inline_emphasis(struct inlines *s, bool silent);
bool inline_strikethrough(struct inlines *s, bool silent);
bool inline_doubled(struct inlines *s, bool silent);
bool inline_link(struct inlines *s, bool silent);
bool inline_image(struct inlines *s, bool silent);
bool inline_angle(struct inlines *s, bool silent); // an autolink or HTML
bool inline_address(struct inlines *s, bool silent);

// inline_word.c: a text without spaces between two marks like the one at s->at.
bool inline_word(struct inlines *s, const struct tree_element *element);

// inline_delimiters.c: finds which marks belong together, and makes spans of them.
void delimiters_pair(struct inlines *s);

#endif
