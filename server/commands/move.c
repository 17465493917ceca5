// SPDX-License-Identifier: MIT
//
// `guidanced move OLD NEW`: the plan. Which pages get which file and URL, what their front matter
// needs to redirect old addresses, and which addresses in other sources are rewritten.
#include "move.h"

#include "base/file.h"

#include <stdlib.h>
#include <unistd.h>

static bool move_fail(struct move *move, const char *what, struct slice about)
{
    return error_set(&move->error, ERROR_CONFIG, "%s: %.*s", what, SLICE_ARG(about));
}

// ---- what moves where ----

static const struct site_page *page_at(const struct move *move, struct slice typed)
{
    struct slice location, url = typed;
    if (!slice_starts_with(url, SLICE("/")))
        return site_page_by_input(move->site, page_path(move->arena, move->settings, typed));
    const struct site_route *route = site_find(move->site, url, move->arena, &location);
    if (!route)
        route = site_link_route(move->site, move->arena, move_prefixed(move, url));
    return route && route->kind == SITE_ROUTE_PAGE ? route->page : NULL;
}

// The URL of a folder's page means the folder.
static bool is_own_of_folder(struct slice path)
{
    struct slice stem = move_stem(path_base(path));
    return slice_equal(stem, SLICE("index")) || slice_equal(stem, path_base(path_directory(path)));
}

static bool stands_there(const struct move *move, struct slice path)
{
    struct slice full = path_join(move->arena, settings_directory(move->settings), path);
    return access(full.ptr, F_OK) == 0;
}

static bool find_old(struct move *move, struct slice typed)
{
    bool address = slice_starts_with(typed, SLICE("/"));
    struct slice folder = page_path_below(move->arena, move->settings, typed);
    const struct site_page *page = page_at(move, typed);
    if (page && !(address && is_own_of_folder(page->input_path)))
        move->from = page->input_path;
    else {
        move->from = page ? path_directory(page->input_path) : folder;
        move->folder = true;
    }
    if (move->folder &&
        (!stands_there(move, move->from) || move->from.len <= page_path_input(move->settings).len))
        return move_fail(move, "there is no such page or folder to move", typed);
    return true;
}

static bool find_new(struct move *move, struct slice typed)
{
    struct slice end = typed;
    while (end.len > 1 && end.ptr[end.len - 1] == '/')
        end.len--;
    move->to = page_path_below(move->arena, move->settings, end);
    struct slice extension = path_extension(move->from);
    if (!move->folder && !slice_equal(path_extension(move->to), extension))
        move->to = ARENA_JOIN(move->arena, move->to, extension);
    if (!page_path_check(move->to, &move->error))
        return false;
    if (stands_there(move, move->to))
        return move_fail(move, "this already exists; NEW is the whole new name", move->to);
    if (move->folder &&
        slice_starts_with(move->to, ARENA_JOIN(move->arena, move->from, SLICE("/"))))
        return move_fail(move, "a folder cannot be moved into itself", move->to);
    return true;
}

// ---- their pages ----

// A literal permalink stays; one from a template or a folder cannot be predicted.
static bool new_url(struct move *move, const struct site_page *page, struct slice path,
                    struct slice *url)
{
    struct slice usual = page_path_url(move->arena, move->settings, page->input_path);
    struct value permalink = value_get(NULL, page->data, SLICE("permalink"));
    *url = page->url;
    if (!page->url.len)
        return true;
    bool plain = value_is(permalink, VALUE_STRING) &&
                 slice_find_byte(value_text(permalink), '{', 0) == SIZE_MAX;
    if (plain)
        return true;
    *url = page_path_url(move->arena, move->settings, path);
    if (value_is_nullish(permalink) && slice_equal(usual, page->url))
        return true;
    move_fail(move, "its address does not come from its file name", page->input_path);
    error_hint(&move->error, "a permalink or pagination sets it: move the file, and write "
                             "redirect_from yourself");
    return false;
}

static bool has_free_address(struct move *move, const struct move_page *moved)
{
    struct slice location;
    const struct site_route *route =
        site_find(move->site, move_prefixed(move, moved->url), move->arena, &location);
    const struct site_page *taker = route ? route->page : NULL;
    if (!route || taker == moved->page ||
        (taker && !slice_equal(move_path(move, taker->input_path), taker->input_path)))
        return true;
    move_fail(move, "the new address is taken", moved->url);
    if (taker)
        error_hint(&move->error, "by %.*s", SLICE_ARG(taker->input_path));
    return false;
}

static bool add_page(struct move *move, const struct site_page *page)
{
    struct slice path = move_path(move, page->input_path);
    if (slice_equal(path, page->input_path))
        return true;
    struct move_page moved = {page, path, SLICE_EMPTY};
    if (!arena_room(move->arena, &move->pages, move->page_count, &move->page_capacity,
                    sizeof *move->pages))
        return error_memory(&move->error);
    if (!new_url(move, page, path, &moved.url) || !has_free_address(move, &moved))
        return false;
    move->pages[move->page_count++] = moved;
    return slice_equal(moved.url, page->url) || move_redirect(move, &moved);
}

static const struct move_page *moved_page(const struct move *move, const struct site_page *page)
{
    for (size_t i = 0; page && i < move->page_count; i++)
        if (move->pages[i].page == page)
            return &move->pages[i];
    return NULL;
}

// ---- links to and from them ----

static struct slice new_address(const struct move *move, struct slice url, bool prefixed)
{
    struct buffer out = buffer_create(move->arena, 0);
    if (prefixed)
        buffer_append(&out, move_prefixed(move, SLICE_EMPTY));
    buffer_append_percent(&out, url, SLICE("/!$&'*+,;=:@"));
    return buffer_slice(&out);
}

static void see_link(void *state, const struct site_link *link)
{
    struct move *move = state;
    const struct move_page *target = moved_page(move, link->route->page);
    const struct move_page *source = moved_page(move, link->page);
    bool relative = link->written.ptr[0] != '/';
    if (link->route->kind == SITE_ROUTE_REDIRECT || error_is_set(&move->error))
        return;
    struct slice url =
        target ? target->url : settings_below_prefix(move->settings, link->route->url);
    if (!relative && (!target || slice_equal(target->url, target->page->url)))
        return;
    if (relative) {
        struct slice from = source ? source->url : link->page->url;
        struct slice left = site_link_resolve(move->site, move->arena, from, link->written);
        struct slice as_left = settings_below_prefix(move->settings, left);
        if (slice_equal(as_left, url) ||
            slice_equal(ARENA_JOIN(move->arena, as_left, SLICE("/")), url))
            return;
    }
    move_add_edit(move, link->file, link->source, link->offset, link->written,
                  new_address(move, url, link->prefixed));
}

static int by_file(const void *a, const void *b)
{
    const struct move_edit *x = a, *y = b;
    int order = slice_compare(x->file, y->file);
    return order ? order : x->offset < y->offset ? -1 : x->offset > y->offset;
}

static bool make_plan(struct move *move)
{
    size_t count;
    const struct site_page *pages = site_pages(move->site, &count);
    if (!find_old(move, slice_from_cstr(move->line->arguments[0])) ||
        !find_new(move, slice_from_cstr(move->line->arguments[1])))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_page(move, &pages[i]))
            return false;
    if (!site_links(move->site, move->arena, see_link, move, &move->error) ||
        error_is_set(&move->error))
        return false;
    if (move->edit_count)
        qsort(move->edits, move->edit_count, sizeof *move->edits, by_file);
    return !arena_failed(move->arena) || error_memory(&move->error);
}

// ---- printing the plan ----

static void print_plan(const struct move *move, bool done)
{
    size_t files = 0;
    printf("%.*s%s → %.*s%s\n", SLICE_ARG(move->from), move->folder ? "/" : "", SLICE_ARG(move->to),
           move->folder ? "/" : "");
    for (size_t i = 0; i < move->page_count; i++) {
        const struct move_page *moved = &move->pages[i];
        bool same = slice_equal(moved->url, moved->page->url);
        if (moved->url.len)
            printf("  %.*s%s%.*s%s\n", SLICE_ARG(moved->page->url), same ? "" : " → ",
                   SLICE_ARG(same ? SLICE_EMPTY : moved->url), same ? " stays" : "");
    }
    for (size_t i = 0; i < move->edit_count; i++) {
        const struct move_edit *edit = &move->edits[i];
        bool first = !i || !slice_equal(edit[-1].file, edit->file);
        files += first;
        if (first)
            printf("%.*s\n", SLICE_ARG(edit->file));
        printf("  %u: %.*s%s%.*s\n", edit->line, SLICE_ARG(slice_trim(edit->before)),
               slice_trim(edit->before).len ? " → " : "", SLICE_ARG(slice_trim(edit->after)));
    }
    printf("%zu %s moved, %zu %s changed in %zu %s%s\n", move->page_count,
           count_word(move->page_count, "page", "pages"), move->edit_count,
           count_word(move->edit_count, "place", "places"), files,
           count_word(files, "file", "files"), done ? "" : ": a plan, nothing was done");
}

int command_move(const struct command_line *line)
{
    struct move move = {.line = line, .arena = line->arena};
    move.settings = command_settings(line);
    bool writable = move.settings && command_is_directory(line, move.settings);
    struct site *site = writable ? command_site(line, move.settings, true) : NULL;
    if (!site)
        return COMMAND_USAGE;
    move.site = site;
    bool dry = command_has(line, "dry-run"), ok = make_plan(&move);
    if (ok && !dry)
        ok = move_do(&move);
    if (ok)
        print_plan(&move, !dry);
    else
        command_print_error(&move.error);
    site_release(site);
    return ok ? COMMAND_OK : COMMAND_BAD;
}
