// SPDX-License-Identifier: MIT
//
// A growing text in an arena, with a maximum given when it is made. Appending never fails visibly:
// the first append that runs out of memory or past the maximum sets `failed` (and `overflow` in the
// latter case), and later ones do nothing, so that writers need no error ladder; the owner checks
// once at the end.
//
// Thread-safety: as its arena.
#ifndef GUIDANCED_BASE_BUFFER_H
#define GUIDANCED_BASE_BUFFER_H

#include "arena.h"

struct buffer {
    struct arena *arena;
    char *ptr;
    size_t len;
    size_t capacity;
    size_t max; // most bytes it may hold
    bool failed;
    bool overflow; // failed because of max
};

// An empty buffer. max 0 means no limit except the arena's. Nothing to free: the arena owns the
// bytes.
static inline struct buffer buffer_create(struct arena *arena, size_t max)
{
    return (struct buffer){.arena = arena, .max = max ? max : SIZE_MAX / 2};
}

// Makes room for `extra` more bytes. False (and failed set) when that is not possible.
bool buffer_reserve(struct buffer *buffer, size_t extra);

// The slow path of buffer_append.
void buffer_append_grow(struct buffer *buffer, const char *ptr, size_t len);

static inline void buffer_append(struct buffer *buffer, struct slice text)
{
    if (text.len == 0)
        return;
    if (!buffer->failed && text.len <= buffer->capacity - buffer->len) {
        memcpy(buffer->ptr + buffer->len, text.ptr, text.len);
        buffer->len += text.len;
        return;
    }
    buffer_append_grow(buffer, text.ptr, text.len);
}

static inline void buffer_append_byte(struct buffer *buffer, char byte)
{
    if (!buffer->failed && buffer->len < buffer->capacity)
        buffer->ptr[buffer->len++] = byte;
    else
        buffer_append_grow(buffer, &byte, 1);
}

static inline void buffer_append_cstr(struct buffer *buffer, const char *text)
{
    buffer_append(buffer, slice_from_cstr(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// Appends the number with at least `width` digits; the sign comes before the zeros.
void buffer_append_decimal(struct buffer *buffer, int64_t n, int width);

// Appends the text with & < > " ' escaped for HTML (as &amp; &lt; &gt; &quot; &#39;).
void buffer_append_html(struct buffer *buffer, struct slice text);

// Appends the text as a JSON string, quotes included. Invalid UTF-8 becomes U+FFFD.
void buffer_append_json_string(struct buffer *buffer, struct slice text);

// Appends the text as a quoted cell of CSV (RFC 4180). One that a spreadsheet would treat as a
// formula gets a leading apostrophe.
void buffer_append_csv(struct buffer *buffer, struct slice text);

// Percent-encodes every byte that is not an RFC 3986 unreserved character and not in `keep`.
void buffer_append_percent(struct buffer *buffer, struct slice text, struct slice keep);

// Appends the text with its escapes ("%41") as bytes. Others stay as they are; false: there is one.
bool buffer_append_decoded(struct buffer *buffer, struct slice text);

// The text so far. Valid until the next append; ptr may be NULL when it is empty.
static inline struct slice buffer_slice(const struct buffer *buffer)
{
    return (struct slice){buffer->ptr, buffer->len};
}

// The text with a NUL after it (not counted); NULL when the buffer has failed.
char *buffer_cstr(struct buffer *buffer);

// The word that goes with a number: "1 error", "2 errors".
static inline const char *count_word(uint64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

#endif
