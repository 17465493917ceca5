// SPDX-License-Identifier: MIT
//
// A text rendered as a template, against data alone: permalinks, computed data, front matter.
#include "scripts.h"

bool render_template(const struct template *template, const struct template_context *context,
                     struct value_realm *realm, struct slice *text, struct error *error)
{
    struct template_output output;
    if (!template_render(template, context, realm, &output, error))
        return false;
    *text = template_output_text(realm->arena, &output);
    return text->ptr || !output.length || error_memory(error);
}

// In the language of the source, which may be the host's.
static bool render_context(struct site *site, const struct source *source, struct slice text,
                           unsigned line, const struct template_context *context,
                           struct value_realm *realm, struct slice *out, struct error *error)
{
    if (source->engine.len)
        return scripts_render(site, source->path, source->engine, text, site->arena, out, error);
    const struct template *template = template_compile(site->templates, SLICE_EMPTY, source->path,
                                                       text, line, SLICE_EMPTY, error);
    return template && render_template(template, context, realm, out, error);
}

bool render_string(struct site *site, const struct source *source, struct slice text, unsigned line,
                   struct value data, struct slice *out, struct error *error)
{
    *out = text;
    if (slice_find_byte(text, '{', 0) == SIZE_MAX)
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
