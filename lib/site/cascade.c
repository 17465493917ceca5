// SPDX-License-Identifier: MIT
//
// The data cascade, from weakest to strongest: global data, front matter of the layouts (outermost
// first), directory and template data files, front matter, computed data. Objects are merged
// deeply, arrays joined, as in Eleventy.
#include "scripts.h"

static struct value without(struct site *site, struct value object, struct slice key)
{
    struct value copy = value_object(site->arena);
    const struct value_object *view = value_object_view(NULL, object);
    for (uint32_t i = 0; i < view->count; i++)
        if (!slice_equal(view->keys[i].text, key))
            value_set(NULL, site->arena, copy, view->keys[i].text, view->values[i]);
    return copy;
}

// `override:tags` replaces instead of merging.
static struct value apply_overrides(struct site *site, struct value data)
{
    static const struct slice PREFIX = {"override:", 9};
    const struct value_object *view = value_object_view(NULL, data);
    bool any = false;
    for (uint32_t i = 0; i < view->count; i++)
        any |= slice_starts_with(view->keys[i].text, PREFIX);
    if (!any)
        return data;
    struct value copy = value_object(site->arena);
    for (uint32_t i = 0; i < view->count; i++)
        value_set(NULL, site->arena, copy, view->keys[i].text, view->values[i]);
    for (uint32_t i = 0; i < view->count; i++)
        if (slice_starts_with(view->keys[i].text, PREFIX))
            value_set(NULL, site->arena, copy, slice_sub(view->keys[i].text, PREFIX.len, SIZE_MAX),
                      view->values[i]);
    return copy;
}

static uint32_t members(struct value v)
{
    return value_is(v, VALUE_OBJECT) ? value_object_view(NULL, v)->count : 0;
}

// As Object.assign() does.
static bool assign(struct site *site, struct value target, struct value over)
{
    const struct value_object *view = value_object_view(NULL, over);
    for (uint32_t i = 0; i < view->count; i++)
        if (!value_set(NULL, site->arena, target, view->keys[i].text, view->values[i]))
            return false;
    return true;
}

static bool merge_into(struct site *site, struct value target, struct value over)
{
    if (!value_is(over, VALUE_OBJECT))
        return true;
    return site->scripts && site->scripts->shallow ? assign(site, target, over)
                                                   : value_merge_into(site->arena, target, over);
}

struct value cascade_merge(struct site *site, struct value under, struct value over)
{
    if (!site->scripts || !site->scripts->shallow)
        return value_merge(site->arena, under, over);
    if (!value_is(under, VALUE_OBJECT) || !value_is(over, VALUE_OBJECT))
        return value_is(over, VALUE_OBJECT) ? over : under;
    struct value merged = value_copy(site->arena, under);
    return value_is(merged, VALUE_OBJECT) && assign(site, merged, over) ? merged
                                                                        : value_undefined();
}

// Global data under the front matter of the layouts, outermost first: the same for all pages of a
// layout, so built once.
static struct value base_of(struct site *site, struct layout *layout, unsigned depth)
{
    if (!layout || depth > LAYOUTS_MAX)
        return site->global_data;
    if (value_is(layout->base, VALUE_UNDEFINED)) {
        struct value own = without(site, layout->front_matter, SLICE("layout"));
        layout->base = cascade_merge(site, base_of(site, layout->parent, depth + 1), own);
    }
    return layout->base;
}

bool cascade_settle(struct site *site)
{
    for (size_t i = 0; i < site->layouts.count; i++) {
        struct value base = base_of(site, site->layouts.entries[i].value, 0);
        if (!value_is(base, VALUE_OBJECT))
            return false;
        value_freeze(base);
    }
    return true;
}

void cascade_list_tags(struct site *site, struct value data)
{
    struct value tags =
        value_is(data, VALUE_OBJECT) ? value_get(NULL, data, SLICE("tags")) : value_undefined();
    if (!value_is(tags, VALUE_STRING) && !value_is(tags, VALUE_NULL))
        return;
    struct value list = value_array(site->arena, 1);
    if (value_is(tags, VALUE_STRING) && value_text(tags).len)
        value_push(NULL, site->arena, list, tags);
    value_set(NULL, site->arena, data, SLICE("tags"), list);
}

struct value cascade_data(struct site *site, struct source *source, struct layout *layout)
{
    enum { OURS = 4 }; // page, collections, navigation, and one to spare
    struct value base = base_of(site, layout, 0);
    uint32_t room =
        members(base) + members(source->directory_data) + members(source->front_matter) + OURS;
    struct value data = value_object_within(site->arena, site->scratch, room);
    if (!value_is(data, VALUE_OBJECT) || !merge_into(site, data, base) ||
        !merge_into(site, data, source->directory_data) ||
        !merge_into(site, data, source->front_matter))
        return value_undefined();
    return apply_overrides(site, data);
}
