// SPDX-License-Identifier: MIT
//
// A source of pages, and layouts: what has been read of a file, before anything is made of it.
#ifndef GUIDANCED_SITE_SOURCE_H
#define GUIDANCED_SITE_SOURCE_H

#include "site.h"
enum page_syntax { SYNTAX_MARKDOWN = 1, SYNTAX_NUNJUCKS = 2 }; // ored: both for a .md page

enum { LAYOUTS_MAX = 16 };

// A layout: a template with front matter of its own.
struct layout {
    struct slice name; // as templates are named: relative to the includes or layouts directory
    struct slice file;
    struct value front_matter;
    struct layout *parent; // NULL for the outermost
    struct value base;     // global data under the front matter of the parents and its own
    const struct template *template;
    struct slice engine; // of the host, that renders it; "": ours
    struct slice text;   // then what it renders
    uint64_t hash;       // of the text
    struct error error;  // it does not compile
};

// One source file of a page. Pagination makes several pages of it.
struct source {
    struct slice path; // relative to the site directory
    struct file_info info;
    uint64_t hash;
    struct site *site; // the snapshot that was loaded whole
    struct slice text; // the whole file; ptr NULL: it is in the store (source_text.c)
    int64_t text_id;   // its number there; 0: it is not there
    unsigned body_line;
    uint32_t front_length;  // bytes before the body
    uint64_t front_hash;    // of them
    bool plain;             // the body has no template syntax: it is what its template would make
    unsigned syntax;        // enum page_syntax, ored
    struct slice engine;    // of the host, that renders it in place of Nunjucks; "": ours
    struct slice extension; // ".md"
    struct value front_matter;  // an object
    struct value_places places; // none when the text is in the store: ask source_blame
    struct value raw_input;     // the body, for templates
    struct value excerpt;       // of the body, taken out of it; undefined: none, or not yet
    struct value directory_data;
    const struct template *template;
    struct layout *layout;
    const struct error *error; // NULL, or why it cannot be read or does not compile
    bool reused;
    bool shows_sources; // its text has the word rawInput
    bool remarked;      // there are problems of its text
    bool foreign;       // its text is not UTF-8, and not kept
};

#endif
