// SPDX-License-Identifier: MIT
//
// Redirects followed to their end: those that never come to one, and those that come to nothing.
// Incomplete and shadowed ones are found when the site is loaded (routes.c). And redirects that are
// not there: of pages that git knows to have been elsewhere. Those are proposed and not made, since
// an address is to hang on what is written in the site, not on how much of the history is there.
#include "findings.h"

#include "site/history.h"

enum { HOPS_MAX = 32 };

// A redirect and where it is declared.
struct redirect {
    struct slice from;
    const struct site_page *page; // NULL: in guidance.yaml
    const char *key;              // of front matter or guidance.yaml
};

static struct slice redirect_with_prefix(struct check *check, struct slice url)
{
    struct slice prefix = settings_prefix(check->site->settings);
    return arena_printf(check->scratch, "%.*s%.*s", SLICE_ARG(prefix), SLICE_ARG(url));
}

static void report_redirect(struct check *check, const struct redirect *redirect, const char *rule,
                            const char *message, struct slice url)
{
    struct site_finding *finding = check_add(check, rule, "%s: %.*s", message, SLICE_ARG(url));
    if (redirect->page)
        check_place_key(check, finding, redirect->page, redirect->key, true);
    else
        check_place_setting(check, finding, redirect->key);
}

static bool is_internal(struct slice url)
{
    return url.len && url.ptr[0] == '/' && !slice_starts_with(url, SLICE("//"));
}

// For "/old/*", tries one of its pages.
static struct slice sample(struct check *check, struct slice from)
{
    return slice_ends_with(from, SLICE("*"))
               ? arena_printf(check->scratch, "%.*s-", SLICE_ARG(slice_sub(from, 0, from.len - 1)))
               : from;
}

static void follow_redirect(struct check *check, const struct redirect *redirect)
{
    bool wild = slice_ends_with(redirect->from, SLICE("*"));
    struct slice at = redirect_with_prefix(check, sample(check, redirect->from));
    for (unsigned hop = 0; hop < HOPS_MAX; hop++) {
        struct slice location = SLICE_EMPTY;
        const struct site_route *route = site_find(check->site, at, check->scratch, &location);
        if (!route && hop && !slice_ends_with(at, SLICE("/")))
            route = site_find(check->site, arena_printf(check->scratch, "%.*s/", SLICE_ARG(at)),
                              check->scratch, &location);
        // The target of a wildcard is known only for its pages, unless it is a single place.
        if (!route && hop && !(wild && slice_ends_with(at, SLICE("-"))))
            report_redirect(check, redirect, "redirect-target", "this redirect leads to no page",
                            at);
        if (!route || route->kind != SITE_ROUTE_REDIRECT || !is_internal(location))
            return;
        size_t mark = slice_find_byte(location, '#', 0), query = slice_find_byte(location, '?', 0);
        at = slice_sub(location, 0, mark < query ? mark : query);
    }
    report_redirect(check, redirect, "redirect-loop", "this redirect leads back to itself",
                    redirect->from);
}

static void check_configured(struct check *check)
{
    struct value list = check->site->settings->redirects;
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct value item = value_item(NULL, list, i);
        struct value from =
            value_is(item, VALUE_OBJECT) ? value_get(NULL, item, SLICE("from")) : value_undefined();
        struct redirect redirect = {SLICE_EMPTY, NULL, NULL};
        if (!value_is(from, VALUE_STRING) ||
            redirect_source(check->site, check->scratch, value_text(from), &redirect.from))
            continue;
        redirect.key = arena_printf(check->scratch, "redirects.%u.to", i).ptr;
        if (redirect.key)
            follow_redirect(check, &redirect);
    }
}

static void check_of_page(struct check *check, const struct site_page *page)
{
    struct slice url, key;
    uint32_t i = 0;
    while (redirect_from(page, &i, check->scratch, &url, &key)) {
        struct redirect redirect = {SLICE_EMPTY, page, key.ptr ? key.ptr : "redirect_from"};
        if (url.len && !redirect_source(check->site, check->scratch, url, &redirect.from))
            follow_redirect(check, &redirect);
    }
}

// ---- pages that have been moved ----

// The address that a page at the path has when nothing says another; "" for none.
static struct slice default_url(struct check *check, struct slice path)
{
    struct slice input = check->site->input;
    bool below = slice_starts_with(path, input) && path.len > input.len &&
                 (!input.len || path.ptr[input.len] == '/');
    return below && path_extension(path).len
               ? site_default_url(check->scratch,
                                  slice_sub(path, input.len ? input.len + 1 : 0, path.len))
               : SLICE_EMPTY;
}

static void check_move(struct check *check, const struct site_page *page,
                       const struct history_move *move)
{
    struct slice prefix = check->site->history_prefix, location;
    if (!slice_starts_with(move->from, prefix))
        return;
    struct slice old = default_url(check, slice_sub(move->from, prefix.len, move->from.len));
    if (!old.len ||
        site_find(check->site, redirect_with_prefix(check, old), check->scratch, &location))
        return;
    char hex[REPOSITORY_HEX];
    repository_write_id(&history_commit_at(check->site->history, move->commit)->id, hex);
    struct site_finding *finding =
        check_add(check, "page-moved", "it was at %.*s until commit %.10s; nothing is there now",
                  SLICE_ARG(old), hex);
    check_hint(check, finding, "add redirect_from: %.*s", SLICE_ARG(old));
    check_place_key(check, finding, page, "redirect_from", false);
}

// One whose address its front matter says has it wherever it lies.
static void check_moves(struct check *check, const struct site_page *page)
{
    const struct history_file *file = source_history_known(check->site, page_of(page)->source);
    if (!file || !file->move_count || !slice_equal(default_url(check, page->input_path), page->url))
        return;
    for (uint32_t i = 0; i < file->move_count; i++)
        check_move(check, page, &file->moves[i]);
}

void check_redirects(struct check *check)
{
    arena_reset(check->scratch, 4 << 20);
    check_configured(check);
    for (size_t i = 0; i < check->site->page_count; i++)
        if (check->site->pages[i].url.len && page_of(&check->site->pages[i])->chunk == 0) {
            check_of_page(check, &check->site->pages[i]);
            check_moves(check, &check->site->pages[i]);
        }
}
