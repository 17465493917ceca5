// SPDX-License-Identifier: MIT
//
// A source of pages, and layouts: the content of a file, before pages are built from it.
#ifndef GUIDANCED_SITE_SOURCE_H
#define GUIDANCED_SITE_SOURCE_H

#include "site.h"
enum page_syntax { SYNTAX_MARKDOWN = 1, SYNTAX_NUNJUCKS = 2 }; // ored: both for a .md page

enum { LAYOUTS_MAX = 16 };

// A layout: a template with its own front matter.
struct layout {
    struct slice name; // as templates are named: relative to the includes or layouts directory
    struct slice file;
    struct value front_matter;
    struct layout *parent; // NULL for the outermost
    struct value base;     // global data under the front matter of the parents and its own
    const struct template *template;
    struct slice engine; // the host's engine that renders it; "": ours
    struct slice text;   // for that engine: its text
    uint64_t hash;       // of the text
    struct error error;  // why it does not compile
};

// One source file of a page. Pagination makes several pages from it.
struct source {
    struct slice path; // relative to the site directory
    struct file_info info;
    uint64_t hash;
    struct site *site; // the snapshot that was loaded whole
    struct slice text; // the whole file; ptr NULL: in the store (source_text.c)
    int64_t text_id;   // its number in the store; 0: not there
    unsigned body_line;
    uint32_t front_length;  // bytes before the body
    uint64_t front_hash;    // hash of those
    bool plain;             // the body has no template syntax, so the template would not change it
    unsigned syntax;        // enum page_syntax, ored
    struct slice engine;    // the host's engine that renders it instead of Nunjucks; "": ours
    struct slice extension; // ".md"
    struct value front_matter;  // an object
    struct value_places places; // empty if the text is in the store: ask source_blame
    struct value raw_input;     // the body, for templates
    struct value excerpt;       // removed from the body; undefined: none, or not yet
    struct value directory_data;
    struct value permalink; // a function: what its language makes of permalinks
    const struct template *template;
    struct layout *layout;
    const struct error *error; // why it cannot be read or does not compile; NULL: fine
    bool reused;
    bool shows_sources; // its text contains the word rawInput
    bool remarked;      // its text has problems
    bool foreign;       // its text is not UTF-8, so it is not kept
};

#endif
