// SPDX-License-Identifier: MIT
//
// Paths as typed: with or without the pages' directory, the extension, or a leading slash.
#include "page_path.h"

struct slice page_path_input(const struct settings *settings)
{
    struct slice input = settings->input.text;
    return slice_equal(input, SLICE(".")) ? SLICE_EMPTY : input;
}

struct slice page_path_below(struct arena *arena, const struct settings *settings,
                             struct slice typed)
{
    struct slice input = page_path_input(settings), path = path_normalise(arena, typed);
    while (path.len && path.ptr[0] == '/')
        path = slice_sub(path, 1, path.len);
    bool below =
        slice_starts_with(path, input) && path.len > input.len && path.ptr[input.len] == '/';
    return below ? path : path_join(arena, input, path);
}

struct slice page_path(struct arena *arena, const struct settings *settings, struct slice typed)
{
    struct slice path = path_normalise(arena, typed);
    while (path.len && path.ptr[0] == '/')
        path = slice_sub(path, 1, path.len);
    if (slice_ends_with(typed, SLICE("/")))
        path = path_join(arena, path, SLICE("index"));
    if (!slice_equal(path_extension(path), SLICE(".md")) &&
        !slice_equal(path_extension(path), SLICE(".njk")))
        path = ARENA_JOIN(arena, path, SLICE(".md"));
    return page_path_below(arena, settings, path);
}

bool page_path_check(struct slice path, struct error *error)
{
    static const char NOT_IN_URLS[] = {'?', '#', '%'};
    for (size_t i = 0; i < sizeof NOT_IN_URLS; i++) {
        if (slice_find_byte(path, NOT_IN_URLS[i], 0) == SIZE_MAX)
            continue;
        error_set(error, ERROR_CONFIG, "a name with %c is no URL: %.*s", NOT_IN_URLS[i],
                  SLICE_ARG(path));
        error_hint(error, "links end at ? and #, and %% begins an escape: name it without them");
        return false;
    }
    return true;
}

struct slice page_path_url(struct arena *arena, const struct settings *settings, struct slice path)
{
    struct slice input = page_path_input(settings);
    return site_default_url(arena, slice_sub(path, input.len ? input.len + 1 : 0, path.len));
}
