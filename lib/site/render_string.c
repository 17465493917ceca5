// SPDX-License-Identifier: MIT
//
// A text rendered as a template, against data alone: permalinks, computed data, front matter.
#include "language.h"
#include "scripts.h"

// Renders in the source's language.
static bool render_context(struct site *site, const struct source *source, struct slice text,
                           unsigned line, const struct template_context *context,
                           struct value_realm *realm, struct slice *out, struct error *error)
{
    struct template_output output;
    struct language_text string = {
        .engine = source->engine, .file = source->path, .text = text, .line = line};
    if (!language_compile(site, &string, error))
        return false;
    // What the host makes of a text that ours does not compile, it makes.
    memset(error, 0, sizeof *error);
    if (!language_render(site, &string, context, realm, &output, error))
        return false;
    *out = template_output_text(realm->arena, &output);
    return out->ptr || !output.length || error_memory(error);
}

bool render_string(struct site *site, const struct source *source, struct slice text, unsigned line,
                   struct value data, struct slice *out, struct error *error)
{
    *out = text;
    bool theirs = site->scripts && site->scripts->delimiters;
    if (!theirs && slice_find_byte(text, '{', 0) == SIZE_MAX)
        return true;
    struct value_realm realm = value_realm_create(site->arena);
    realm.now_ms = site->now_ms;
    realm.site = site;
    struct template_context context = {.layers = {data}, .count = 1};
    struct script_view view;
    scripts_enter(&view, site, &realm, site->arena, context.layers, context.count);
    bool ok = render_context(site, source, text, line, &context, &realm, out, error);
    scripts_leave(&view);
    return ok;
}
