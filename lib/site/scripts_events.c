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

// The pages of a build, and their texts, which a listener may not want: they are fetched as it
// reads them, and together can be larger than a message.
struct results {
    const struct site *site;
    struct arena *arena;
    struct value list;
    struct slice *texts; // by the number in the list
    size_t count, capacity;
    uint64_t hash; // of the texts
};

static bool describe_result(const struct results *results, const struct site_page *page)
{
    struct arena *arena = results->arena;
    struct value result = value_object(arena);
    struct slice shown = ARENA_JOIN(arena, SLICE("./"), page->input_path);
    return value_set(NULL, arena, result, SLICE("inputPath"), value_string(shown)) &&
           value_set(NULL, arena, result, SLICE("outputPath"),
                     value_string(page_of(page)->written)) &&
           value_set(NULL, arena, result, SLICE("url"), value_string(page->url)) &&
           value_push(NULL, arena, results->list, result);
}

static bool add_result(struct results *results, const struct site_page *page)
{
    struct site_request request = {.now_ms = results->site->now_ms};
    struct site_output output;
    struct error ignored = {0}; // already reported when the pages were rendered
    if (!page->output_path.len ||
        !site_render(results->site, page, &request, results->arena, &output, &ignored))
        return true;
    if (!arena_room(results->arena, &results->texts, results->count, &results->capacity,
                    sizeof *results->texts))
        return false;
    struct slice text = template_output_text(results->arena, &output.body);
    results->texts[results->count++] = text;
    results->hash = content_mix(results->hash, slice_hash(text));
    return describe_result(results, page);
}

static bool written(void *state, uint32_t number, struct slice *text)
{
    const struct script_view *view = state;
    if (number >= view->written_count)
        return false;
    *text = view->written[number];
    return true;
}

static bool tell(const struct results *results, struct error *error)
{
    struct script_question question = {.operation = "event",
                                       .name = SLICE("eleventy.after"),
                                       .args = &results->list,
                                       .argc = 1,
                                       .salt = results->hash};
    struct value nothing;
    struct script_view view;
    scripts_enter(&view, results->site, NULL, results->arena, NULL, 0);
    view.written = results->texts;
    view.written_count = results->count;
    view.scope.written = written;
    bool ok = script_ask(results->site->scripts->script, &question, &view.scope, results->arena,
                         &nothing, error);
    scripts_leave(&view);
    return ok;
}

bool site_tell_built(const struct site *site, struct error *error)
{
    if (!listens(site, SLICE("eleventy.after")))
        return true;
    struct arena *arena = arena_create(0, 0);
    struct results results = {.site = site, .arena = arena};
    results.list = arena ? value_array(arena, 16) : value_undefined();
    bool ok = value_is(results.list, VALUE_ARRAY);
    for (size_t i = 0; ok && i < site->page_count; i++)
        ok = add_result(&results, &site->pages[i]);
    ok = ok ? tell(&results, error) : error_memory(error);
    arena_destroy(arena);
    return ok;
}
