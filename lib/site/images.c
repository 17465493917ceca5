// SPDX-License-Identifier: MIT
//
// The filter `imageSizes`: each <img> of finished HTML whose file the site serves gets that file's
// width and height, so that a browser keeps its place free, and nothing moves when it arrives.
#include "snapshot.h"

#include "base/tag.h"

// The value of an attribute as templates and Markdown write it; ptr NULL: there is none.
static struct slice attribute(struct slice tag, struct slice name)
{
    size_t at = slice_find(tag, name, 0);
    size_t end = at == SIZE_MAX ? SIZE_MAX : slice_find_byte(tag, '"', at + name.len);
    return end == SIZE_MAX ? SLICE_EMPTY : slice_sub(tag, at + name.len, end);
}

static const struct site_route *route_of_image(struct value_call *call, struct slice tag)
{
    static const struct slice SRC = {" src=\"", 6}, WIDTH = {" width=", 7},
                              HEIGHT = {" height=", 8};
    struct slice source = attribute(tag, SRC), path, location;
    if (!slice_starts_with(source, SLICE("/")) || slice_find(tag, WIDTH, 0) != SIZE_MAX ||
        slice_find(tag, HEIGHT, 0) != SIZE_MAX)
        return NULL;
    path_decode(call->realm->arena, source, &path);
    const struct site_route *route = site_find(site_of(call), path, call->realm->arena, &location);
    return route && route->kind == SITE_ROUTE_ASSET && route->image.width ? route : NULL;
}

struct value images_sized(struct value_call *call)
{
    static const struct slice IMG = {"<img", 4};
    struct value input = value_arg(call, 0);
    struct slice html = value_to_text(call->realm, input);
    struct buffer out = buffer_create(call->realm->arena, 0);
    size_t from = 0, at = 0;
    while ((at = slice_find(html, IMG, at)) != SIZE_MAX) {
        size_t name = at + IMG.len, end = tag_end(html, name);
        if (end == SIZE_MAX)
            break;
        const struct site_route *route = route_of_image(call, slice_sub(html, name, end));
        at = end;
        if (!route)
            continue;
        buffer_append(&out, slice_sub(html, from, name));
        buffer_printf(&out, " width=\"%u\" height=\"%u\"", route->image.width, route->image.height);
        from = name;
    }
    if (!from)
        return input;
    buffer_append(&out, slice_sub(html, from, html.len));
    if (out.failed)
        error_memory(call->error);
    struct value v = out.failed ? value_undefined() : value_string(buffer_slice(&out));
    v.flags |= input.flags & VALUE_SAFE;
    return v;
}
