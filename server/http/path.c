// SPDX-License-Identifier: MIT
//
// From the raw path of a request target to the path for looking up routes. Decoded once, and never
// given to the file system.
#include "http.h"

#include "base/ascii.h"
#include "base/utf8.h"

// Percent-decodes into out (as long as text). False on a bad escape, a NUL or a control character.
static bool decode_percent(struct slice text, char *out, size_t *length)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            int byte = ascii_escaped_byte(text, i);
            if (byte < 0)
                return false;
            c = (char)byte;
            i += 2;
        }
        if ((unsigned char)c < 0x20 || c == 0x7f)
            return false;
        out[n++] = c;
    }
    *length = n;
    return true;
}

// Appends one segment to the path in out[0, length), which ends with '/'. False if it climbs out.
static bool append_segment(char *out, size_t *length, struct slice segment, bool last)
{
    if (!segment.len || slice_equal(segment, SLICE(".")))
        return true;
    if (slice_equal(segment, SLICE(".."))) {
        if (*length == 1)
            return false;
        do
            --*length;
        while (out[*length - 1] != '/');
        return true;
    }
    memmove(out + *length, segment.ptr, segment.len);
    *length += segment.len;
    if (!last)
        out[(*length)++] = '/';
    return true;
}

// RFC 3986 §5.2.4, with doubled slashes merged. The result is never longer than the input.
static bool remove_dot_segments(struct slice text, char *out, size_t *length)
{
    out[0] = '/';
    *length = 1;
    size_t from = 1;
    while (from <= text.len) {
        size_t to = slice_find_byte(text, '/', from);
        bool last = to == SIZE_MAX;
        if (!append_segment(out, length, slice_sub(text, from, last ? text.len : to), last))
            return false;
        if (last)
            return true;
        from = to + 1;
    }
    return true;
}

bool http_normalise_path(struct arena *arena, struct slice raw, struct slice *path)
{
    char *decoded = arena_alloc_text(arena, raw.len + 2);
    char *clean = arena_alloc_text(arena, raw.len + 2);
    size_t length = 0, clean_length = 0;
    if (!decoded || !clean || !raw.len || !decode_percent(raw, decoded, &length) ||
        decoded[0] != '/')
        return false;
    if (utf8_find_invalid(slice_of(decoded, length)) != SIZE_MAX || memchr(decoded, '\\', length) ||
        !remove_dot_segments(slice_of(decoded, length), clean, &clean_length))
        return false;
    clean[clean_length] = '\0';
    *path = slice_of(clean, clean_length);
    return true;
}
