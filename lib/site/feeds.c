// SPDX-License-Identifier: MIT
//
// What the site says about itself: sitemap.xml (sitemaps.org 0.9), robots.txt (RFC 9309), an Atom
// feed of updates (RFC 4287), and the lists of pages as
// JSON: pages.json for readers, the states for those who look after the pages.
#include "snapshot.h"

#include "base/clock.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>

static bool is_listed(const struct site *site, const struct site_page *page,
                      const struct site_listing *listing)
{
    return site_page_visible(site, page, listing->now_ms) &&
           (!listing->language.len ||
            slice_equal_ignore_case(page_language(site, page), listing->language));
}

// Whether readers can find the page now: visible, with a URL, of HTML, not withdrawn, not kept out
// of search.
static bool is_in_feed(const struct site *site, const struct site_page *page,
                       const struct site_listing *listing)
{
    return page->url.len && !page->broken && !page->withdrawn && page->searchable &&
           slice_starts_with(page->content_type, SLICE("text/html")) &&
           is_listed(site, page, listing) && !page->draft;
}

static struct slice member_text(const struct site_page *page, struct slice key)
{
    struct value v = value_get(NULL, page->data, key);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

// The last commit that touched the page, where the pages have page.history.
static struct value last_commit(const struct site_page *page)
{
    struct value list = value_is(page->page, VALUE_OBJECT)
                            ? value_get(NULL, page->page, SLICE("history"))
                            : value_undefined();
    return value_is(list, VALUE_ARRAY) && value_length(NULL, list) ? value_item(NULL, list, 0)
                                                                   : value_undefined();
}

// dateUpdated, else the last commit's, datePublished, or the page's date.
static double updated(const struct site_page *page)
{
    static const struct slice KEYS[] = {{"dateUpdated", 11}, {"datePublished", 13}};
    struct value commit = last_commit(page);
    for (size_t i = 0; i < 2; i++) {
        double ms = lifecycle_date(page, KEYS[i]);
        if (isnan(ms) && value_is(commit, VALUE_OBJECT))
            ms = value_get(NULL, commit, SLICE("date")).number;
        if (!isnan(ms))
            return ms;
    }
    return page->date_ms;
}

// XML 1.0 §2.2: characters that YAML allows but XML does not become U+FFFD.
static bool is_xml(uint32_t c)
{
    return c == '\t' || c == '\n' || c == '\r' || (c >= ' ' && c <= 0xd7ff) ||
           (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

static void append_xml(struct buffer *out, struct slice text)
{
    size_t from = 0;
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        if (is_xml(utf8_decode(text, &at)))
            continue;
        buffer_append_html(out, slice_sub(text, from, start));
        utf8_append(out, 0xfffd);
        from = at;
    }
    buffer_append_html(out, slice_sub(text, from, text.len));
}

// RFC 3339 has the years 0 to 9999.
static void append_date(struct buffer *out, double ms)
{
    static const double FIRST = -62167219200000, LAST = 253402300799999;
    clock_append_iso(out, isnan(ms) || ms < FIRST ? FIRST : ms > LAST ? LAST : ms);
}

static void absolute_url(const struct site *site, struct buffer *out, struct slice url)
{
    struct slice base = site->settings->url;
    struct slice prefix = settings_prefix(site->settings);
    while (base.len && base.ptr[base.len - 1] == '/')
        base.len--;
    append_xml(out, base);
    buffer_append_percent(out, prefix, SLICE("/!$'()*+,;=:@"));
    buffer_append_percent(out, url, SLICE("/!$'()*+,;=:@"));
}

bool site_write_sitemap(const struct site *site, const struct site_listing *listing,
                        struct buffer *out)
{
    buffer_append_cstr(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                            "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        if (!is_in_feed(site, page, listing))
            continue;
        buffer_append_cstr(out, "<url><loc>");
        absolute_url(site, out, page->url);
        buffer_append_cstr(out, "</loc><lastmod>");
        append_date(out, updated(page));
        buffer_append_cstr(out, "</lastmod></url>\n");
    }
    buffer_append_cstr(out, "</urlset>\n");
    return !out->failed;
}

bool site_write_security_txt(const struct site *site, const struct site_listing *listing,
                             struct buffer *out)
{
    (void)listing;
    struct slice text = site->settings->security_txt;
    buffer_append(out, text);
    // RFC 9116 §2.2: every line ends.
    if (!slice_ends_with(text, SLICE("\n")))
        buffer_append_byte(out, '\n');
    return !out->failed;
}

// A crawler reads the file of the host, and the site may be mounted below a path. Paths with the
// same beginning (/search-tips/) are the site's own.
bool site_write_robots(const struct site *site, const struct site_listing *listing,
                       struct buffer *out)
{
    const struct {
        bool on;
        const char *path;
    } closed[] = {{site->settings->search.enabled, "/search$"},
                  {site->settings->search.enabled, "/search?"},
                  {site->settings->search.enabled, "/search.json"},
                  {site->settings->feedback.enabled, "/feedback$"},
                  {site->settings->feedback.enabled, "/feedback/"}};
    struct slice prefix = settings_prefix(site->settings);
    (void)listing;
    buffer_append_cstr(out, "User-agent: *\n");
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
        if (!closed[i].on)
            continue;
        buffer_append_cstr(out, "Disallow: ");
        buffer_append_percent(out, prefix, SLICE("/!'()+,;=:@"));
        buffer_printf(out, "%s\n", closed[i].path);
    }
    buffer_append_cstr(out, "Allow: /\nSitemap: ");
    absolute_url(site, out, SLICE("/sitemap.xml"));
    buffer_append_byte(out, '\n');
    return !out->failed;
}

// ---- Atom ----

enum { FEED_ENTRIES = 50 };

static int newest_first(const void *a, const void *b)
{
    const struct site_page *x = *(const struct site_page *const *)a;
    const struct site_page *y = *(const struct site_page *const *)b;
    double p = updated(x), q = updated(y);
    return p != q ? (p < q ? 1 : -1) : slice_compare(x->url, y->url);
}

// What the last commit says, unless the author says by `dateUpdated` what counts as a change.
static struct slice summary_of_commit(const struct site_page *page)
{
    struct value commit = last_commit(page);
    return value_is(commit, VALUE_OBJECT) && isnan(lifecycle_date(page, SLICE("dateUpdated")))
               ? value_text(value_get(NULL, commit, SLICE("summary")))
               : SLICE_EMPTY;
}

// What changed last, by the newest of `changes`, or by git; else what the page is about.
static struct slice summary_of(const struct site_page *page)
{
    struct value changes = value_get(NULL, page->data, SLICE("changes"));
    struct value newest = value_is(changes, VALUE_ARRAY) && value_length(NULL, changes)
                              ? value_item(NULL, changes, 0)
                              : value_undefined();
    struct value note =
        value_is(newest, VALUE_OBJECT) ? value_get(NULL, newest, SLICE("note")) : value_undefined();
    if (value_is(note, VALUE_STRING))
        return value_text(note);
    struct slice summary = summary_of_commit(page);
    return summary.len ? summary : member_text(page, SLICE("description"));
}

static void write_feed_entry(const struct site *site, const struct site_page *page,
                             struct slice feed_language, struct buffer *out)
{
    struct slice language = page_language(site, page);
    buffer_append_cstr(out, "<entry");
    if (!slice_equal(language, feed_language)) {
        buffer_append_cstr(out, " xml:lang=\"");
        append_xml(out, language);
        buffer_append_byte(out, '"');
    }
    buffer_append_cstr(out, "><title>");
    append_xml(out, page->title);
    buffer_append_cstr(out, "</title><id>");
    absolute_url(site, out, page->url);
    buffer_append_cstr(out, "</id><link href=\"");
    absolute_url(site, out, page->url);
    buffer_append_cstr(out, "\"/><updated>");
    append_date(out, updated(page));
    buffer_append_cstr(out, "</updated><summary>");
    append_xml(out, summary_of(page));
    buffer_append_cstr(out, "</summary></entry>\n");
}

static void write_feed_head(const struct site *site, struct slice language, bool all,
                            double updated_ms, struct buffer *out)
{
    buffer_append_cstr(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
                            "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    append_xml(out, language);
    buffer_append_cstr(out, "\"><title>");
    append_xml(out, site->settings->name);
    buffer_append_cstr(out, "</title><id>");
    absolute_url(site, out, SLICE("/"));
    if (!all) {
        buffer_append_cstr(out, "feed.xml?lang=");
        append_xml(out, language);
    }
    buffer_append_cstr(out, "</id><link href=\"");
    absolute_url(site, out, SLICE("/"));
    buffer_append_cstr(out, "\"/><link rel=\"self\" href=\"");
    absolute_url(site, out, SLICE("/feed.xml"));
    if (!all) {
        buffer_append_cstr(out, "?lang=");
        append_xml(out, language);
    }
    buffer_append_cstr(out, "\"/><updated>");
    append_date(out, updated_ms);
    buffer_append_cstr(out, "</updated><author><name>");
    append_xml(out, site->settings->name);
    buffer_append_cstr(out, "</name></author>\n");
}

bool site_write_feed(const struct site *site, const struct site_listing *listing,
                     struct buffer *out)
{
    const struct site_page **pages = arena_zalloc(out->arena, site->page_count + 1, sizeof *pages);
    bool all = !listing->language.len;
    struct slice language = all ? site->settings->lang : listing->language;
    size_t count = 0;
    if (!pages)
        return false;
    for (size_t i = 0; i < site->page_count; i++)
        if (is_in_feed(site, &site->pages[i], listing) && site->pages[i].title.len)
            pages[count++] = &site->pages[i];
    if (count)
        qsort(pages, count, sizeof *pages, newest_first);
    write_feed_head(site, language, all, count ? updated(pages[0]) : site->now_ms, out);
    for (size_t i = 0; i < count && i < FEED_ENTRIES; i++)
        write_feed_entry(site, pages[i], language, out);
    buffer_append_cstr(out, "</feed>\n");
    return !out->failed;
}

// ---- pages.json ----

static void text_field(struct buffer *out, const char *name, struct slice text)
{
    buffer_printf(out, ",\"%s\":", name);
    if (text.len)
        buffer_append_json_string(out, text);
    else
        buffer_append_cstr(out, "null");
}

static void date_field(struct buffer *out, const char *name, const struct site_page *page)
{
    double ms = lifecycle_date(page, slice_from_cstr(name));
    buffer_printf(out, ",\"%s\":", name);
    if (isnan(ms)) {
        buffer_append_cstr(out, "null");
        return;
    }
    buffer_append_byte(out, '"');
    clock_append_iso(out, ms);
    buffer_append_byte(out, '"');
}

// A withdrawn page needs no more reviews.
static bool is_overdue(const struct site_page *page, double now_ms)
{
    return !page->withdrawn && lifecycle_date(page, SLICE("reviewBy")) < now_ms;
}

static void begin_entry(struct buffer *out, const struct site_page *page, bool *first)
{
    buffer_append_cstr(out, *first ? "{\"url\":" : ",\n{\"url\":");
    buffer_append_json_string(out, page->url);
    *first = false;
}

// What the page itself tells its readers.
static void write_shown(struct buffer *out, const struct site_page *page)
{
    static const char *const TEXTS[] = {"section", "description", "owner", "classification"};
    static const char *const DATES[] = {"datePublished", "dateUpdated", "reviewBy"};
    text_field(out, "title", page->title);
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        text_field(out, TEXTS[i], member_text(page, slice_from_cstr(TEXTS[i])));
    for (size_t i = 0; i < sizeof DATES / sizeof *DATES; i++)
        date_field(out, DATES[i], page);
}

static void write_state(struct buffer *out, const struct site_page *page, double now_ms)
{
    text_field(out, "source", page->input_path);
    date_field(out, "publishAt", page);
    date_field(out, "expireAt", page);
    buffer_printf(out, ",\"overdue\":%s,\"withdrawn\":%s,\"broken\":%s",
                  is_overdue(page, now_ms) ? "true" : "false", page->withdrawn ? "true" : "false",
                  page->broken ? "true" : "false");
}

bool site_write_pages_json(const struct site *site, const struct site_listing *listing,
                           struct buffer *out)
{
    bool first = true;
    buffer_append_cstr(out, "{\"pages\":[\n");
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        if (!is_in_feed(site, page, listing) || page->restricted)
            continue;
        begin_entry(out, page, &first);
        write_shown(out, page);
        buffer_append_byte(out, '}');
    }
    buffer_append_cstr(out, "\n]}\n");
    return !out->failed;
}

bool site_write_page_states(const struct site *site, const struct site_listing *listing,
                            struct buffer *out)
{
    bool first = true;
    buffer_append_cstr(out, "{\"pages\":[\n");
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        if (!page->url.len || page->restricted || !is_listed(site, page, listing) ||
            !slice_starts_with(page->content_type, SLICE("text/html")))
            continue;
        begin_entry(out, page, &first);
        write_shown(out, page);
        write_state(out, page, listing->now_ms);
        buffer_append_byte(out, '}');
    }
    buffer_append_cstr(out, "\n]}\n");
    return !out->failed;
}

double site_page_date(const struct site_page *page, struct slice key)
{
    return lifecycle_date(page, key);
}

size_t site_overdue(const struct site *site, double now_ms)
{
    size_t count = 0;
    for (size_t i = 0; i < site->page_count; i++)
        count += site->pages[i].url.len && is_overdue(&site->pages[i], now_ms) &&
                 site_page_visible(site, &site->pages[i], now_ms);
    return count;
}
