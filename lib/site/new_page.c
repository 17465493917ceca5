// SPDX-License-Identifier: MIT
//
// The front matter of a new page: what its neighbours have in common, so that it fits in with them.
// A new section is a folder's first page, which lists the others, and the folder's data file, with
// what all of them share.
#include "snapshot.h"

#include "base/clock.h"

#include <math.h>

// ---- the neighbours ----

struct siblings {
    const struct site *site;
    struct slice directory;
    bool everywhere; // it has no neighbours: all pages count
    bool section;    // its data file has what the section's pages share
};

static bool is_sibling(const struct siblings *siblings, const struct source *source)
{
    return !source->error && (source->syntax & SYNTAX_MARKDOWN) &&
           (siblings->everywhere || slice_equal(path_directory(source->path), siblings->directory));
}

static struct value source_member(const struct source *source, struct slice path)
{
    return value_get_path(NULL, source->front_matter, path);
}

// The text that most siblings have at the path, "" if fewer than half have one.
static struct slice commonest(const struct siblings *siblings, struct arena *arena,
                              struct slice path)
{
    struct map counts = map_create(arena);
    size_t total = 0, best = 0;
    struct slice text = SLICE_EMPTY;
    for (size_t i = 0; i < siblings->site->sources.count; i++) {
        const struct source *source = siblings->site->sources.entries[i].value;
        if (!is_sibling(siblings, source))
            continue;
        struct value v = source_member(source, path);
        total++;
        if (!value_is(v, VALUE_STRING) || !value_text(v).len)
            continue;
        size_t count = (size_t)(uintptr_t)map_get(&counts, value_text(v)) + 1;
        map_put(&counts, value_text(v), (void *)(uintptr_t)count);
        if (count > best) {
            best = count;
            text = value_text(v);
        }
    }
    return best * 2 >= total ? text : SLICE_EMPTY;
}

static bool any_has(const struct siblings *siblings, struct slice path)
{
    for (size_t i = 0; i < siblings->site->sources.count; i++) {
        const struct source *source = siblings->site->sources.entries[i].value;
        if (is_sibling(siblings, source) && !value_is_nullish(source_member(source, path)))
            return true;
    }
    return false;
}

// The next number of eleventyNavigation.order below the parent; not finite if there is none.
static double next_order(const struct siblings *siblings, struct slice parent)
{
    double highest = NAN;
    for (size_t i = 0; i < siblings->site->sources.count; i++) {
        const struct source *source = siblings->site->sources.entries[i].value;
        struct value order = source_member(source, SLICE("eleventyNavigation.order"));
        struct value above = source_member(source, SLICE("eleventyNavigation.parent"));
        struct slice name = value_is(above, VALUE_STRING) ? value_text(above) : SLICE_EMPTY;
        if (value_is(order, VALUE_NUMBER) && slice_equal(name, parent) &&
            !(order.number <= highest))
            highest = order.number;
    }
    return floor(highest) + 1;
}

// The key of the directory's own page.
static struct slice key_of_index(const struct site *site, struct arena *arena,
                                 struct slice directory)
{
    static const char *const NAMES[] = {"index.md", "index.njk", "index.html"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct slice path = path_join(arena, directory, slice_from_cstr(NAMES[i]));
        const struct source *source = map_get(&site->sources, path);
        struct value key =
            source ? source_member(source, SLICE("eleventyNavigation.key")) : value_undefined();
        if (value_is(key, VALUE_STRING))
            return value_text(key);
    }
    return SLICE_EMPTY;
}

// ---- writing ----

static void line(struct buffer *out, const char *key, struct slice text)
{
    buffer_printf(out, "%s: ", key);
    buffer_append_json_string(out, text); // YAML in double quotes
    buffer_append_byte(out, '\n');
}

static void date_line(struct buffer *out, const char *key, double ms)
{
    struct clock_fields day = clock_fields_from_ms(ms);
    buffer_printf(out, "%s: %04d-%02d-%02d\n", key, (int)day.year, day.month, day.day);
}

// The same key and URL as its neighbours if they share one, else its own key.
static void write_navigation(const struct siblings *siblings, struct arena *arena,
                             struct slice title, struct buffer *out)
{
    struct slice shared = commonest(siblings, arena, SLICE("eleventyNavigation.url"));
    struct slice parent = commonest(siblings, arena, SLICE("eleventyNavigation.parent"));
    struct slice index = key_of_index(siblings->site, arena, siblings->directory);
    if (!any_has(siblings, SLICE("eleventyNavigation")) && !index.len)
        return;
    buffer_append_cstr(out, "eleventyNavigation:\n");
    if (shared.len && !siblings->everywhere) {
        line(out, "  key", commonest(siblings, arena, SLICE("eleventyNavigation.key")));
        line(out, "  url", shared);
        return;
    }
    if (siblings->everywhere || !parent.len)
        parent = index;
    // A section is below the section that its folder is in.
    if (siblings->section)
        parent = key_of_index(siblings->site, arena, path_directory(siblings->directory));
    line(out, "  key", title);
    if (parent.len)
        line(out, "  parent", parent);
    double order = next_order(siblings, parent);
    if (isfinite(order))
        buffer_printf(out, "  order: %.0f\n", order);
}

// The layout that most pages have, wherever it is set: for the first page in a directory.
static struct slice usual_layout(const struct site *site, struct arena *arena)
{
    struct map counts = map_create(arena);
    size_t best = 0;
    struct slice name = SLICE_EMPTY;
    for (size_t i = 0; i < site->sources.count; i++) {
        const struct source *source = site->sources.entries[i].value;
        if (!source->layout || !(source->syntax & SYNTAX_MARKDOWN))
            continue;
        size_t count = (size_t)(uintptr_t)map_get(&counts, source->layout->name) + 1;
        map_put(&counts, source->layout->name, (void *)(uintptr_t)count);
        if (count > best) {
            best = count;
            name = source->layout->name;
        }
    }
    return name;
}

static void write_layout(const struct siblings *siblings, struct arena *arena,
                         struct value inherited, struct buffer *out)
{
    struct slice text = siblings->everywhere ? usual_layout(siblings->site, arena)
                                             : commonest(siblings, arena, SLICE("layout"));
    if (text.len && value_is(value_get(NULL, inherited, SLICE("layout")), VALUE_UNDEFINED))
        line(out, "layout", text);
}

static void write_page_text(const struct siblings *siblings, struct arena *arena, const char *key,
                            struct value inherited, struct buffer *out)
{
    struct slice name = slice_from_cstr(key);
    struct slice text = commonest(siblings, arena, name);
    if (text.len && value_is(value_get(NULL, inherited, name), VALUE_UNDEFINED))
        line(out, key, text);
}

static bool is_shared_in_section(const char *key)
{
    return strcmp(key, "layout") == 0 || strcmp(key, "section") == 0;
}

static void write_key(const struct siblings *siblings, struct arena *arena,
                      const struct site_key *key, struct slice title, double now_ms,
                      struct value inherited, struct buffer *out)
{
    static const double YEAR_MS = 365.0 * 86400000;
    bool have = any_has(siblings, slice_from_cstr(key->key));
    if (siblings->section && is_shared_in_section(key->key))
        return;
    switch (key->new) {
    case SITE_NEW_NEVER:
        break;
    case SITE_NEW_TITLE:
        line(out, key->key, title);
        break;
    case SITE_NEW_EMPTY:
        line(out, key->key, SLICE_EMPTY);
        break;
    case SITE_NEW_COPIED_BESIDE:
        if (!siblings->everywhere)
            write_page_text(siblings, arena, key->key, inherited, out);
        break;
    case SITE_NEW_COPIED:
        write_page_text(siblings, arena, key->key, inherited, out);
        break;
    case SITE_NEW_TODAY:
        if (have)
            date_line(out, key->key, now_ms);
        break;
    case SITE_NEW_IN_A_YEAR:
        if (have)
            date_line(out, key->key, now_ms + YEAR_MS);
        break;
    case SITE_NEW_LAYOUT:
        write_layout(siblings, arena, inherited, out);
        break;
    case SITE_NEW_NAVIGATION:
        write_navigation(siblings, arena, title, out);
        break;
    }
}

static void write_front_matter(const struct siblings *siblings, struct value inherited,
                               struct slice title, double now_ms, struct arena *arena,
                               struct buffer *out)
{
    buffer_append_cstr(out, "---\n");
    for (const struct site_key *key = site_keys(); key->key; key++)
        if (key->new != SITE_NEW_NEVER)
            write_key(siblings, arena, key, title, now_ms, inherited, out);
    buffer_append_cstr(out, "---\n\n");
}

void site_write_new_page(struct site *site, struct slice path, struct slice title, double now_ms,
                         struct arena *arena, struct buffer *out)
{
    struct siblings siblings = {.site = site, .directory = path_directory(path)};
    siblings.everywhere = !any_has(&siblings, SLICE("title"));
    write_front_matter(&siblings, data_files_for(site, path), title, now_ms, arena, out);
}

void site_write_new_section(struct site *site, struct slice path, struct slice title, double now_ms,
                            struct arena *arena, struct buffer *page, struct buffer *data)
{
    struct siblings siblings = {
        .site = site, .directory = path_directory(path), .everywhere = true, .section = true};
    struct value inherited = data_files_for(site, path);
    write_front_matter(&siblings, inherited, title, now_ms, arena, page);
    if (site->settings->markdown_templates && any_has(&siblings, SLICE("eleventyNavigation"))) {
        buffer_append_cstr(page, "{% for entry in collections.all | eleventyNavigation(");
        buffer_append_json_string(page, title);
        buffer_append_cstr(page,
                           ") %}\n- [{{ entry.title }}]({{ entry.url | url }})\n{% endfor %}\n");
    }
    buffer_append_cstr(data, "# Data of every page in this folder: a page's own front matter goes "
                             "before it.\n");
    write_layout(&siblings, arena, inherited, data);
    if (any_has(&siblings, SLICE("section")))
        line(data, "section", title);
}
