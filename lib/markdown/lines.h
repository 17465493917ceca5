// SPDX-License-Identifier: MIT
//
// The source by lines, and what the containers of a node put in front of them: cmark says where a
// node is, but not what its lines are without the marks of quotes and lists. Private to
// lib/markdown.
#ifndef GUIDANCED_MARKDOWN_LINES_H
#define GUIDANCED_MARKDOWN_LINES_H

#include "tree.h"

struct lines_index {
    struct slice *rows; // from 1
    int count;
};

// What stands before an indented line that is no code: a noncharacter, and white space for what
// looks at the character before.
#define LINES_TEXT_MARK ((struct slice){"\xef\xb7\x96\xc2\xa0", 5})

// Indexes tree->hidden. False: out of memory, tree->error set.
bool lines_index(struct tree *tree, struct lines_index *index);
// Columns of white space at the start; a tab goes to the next multiple of four.
unsigned lines_indent(struct slice text);
// Takes what the node's containers put in front of a line. False: something is missing, so that the
// line is a lazy one.
bool lines_skip_marks(const struct lines_index *index, cmark_node *node, struct slice *line);

#endif
