// SPDX-License-Identifier: MIT
//
// A text rendered as a template, against data alone: permalinks, computed data, front matter.
#include "snapshot.h"

bool render_template(const struct template *template, const struct template_context *context,
                     struct value_realm *realm, struct slice *text, struct error *error)
{
    struct template_output output;
    if (!template_render(template, context, realm, &output, error))
        return false;
    *text = template_output_text(realm->arena, &output);
    return text->ptr || !output.length || error_memory(error);
}

bool render_string(struct site *site, struct slice file, struct slice text, unsigned line,
                   struct value data, struct slice *out, struct error *error)
{
    *out = text;
    if (slice_find_byte(text, '{', 0) == SIZE_MAX)
        return true;
    const struct template *template =
        template_compile(site->templates, SLICE_EMPTY, file, text, line, SLICE_EMPTY, error);
    struct value_realm realm = value_realm_create(site->arena);
    realm.now_ms = site->now_ms;
    realm.site = site;
    struct template_context context = {.layers = {data}, .count = 1};
    return template && render_template(template, &context, &realm, out, error);
}
