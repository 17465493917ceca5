// SPDX-License-Identifier: MIT
//
// Any bytes as Markdown, with a mixture of options and extensions; then the table of contents of
// what came out.
#include "markdown/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Options of extensions as a site may set them; each is a mixture by itself.
static const char *const EXTENSIONS[] = {
    "{}",
    "{\"footnotes\":true,\"definition_lists\":true,\"containers\":[\"a\",\"b\"],\"alerts\":true}",
    "{\"attribution\":true,\"figures\":{\"caption\":true},\"abbreviations\":true,\"footnotes\":"
    "true}",
    "{\"insertions\":true,\"marks\":true,\"subscript\":true,\"superscript\":true,\"task_lists\":"
    "true,"
    "\"table_of_contents\":true,\"footnotes\":true}",
    "{\"footnotes\":true,\"definition_lists\":3,\"containers\":{\"a\":\"b "
    "c\"},\"alerts\":{\"icons\":"
    "{\"note\":\"<i>\"}},\"attribution\":{\"marker\":\"-\",\"remove_marker\":false},\"figures\":{"
    "\"caption\":"
    "\"alt\",\"link\":true,\"lazy\":true,\"async\":true,\"tabindex\":true,\"data_type\":true,"
    "\"classes\":\"k\"},"
    "\"abbreviations\":true,\"insertions\":true,\"marks\":true,\"subscript\":true,\"superscript\":"
    "true,"
    "\"task_lists\":{\"enabled\":true,\"label\":true},\"table_of_contents\":{\"levels\":[1,2,3,6],"
    "\"list\":\"ol\"}}",
};

static void set_extensions(struct arena *arena, struct markdown_options *options, unsigned mix)
{
    struct error error = {0};
    const char *text = EXTENSIONS[mix % (sizeof EXTENSIONS / sizeof *EXTENSIONS)];
    struct value v = value_from_json(arena, SLICE("fuzz"), slice_from_cstr(text), NULL, &error);
    if (error_is_set(&error) || !markdown_options_from_value(options, v, &error))
        __builtin_trap(); // they are ours
}

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
    set_extensions(arena, &options, size ? data[size - 1] : 0);
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
