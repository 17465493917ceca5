// SPDX-License-Identifier: MIT
//
// Printing: runs, chunks, parts, and escaping fused with the copy.
#include "output.h"

#include "value/value.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { CHUNK_MIN = 4096, CHUNK_MAX = 65536, STRING_MIN = 256 };

struct output output_create(struct arena *arena, enum output_kind kind, size_t max)
{
    return (struct output){.arena = arena, .kind = (uint8_t)kind, .max = max, .chunk = CHUNK_MIN};
}

static void fail(struct output *out, bool overflow)
{
    out->failed = true;
    out->overflow |= overflow;
    out->at = out->end = out->start; // everything goes to the slow path, which drops it
}

static bool push_part(struct output *out, struct slice part)
{
    if (out->count == out->capacity) {
        size_t wanted = out->capacity ? out->capacity * 2 : 32;
        struct slice *grown = arena_grow(out->arena, out->parts, out->capacity * sizeof *grown,
                                         wanted * sizeof *grown);
        if (!grown)
            return false;
        out->parts = grown;
        out->capacity = wanted;
    }
    out->parts[out->count++] = part;
    out->closed += part.len;
    return true;
}

static bool close_run(struct output *out)
{
    struct slice run = slice_of(out->start, (size_t)(out->at - out->start));
    out->start = out->at;
    if (run.len && !push_part(out, run)) {
        fail(out, false);
        return false;
    }
    if (out->closed > out->max) {
        fail(out, true);
        return false;
    }
    return true;
}

static void new_chunk(struct output *out, size_t room)
{
    size_t size = room > out->chunk ? room : out->chunk;
    char *chunk = arena_alloc_text(out->arena, size);
    if (!chunk) {
        fail(out, false);
        return;
    }
    out->start = out->at = chunk;
    out->end = chunk + size;
    if (out->chunk < CHUNK_MAX)
        out->chunk *= 2;
}

static void grow_string(struct output *out, size_t extra)
{
    size_t used = (size_t)(out->at - out->start);
    size_t old = (size_t)(out->end - out->start);
    size_t wanted = old ? old * 2 : STRING_MIN;
    while (wanted - used < extra)
        wanted *= 2;
    if (used + extra > out->max) {
        fail(out, true);
        return;
    }
    char *grown = old ? arena_grow(out->arena, out->start, old, wanted)
                      : arena_alloc_text(out->arena, wanted);
    if (!grown) {
        fail(out, false);
        return;
    }
    out->start = grown;
    out->at = grown + used;
    out->end = grown + wanted;
}

void output_append_slow(struct output *out, struct slice text)
{
    if (text.len == 0)
        return;
    if (out->failed || out->kind == OUTPUT_DISCARD || text.len > out->max) {
        if (out->kind != OUTPUT_DISCARD && !out->failed)
            fail(out, true);
        return;
    }
    if (out->kind == OUTPUT_STRING) {
        grow_string(out, text.len);
    } else {
        // What still fits goes into the old chunk, so that no room is left unused.
        size_t room = (size_t)(out->end - out->at);
        if (room) {
            memcpy(out->at, text.ptr, room);
            out->at += room;
            text = slice_sub(text, room, text.len);
        }
        if (close_run(out))
            new_chunk(out, text.len);
    }
    if (out->failed)
        return;
    memcpy(out->at, text.ptr, text.len);
    out->at += text.len;
}

void output_append_static(struct output *out, struct slice text)
{
    if (text.len < OUTPUT_REFERENCE_MIN || out->kind != OUTPUT_PARTS || out->failed) {
        output_append(out, text);
        return;
    }
    if (close_run(out) && !push_part(out, text))
        fail(out, false);
}

bool output_finish(struct output *out)
{
    return !out->failed && close_run(out) && !out->failed;
}

struct output_mark output_mark(const struct output *out)
{
    return (struct output_mark){out->count, out->closed, (size_t)(out->at - out->start)};
}

// The bytes stay in their chunk; what was in the open run at the mark is kept where it still is.
void output_rewind(struct output *out, struct output_mark mark)
{
    if (out->failed)
        return;
    if (out->count == mark.count || out->kind == OUTPUT_STRING) {
        out->at = out->start + mark.open;
        return;
    }
    // The run open at the mark has become the part of that number, longer than it was.
    out->parts[mark.count].len = mark.open;
    out->count = mark.count + (mark.open > 0);
    out->closed = mark.closed + mark.open;
    out->start = out->at;
}

// ---- escaping ----

// Nunjucks' lib.escape: & < > " ' and the backslash.
static const struct slice ENTITIES[256] = {
    ['&'] = {"&amp;", 5},  ['<'] = {"&lt;", 4},   ['>'] = {"&gt;", 4},
    ['"'] = {"&quot;", 6}, ['\''] = {"&#39;", 5}, ['\\'] = {"&#92;", 5},
};

#ifdef __SSE2__
// A bit for each byte that needs escaping.
static int special_bytes(__m128i bytes)
{
    __m128i found = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('&'));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('<')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('>')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\'')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    return _mm_movemask_epi8(found);
}
#endif

// How many bytes from `ptr` on need no escaping.
static size_t clean_length(const char *ptr, size_t len)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 16 <= len; i += 16) {
        int mask = special_bytes(_mm_loadu_si128((const __m128i *)(const void *)(ptr + i)));
        if (mask)
            return i + (size_t)__builtin_ctz((unsigned)mask);
    }
#endif
    while (i < len && ENTITIES[(unsigned char)ptr[i]].len == 0)
        i++;
    return i;
}

#ifdef __SSE2__
// The entities again, in eight bytes each, so that one store writes any of them.
static const struct entity {
    char text[8];
    uint8_t len;
} PADDED[256] = {
    ['&'] = {"&amp;", 5},  ['<'] = {"&lt;", 4},   ['>'] = {"&gt;", 4},
    ['"'] = {"&quot;", 6}, ['\''] = {"&#39;", 5}, ['\\'] = {"&#92;", 5},
};

static char *put_entity(char *at, char byte)
{
    const struct entity *entity = &PADDED[(unsigned char)byte];
    memcpy(at, entity->text, sizeof entity->text);
    return at + entity->len;
}

static char *escape_bytes(char *at, const char *ptr, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (PADDED[(unsigned char)ptr[i]].len)
            at = put_entity(at, ptr[i]);
        else
            *at++ = ptr[i];
    }
    return at;
}

// Up to 7 bytes, as escape_short below.
static char *escape_few(char *at, const char *ptr, size_t len)
{
    if (len < 4)
        return escape_bytes(at, ptr, len);
    int32_t first, last;
    memcpy(&first, ptr, 4);
    memcpy(&last, ptr + len - 4, 4);
    if (special_bytes(_mm_set_epi32(0, 0, last, first)))
        return escape_bytes(at, ptr, len);
    memcpy(at, &first, 4);
    memcpy(at + len - 4, &last, 4);
    return at + len;
}

// Up to 15 bytes: two loads that overlap see them all without reading beyond either end.
static char *escape_short(char *at, const char *ptr, size_t len)
{
    if (len < 8)
        return escape_few(at, ptr, len);
    int64_t first, last;
    memcpy(&first, ptr, 8);
    memcpy(&last, ptr + len - 8, 8);
    if (special_bytes(_mm_set_epi64x(last, first)))
        return escape_bytes(at, ptr, len);
    memcpy(at, &first, 8);
    memcpy(at + len - 8, &last, 8);
    return at + len;
}

// Sixteen bytes at a time, written whether they are all wanted or not: the caller has made sure of
// room for the longest outcome and a block more.
static void escape_in_place(struct output *out, struct slice text)
{
    char *at = out->at;
    size_t i = 0;
    while (text.len - i >= 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text.ptr + i));
        unsigned mask = (unsigned)special_bytes(bytes);
        _mm_storeu_si128((__m128i *)(void *)at, bytes);
        if (mask == 0) {
            at += 16;
            i += 16;
            continue;
        }
        unsigned clean = (unsigned)__builtin_ctz(mask);
        at = put_entity(at + clean, text.ptr[i + clean]);
        i += clean + 1;
    }
    out->at = escape_short(at, text.ptr + i, text.len - i);
}
#endif

void output_append_escaped(struct output *out, struct slice text)
{
#ifdef __SSE2__
    // Six bytes at most for one, and the blocks written beyond the end.
    if (text.len < 2048 && text.len * 6 + 32 <= (size_t)(out->end - out->at)) {
        escape_in_place(out, text);
        return;
    }
#endif
    while (text.len) {
        size_t clean = clean_length(text.ptr, text.len);
        if (clean)
            output_append(out, slice_of(text.ptr, clean));
        if (clean == text.len)
            return;
        output_append(out, ENTITIES[(unsigned char)text.ptr[clean]]);
        text = slice_sub(text, clean + 1, text.len);
    }
}

void output_append_number(struct output *out, double number)
{
    char digits[16];
    if (number >= 0 && number < 1e9 && number == (double)(uint32_t)number) {
        uint32_t rest = (uint32_t)number;
        size_t at = sizeof digits;
        do {
            digits[--at] = (char)('0' + rest % 10);
            rest /= 10;
        } while (rest);
        output_append(out, slice_of(digits + at, sizeof digits - at));
        return;
    }
    struct buffer text = buffer_create(out->arena, 0);
    value_append_number(&text, number);
    output_append(out, buffer_slice(&text));
}
