// SPDX-License-Identifier: MIT
//
// Reports the end of a build to the site's own listeners, with all pages as written.
#include "scripts.h"

static bool listens(const struct site *site, struct slice event)
{
    struct value names = scripts_say(site, "events");
    for (uint32_t i = 0; i < value_length(NULL, names); i++)
        if (value_strict_equal(value_item(NULL, names, i), value_string(event)))
            return true;
    return false;
}

static bool add_result(const struct site *site, const struct site_page *page, struct value list,
                       struct arena *arena)
{
    struct site_request request = {.now_ms = site->now_ms};
    struct site_output output;
    struct error ignored = {0}; // already reported when the pages were rendered
    struct value result = value_object(arena);
    if (!page->output_path.len || !site_render(site, page, &request, arena, &output, &ignored))
        return true;
    struct slice content = template_output_text(arena, &output.body);
    struct slice shown = ARENA_JOIN(arena, SLICE("./"), page->input_path);
    return value_set(NULL, arena, result, SLICE("inputPath"), value_string(shown)) &&
           value_set(NULL, arena, result, SLICE("outputPath"),
                     value_string(page_of(page)->written)) &&
           value_set(NULL, arena, result, SLICE("url"), value_string(page->url)) &&
           value_set(NULL, arena, result, SLICE("content"), value_string(content)) &&
           value_push(NULL, arena, list, result);
}

static bool tell(const struct site *site, struct value results, struct arena *arena,
                 struct error *error)
{
    struct script_question question = {
        .operation = "event", .name = SLICE("eleventy.after"), .args = &results, .argc = 1};
    struct value nothing;
    struct script_view view;
    scripts_enter(&view, site, NULL, arena, NULL, 0);
    bool ok = script_ask(site->scripts->script, &question, &view.scope, arena, &nothing, error);
    scripts_leave(&view);
    return ok;
}

bool site_tell_built(const struct site *site, struct error *error)
{
    if (!listens(site, SLICE("eleventy.after")))
        return true;
    struct arena *arena = arena_create(0, 0);
    struct value results = arena ? value_array(arena, 16) : value_undefined();
    bool ok = value_is(results, VALUE_ARRAY);
    for (size_t i = 0; ok && i < site->page_count; i++)
        ok = add_result(site, &site->pages[i], results, arena);
    ok = ok ? tell(site, results, arena, error) : error_memory(error);
    arena_destroy(arena);
    return ok;
}
