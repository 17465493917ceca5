// SPDX-License-Identifier: MIT
//
// Addresses in a text, for `linkify`. Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_ADDRESSES_H
#define GUIDANCED_MARKDOWN_ADDRESSES_H

#include "tree.h"

enum address_kind {
    ADDRESS_NONE,
    ADDRESS_SCHEME, // "https://…", "ftp://…", "//…"
    ADDRESS_MAIL,   // "mailto:…"
    ADDRESS_BARE_HOST,
    ADDRESS_BARE_MAIL,
};

struct address {
    enum address_kind kind;
    size_t start, end;
};

// The addresses of a text, one after another; kind ADDRESS_NONE: no more.
struct address_finder {
    const struct markdown_options *options;
    struct slice text;
    struct address next[3]; // the next one that each search finds
    size_t from[3];         // where each search continues
    size_t hint;            // where there may be hosts; SIZE_MAX: nowhere
    size_t taken;           // everything before this has been found
};
struct address_finder address_finder(const struct markdown_options *options, struct slice text);
struct address address_next(struct address_finder *finder);

// Whether a text can have any; asked of a block's source.
bool addresses_possible(const struct markdown_options *options, struct slice text);

// The end of the address with a scheme that the text begins with; 0: it begins with none.
size_t address_at_start(const struct markdown_options *options, struct slice text);

#endif
