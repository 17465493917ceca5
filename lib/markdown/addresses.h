// SPDX-License-Identifier: MIT
//
// Addresses in a text: what `linkify` makes links of. Private to lib/markdown.
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

// The addresses of a text, one after the other; kind ADDRESS_NONE: there is none any more.
struct address_finder {
    const struct markdown_options *options;
    struct slice text;
    struct address next[3]; // of each way to find one, the next
    size_t from[3];         // where to look on
    size_t hint;            // where there may be hosts; SIZE_MAX: nowhere
    size_t taken;           // what is before this has been found
};
struct address_finder address_finder(const struct markdown_options *options, struct slice text);
struct address address_next(struct address_finder *finder);

// Whether there can be any in a text, which is asked of a block as it was written.
bool addresses_possible(const struct markdown_options *options, struct slice text);

// The end of the address with a scheme that the text begins with; 0: it begins with none.
size_t address_at_start(const struct markdown_options *options, struct slice text);

#endif
