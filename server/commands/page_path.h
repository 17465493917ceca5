// SPDX-License-Identifier: MIT
//
// Paths of pages as users type them, for the commands that write pages.
//
// Thread-safety: like the arena.
#ifndef GUIDANCED_SERVER_COMMANDS_PAGE_PATH_H
#define GUIDANCED_SERVER_COMMANDS_PAGE_PATH_H

#include "command.h"

// The pages' directory, relative to the site's; "" if that is the site directory itself.
struct slice page_path_input(const struct settings *settings);
// A path below it, typed with or without that directory or a leading slash.
struct slice page_path_below(struct arena *arena, const struct settings *settings,
                             struct slice typed);
// A page's file, relative to the site directory: also typed without the extension, or as a
// directory with a final slash.
struct slice page_path(struct arena *arena, const struct settings *settings, struct slice typed);
// Whether links can name a page or folder of that name; false and error otherwise.
bool page_path_check(struct slice path, struct error *error);
// The URL that the page will have, unless it sets `permalink`.
struct slice page_path_url(struct arena *arena, const struct settings *settings, struct slice path);

#endif
