// SPDX-License-Identifier: MIT
//
// A report of changes: pages that exist in only one commit, or differ, paired by path, by text if
// they have moved, or by title if the text has changed too; and the new findings of `check`.
#include "base/clock.h"
#include "changes.h"
#include "check/check.h"
#include "difference.h"
#include "server.h"
#include "site/examine.h"

enum { FINDINGS_MAX = 200 };

struct pair {
    const struct site_page *before, *after; // NULL: none
    bool differs;                           // when rendered
    struct slice difference;                // as HTML; "" if the text is the same
};

struct writing {
    struct server *server;
    const struct change *change;
    const struct site *base, *head;
    struct arena *arena;
    struct pair *pairs;
    size_t count;
    struct site_report old, new;
    double now_ms;
    struct request *request; // for which links are written
};

// ---- pairs ----

static bool is_for_everyone(const struct site *site, const struct site_page *page, double now_ms)
{
    return page->url.len && !page->restricted && !page->hidden &&
           site_page_visible(site, page, now_ms);
}

static uint64_t hash_of(const struct site_page *page)
{
    return page_of(page)->source->hash;
}

static bool is_taken(const struct writing *w, const struct site_page *before)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->pairs[i].before == before)
            return true;
    return false;
}

static bool has_path(const struct site *site, const struct site_page *page)
{
    return site_page_by_input(site, page->input_path) != NULL;
}

// The page before it moved: with the same text, or else the same title. NULL: it is new.
static const struct site_page *find_moved(const struct writing *w, const struct site_page *page)
{
    size_t count;
    const struct site_page *pages = site_pages(w->base, &count), *named = NULL;
    for (size_t i = 0; i < count; i++) {
        const struct site_page *old = &pages[i];
        if (!is_for_everyone(w->base, old, w->now_ms) || has_path(w->head, old) || is_taken(w, old))
            continue;
        if (hash_of(old) == hash_of(page))
            return old;
        if (!named && old->title.len && slice_equal(old->title, page->title))
            named = old;
    }
    return named;
}

static void add_pair(struct writing *w, const struct site_page *before,
                     const struct site_page *after)
{
    w->pairs[w->count++] = (struct pair){.before = before, .after = after};
}

// Pages of one paginated source are paired by address. NULL: none that everyone may know, as if the
// page were new.
static const struct site_page *same_page(const struct writing *w, const struct site_page *page)
{
    size_t first, count = pages_of_source(w->head, page->input_path, &first), all;
    bool one = count == 1;
    count = pages_of_source(w->base, page->input_path, &first);
    const struct site_page *pages = site_pages(w->base, &all);
    const struct site_page *same = one && count == 1 ? &pages[first] : NULL;
    for (size_t i = first; i < first + count; i++)
        if (slice_equal(pages[i].url, page->url))
            same = &pages[i];
    return same && is_for_everyone(w->base, same, w->now_ms) ? same : NULL;
}

static bool make_pairs(struct writing *w)
{
    size_t old_count, count;
    const struct site_page *old = site_pages(w->base, &old_count),
                           *pages = site_pages(w->head, &count);
    w->pairs = arena_zalloc(w->arena, old_count + count + 1, sizeof *w->pairs);
    for (size_t i = 0; w->pairs && i < count; i++)
        if (is_for_everyone(w->head, &pages[i], w->now_ms) && has_path(w->base, &pages[i]))
            add_pair(w, same_page(w, &pages[i]), &pages[i]);
    for (size_t i = 0; w->pairs && i < count; i++)
        if (is_for_everyone(w->head, &pages[i], w->now_ms) && !has_path(w->base, &pages[i]))
            add_pair(w, find_moved(w, &pages[i]), &pages[i]);
    for (size_t i = 0; w->pairs && i < old_count; i++)
        if (is_for_everyone(w->base, &old[i], w->now_ms) && !is_taken(w, &old[i]))
            add_pair(w, &old[i], NULL);
    return w->pairs;
}

// ---- differences ----

// "" if it does not render: check says why.
static struct slice render_change(const struct site *site, const struct site_page *page,
                                  struct arena *arena)
{
    struct site_request request = {.now_ms = 0};
    struct site_output output;
    struct error ignored = {0};
    if (!site_render(site, page, &request, arena, &output, &ignored))
        return SLICE_EMPTY;
    return arena_join(arena, output.body.parts, output.body.count);
}

static bool compare_pages(struct writing *w, struct pair *pair)
{
    struct arena *scratch = arena_create(1 << 18, 0);
    if (!scratch)
        return false;
    struct slice before =
        pair->before ? render_change(w->base, pair->before, scratch) : SLICE_EMPTY;
    struct slice after = pair->after ? render_change(w->head, pair->after, scratch) : SLICE_EMPTY;
    struct buffer out = buffer_create(scratch, 0);
    bool text = difference_write(&out, scratch, before, after);
    pair->differs =
        text || (pair->before && pair->after && hash_of(pair->before) != hash_of(pair->after));
    if (text)
        pair->difference = arena_copy(w->arena, buffer_slice(&out));
    bool ok = !out.failed && !arena_failed(scratch) && (!text || pair->difference.ptr);
    arena_destroy(scratch);
    return ok;
}

static bool compare_all(struct writing *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct pair *pair = &w->pairs[i];
        if (pair->before && pair->after && !compare_pages(w, pair))
            return false;
    }
    return true;
}

enum kind { ADDED, CHANGED, MOVED, DELETED, SAME, KINDS };

static enum kind kind_of(const struct pair *pair)
{
    if (!pair->before)
        return ADDED;
    if (!pair->after)
        return DELETED;
    if (!slice_equal(pair->before->url, pair->after->url))
        return MOVED;
    return pair->differs ? CHANGED : SAME;
}

// ---- findings ----

static bool is_told(const struct writing *w, const struct site_finding *finding)
{
    const struct site_page *page = site_page_by_input(w->head, finding->file);
    return !page || is_for_everyone(w->head, page, w->now_ms) || page->broken;
}

static bool was_there(const struct writing *w, const struct site_finding *finding)
{
    for (size_t i = 0; i < w->old.count; i++) {
        const struct site_finding *old = &w->old.findings[i];
        if (old->rule == finding->rule && slice_equal(old->file, finding->file) &&
            slice_equal(old->message, finding->message))
            return true;
    }
    return false;
}

static bool check_both(struct writing *w)
{
    struct site_check_options options = {.now_ms = w->now_ms};
    struct error ignored = {0};
    size_t kept = 0;
    if (!site_check(w->base, &options, w->arena, &w->old, &ignored) ||
        !site_check(w->head, &options, w->arena, &w->new, &ignored))
        return false;
    for (size_t i = 0; i < w->new.count; i++)
        if (is_told(w, &w->new.findings[i]) && !was_there(w, &w->new.findings[i]))
            w->new.findings[kept++] = w->new.findings[i];
    w->new.count = kept;
    return true;
}

// ---- redirects from old addresses ----

// Whether the head redirects it somewhere.
static bool is_led_on(const struct writing *w, struct slice url)
{
    struct slice location;
    return site_find(w->head, url, w->arena, &location) != NULL;
}

// ---- HTML ----

static const struct {
    const char *name, *title;
} KINDS_SHOWN[] = {[ADDED] = {"added", "Added"},
                   [CHANGED] = {"changed", "Changed"},
                   [MOVED] = {"moved", "Moved"},
                   [DELETED] = {"deleted", "Deleted"}};

static size_t count_kind(const struct writing *w, enum kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < w->count; i++)
        count += kind_of(&w->pairs[i]) == kind;
    return count;
}

static void write_page_title(struct buffer *out, const struct site_page *page)
{
    buffer_append_html(out, page->title.len ? page->title : page->url);
}

// Each link names its page: read out alone, "Before" would mean nothing.
static void write_links(const struct writing *w, struct buffer *out, const struct pair *pair)
{
    buffer_append_cstr(out, "<p>");
    if (pair->before) {
        buffer_append_cstr(out, "<a href=\"");
        preview_link(out, w->request, "/-/leave-preview?to=", SLICE_EMPTY);
        preview_link(out, w->request, "", SLICE_EMPTY);
        buffer_append_percent(out, pair->before->url, SLICE("/"));
        buffer_append_cstr(out, "\">Current version<span class=\"unseen\">: ");
        write_page_title(out, pair->before);
        buffer_append_cstr(out, "</span></a> ");
    }
    if (pair->after) {
        buffer_append_cstr(out, "<a href=\"");
        preview_link(out, w->request, "/-/preview/", w->change->ref);
        buffer_append_cstr(out, "?to=");
        preview_link(out, w->request, "", SLICE_EMPTY);
        buffer_append_percent(out, pair->after->url, SLICE("/"));
        buffer_append_cstr(out, "\">Proposed version<span class=\"unseen\">: ");
        write_page_title(out, pair->after);
        buffer_append_cstr(out, "</span></a>");
    }
    buffer_append_cstr(out, "</p>\n");
}

static void write_address(const struct writing *w, struct buffer *out, const struct pair *pair,
                          enum kind kind)
{
    if (kind != MOVED && kind != DELETED)
        return;
    buffer_append_cstr(out, "<p><code>");
    buffer_append_html(out, pair->before->url);
    buffer_append_cstr(out, "</code>");
    if (kind == MOVED) {
        buffer_append_cstr(out, " becomes <code>");
        buffer_append_html(out, pair->after->url);
        buffer_append_cstr(out, "</code>");
    }
    if (is_led_on(w, pair->before->url))
        buffer_append_cstr(out, "; the old address still works.</p>\n");
    else if (kind == MOVED) {
        buffer_append_cstr(out, "; the old address will lead nowhere: add <code>redirect_from: ");
        buffer_append_html(out, pair->before->url);
        buffer_append_cstr(out, "</code> to the page.</p>\n");
    } else
        buffer_append_cstr(out, "; the address will lead nowhere.</p>\n");
}

static void write_pair(const struct writing *w, struct buffer *out, const struct pair *pair,
                       enum kind kind)
{
    buffer_append_cstr(out, "<h3>");
    write_page_title(out, pair->after ? pair->after : pair->before);
    buffer_append_cstr(out, "</h3>\n");
    write_address(w, out, pair, kind);
    write_links(w, out, pair);
    if (pair->difference.len) {
        buffer_append_cstr(out, "<div class=\"difference\">\n");
        buffer_append(out, pair->difference);
        buffer_append_cstr(out, "</div>\n");
    } else if (kind == CHANGED)
        buffer_append_cstr(out, "<p>The text is the same; data or markup differ.</p>\n");
}

static void write_findings(const struct writing *w, struct buffer *out)
{
    buffer_append_cstr(out, "<h2>New findings of check</h2>\n");
    if (!w->new.count) {
        buffer_append_cstr(out, "<p>None.</p>\n");
        return;
    }
    buffer_append_cstr(out, "<ul>\n");
    for (size_t i = 0; i < w->new.count &&i < FINDINGS_MAX; i++) {
        const struct site_finding *finding = &w->new.findings[i];
        buffer_append_cstr(out, "<li><code>");
        buffer_append_html(out, finding->file);
        buffer_printf(out, ":%u:%u</code> ", finding->line, finding->column);
        buffer_append_html(out, finding->message);
        buffer_append_cstr(out, " (");
        buffer_append_cstr(out, finding->rule->name);
        buffer_append_cstr(out, ")</li>\n");
    }
    buffer_append_cstr(out, "</ul>\n");
    if (w->new.count > FINDINGS_MAX)
        buffer_printf(out,
                      "<p>And %zu more, which <code>?format=json</code> and <code>guidanced "
                      "check</code> name.</p>\n",
                      w->new.count - FINDINGS_MAX);
}

static void write_summary(const struct writing *w, struct buffer *out)
{
    char base[REPOSITORY_HEX], head[REPOSITORY_HEX];
    repository_write_id(&w->change->base, base);
    repository_write_id(&w->change->head, head);
    buffer_append_cstr(out, "<p>What <strong>");
    buffer_append_html(out, w->change->ref);
    buffer_printf(out,
                  "</strong> (commit <code>%.10s</code>) changes since <code>%.10s</code>: ", head,
                  base);
    for (int kind = ADDED; kind <= DELETED; kind++)
        buffer_printf(out, "%s%zu %s", kind ? ", " : "", count_kind(w, (enum kind)kind),
                      KINDS_SHOWN[kind].name);
    buffer_append_cstr(out, ".</p>\n<p><a href=\"");
    preview_link(out, w->request, "/-/preview/", w->change->ref);
    buffer_append_cstr(out, "\">Open the preview</a></p>\n");
}

static void write_html(const struct writing *w, struct buffer *out)
{
    preview_page_begin(out, w->request, "What changes");
    write_summary(w, out);
    for (int kind = ADDED; kind <= DELETED; kind++) {
        if (!count_kind(w, (enum kind)kind))
            continue;
        buffer_printf(out, "<h2>%s pages</h2>\n", KINDS_SHOWN[kind].title);
        for (size_t i = 0; i < w->count; i++)
            if (kind_of(&w->pairs[i]) == (enum kind)kind)
                write_pair(w, out, &w->pairs[i], (enum kind)kind);
    }
    write_findings(w, out);
    buffer_append_cstr(out, "</main>\n</body>\n</html>\n");
}

// ---- JSON ----

static void write_member(struct buffer *out, const char *name, struct slice text, bool first)
{
    buffer_printf(out, "%s\"%s\":", first ? "" : ",", name);
    buffer_append_json_string(out, text);
}

static void write_page_json(struct buffer *out, const struct pair *pair, enum kind kind)
{
    const struct site_page *page = pair->after ? pair->after : pair->before;
    buffer_append_byte(out, '{');
    write_member(out, "title", page->title, true);
    write_member(out, "url", page->url, false);
    write_member(out, "file", page->input_path, false);
    if (kind == MOVED)
        write_member(out, "from", pair->before->url, false);
    if (kind == CHANGED || kind == MOVED)
        write_member(out, "difference", pair->difference, false);
    buffer_append_byte(out, '}');
}

static void write_changes_json(const struct writing *w, struct buffer *out)
{
    char base[REPOSITORY_HEX], head[REPOSITORY_HEX];
    repository_write_id(&w->change->base, base);
    repository_write_id(&w->change->head, head);
    buffer_append_byte(out, '{');
    write_member(out, "ref", w->change->ref, true);
    write_member(out, "base", slice_from_cstr(base), false);
    write_member(out, "commit", slice_from_cstr(head), false);
    for (int kind = ADDED; kind <= DELETED; kind++) {
        bool first = true;
        buffer_printf(out, ",\"%s\":[", KINDS_SHOWN[kind].name);
        for (size_t i = 0; i < w->count; i++) {
            if (kind_of(&w->pairs[i]) != (enum kind)kind)
                continue;
            buffer_append_cstr(out, first ? "" : ",");
            write_page_json(out, &w->pairs[i], (enum kind)kind);
            first = false;
        }
        buffer_append_byte(out, ']');
    }
    buffer_append_cstr(out, ",\"findings\":[");
    for (size_t i = 0; i < w->new.count; i++) {
        const struct site_finding *finding = &w->new.findings[i];
        buffer_append_cstr(out, i ? ",{" : "{");
        write_member(out, "rule", slice_from_cstr(finding->rule->name), true);
        write_member(out, "file", finding->file, false);
        buffer_printf(out, ",\"line\":%u,\"column\":%u", finding->line, finding->column);
        write_member(out, "message", finding->message, false);
        buffer_append_byte(out, '}');
    }
    buffer_append_cstr(out, "]}\n");
}

bool changes_write(struct server *server, const struct change *change, const struct site *base,
                   const struct site *head, struct arena *arena, struct buffer *html,
                   struct buffer *json)
{
    struct request *request = arena_zalloc(arena, 1, sizeof *request);
    struct writing w = {.server = server,
                        .change = change,
                        .base = base,
                        .head = head,
                        .arena = arena,
                        .now_ms = clock_wall_ms(),
                        .request = request};
    if (!request)
        return false;
    request->arena = arena;
    request->settings = server->settings;
    if (!make_pairs(&w) || !compare_all(&w) || !check_both(&w))
        return false;
    write_html(&w, html);
    write_changes_json(&w, json);
    return true;
}
