// SPDX-License-Identifier: MIT
//
// The plan of `guidanced move`: made by move.c from the current site, carried out by move_write.c.
//
// Thread-safety: one thread. Texts live as long as the arena.
#ifndef GUIDANCED_SERVER_COMMANDS_MOVE_H
#define GUIDANCED_SERVER_COMMANDS_MOVE_H

#include "page_path.h"

// A page that moves to a new file.
struct move_page {
    const struct site_page *page;
    struct slice path; // its new file, relative to the site directory
    struct slice url;  // its new URL; "" if it has none
};

// A replacement of text in a file, which has its name from before the move.
struct move_edit {
    struct slice file;
    unsigned line; // from 1
    size_t offset;
    struct slice before, after;
};

struct move {
    const struct command_line *line;
    struct arena *arena;
    struct settings *settings;
    const struct site *site;
    struct slice from, to; // files or folders, relative to the site directory
    bool folder;
    struct move_page *pages;
    size_t page_count, page_capacity;
    struct move_edit *edits; // sorted by file and offset, once complete
    size_t edit_count, edit_capacity;
    struct error error; // the first error
};

// "a.b.c" → "a".
struct slice move_stem(struct slice name);
// A file's new path; the same if it stays.
struct slice move_path(const struct move *move, struct slice path);
// A URL with the path prefix, as in routes.
struct slice move_prefixed(const struct move *move, struct slice url);
// Plans the redirect_from for the old address in the page's front matter.
bool move_redirect(struct move *move, const struct move_page *page);
bool move_add_edit(struct move *move, struct slice file, struct slice source, size_t offset,
                   struct slice before, struct slice after);
// Renames and writes; then loads the site, and undoes everything unless each page is at its new URL
// and the old one redirects there. False with error set.
bool move_do(struct move *move);

#endif
