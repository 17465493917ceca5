// SPDX-License-Identifier: MIT
//
// Paths of pages as they are typed, for the commands that write pages.
//
// Thread-safety: as the arena.
#ifndef GUIDANCED_SERVER_COMMANDS_PAGE_PATH_H
#define GUIDANCED_SERVER_COMMANDS_PAGE_PATH_H

#include "command.h"

// The pages' directory, relative to the site's; "" when that is the site directory itself.
struct slice page_path_input(const struct settings *settings);
// The same of anything below it, with or without that directory or a slash in front.
struct slice page_path_below(struct arena *arena, const struct settings *settings,
                             struct slice typed);
// A page's file, relative to the site directory: also without the extension, and as a directory
// with a slash at the end.
struct slice page_path(struct arena *arena, const struct settings *settings, struct slice typed);
// The URL that the page will have, unless it says another by `permalink`.
struct slice page_path_url(struct arena *arena, const struct settings *settings, struct slice path);

#endif
