// SPDX-License-Identifier: MIT
//
// What the renderer writes: plain text, escaped text, attributes.
#include "renderer.h"

static const struct slice ENTITIES[256] = {
    ['&'] = {"&amp;", 5}, ['<'] = {"&lt;", 4}, ['>'] = {"&gt;", 4}, ['"'] = {"&quot;", 6}};

void renderer_escape(struct renderer *r, struct slice text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        struct slice entity = ENTITIES[(unsigned char)text.ptr[i]];
        if (!entity.len)
            continue;
        buffer_append(r->out, slice_sub(text, from, i));
        buffer_append(r->out, entity);
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
