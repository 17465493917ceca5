// SPDX-License-Identifier: MIT
//
// Finding inline scripts in a Nunjucks source: parses just enough HTML to see where a script's text
// begins and ends, skipping Nunjucks tags inside a start tag.
#include "csp.h"

#include "base/digest.h"
#include "site/site.h"

enum { TEMPLATE_MAX = 1 << 20 };

// The page templates of design systems.
static const char *const TEMPLATES[] = {"govuk/template.njk", "nhsuk/template.njk"};

// The offset after the '>' of the start tag at `from`; SIZE_MAX if it is not closed.
static size_t end_of_tag(struct slice source, size_t from)
{
    for (size_t i = from; i < source.len; i++) {
        struct slice rest = slice_sub(source, i, source.len);
        if (slice_starts_with(rest, SLICE("{%")))
            i = slice_find(source, SLICE("%}"), i);
        else if (slice_starts_with(rest, SLICE("{{")))
            i = slice_find(source, SLICE("}}"), i);
        else if (source.ptr[i] == '>')
            return i + 1;
        if (i == SIZE_MAX)
            return SIZE_MAX;
    }
    return SIZE_MAX;
}

static bool is_plain_source(struct slice text)
{
    return slice_trim(text).len && slice_find(text, SLICE("{{"), 0) == SIZE_MAX &&
           slice_find(text, SLICE("{%"), 0) == SIZE_MAX;
}

void csp_append_hashes(struct buffer *out, struct arena *arena, struct slice source)
{
    for (size_t at = 0; (at = slice_find(source, SLICE("<script"), at)) != SIZE_MAX;) {
        size_t begin = end_of_tag(source, at);
        size_t end = begin == SIZE_MAX ? SIZE_MAX : slice_find(source, SLICE("</script"), begin);
        if (end == SIZE_MAX)
            return;
        struct slice tag = slice_sub(source, at, begin), text = slice_sub(source, begin, end);
        if (is_plain_source(text) && slice_find(tag, SLICE("src="), 0) == SIZE_MAX)
            buffer_printf(out, " '%.*s'", SLICE_ARG(digest_integrity(arena, DIGEST_SHA256, text)));
        at = end;
    }
}

struct scan {
    struct buffer *out;
    struct arena *arena;
    struct tree *tree;
};

static void append_hashes_below(const struct scan *scan, struct slice directory)
{
    struct slice source;
    for (size_t i = 0; i < sizeof TEMPLATES / sizeof *TEMPLATES; i++) {
        struct slice path = path_join(scan->arena, directory, slice_from_cstr(TEMPLATES[i]));
        if (path.ptr && tree_has_file(scan->tree, path) &&
            tree_read(scan->tree, scan->arena, path, TEMPLATE_MAX, &source, NULL, NULL))
            csp_append_hashes(scan->out, scan->arena, source);
    }
}

static struct slice inline_hashes(const struct settings *settings, struct arena *arena)
{
    struct buffer out = buffer_create(arena, 4096);
    struct value list = settings->template_paths;
    struct tree_source files;
    struct tree *tree =
        site_source(settings, arena, &files, NULL) ? tree_open(&files, false, NULL) : NULL;
    const struct scan scan = {&out, arena, tree};
    if (tree)
        append_hashes_below(&scan, settings->includes.full);
    for (uint32_t i = 0; tree && i < value_length(NULL, list); i++)
        append_hashes_below(&scan, path_join(arena, settings_directory(settings),
                                             value_text(value_item(NULL, list, i))));
    tree_close(tree);
    return slice_trim(buffer_slice(&out));
}

// A policy may be written over several lines; white space has no meaning in it.
static struct slice on_one_line(struct slice policy, struct arena *arena)
{
    struct buffer out = buffer_create(arena, 0);
    struct slice line;
    while (slice_next_line(&policy, &line)) {
        line = slice_trim(line);
        buffer_append_cstr(&out, out.len && line.len ? " " : "");
        buffer_append(&out, line);
    }
    return buffer_slice(&out);
}

struct slice csp_policy(const struct settings *settings, struct arena *arena)
{
    static const struct slice HOLDER = {"{inline}", 8};
    struct slice policy = on_one_line(settings->content_security_policy, arena);
    size_t at = slice_find(policy, HOLDER, 0);
    if (at == SIZE_MAX)
        return policy;
    return arena_printf(arena, "%.*s%.*s%.*s", SLICE_ARG(slice_sub(policy, 0, at)),
                        SLICE_ARG(inline_hashes(settings, arena)),
                        SLICE_ARG(slice_sub(policy, at + HOLDER.len, policy.len)));
}
