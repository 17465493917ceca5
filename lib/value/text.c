// SPDX-License-Identifier: MIT
//
// Making strings, each under the realm's limit, and trimming them as JavaScript does.
#include "value/text.h"

static const size_t TEXT_MAX = (size_t)64 << 20;

static size_t text_limit(const struct value_realm *realm)
{
    return realm->text_max ? realm->text_max : TEXT_MAX;
}

struct buffer text_buffer(struct value_realm *realm)
{
    return buffer_create(realm->arena, text_limit(realm));
}

struct value text_finish(struct value_realm *realm, struct buffer *buffer, struct error *error)
{
    if (!buffer->failed)
        return value_string(buffer_slice(buffer));
    if (buffer->overflow)
        error_set(error, ERROR_LIMIT, "a text grew past the limit of %zu bytes", text_limit(realm));
    else
        error_memory(error);
    return value_undefined();
}

struct value value_concat(struct value_realm *realm, const struct slice *parts, size_t count,
                          struct error *error)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len > text_limit(realm) - total) {
            error_set(error, ERROR_LIMIT, "a text grew past the limit of %zu bytes",
                      text_limit(realm));
            return value_undefined();
        }
        total += parts[i].len;
    }
    char *text = arena_alloc_text(realm->arena, total);
    if (!text) {
        error_memory(error);
        return value_undefined();
    }
    char *at = text;
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    return value_string(slice_of(text, total));
}

static bool space_at(struct slice text, size_t *offset)
{
    unsigned char byte = (unsigned char)text.ptr[*offset];
    if (byte > 0x20 && byte < 0x80)
        return false;
    return utf8_is_space(utf8_decode(text, offset));
}

static struct slice trim_start(struct slice text)
{
    size_t at = 0;
    for (size_t next = 0; at < text.len && space_at(text, &next);)
        at = next;
    return slice_sub(text, at, text.len);
}

static struct slice trim_end(struct slice text)
{
    while (text.len > 0) {
        size_t at = text.len - 1;
        while (at > 0 && text.len - at < 4 && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
            at--;
        size_t next = at;
        if (!space_at(text, &next) || next != text.len)
            break;
        text.len = at;
    }
    return text;
}

struct slice text_trim(struct slice text, bool start, bool end)
{
    if (start)
        text = trim_start(text);
    return end ? trim_end(text) : text;
}
