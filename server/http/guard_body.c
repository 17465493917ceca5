// SPDX-License-Identifier: MIT
//
// Parses chunks line by line. Sizes are only digits; extensions and trailers are parsed by their
// grammar, limited and dropped.
#include "guard_body.h"

#include "guard_bytes.h"

#include "base/ascii.h"

enum {
    DIGITS_MAX = 15,       // of a size: fits into 64 bits
    EXTENSIONS_MAX = 4096, // bytes in one body, including leading zeros of sizes (§7.1.1: a limit)
};

// RFC 9110 §5.6.4. Returns its end; SIZE_MAX if it is not closed.
static size_t skip_quoted(struct slice line, size_t at)
{
    for (at++; at < line.len && line.ptr[at] != '"'; at++)
        if (line.ptr[at] == '\\' && ++at >= line.len)
            break;
    return at < line.len ? at + 1 : SIZE_MAX;
}

// §7.1.1: *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
static bool are_extensions(struct slice line, size_t at)
{
    while (at < line.len) {
        at = guard_skip_blanks(line, at);
        if (at >= line.len || line.ptr[at] != ';')
            return false;
        size_t name = guard_skip_blanks(line, at + 1);
        size_t end = guard_skip_token(line, name);
        if (end == name)
            return false;
        at = guard_skip_blanks(line, end);
        if (at >= line.len || line.ptr[at] != '=') {
            at = end; // a trailing blank is not allowed
            continue;
        }
        size_t value = guard_skip_blanks(line, at + 1);
        bool quoted = value < line.len && line.ptr[value] == '"';
        at = quoted ? skip_quoted(line, value) : guard_skip_token(line, value);
        if (at == value || at == SIZE_MAX)
            return false;
    }
    return true;
}

// §7.1: 1*HEXDIG [ chunk-ext ]
static int read_size(struct guard_chunks *chunks, struct slice line,
                     const struct http_limits *limits)
{
    size_t digits = 0, read = 0; // without leading zeros, and all
    uint64_t size = 0;
    for (; read < line.len && ascii_hex_value(line.ptr[read]) >= 0; read++) {
        size = size << 4 | (uint64_t)ascii_hex_value(line.ptr[read]);
        digits += digits || line.ptr[read] != '0';
        if (digits > DIGITS_MAX)
            return 400;
    }
    chunks->extra += (uint32_t)(line.len - digits);
    if (chunks->extra > EXTENSIONS_MAX)
        return 400;
    if (!read || !are_extensions(line, read))
        return 400;
    chunks->left = size;
    chunks->total += size;
    chunks->part = size ? GUARD_CHUNK_DATA : GUARD_TRAILER;
    if (!size)
        chunks->extra = 0;
    return chunks->total > limits->body_bytes ? 413 : 0;
}

// §7.1.2: like fields.
static int read_trailer(struct guard_chunks *chunks, struct slice line,
                        const struct http_limits *limits)
{
    if (!line.len) {
        chunks->over = true;
        return 0;
    }
    size_t colon = guard_skip_token(line, 0);
    chunks->extra += (uint32_t)line.len + 2;
    if (!colon || colon == line.len || line.ptr[colon] != ':')
        return 400;
    return ++chunks->trailers > HTTP_HEADERS_MAX || chunks->extra > limits->header_bytes ? 431 : 0;
}

static int read_chunk_line(struct guard_chunks *chunks, struct slice line,
                           const struct http_limits *limits)
{
    if (chunks->part == GUARD_CHUNK_SIZE)
        return read_size(chunks, line, limits);
    if (chunks->part == GUARD_TRAILER)
        return read_trailer(chunks, line, limits);
    chunks->part = GUARD_CHUNK_SIZE; // the line end after the data
    return line.len ? 400 : 0;
}

// Refuses an unfinished line that is already too long.
static int check_unfinished(const struct guard_chunks *chunks, struct slice text,
                            const struct http_limits *limits)
{
    if (chunks->part == GUARD_TRAILER)
        return chunks->extra + text.len > limits->header_bytes ? 431 : GUARD_MORE;
    if (chunks->part == GUARD_CHUNK_END)
        return text.ptr[0] != '\r' ? 400 : GUARD_MORE;
    return text.len > EXTENSIONS_MAX ? 400 : GUARD_MORE;
}

int guard_chunks_read(struct guard_chunks *chunks, struct slice text, size_t most,
                      const struct http_limits *limits, size_t *taken, struct slice *data)
{
    invariant(!chunks->over);
    *data = SLICE_EMPTY;
    *taken = 0;
    if (!text.len)
        return GUARD_MORE;
    if (chunks->part == GUARD_CHUNK_DATA) {
        *data = slice_sub(text, 0, most < chunks->left ? most : (size_t)chunks->left);
        *taken = data->len;
        chunks->left -= data->len;
        if (!chunks->left)
            chunks->part = GUARD_CHUNK_END;
        return 0;
    }
    size_t end = guard_skip_field(text, 0);
    int status = guard_line_end(text, end);
    if (status == GUARD_MORE)
        return check_unfinished(chunks, text, limits);
    *taken = end + 2;
    return status ? status : read_chunk_line(chunks, slice_sub(text, 0, end), limits);
}
