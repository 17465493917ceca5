// SPDX-License-Identifier: MIT
//
// The growing text: doubles in its arena, fails for good, and knows the escapes every output needs.
#include "buffer.h"

#include "utf8.h"

#include <stdio.h>

enum { FIRST_CAPACITY = 256 };

bool buffer_reserve(struct buffer *buffer, size_t extra)
{
    if (buffer->failed)
        return false;
    invariant(buffer->len <= buffer->capacity && buffer->capacity <= buffer->max);
    if (extra <= buffer->capacity - buffer->len)
        return true;
    if (extra > buffer->max - buffer->len) {
        buffer->overflow = buffer->failed = true;
        return false;
    }
    size_t needed = buffer->len + extra;
    size_t capacity = buffer->capacity ? buffer->capacity * 2 : FIRST_CAPACITY;
    capacity = capacity < needed ? needed : capacity;
    capacity = capacity > buffer->max ? buffer->max : capacity;
    char *ptr = arena_grow(buffer->arena, buffer->ptr, buffer->capacity, capacity);
    if (!ptr) {
        buffer->failed = true;
        return false;
    }
    buffer->ptr = ptr;
    buffer->capacity = capacity;
    invariant(buffer->capacity - buffer->len >= extra);
    return true;
}

void buffer_append_grow(struct buffer *buffer, const char *ptr, size_t len)
{
    if (!buffer_reserve(buffer, len))
        return;
    memcpy(buffer->ptr + buffer->len, ptr, len);
    buffer->len += len;
}

__attribute__((format(printf, 2, 0))) static void append_long(struct buffer *buffer,
                                                              const char *format, va_list args)
{
    struct slice text = arena_vprintf(buffer->arena, format, args);
    if (text.ptr)
        buffer_append(buffer, text);
    else
        buffer->failed = true;
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    char small[256];
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(small, sizeof small, format, args);
    if (length >= 0 && (size_t)length < sizeof small)
        buffer_append(buffer, slice_of(small, (size_t)length));
    else if (length >= 0 && (size_t)length > buffer->max - buffer->len)
        buffer_reserve(buffer, (size_t)length); // fails, and sets why
    else if (length >= 0) // through the arena, since the NUL must not count against max
        append_long(buffer, format, again);
    va_end(again);
    va_end(args);
}

void buffer_append_decimal(struct buffer *buffer, int64_t n, int width)
{
    char digits[32];
    char *end = digits + sizeof digits, *at = end;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    for (; at > digits + 1 && (rest || end - at < width); rest /= 10)
        *--at = (char)('0' + rest % 10);
    if (n < 0)
        *--at = '-';
    buffer_append(buffer, slice_of(at, (size_t)(end - at)));
}

char *buffer_cstr(struct buffer *buffer)
{
    if (!buffer_reserve(buffer, 1))
        return NULL;
    buffer->ptr[buffer->len] = '\0';
    return buffer->ptr;
}
