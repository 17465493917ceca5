// SPDX-License-Identifier: MIT
//
// Turns an old address in a page or guidance.yaml into the path that will be requested. Authors
// paste addresses as they find them: with the site's host, encoded, with a query or a fragment,
// without a slash before or after.
#include "snapshot.h"

#include "base/file.h"
#include "base/utf8.h"

bool path_decode(struct arena *arena, struct slice path, struct slice *out)
{
    struct buffer text = buffer_create(arena, 0);
    *out = path;
    if (slice_find_byte(path, '%', 0) == SIZE_MAX)
        return true;
    if (!buffer_append_decoded(&text, path) || text.failed)
        return false;
    *out = buffer_slice(&text);
    return true;
}

// Removes the site's own origin, and the path prefix that follows it. False: it is another site's.
static bool take_origin(const struct site *site, struct slice *url)
{
    struct slice own = site->settings->url;
    size_t colon = slice_find(*url, SLICE("://"), 0), slash = slice_find_byte(*url, '/', 0);
    bool remote = slice_starts_with(*url, SLICE("//"));
    if (!remote && (colon == SIZE_MAX || slash < colon))
        return true;
    while (own.len && own.ptr[own.len - 1] == '/')
        own.len--;
    // Readers of http:// are redirected to https:// anyway.
    struct slice mine = slice_sub(own, slice_find(own, SLICE("://"), 0) + 3, own.len);
    struct slice given = slice_sub(*url, remote ? 2 : colon + 3, url->len);
    if (given.len < mine.len || !slice_equal_ignore_case(slice_sub(given, 0, mine.len), mine) ||
        (given.len > mine.len && !strchr("/?#", given.ptr[mine.len])))
        return false;
    struct slice prefix = settings_prefix(site->settings),
                 rest = slice_sub(given, mine.len, given.len);
    *url = settings_below_prefix(site->settings, rest);
    return !prefix.len || url->len < rest.len;
}

// Resolves dots and doubled slashes as in requests; a final slash stays.
static struct slice resolved(struct arena *arena, struct slice path)
{
    bool slash = slice_ends_with(path, SLICE("/"));
    struct slice clean = path_normalise(arena, ARENA_JOIN(arena, SLICE("/"), path));
    return slash && clean.len > 1 ? ARENA_JOIN(arena, clean, SLICE("/")) : clean;
}

const char *redirect_source(const struct site *site, struct arena *arena, struct slice text,
                            struct slice *from)
{
    struct slice url = slice_trim(text), path;
    if (!take_origin(site, &url))
        return "this address belongs to another site: redirect it there";
    // The reader's browser keeps the fragment, and applies it to the new address.
    size_t fragment = slice_find_byte(url, '#', 0), query = slice_find_byte(url, '?', 0);
    url = slice_sub(url, 0, fragment);
    struct slice asked = query < url.len ? slice_sub(url, query, url.len) : SLICE_EMPTY;
    if (!path_decode(arena, slice_sub(url, 0, query), &path) ||
        utf8_find_invalid(path) != SIZE_MAX || slice_find_byte(path, '\0', 0) != SIZE_MAX)
        return "this address is badly encoded: write % as %25";
    if (!path.len && !slice_starts_with(slice_trim(text), SLICE("/")) &&
        slice_find(text, SLICE("://"), 0) == SIZE_MAX)
        return "this address has no path";
    *from = resolved(arena, path);
    if (asked.len > 1)
        *from = ARENA_JOIN(arena, *from, asked);
    return from->ptr ? NULL : "out of memory";
}
