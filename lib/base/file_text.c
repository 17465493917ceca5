// SPDX-License-Identifier: MIT
//
// Reading texts. A text is UTF-8 without NUL bytes. Other encodings that editors write – UTF-16,
// Latin-1, Windows-1252 – are recognised and named at the first place that shows them, so that the
// author can save the file again. They are never converted: one wrong letter in a dose or a date is
// one too many.
#include "file.h"
#include "utf8.h"

#include <stdio.h>

static const char HINT[] = "save the file as UTF-8";

static bool is_utf16(struct slice text)
{
    return slice_starts_with(text, SLICE("\xff\xfe")) || slice_starts_with(text, SLICE("\xfe\xff"));
}

// The line of the offset, with bytes that are not UTF-8 read as Latin-1 so that it can be shown.
static void show_line(struct error *error, struct slice text, size_t offset)
{
    size_t start = offset, used = 0;
    while (start > 0 && text.ptr[start - 1] != '\n')
        start--;
    struct slice rest = slice_sub(text, start, text.len), line = SLICE_EMPTY;
    slice_next_line(&rest, &line);
    for (size_t at = 0; at < line.len;) {
        size_t before = at;
        char bytes[4];
        uint32_t c = utf8_decode(line, &at);
        bool wrong = c == 0xfffd && at - before == 1;
        size_t length = utf8_encode(wrong ? (unsigned char)line.ptr[before] : c, bytes);
        if (used + length >= sizeof error->source_line)
            break;
        memcpy(error->source_line + used, bytes, length);
        used += length;
    }
    error->source_line[used] = '\0';
}

static bool refuse_encoding(struct error *error, struct slice shown, struct slice text,
                            size_t offset)
{
    unsigned line, column;
    error_locate(text, offset, &line, &column);
    error_at(error, shown, line, column);
    if (error && memchr(text.ptr, '\0', text.len) == NULL)
        show_line(error, text, offset);
    return false;
}

bool text_is_utf8(struct slice text, struct slice shown, struct error *error)
{
    const char *zero = text.len ? memchr(text.ptr, '\0', text.len) : NULL;
    size_t invalid = utf8_find_invalid(text);
    if (is_utf16(text)) {
        error_set(error, ERROR_SYNTAX, "the file is UTF-16, not UTF-8");
        error_hint(error, "%s", HINT);
        return refuse_encoding(error, shown, text, 0);
    }
    if (zero) {
        error_set(error, ERROR_SYNTAX, "a zero byte: the file is UTF-16, or not text");
        error_hint(error, "%s", HINT);
        return refuse_encoding(error, shown, text, (size_t)(zero - text.ptr));
    }
    if (invalid == SIZE_MAX)
        return true;
    error_set(error, ERROR_SYNTAX, "the byte %02x is not UTF-8", (unsigned char)text.ptr[invalid]);
    error_hint(error, "the file is probably Latin-1 or Windows-1252: %s", HINT);
    return refuse_encoding(error, shown, text, invalid);
}

bool file_read_text(struct arena *arena, const char *path, struct slice shown, size_t max,
                    struct slice *out, struct error *error)
{
    if (!file_read(arena, path, max, out, error))
        return false;
    if (text_is_utf8(*out, shown, error))
        return true;
    *out = SLICE_EMPTY;
    return false;
}
