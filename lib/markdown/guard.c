// SPDX-License-Identifier: MIT
//
// The guard before cmark 0.30.2, whose time is quadratic in container depth and in runs of unclosed
// brackets: both are measured on the text and refused beyond a limit.
#include "tree.h"

enum { DEFAULT_BYTES = 1 << 20, DEFAULT_DEPTH = 64, BRACKETS_MAX = 2000 };

// Containers a line opens: '>' and list markers before its text. Indentation may keep older ones
// open, so columns count as well.
static unsigned line_depth(struct slice line)
{
    unsigned depth = 0;
    size_t i = 0;
    for (;;) {
        while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'))
            i++;
        size_t start = i;
        if (i < line.len && line.ptr[i] == '>') {
            i++;
            depth++;
            continue;
        }
        while (i < line.len && line.ptr[i] >= '0' && line.ptr[i] <= '9')
            i++;
        bool marker = i < line.len && (i > start ? line.ptr[i] == '.' || line.ptr[i] == ')'
                                                 : strchr("-*+", line.ptr[i]) != NULL);
        if (!marker || (i + 1 < line.len && line.ptr[i + 1] != ' ' && line.ptr[i + 1] != '\t'))
            return depth;
        i++;
        depth++;
    }
}

static bool refuse(struct slice file, struct slice source, size_t offset, struct error *error,
                   const char *message, const char *hint)
{
    error_set(error, ERROR_LIMIT, "%s", message);
    error_hint(error, "%s", hint);
    error_at_offset(error, file, source, offset);
    return false;
}

bool guard_check(struct arena *arena, const struct markdown_options *options, struct slice file,
                 struct slice source, struct error *error)
{
    size_t max = options->max_bytes ? options->max_bytes : DEFAULT_BYTES;
    unsigned deepest = options->max_depth ? options->max_depth : DEFAULT_DEPTH;
    struct slice rest = source, line;
    size_t brackets = 0;
    (void)arena;
    if (source.len > max)
        return refuse(file, source, max, error, "the text is too long for one page",
                      "divide it into several pages");
    while (slice_next_line(&rest, &line)) {
        if (!slice_trim(line).len)
            brackets = 0;
        for (size_t i = 0; i < line.len; i++)
            if (line.ptr[i] == '[')
                brackets++;
            else if (line.ptr[i] == ']' && brackets && i && line.ptr[i - 1] != '[')
                brackets--;
        size_t offset = (size_t)(line.ptr - source.ptr);
        if (line_depth(line) > deepest)
            return refuse(file, source, offset, error, "lists and quotes are nested too deep",
                          "write the inner ones as sections of their own");
        if (brackets > BRACKETS_MAX)
            return refuse(file, source, offset, error, "too many open brackets in one paragraph",
                          "write \\[ for a bracket that is no link");
    }
    return true;
}
