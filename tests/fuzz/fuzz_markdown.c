// SPDX-License-Identifier: MIT
//
// Any bytes as Markdown, with every option on; then the table of contents of what came out.
#include "markdown/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(0, 256 << 20);
    struct markdown_options options = {.html = true,
                                       .sanitise = size % 2,
                                       .breaks = true,
                                       .tables = true,
                                       .strikethrough = true,
                                       .attributes = true,
                                       .linkify = true,
                                       .govuk_classes = size % 3 == 0,
                                       .typographer = size % 5 == 0,
                                       .heading_levels = 0x7e,
                                       .max_bytes = 1 << 16};
    struct toc_options toc = toc_defaults();
    struct error error = {0};
    struct buffer html = buffer_create(arena, 0), contents = buffer_create(arena, 0);
    if (markdown_render(arena, &options, SLICE("fuzz.md"), slice_of((const char *)data, size),
                        &html, NULL, &error))
        toc_render(arena, &toc, buffer_slice(&html), &contents, &error);
    arena_destroy(arena);
    return 0;
}
