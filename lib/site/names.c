// SPDX-License-Identifier: MIT
//
// Names that the server gives templates in addition to the site's data: `navigation`, `site`,
// `request`, and variables for the server's own pages. Eleventy does not have them, so a site's own
// data of the same name wins; if a site uses the name only on some pages, the others do not see
// ours, as in Eleventy.
#include "snapshot.h"

static bool is_alias(struct value pagination, struct slice name)
{
    struct value alias = value_is(pagination, VALUE_OBJECT)
                             ? value_get(NULL, pagination, SLICE("alias"))
                             : value_undefined();
    return value_is(alias, VALUE_STRING) && slice_equal(value_text(alias), name);
}

// Directly, computed, as the alias of a pagination, or as an override.
static bool gives(struct value data, struct slice name)
{
    static const struct slice PREFIX = {"override:", 9};
    const struct value_object *view =
        value_is(data, VALUE_OBJECT) ? value_object_view(NULL, data) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct slice key = view->keys[i].text;
        if (slice_starts_with(key, PREFIX))
            key = slice_sub(key, PREFIX.len, key.len);
        if (slice_equal(key, name) ||
            (slice_equal(key, SLICE("eleventyComputed")) && gives(view->values[i], name)) ||
            (slice_equal(key, SLICE("pagination")) && is_alias(view->values[i], name)))
            return true;
    }
    return false;
}

static bool layout_gives(const struct layout *layout, struct slice name)
{
    for (; layout; layout = layout->parent)
        if (gives(layout->front_matter, name))
            return true;
    return false;
}

static bool source_gives(const struct source *source, struct slice name)
{
    return gives(source->front_matter, name) || gives(source->directory_data, name);
}

bool names_own(const struct site *site, struct slice name)
{
    if (gives(site->global_data, name))
        return true;
    for (size_t i = 0; i < site->layouts.count; i++)
        if (layout_gives(site->layouts.entries[i].value, name))
            return true;
    for (size_t i = 0; i < site->sources.count; i++)
        if (source_gives(site->sources.entries[i].value, name))
            return true;
    return false;
}

bool names_share(struct site *site, const struct site_page *page, struct slice name, struct value v,
                 bool own)
{
    bool pages_own =
        own && (gives(site->global_data, name) || source_gives(page_of(page)->source, name) ||
                layout_gives(page_of(page)->layout, name));
    if (own)
        v = value_undefined();
    // A page from the base has our value there.
    if (pages_own || (value_is(v, VALUE_UNDEFINED) && !value_has(NULL, page->data, name)))
        return true;
    return value_set(NULL, site->scratch, page->data, name, v);
}
