// SPDX-License-Identifier: MIT
//
// Any bytes as Markdown, with a mixture of options; then the table of contents of what came out.
#include "markdown/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(0, 256 << 20);
    unsigned mix = size ? data[0] * 7u + (unsigned)size : 0;
    struct markdown_options options = {.version = MARKDOWN_OLDEST + mix / 7 % 3,
                                       .html = mix % 7 != 0,
                                       .sanitise = mix % 2,
                                       .no_indented_code = mix / 3 % 2,
                                       .breaks = mix % 11 != 0,
                                       .tables = true,
                                       .strikethrough = true,
                                       .attributes = 4 + mix / 2 % 2,
                                       .linkify = mix % 3 == 0,
                                       .govuk_classes = mix % 3 == 1,
                                       .typographer = mix % 5 == 0,
                                       .heading_levels = 0x7e,
                                       .max_bytes = 1 << 16};
    options.permalink = (struct markdown_permalink){
        .style = (enum markdown_permalink_style)(mix / 5 % 4),
        .text = SLICE("to {title}"),
        .hidden_class = SLICE("hidden"),
    };
    struct toc_options toc = toc_defaults();
    toc.style = mix % 2 ? TOC_PLAIN : TOC_ACCESSIBLE;
    struct error error = {0};
    struct buffer html = buffer_create(arena, 0), contents = buffer_create(arena, 0);
    if (markdown_render(arena, &options, SLICE("fuzz.md"), slice_of((const char *)data, size),
                        &html, NULL, &error))
        toc_render(arena, &toc, buffer_slice(&html), &contents, &error);
    arena_destroy(arena);
    return 0;
}
