// SPDX-License-Identifier: MIT
//
// Shared by the files of the table of contents. Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_TOC_H
#define GUIDANCED_MARKDOWN_TOC_H

#include "tree.h"

struct toc_heading {
    unsigned level;
    struct slice id;   // "" when it has none; only the plain style uses those
    struct slice text; // entities decoded, tags dropped
    // For the plain style: the headings below it, in order.
    size_t order; // among those of its level
    struct toc_heading *first, *last, *next;
};

struct toc {
    const struct toc_options *options;
    struct arena *arena;
    struct toc_heading *rows;
    size_t count, capacity;
    struct buffer *out;
};

// toc_read.c. False: out of memory.
bool toc_read(struct toc *toc, struct slice html);
// toc_plain.c
void toc_write_plain(struct toc *toc);

#endif
