// SPDX-License-Identifier: MIT
//
// The pipeline: guard, cmark, passes, renderer.
#include "markdown.h"

#include "tree.h"

struct job {
    struct tree tree;
    struct buffer *out;
    struct markdown_headings *headings;
    bool inline_only;
    bool ok;
};

static void parse(struct tree *tree)
{
    cmark_parser *parser = cmark_parser_new_with_mem(CMARK_OPT_UNSAFE, tree->mem);
    cmark_parser_feed(parser, tree->hidden.ptr ? tree->hidden.ptr : "", tree->hidden.len);
    tree->root = cmark_parser_finish(parser);
}

// Without code by indentation: the lines behind what is marked may be such code now.
static void parse_unindented(struct tree *tree)
{
    enum { ROUNDS_MAX = 4 };
    unsigned rounds = 0;
    while (rounds < ROUNDS_MAX && indented_mark(tree)) {
        parse(tree);
        rounds++;
    }
}

// Everything that touches cmark's nodes runs here, where its memory is ours.
static void run(void *state, cmark_mem *mem)
{
    struct job *job = state;
    struct tree *tree = &job->tree;
    tree->mem = mem;
    tree->hidden = escapes_hide(tree->arena, tree->source, tree->options);
    parse(tree);
    if (tree->options->no_indented_code)
        parse_unindented(tree);
    tables_pass(tree);
    if (tree->options->no_indented_code)
        indented_unmark(tree, tree->root);
    links_pass(tree);
    cmark_consolidate_text_nodes(tree->root);
    strikethrough_pass(tree);
    attributes_pass(tree);
    linkify_pass(tree);
    typographer_pass(tree);
    job->ok = heading_ids_pass(tree, job->headings) && !error_is_set(tree->error) &&
              renderer_write(tree, job->out, job->inline_only);
}

static bool render(struct arena *arena, const struct markdown_options *options, struct slice file,
                   struct slice source, struct buffer *out, struct markdown_headings *headings,
                   bool inline_only, struct error *error)
{
    struct error own = {0};
    error = error ? error : &own;
    if (headings)
        *headings = (struct markdown_headings){0};
    if (!guard_check(arena, options, file, source, error))
        return false;
    struct job job = {.tree = {.arena = arena,
                               .options = options,
                               .file = file,
                               .source = source,
                               .error = error},
                      .out = out,
                      .headings = headings,
                      .inline_only = inline_only};
    if (!memory_run(arena, run, &job) || (!job.ok && !error_is_set(error)))
        return error_memory(error);
    return job.ok;
}

bool markdown_render(struct arena *arena, const struct markdown_options *options, struct slice file,
                     struct slice source, struct buffer *out, struct markdown_headings *headings,
                     struct error *error)
{
    return render(arena, options, file, source, out, headings, false, error);
}

bool markdown_render_inline(struct arena *arena, const struct markdown_options *options,
                            struct slice source, struct buffer *out, struct error *error)
{
    return render(arena, options, SLICE("markdown"), source, out, NULL, true, error);
}
