// SPDX-License-Identifier: MIT
//
// The inline reader: the text of a leaf in, a row of pieces, which then become nodes. What a
// character may begin is a row of INLINE_RULES in inline_rows.c; a piece of text that turns out to
// be a mark of emphasis is changed in place once all marks are known (inline_delimiters.c).
//
// Source: markdown-it 12 to 14 (behaviour). Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_INLINES_H
#define GUIDANCED_MARKDOWN_INLINES_H

#include "base/map.h"
#include "link_parts.h"

enum piece_type {
    PIECE_TEXT,
    PIECE_SPECIAL, // a TREE_SPECIAL
    PIECE_NODE,    // already made
    PIECE_OPEN,    // opens a node that contains what follows
    PIECE_CLOSE,
};

struct piece {
    enum piece_type type;
    cmark_node_type span;               // of marks: their kind
    const struct tree_element *element; // of doubled marks: their element
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

// The delimiters of one level: of the text, or of a link's text.
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
    size_t at, end;        // the part to read; `end` may be the end of a link's text
    unsigned depth;        // of links, and of brackets being scanned
    int links;             // open links, including HTML's
    struct buffer pending; // text that is not yet a piece
    struct piece *pieces;
    size_t count, room;
    struct delimiters *level, *first_level, *last_level;
    uint32_t *skipped;               // by offset: the end of a piece that was scanned; 0: not yet
    size_t steps;                    // of scanning
    size_t walked_from;              // everything from here on was scanned
    size_t last_bracket, last_angle; // after the last "]" and ">"
    uint32_t *backticks;             // the last run of each length
    bool backticks_seen;
    // Unclosed HTML was seen.
    bool no_special_html, no_instruction, no_cdata;
    struct piece lost; // for writes when there is no room
};

// True: something was read at s->at, which moves past it. Silent: no other effect.
typedef bool (*inline_fn)(struct inlines *s, bool silent);

// Reads up to s->end.
void inlines_tokenize(struct inlines *s);
// Skips one piece.
void inlines_skip(struct inlines *s);

struct inline_row {
    char begins;
    inline_fn read;
};
// A mark that is written twice at each end of a text.
struct doubled_mark {
    char mark;
    const struct tree_element *element;
    bool needs_use; // one that neither opens nor closes is not a mark
};

enum { INLINE_ROWS_MAX = 64, DOUBLED_MAX = 8 };

struct inline_rules {
    inline_fn begins[256];                   // by the character
    void (*finish)(struct inlines *s);       // when everything has been read
    struct inline_row also[INLINE_ROWS_MAX]; // tried if the core's inline does not match
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
// The "]" that closes the "[" at `at`; SIZE_MAX: none. `plain`: without a link inside.
size_t inlines_label_end(struct inlines *s, size_t at, bool plain);
// Opens and closes a node; the marks inside are a separate level.
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
