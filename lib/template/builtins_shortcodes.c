// SPDX-License-Identifier: MIT
//
// Tags that design systems ship as JavaScript for their templates. One so far: {% MODUKincludeSVG
// 'name' %} of @moduk/frontend prints assets/svg/name.svg of the package that the template is in:
// the folder above the template's "nunjucks" folder.
#include "builtins.h"

#include "base/file.h"
#include "set.h"
#include "vm.h"

enum { SVG_MAX = 1 << 20 };

static struct slice package_folder(struct value_call *call)
{
    const struct vm *vm = call->realm->host;
    const struct context *context = vm ? vm->context : NULL;
    if (!context || context->chain_count == 0)
        return SLICE_EMPTY;
    struct slice file = context->chain[0]->file;
    size_t end = slice_find(file, SLICE("/nunjucks/"), 0);
    return end == SIZE_MAX ? SLICE_EMPTY : slice_sub(file, 0, end);
}

// Read by whoever loads the templates.
static bool read_svg(struct value_call *call, struct slice path, struct slice *svg)
{
    const struct vm *vm = call->realm->host;
    const struct template_options *options = &vm->set->options;
    if (options->reader)
        return options->reader(options->loader_state, call->realm->arena, path, SVG_MAX, svg,
                               call->error);
    return file_read(call->realm->arena, path.ptr, SVG_MAX, svg, call->error);
}

static struct value include_svg(struct value_call *call)
{
    struct slice name;
    if (!builtin_text(call, "MODUKincludeSVG", value_arg(call, 0), &name))
        return value_undefined();
    name = path_base(name);
    if (slice_ends_with(name, SLICE(".svg")))
        name.len -= 4;
    struct slice package = package_folder(call);
    if (!package.ptr)
        return builtin_fail(call, "MODUKincludeSVG works in the templates of @moduk/frontend only");
    struct slice path = arena_printf(call->realm->arena, "%.*s/assets/svg/%.*s.svg",
                                     SLICE_ARG(package), SLICE_ARG(name));
    struct slice svg;
    if (!path.ptr)
        error_memory(call->error);
    else if (read_svg(call, path, &svg))
        return value_safe_string(svg);
    return value_undefined();
}

const struct template_builtin *template_builtin_shortcodes(void)
{
    static const struct template_builtin ROWS[] = {
        {.name = "MODUKincludeSVG", .call = include_svg},
        {.name = NULL},
    };
    return ROWS;
}
