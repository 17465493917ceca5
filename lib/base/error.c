// SPDX-License-Identifier: MIT
//
// Error values: filled once, carried up, formatted at the edge in the shape compilers use.
#include "error.h"

#include "utf8.h"

#include <stdio.h>

bool error_set(struct error *error, enum error_code code, const char *format, ...)
{
    if (!error || error->code != ERROR_NONE)
        return false;
    memset(error, 0, sizeof *error);
    error->code = code;
    va_list args;
    va_start(args, format);
    vsnprintf(error->message, sizeof error->message, format, args);
    va_end(args);
    return false;
}

bool error_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, "out of memory");
}

void error_hint(struct error *error, const char *format, ...)
{
    if (!error_is_set(error) || error->hint[0])
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(error->hint, sizeof error->hint, format, args);
    va_end(args);
}

static void set_place(struct error_place *place, struct slice file, unsigned line, unsigned column)
{
    snprintf(place->file, sizeof place->file, "%.*s", SLICE_ARG(file));
    place->line = line;
    place->column = column;
}

void error_at(struct error *error, struct slice file, unsigned line, unsigned column)
{
    if (!error_is_set(error))
        return;
    if (!error->place.file[0])
        set_place(&error->place, file, line, column);
    else if (!error->place.line && slice_equal(slice_from_cstr(error->place.file),
                                               slice_sub(file, 0, ERROR_FILE_MAX - 1))) {
        error->place.line = line;
        error->place.column = column;
    }
}

void error_chain(struct error *error, const char *what, struct slice file, unsigned line,
                 unsigned column)
{
    if (!error_is_set(error) || error->chain_count == ERROR_CHAIN_MAX)
        return;
    set_place(&error->chain[error->chain_count], file, line, column);
    snprintf(error->chain_what[error->chain_count], sizeof error->chain_what[0], "%s", what);
    error->chain_count++;
}

// Copies the line, dropping so much on the left that the column fits.
static void set_source_line(struct error *error, struct slice line)
{
    enum { LEFT = 60 };
    size_t from = 0;
    unsigned skipped = 0;
    unsigned column = error->place.column;
    if (line.len >= sizeof error->source_line && column > LEFT)
        while (from < line.len && skipped < column - LEFT) {
            utf8_decode(line, &from);
            skipped++;
        }
    size_t to = from;
    while (to < line.len) {
        size_t next = to;
        utf8_decode(line, &next);
        if (next - from >= sizeof error->source_line)
            break;
        to = next;
    }
    memcpy(error->source_line, line.ptr ? line.ptr + from : "", to - from);
    error->source_line[to - from] = '\0';
    error->source_offset = skipped;
}

void error_source(struct error *error, struct slice source)
{
    if (!error_is_set(error) || error->source_line[0] || !error->place.line)
        return;
    struct slice line;
    for (unsigned i = 0; slice_next_line(&source, &line);)
        if (++i == error->place.line) {
            set_source_line(error, line);
            return;
        }
}

void error_locate(struct slice source, size_t offset, unsigned *line, unsigned *column)
{
    size_t start = 0;
    *line = 1;
    for (size_t i = 0; i < offset && i < source.len; i++)
        if (source.ptr[i] == '\n') {
            ++*line;
            start = i + 1;
        }
    *column = (unsigned)utf8_count(slice_sub(source, start, offset)) + 1;
}

void error_at_offset(struct error *error, struct slice file, struct slice source, size_t offset)
{
    unsigned line, column;
    error_locate(source, offset, &line, &column);
    error_at(error, file, line, column);
    error_source(error, source);
}

static void append_place(struct buffer *out, const struct error_place *place)
{
    buffer_append_cstr(out, place->file);
    if (place->line)
        buffer_printf(out, ":%u", place->line);
    if (place->line && place->column)
        buffer_printf(out, ":%u", place->column);
}

// The source line, and a caret below its column; tabs are kept so that the caret lines up.
static void append_caret(struct buffer *out, const struct error *error)
{
    struct slice line = slice_from_cstr(error->source_line);
    buffer_printf(out, "  %5u | %s\n", error->place.line, error->source_line);
    if (error->place.column <= error->source_offset)
        return;
    unsigned column = error->place.column - error->source_offset;
    buffer_append_cstr(out, "        | ");
    size_t at = 0;
    for (unsigned i = 1; i < column && at < line.len; i++)
        buffer_append_byte(out, utf8_decode(line, &at) == '\t' ? '\t' : ' ');
    buffer_append_cstr(out, "^\n");
}

void error_format(const struct error *error, struct buffer *out)
{
    if (error->place.file[0]) {
        append_place(out, &error->place);
        buffer_append_cstr(out, ": ");
    }
    buffer_printf(out, "error: %s\n", error->message);
    if (error->source_line[0])
        append_caret(out, error);
    for (size_t i = 0; i < error->chain_count; i++) {
        buffer_printf(out, "  %s ", error->chain_what[i]);
        append_place(out, &error->chain[i]);
        buffer_append_byte(out, '\n');
    }
    if (error->hint[0])
        buffer_printf(out, "  hint: %s\n", error->hint);
}

void error_format_line(const struct error *error, struct buffer *out)
{
    if (error->place.file[0]) {
        append_place(out, &error->place);
        buffer_append_cstr(out, ": ");
    }
    buffer_append_cstr(out, error->message);
    if (error->hint[0])
        buffer_printf(out, " (%s)", error->hint);
}
