// SPDX-License-Identifier: MIT
//
// Addresses as they are written, for whoever moves pages. In Markdown and templates they stand
// where the map of the source says, or in quotation marks; in front matter, data and settings they
// are scalars. What only looks like one leads nowhere, and is passed over.
#include "findings.h"

struct finder {
    struct check check;
    void (*tell)(void *state, const struct site_link *link);
    void *state;
    struct slice file, text;
    const struct site_page *page;
    struct source_map *map; // NULL: the text is data
    struct map seen;        // of this text: where an address has been told of
};

static bool leads_away(struct slice path)
{
    return slice_starts_with(path, SLICE("//")) || slice_find_byte(path, ':', 0) != SIZE_MAX ||
           slice_find_byte(path, '{', 0) != SIZE_MAX;
}

// Addresses are often written without the prefix, for the `url` filter to add.
static const struct site_route *route_of(struct finder *finder, struct slice path, bool *prefixed)
{
    const struct site *site = finder->check.site;
    struct arena *arena = finder->check.scratch;
    struct slice url = finder->page ? finder->page->url : SLICE("/");
    struct slice resolved = site_link_resolve(site, arena, url, path);
    const struct site_route *route = site_link_route(site, arena, resolved);
    struct slice prefix = settings_prefix(site->settings);
    *prefixed = true;
    if (route || path.ptr[0] != '/' || !prefix.len)
        return route;
    *prefixed = false;
    return site_link_route(site, arena, ARENA_JOIN(arena, prefix, resolved));
}

static void tell_address(struct finder *finder, size_t at, size_t end)
{
    struct slice written = slice_sub(finder->text, at, end);
    size_t mark = slice_find_byte(written, '#', 0), query = slice_find_byte(written, '?', 0);
    struct slice path = slice_sub(written, 0, mark < query ? mark : query);
    struct slice key = slice_of((const char *)&at, sizeof at);
    if (!path.len || leads_away(path) || (path.ptr[0] != '/' && !finder->page) ||
        map_find(&finder->seen, key) || (finder->map && source_map_hidden(finder->map, at)))
        return;
    bool prefixed;
    const struct site_route *route = route_of(finder, path, &prefixed);
    if (!route || !map_put(&finder->seen, arena_copy(finder->check.scratch, key), finder))
        return;
    struct site_link link = {.file = finder->file,
                             .source = finder->text,
                             .offset = at,
                             .written = path,
                             .page = finder->page,
                             .route = route,
                             .prefixed = prefixed};
    finder->tell(finder->state, &link);
}

// ---- Markdown and templates ----

static bool holds_address(const struct reference *row)
{
    static const char *const NAMES[] = {"href", "src", "url", "action"};
    if (row->kind == REFERENCE_LINK || row->kind == REFERENCE_IMAGE)
        return true;
    if (row->kind != REFERENCE_ATTRIBUTE && row->kind != REFERENCE_PARAMETER)
        return false;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_equal_ignore_case(row->label, slice_from_cstr(NAMES[i])))
            return true;
    return false;
}

static void find_in_rows(struct finder *finder)
{
    for (size_t i = 0; i < finder->map->count; i++)
        if (holds_address(&finder->map->rows[i]))
            tell_address(finder, finder->map->rows[i].value_at, finder->map->rows[i].value_end);
}

// '/a/b/' and "/a/b/": in expressions of templates, in flow collections, in JSON.
static size_t quoted_end(struct slice text, size_t at)
{
    char quote = at ? text.ptr[at - 1] : '\0';
    size_t end = quote == '"' || quote == '\'' ? slice_find_byte(text, quote, at) : SIZE_MAX;
    return end != SIZE_MAX && slice_find_byte(slice_sub(text, at, end), '\n', 0) == SIZE_MAX ? end
                                                                                             : at;
}

static size_t plain_end(struct slice text, size_t at)
{
    size_t end = at;
    if (at && !strchr(" \t[,{", text.ptr[at - 1]))
        return at;
    while (end < text.len && !strchr(" \t\r\n,]}\"'", text.ptr[end]))
        end++;
    return end;
}

// ---- data ----

// Keys whose addresses are not links: what the page is at itself, and where it was.
static bool is_own_key(struct slice line)
{
    static const char *const KEYS[] = {
        "redirect_from:", "permalink:", "from:", "- from:", "- {from:"};
    struct slice text = slice_trim(line);
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (slice_starts_with(text, slice_from_cstr(KEYS[i])))
            return true;
    return false;
}

static size_t indentation(struct slice line)
{
    size_t n = 0;
    while (n < line.len && line.ptr[n] == ' ')
        n++;
    return n;
}

// A list below such a key goes on until a line that is no deeper and no item.
static bool goes_on(struct slice line, size_t depth)
{
    size_t own = indentation(line);
    bool item = own < line.len && line.ptr[own] == '-' && !slice_starts_with(line, SLICE("---"));
    return !slice_trim(line).len || own > depth || (own == depth && item);
}

static void find_in_line(struct finder *finder, size_t from, size_t to, bool plain)
{
    struct slice text = slice_sub(finder->text, 0, to);
    for (size_t at = slice_find_byte(text, '/', from); at != SIZE_MAX;
         at = slice_find_byte(text, '/', at + 1)) {
        size_t end = quoted_end(text, at);
        if (end == at && plain)
            end = plain_end(text, at);
        if (end > at)
            tell_address(finder, at, end);
        at = end > at ? end - 1 : at;
    }
}

static void find_in_yaml(struct finder *finder, size_t end)
{
    struct slice rest = slice_sub(finder->text, 0, end), line;
    size_t own = SIZE_MAX; // the depth of the key whose list this is
    while (slice_next_line(&rest, &line)) {
        size_t at = (size_t)(line.ptr - finder->text.ptr);
        if (own != SIZE_MAX && goes_on(line, own))
            continue;
        own = SIZE_MAX;
        if (!is_own_key(line))
            find_in_line(finder, at, at + line.len, true);
        else if (slice_starts_with(slice_trim(line), SLICE("redirect_from:")))
            own = indentation(line);
        else if (slice_find(line, SLICE("to:"), 0) != SIZE_MAX) // {from: /a/, to: /b/}
            find_in_line(finder, at + slice_find(line, SLICE("to:"), 0), at + line.len, true);
    }
}

// ---- all of them ----

static void find_in_text(struct finder *finder, struct slice file, struct slice text, size_t front)
{
    struct source_map map;
    finder->file = file;
    finder->text = text;
    finder->map = NULL;
    finder->seen = map_create(finder->check.scratch);
    find_in_yaml(finder, front);
    if (front >= text.len)
        return;
    source_map_read(&map, finder->check.scratch, text, front);
    finder->map = &map;
    find_in_rows(finder);
    find_in_line(finder, front, text.len, false);
}

bool site_links(const struct site *site, struct arena *arena,
                void (*tell)(void *state, const struct site_link *link), void *state,
                struct error *error)
{
    struct finder finder = {.check = {.site = site, .arena = arena}, .tell = tell, .state = state};
    struct check *check = &finder.check;
    check->scratch = arena_create(1 << 20, 0);
    if (!check->scratch)
        return error_memory(error);
    for (size_t i = 0; i < site->page_count; i++) {
        const struct source *source = page_of(&site->pages[i])->source;
        arena_reset(check->scratch, 4 << 20);
        finder.page = &site->pages[i];
        if (page_of(finder.page)->chunk == 0 && source->text.ptr)
            find_in_text(&finder, source->path, source->text, source->front_length);
    }
    finder.page = NULL;
    shared_read(check);
    for (size_t i = 0; i < check->shared_count; i++) {
        const struct shared *shared = &check->shared[i];
        arena_reset(check->scratch, 4 << 20);
        if (!site_page_by_input(site, shared->file))
            find_in_text(&finder, shared->file, shared->text,
                         shared->template ? 0 : shared->text.len);
    }
    bool whole = !arena_failed(arena) && !arena_ever_failed(check->scratch);
    arena_destroy(check->scratch);
    return whole || error_memory(error);
}
