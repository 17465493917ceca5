// SPDX-License-Identifier: MIT
//
// Front matter: titles, descriptions, dates, reviews, and unknown keys.
#include "findings.h"

#include "base/clock.h"

// ---- keys ----

// The row's name below the prefix ("" or "pagination."); ptr NULL if it is not below.
static struct slice name_below(const struct site_key *row, struct slice prefix)
{
    struct slice key = slice_from_cstr(row->key);
    struct slice name = slice_sub(key, prefix.len, key.len);
    bool below = slice_starts_with(key, prefix) && slice_find_byte(name, '.', 0) == SIZE_MAX;
    return below ? name : SLICE_EMPTY;
}

// The known key most similar to this one; "" if there is none, or if it is itself known.
static struct slice nearly(struct slice key, struct slice prefix)
{
    struct slice nearest = SLICE_EMPTY;
    size_t best = key.len > 4 ? 2 : 1;
    for (const struct site_key *row = site_keys(); row->key; row++) {
        struct slice name = name_below(row, prefix);
        size_t distance = name.len ? slice_distance(key, name, best) : SIZE_MAX;
        // "reviewBY" differs only in case.
        if (distance && slice_equal_ignore_case(key, name))
            return name;
        if (distance == 0)
            return SLICE_EMPTY;
        if (distance <= best && (!nearest.len || distance < best)) {
            best = distance;
            nearest = name;
        }
    }
    return key.len > 2 ? nearest : SLICE_EMPTY;
}

// Names that templates know, whatever the front matter says: Eleventy's own.
static void check_reserved(struct check *check, const struct site_page *page)
{
    static const char *const NAMES[] = {"page", "collections", "content"};
    struct value own = page_of(page)->source->front_matter;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (!value_is(own, VALUE_OBJECT) || !value_has(NULL, own, slice_from_cstr(NAMES[i])))
            continue;
        struct site_finding *finding = check_add(
            check, "front-matter-key", "`%s` in front matter is not what templates get", NAMES[i]);
        check_hint(check, finding, "choose another name: this one is Eleventy's");
        check_place_key(check, finding, page, NAMES[i], false);
    }
}

static void check_keys(struct check *check, const struct site_page *page, struct value object,
                       struct slice prefix)
{
    const struct value_object *view =
        value_is(object, VALUE_OBJECT) ? value_object_view(NULL, object) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct slice key = view->keys[i].text;
        struct slice nearest = nearly(key, prefix);
        // A name in a template or a data file is known to the site.
        if (!nearest.len || (!prefix.len && (value_has(NULL, check->site->global_data, key) ||
                                             shared_names(check, key))))
            continue;
        struct site_finding *finding =
            check_add(check, "front-matter-key", "unknown front-matter key: %.*s", SLICE_ARG(key));
        check_hint(check, finding, "did you mean `%.*s`?", SLICE_ARG(nearest));
        struct slice path =
            arena_printf(check->scratch, "%.*s%.*s", SLICE_ARG(prefix), SLICE_ARG(key));
        check_place_key(check, finding, page, path.ptr, false);
        // Two equal keys would be an error.
        if (finding && slice_equal(finding->text, key) && !value_has(NULL, object, nearest))
            finding->fix = nearest;
    }
}

// ---- types ----

// The value of a row's key in the front matter itself: "pagination.size" is within a mapping.
static struct value own_value(struct value own, struct slice key)
{
    struct slice name;
    while (slice_split(&key, '.', &name))
        own = value_is(own, VALUE_OBJECT) ? value_get(NULL, own, name) : value_undefined();
    return own;
}

static const char *value_kind(struct value v, enum site_key_type type)
{
    if (value_is(v, VALUE_ARRAY) && (type == SITE_TYPE_TEXTS || type == SITE_TYPE_PATHS))
        return "a list of other things than texts";
    switch (v.type) {
    case VALUE_BOOLEAN:
        return value_truthy(v) ? "true" : "false";
    case VALUE_NUMBER:
        return type == SITE_TYPE_NUMBER ? "infinite" : "a number";
    case VALUE_ARRAY:
        return "a list";
    case VALUE_OBJECT:
        return "a mapping";
    case VALUE_DATE:
        return "a date";
    default:
        return type == SITE_TYPE_BOOLEAN ? "a text, which counts as true" : "a text";
    }
}

static void check_types(struct check *check, const struct site_page *page)
{
    struct value own = page_of(page)->source->front_matter;
    for (const struct site_key *row = site_keys(); row->key; row++) {
        struct value v = own_value(own, slice_from_cstr(row->key));
        if (site_key_accepts(row, v))
            continue;
        struct site_finding *finding = check_add(check, "front-matter-type", "`%s` cannot be %s",
                                                 row->key, value_kind(v, row->type));
        check_hint(check, finding, "write it as: %s", site_key_type_name(row->type));
        check_place_key(check, finding, page, row->key, true);
    }
    // Without a key, the page is in no navigation.
    struct value navigation = value_get(NULL, own, SLICE("eleventyNavigation"));
    if (!value_is(navigation, VALUE_OBJECT) || value_has(NULL, navigation, SLICE("key")) ||
        value_is(value_get(NULL, page->data, SLICE("eleventyComputed")), VALUE_OBJECT))
        return;
    struct site_finding *finding =
        check_add(check, "front-matter-type", "`eleventyNavigation` has no key");
    check_hint(check, finding, "give it one, the page's name in the navigation");
    check_place_key(check, finding, page, "eleventyNavigation", false);
}

// ---- titles and descriptions ----

static bool is_own(const struct site_page *page, struct slice key)
{
    return value_has(NULL, page_of(page)->source->front_matter, key);
}

// The page that already has the text, unless it is the same page in another language.
static const struct site_page *first_with(struct map *map, struct slice text,
                                          const struct site_page *page)
{
    const struct site_page *first = map_get(map, text);
    if (!first)
        map_put(map, text, (void *)(uintptr_t)page);
    return first && slice_equal(first->lang, page->lang) ? first : NULL;
}

static void check_title(struct check *check, const struct site_page *page)
{
    struct slice title = slice_trim(page->title);
    struct site_finding *finding = NULL;
    if (!title.len) {
        finding = check_add(check, "title-missing", "the page has no title");
        check_place_key(check, finding, page, "title", false);
        return;
    }
    // One that is made of a heading is judged there.
    if (is_own(page, SLICE("title")))
        check_place_key(check, check_heading_case(check, page, title), page, "title", true);
    const struct site_page *first = first_with(&check->titles, title, page);
    if (!first)
        return;
    finding = check_add(check, "title-repeated", "%.*s also has this title: %.*s",
                        SLICE_ARG(first->input_path), SLICE_ARG(title));
    check_place_key(check, finding, page, "title", true);
}

static void check_description(struct check *check, const struct site_page *page)
{
    struct value v = value_get(NULL, page->data, SLICE("description"));
    struct slice text = value_is(v, VALUE_STRING) ? slice_trim(value_text(v)) : SLICE_EMPTY;
    struct site_finding *finding = NULL;
    if (!text.len && page->searchable && !page->withdrawn) {
        finding = check_add(check, "description-missing", "the page has no description");
        check_place_key(check, finding, page, "description", false);
    }
    if (!text.len || !is_own(page, SLICE("description")))
        return;
    const struct site_page *first = first_with(&check->descriptions, text, page);
    if (!first)
        return;
    finding = check_add(check, "description-repeated", "%.*s also has this description",
                        SLICE_ARG(first->input_path));
    check_place_key(check, finding, page, "description", true);
}

// ---- dates ----

static void check_dates(struct check *check, const struct site_page *page)
{
    static const char *const NAMES[] = {"date", "datePublished", "dateUpdated"};
    static const double DAY_MS = 86400000;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        double ms = lifecycle_date(page, slice_from_cstr(NAMES[i]));
        // A page to be published later may have that date.
        if (!(ms > check->now_ms + DAY_MS) || page->draft || page->publish_at + DAY_MS > ms)
            continue;
        struct site_finding *finding =
            check_add(check, "date-future", "`%s` is in the future", NAMES[i]);
        check_place_key(check, finding, page, NAMES[i], true);
    }
}

// `date` is read as Eleventy reads it, which moves a nonexistent day to a real one.
static void check_day(struct check *check, const struct site_page *page)
{
    struct value v = value_get(NULL, page_of(page)->source->front_matter, SLICE("date"));
    if (!value_is(v, VALUE_DATE) || !(v.flags & VALUE_ROLLED))
        return;
    struct buffer iso = buffer_create(check->scratch, 0);
    clock_append_iso(&iso, v.number);
    struct site_finding *finding =
        check_add(check, "date-impossible", "`date` names a day or hour that does not exist");
    check_hint(check, finding, "it is read as %.*s", SLICE_ARG(buffer_slice(&iso)));
    check_place_key(check, finding, page, "date", true);
}

static void check_review(struct check *check, const struct site_page *page)
{
    if (!(lifecycle_date(page, SLICE("reviewBy")) < check->now_ms) || page->withdrawn)
        return;
    struct site_finding *finding =
        check_add(check, "review-overdue", "the page is overdue for review");
    check_place_key(check, finding, page, "reviewBy", true);
}

void check_front_matter(struct check *check, const struct site_page *page)
{
    struct value own = page_of(page)->source->front_matter;
    check_keys(check, page, own, SLICE_EMPTY);
    check_reserved(check, page);
    check_keys(check, page, value_get(NULL, own, SLICE("eleventyNavigation")),
               SLICE("eleventyNavigation."));
    check_keys(check, page, value_get(NULL, own, SLICE("pagination")), SLICE("pagination."));
    check_types(check, page);
    check_title(check, page);
    check_description(check, page);
    check_dates(check, page);
    check_day(check, page);
    check_review(check, page);
}
