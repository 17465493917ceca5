// SPDX-License-Identifier: MIT
//
// The same page in other languages: `alternates` of the front matter. What a page says about its
// twin, the twin must say back, or readers cannot return; and a site that wants every page in every
// language asks for `twin-missing`.
//
//   check:
//     twin-missing: {languages: [en, cy]}      # of all pages, unless it says which
#include "findings.h"

// A page that does not say its language is in the site's.
static struct slice twin_language(const struct check *check, const struct site_page *page)
{
    return page->lang.len ? page->lang : check->site->settings->lang;
}

static struct value twins_of(const struct site_page *page)
{
    struct value twins = value_get(NULL, page->data, SLICE("alternates"));
    return value_is(twins, VALUE_ARRAY) ? twins : value_undefined();
}

static struct slice twin_text(struct value twin, struct slice key)
{
    struct value v = value_is(twin, VALUE_OBJECT) ? value_get(NULL, twin, key) : value_undefined();
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

static const struct site_page *page_at(const struct check *check, struct slice url)
{
    struct slice ignored, prefix = settings_prefix(check->site->settings);
    const struct site_route *route =
        site_find(check->site, ARENA_JOIN(check->scratch, prefix, url), check->scratch, &ignored);
    return route && route->kind == SITE_ROUTE_PAGE ? route->page : NULL;
}

// ---- what a page says about its twins ----

static bool names_back(const struct check *check, const struct site_page *twin,
                       const struct site_page *page)
{
    struct value twins = twins_of(twin);
    for (uint32_t i = 0; i < value_length(NULL, twins); i++)
        if (page_at(check, twin_text(value_item(NULL, twins, i), SLICE("url"))) == page)
            return true;
    return false;
}

static void check_twin(struct check *check, const struct site_page *page, struct value said)
{
    struct slice url = twin_text(said, SLICE("url")), language = twin_text(said, SLICE("lang"));
    const struct site_page *twin = url.len ? page_at(check, url) : NULL;
    struct site_finding *finding = NULL;
    if (!twin) // a broken link is reported as one
        return;
    if (!slice_equal_ignore_case(language, twin_language(check, twin))) {
        finding = check_add(check, "twin-one-way", "%.*s is in %.*s, not in %.*s", SLICE_ARG(url),
                            SLICE_ARG(twin_language(check, twin)),
                            SLICE_ARG(language.len ? language : SLICE("\"\"")));
        check_hint(check, finding, "write the language of that page, or its lang");
    } else if (!names_back(check, twin, page)) {
        finding = check_add(check, "twin-one-way", "%.*s does not name this page as its twin",
                            SLICE_ARG(twin->input_path));
        check_hint(check, finding, "add {lang: %.*s, name: …, url: %.*s} to its alternates",
                   SLICE_ARG(twin_language(check, page)), SLICE_ARG(page->url));
    }
    check_place_key(check, finding, page, "alternates", false);
}

// ---- pages without a twin ----

static bool has_twin(const struct site_page *page, struct slice language)
{
    struct value twins = twins_of(page);
    for (uint32_t i = 0; i < value_length(NULL, twins); i++)
        if (slice_equal_ignore_case(twin_text(value_item(NULL, twins, i), SLICE("lang")), language))
            return true;
    return false;
}

static bool needs_twins(const struct site_page *page)
{
    return page->url.len && page->searchable && !page->broken && !page->draft && !page->withdrawn &&
           page_of(page)->chunk == 0 && check_is_document(page);
}

// The languages that the rule's setting names, else those of the pages; keys of a map.
static struct map languages_wanted(const struct check *check)
{
    struct map languages = map_create(check->arena);
    struct value named = check_rule_list(check, "twin-missing", "languages");
    bool is_list = value_is(named, VALUE_ARRAY);
    for (uint32_t i = 0; is_list && i < value_length(NULL, named); i++) {
        struct value language = value_item(NULL, named, i);
        if (value_is(language, VALUE_STRING))
            map_put(&languages, value_text(language), NULL);
    }
    for (size_t i = 0; !is_list && i < check->site->page_count; i++)
        if (needs_twins(&check->site->pages[i]))
            map_put(&languages, twin_language(check, &check->site->pages[i]), NULL);
    return languages;
}

static void check_missing_twins(struct check *check, const struct site_page *page,
                                const struct map *languages)
{
    for (size_t i = 0; i < languages->count; i++) {
        struct slice language = languages->entries[i].key;
        if (slice_equal_ignore_case(language, twin_language(check, page)) ||
            has_twin(page, language))
            continue;
        struct site_finding *finding =
            check_add(check, "twin-missing", "the page has no twin in %.*s", SLICE_ARG(language));
        check_place_key(check, finding, page, "alternates", false);
    }
}

void check_twins(struct check *check)
{
    struct map languages = {0};
    if (check_rule_asked(check, "twin-missing"))
        languages = languages_wanted(check);
    for (size_t i = 0; i < check->site->page_count; i++) {
        const struct site_page *page = &check->site->pages[i];
        if (!needs_twins(page))
            continue;
        arena_reset(check->scratch, 4 << 20);
        struct value twins = twins_of(page);
        for (uint32_t k = 0; k < value_length(NULL, twins); k++)
            check_twin(check, page, value_item(NULL, twins, k));
        check_missing_twins(check, page, &languages);
    }
}
