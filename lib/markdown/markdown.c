// SPDX-License-Identifier: MIT
//
// The pipeline: guard, reader, passes, renderer.
#include "markdown.h"

#include "base/utf8.h"
#include "extension.h"

enum { REPLACEMENT = 0xfffd };

struct job {
    struct tree tree;
    struct buffer *out;
    struct markdown_headings *headings;
    bool inline_only;
    bool ok;
};

// ---- the source ----

// Line ends become LF; NUL and invalid UTF-8 become U+FFFD, as a browser would show them.
static struct slice normalise(struct tree *tree, struct slice source)
{
    struct buffer out = buffer_create(tree->arena, 0);
    if (slice_find_byte(source, '\r', 0) == SIZE_MAX &&
        slice_find_byte(source, '\0', 0) == SIZE_MAX && utf8_find_invalid(source) == SIZE_MAX)
        return source;
    for (size_t at = 0; at < source.len;) {
        size_t start = at;
        uint32_t c = utf8_decode(source, &at);
        if (c == '\r') {
            buffer_append_byte(&out, '\n');
            at += at < source.len && source.ptr[at] == '\n';
        } else if (!c || c == REPLACEMENT) {
            utf8_append(&out, REPLACEMENT);
        } else {
            buffer_append(&out, slice_sub(source, start, at));
        }
    }
    if (out.failed)
        error_memory(tree->error);
    return buffer_slice(&out);
}

// ---- the pipeline ----

static void read_document_blocks(struct tree *tree)
{
    struct map references = map_create(tree->arena);
    struct block_leaves leaves = {0};
    const struct block_row *rows = extension_blocks(tree);
    const struct inline_rules *rules = extension_inlines(tree);
    if (!rows || !rules || !blocks_read(tree, rows, &references, &leaves))
        return;
    extensions_run_on_leaves(tree, &leaves);
    for (size_t i = 0; i < leaves.count && !error_is_set(tree->error); i++)
        inlines_read(tree, rules, &references, leaves.rows[i].node, leaves.rows[i].text);
}

// A single line: no blocks, and no references.
static void read_markdown_line(struct tree *tree)
{
    struct map references = map_create(tree->arena);
    const struct inline_rules *rules = extension_inlines(tree);
    cmark_node *paragraph = cmark_node_new_with_mem(CMARK_NODE_PARAGRAPH, tree->mem);
    tree->root = cmark_node_new_with_mem(CMARK_NODE_DOCUMENT, tree->mem);
    if (!paragraph || !rules || !cmark_node_append_child(tree->root, paragraph))
        error_memory(tree->error);
    else
        inlines_read(tree, rules, &references, paragraph, tree->source);
}

static void run_passes(struct tree *tree)
{
    extensions_run(tree, AFTER_INLINES);
    attributes_pass(tree);
    extensions_run(tree, BEFORE_LINKIFY);
    linkify_pass(tree);
    extensions_run(tree, AFTER_LINKIFY);
    typographer_pass(tree);
}

static bool make_states(struct tree *tree)
{
    tree->states = arena_zalloc(tree->arena, MARKDOWN_EXTENSIONS, sizeof *tree->states);
    return tree->states || error_memory(tree->error);
}

static cmark_node *read_line_of(struct tree *tree, struct slice text, bool alone)
{
    struct tree line = *tree;
    if (alone && !make_states(&line))
        return NULL;
    line.source = text;
    line.is_line = true;
    read_markdown_line(&line);
    if (!error_is_set(tree->error))
        run_passes(&line);
    return error_is_set(tree->error) ? NULL : cmark_node_first_child(line.root);
}

// Everything that touches cmark's nodes runs here, where our allocator is in place.
static void run_guarded(void *state, cmark_mem *mem)
{
    struct job *job = state;
    struct tree *tree = &job->tree;
    tree->mem = mem;
    tree->source = normalise(tree, tree->source);
    tree->is_line = job->inline_only;
    if (!make_states(tree))
        return;
    if (job->inline_only)
        read_markdown_line(tree);
    else
        read_document_blocks(tree);
    if (error_is_set(tree->error))
        return;
    run_passes(tree);
    job->ok = heading_ids_pass(tree, job->headings) && !error_is_set(tree->error) &&
              renderer_write(tree, job->out, job->inline_only);
}

static bool render_document(struct arena *arena, const struct markdown_options *options,
                            struct slice file, struct slice source, struct buffer *out,
                            struct markdown_headings *headings, bool inline_only,
                            struct error *error)
{
    struct error own = {0};
    error = error ? error : &own;
    if (headings)
        *headings = (struct markdown_headings){0};
    if (!guard_check(arena, options, file, source, error))
        return false;
    struct markdown_options settled = *options;
    settled.version = settled.version ? settled.version : MARKDOWN_NEWEST;
    struct job job = {.tree = {.arena = arena,
                               .options = &settled,
                               .file = file,
                               .source = source,
                               .error = error,
                               .read_line = read_line_of},
                      .out = out,
                      .headings = headings,
                      .inline_only = inline_only};
    if (!memory_run(arena, run_guarded, &job) || (!job.ok && !error_is_set(error)))
        return error_memory(error);
    return job.ok;
}

bool markdown_render(struct arena *arena, const struct markdown_options *options, struct slice file,
                     struct slice source, struct buffer *out, struct markdown_headings *headings,
                     struct error *error)
{
    return render_document(arena, options, file, source, out, headings, false, error);
}

bool markdown_render_inline(struct arena *arena, const struct markdown_options *options,
                            struct slice source, struct buffer *out, struct error *error)
{
    return render_document(arena, options, SLICE("markdown"), source, out, NULL, true, error);
}
