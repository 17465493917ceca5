// SPDX-License-Identifier: MIT
//
// What a collection's function sets on pages, apart from the list it answers: their data, or their
// text.
#include "making.h"
#include "state.h"

// A page's text, as changed by a collection's function. What the function reads stays the text of
// the file: it may be called again in the same load.
static bool change_text(struct site *site, struct source *source, struct slice body,
                        struct error *error)
{
    struct slice whole;
    if (!source_text(source, site->arena, &whole, error))
        return false;
    struct value raw_input = source->raw_input;
    if (source_is_away(source))
        raw_input = value_string(slice_sub(whole, source->front_length, whole.len));
    bool ok = source_replace_body(source, slice_sub(whole, 0, source->front_length),
                                  value_text(raw_input), arena_copy(site->arena, body));
    source->raw_input = raw_input;
    source->template = NULL;
    return ok ? source_compile(site, source, error) : error_memory(error);
}

static bool is_text_of_page(struct value path)
{
    const struct slice names[] = {SLICE("template"), SLICE("frontMatter"), SLICE("content")};
    for (uint32_t i = 0; i < 3; i++)
        if (!value_strict_equal(value_item(NULL, path, i), value_string(names[i])))
            return false;
    return value_length(NULL, path) == 3;
}

// Sets value at the path of a page's data, or its text, as set by a collection's function.
static bool apply_effect(struct site *site, struct value effect, struct error *error)
{
    struct value page = value_get(NULL, effect, SLICE("page"));
    struct value path = value_get(NULL, effect, SLICE("path"));
    struct value v = value_get(NULL, effect, SLICE("value"));
    uint32_t length = value_length(NULL, path);
    if (!value_is(page, VALUE_NUMBER) || !(page.number >= 0) ||
        page.number >= (double)site->page_count || length < 2)
        return true;
    if (is_text_of_page(path) && value_is(v, VALUE_STRING))
        return change_text(site, page_of(&site->pages[(size_t)page.number])->source, value_text(v),
                           error);
    struct value at = site->pages[(size_t)page.number].data;
    // Otherwise the path must begin with "data": nothing else of a page can be set.
    if (!value_strict_equal(value_item(NULL, path, 0), VALUE_LITERAL("data")))
        return true;
    for (uint32_t i = 1; i + 1 < length && value_is(at, VALUE_OBJECT); i++) {
        struct value name = value_item(NULL, path, i);
        at = value_is(name, VALUE_STRING) ? value_get(NULL, at, value_text(name))
                                          : value_undefined();
    }
    struct value key = value_item(NULL, path, length - 1);
    if (!value_is(at, VALUE_OBJECT) || at.object->frozen || !value_is(key, VALUE_STRING))
        return true;
    return value_set(NULL, site->arena, at, arena_copy(site->arena, value_text(key)), v) ||
           error_memory(error);
}

bool effects_apply(struct site *site, struct value effects, struct error *error)
{
    for (uint32_t i = 0; i < value_length(NULL, effects); i++)
        if (!apply_effect(site, value_item(NULL, effects, i), error))
            return false;
    return true;
}
