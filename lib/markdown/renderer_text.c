// SPDX-License-Identifier: MIT
//
// What the renderer writes: plain text, escaped text, attributes.
#include "renderer.h"

void renderer_escape(struct renderer *r, struct slice text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *entity = text.ptr[i] == '&'   ? "&amp;"
                             : text.ptr[i] == '<' ? "&lt;"
                             : text.ptr[i] == '>' ? "&gt;"
                             : text.ptr[i] == '"' ? "&quot;"
                                                  : NULL;
        if (!entity)
            continue;
        buffer_append(r->out, slice_sub(text, from, i));
        buffer_append_cstr(r->out, entity);
        from = i + 1;
    }
    buffer_append(r->out, slice_sub(text, from, text.len));
}

void renderer_text(struct renderer *r, struct slice html)
{
    buffer_append(r->out, html);
}

void renderer_attribute(struct renderer *r, struct slice name, struct slice value)
{
    buffer_append_byte(r->out, ' ');
    renderer_escape(r, name);
    buffer_append_cstr(r->out, "=\"");
    renderer_escape(r, value);
    buffer_append_byte(r->out, '"');
}
