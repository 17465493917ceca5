// SPDX-License-Identifier: MIT
//
// The guard before the readers, whose time is quadratic in container depth and in runs of unclosed
// brackets: both are measured on the text and refused beyond a limit.
#include "tree.h"

enum { DEFAULT_BYTES = 1 << 20, BRACKETS_MAX = 2000 };

enum { DEPTH_MAX = 256 }; // the highest depth that can be configured

// Open containers, as far as columns show: the column where the content of each begins.
struct containers {
    size_t columns[DEPTH_MAX];
    unsigned count;
};

static bool is_space_at(struct slice line, size_t i)
{
    return i == line.len || line.ptr[i] == ' ' || line.ptr[i] == '\t';
}

// The offset after a '>' or a list marker at i; i itself if there is none.
static size_t skip_marker(struct slice line, size_t i)
{
    size_t end = i;
    if (i < line.len && line.ptr[i] == '>')
        return i + 1;
    while (end < line.len && line.ptr[end] >= '0' && line.ptr[end] <= '9')
        end++;
    bool marker = end < line.len && (end > i ? line.ptr[end] == '.' || line.ptr[end] == ')'
                                             : strchr("-*+", line.ptr[end]) != NULL);
    return marker && is_space_at(line, end + 1) ? end + 1 : i;
}

// The nesting of a line: containers that its markers open, within earlier ones to whose content it
// is indented.
static unsigned line_depth(struct containers *open, struct slice line, unsigned deepest)
{
    size_t i = 0;
    for (;;) {
        while (i < line.len && is_space_at(line, i))
            i++;
        if (i == line.len)
            return open->count;
        while (open->count && open->columns[open->count - 1] > i)
            open->count--;
        size_t after = skip_marker(line, i);
        if (after == i || open->count > deepest) // which is below DEPTH_MAX
            return open->count;
        open->columns[open->count++] = after + 1;
        i = after;
    }
}

static bool refuse_text(struct slice file, struct slice source, size_t offset, struct error *error,
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
    unsigned deepest = options->max_depth ? options->max_depth : GUARD_DEPTH;
    struct slice rest = source, line;
    size_t brackets = 0;
    struct containers open = {.count = 0};
    (void)arena;
    deepest = deepest < DEPTH_MAX ? deepest : DEPTH_MAX - 1;
    if (source.len > max)
        return refuse_text(file, source, max, error, "the text is too long for one page",
                           "split it into several pages");
    while (slice_next_line(&rest, &line)) {
        if (!slice_trim(line).len)
            brackets = 0;
        for (size_t i = 0; i < line.len; i++)
            if (line.ptr[i] == '[')
                brackets++;
            else if (line.ptr[i] == ']' && brackets && i && line.ptr[i - 1] != '[')
                brackets--;
        size_t offset = (size_t)(line.ptr - source.ptr);
        if (line_depth(&open, line, deepest) > deepest)
            return refuse_text(file, source, offset, error,
                               "lists and quotes are nested too deeply",
                               "write the inner ones as sections of their own");
        if (brackets > BRACKETS_MAX)
            return refuse_text(file, source, offset, error,
                               "too many open brackets in one paragraph",
                               "write \\[ for a bracket that is no link");
    }
    return true;
}
