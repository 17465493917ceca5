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

static void output_fail(struct output *out, bool overflow)
{
    out->failed = true;
    out->overflow |= overflow;
    out->at = out->end = out->start; // everything takes the slow path, which drops it
}

static bool push_part(struct output *out, struct slice part)
{
    if (!arena_room(out->arena, &out->parts, out->count, &out->capacity, sizeof part))
        return false;
    out->parts[out->count++] = part;
    out->closed += part.len;
    return true;
}

static bool close_run(struct output *out)
{
    struct slice run = slice_of(out->start, (size_t)(out->at - out->start));
    out->start = out->at;
    if (run.len && !push_part(out, run)) {
        output_fail(out, false);
        return false;
    }
    if (out->closed > out->max) {
        output_fail(out, true);
        return false;
    }
    return true;
}

static void new_chunk(struct output *out, size_t room)
{
    size_t size = room > out->chunk ? room : out->chunk;
    char *chunk = arena_alloc_text(out->arena, size);
    if (!chunk) {
        output_fail(out, false);
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
        output_fail(out, true);
        return;
    }
    char *grown = old ? arena_grow(out->arena, out->start, old, wanted)
                      : arena_alloc_text(out->arena, wanted);
    if (!grown) {
        output_fail(out, false);
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
    invariant(out->start <= out->at && out->at <= out->end);
    if (out->failed || out->kind == OUTPUT_DISCARD || text.len > out->max) {
        if (out->kind != OUTPUT_DISCARD && !out->failed)
            output_fail(out, true);
        return;
    }
    if (out->kind == OUTPUT_STRING) {
        grow_string(out, text.len);
    } else {
        // The old chunk takes what still fits, so that no room is left unused.
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
    invariant(text.len <= (size_t)(out->end - out->at));
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
        output_fail(out, false);
}

bool output_finish(struct output *out)
{
    return !out->failed && close_run(out) && !out->failed;
}

struct output_mark output_mark(const struct output *out)
{
    return (struct output_mark){out->count, out->closed, (size_t)(out->at - out->start)};
}

// The bytes stay in their chunk; the run that was open at the mark is kept in place if it is still
// there.
void output_rewind(struct output *out, struct output_mark mark)
{
    if (out->failed || (!out->start && out->count == mark.count)) // nothing printed yet
        return;
    invariant(mark.count <= out->count && mark.closed <= out->closed);
    if (out->count == mark.count || out->kind == OUTPUT_STRING) {
        out->at = out->start + mark.open;
        return;
    }
    // The run that was open at the mark has become the part of that number, and is longer now.
    out->parts[mark.count].len = mark.open;
    out->count = mark.count + (mark.open > 0);
    out->closed = mark.closed + mark.open;
    out->start = out->at;
}

size_t output_length_since(const struct output *out, struct output_mark mark)
{
    return out->closed + (size_t)(out->at - out->start) - mark.closed - mark.open;
}

void output_copy_since(const struct output *out, struct output_mark mark, char *to)
{
    size_t skipped = mark.open; // of the run open then
    for (size_t i = mark.count; i < out->count; i++) {
        struct slice rest = slice_sub(out->parts[i], skipped, out->parts[i].len);
        if (rest.len)
            memcpy(to, rest.ptr, rest.len);
        to += rest.len;
        skipped = 0;
    }
    size_t open = (size_t)(out->at - out->start) - skipped;
    if (open)
        memcpy(to, out->start + skipped, open);
}

// ---- escaping ----
//
// Why this is fast: most texts need no escaping at all, and most are shorter than a line. So
// sixteen bytes are examined together, and written to the output before it is known whether one of
// them is special; the output advances only past the bytes to keep. A special byte is overwritten
// by its entity, eight bytes in one store whatever its length, and the bytes after it are stored
// once more.
//
// The bound: a byte becomes at most six, and up to a block is written past the end. The stores are
// safe only because the caller reserves six times the text and a block (escape_in_place). Reads
// never go past the text: a last part shorter than a block is assembled from overlapping reads
// (load_short), since the bytes after a slice may be another page's, or unmapped.

// Nunjucks' lib.escape: & < > " ' and the backslash.
static const struct slice ENTITIES[256] = {
    ['&'] = {"&amp;", 5},  ['<'] = {"&lt;", 4},   ['>'] = {"&gt;", 4},
    ['"'] = {"&quot;", 6}, ['\''] = {"&#39;", 5}, ['\\'] = {"&#92;", 5},
};

#ifdef __SSE2__
// A bit for each byte that needs escaping. Two pairs of them differ in one bit: & and ', < and >.
static unsigned special_bytes(__m128i bytes)
{
    __m128i low = _mm_or_si128(bytes, _mm_set1_epi8(1));
    __m128i next = _mm_or_si128(bytes, _mm_set1_epi8(2));
    __m128i found = _mm_cmpeq_epi8(low, _mm_set1_epi8('\''));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(next, _mm_set1_epi8('>')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
    found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
    return (unsigned)_mm_movemask_epi8(found);
}

static __m128i load_vector(const char *ptr)
{
    return _mm_loadu_si128((const __m128i *)(const void *)ptr);
}

static void store_vector(char *ptr, __m128i bytes)
{
    _mm_storeu_si128((__m128i *)(void *)ptr, bytes);
}
#endif

// How many bytes from `ptr` on need no escaping.
static size_t clean_length(const char *ptr, size_t len)
{
    size_t i = 0;
#ifdef __SSE2__
    for (; i + 16 <= len; i += 16) {
        unsigned mask = special_bytes(load_vector(ptr + i));
        if (mask)
            return i + (size_t)__builtin_ctz(mask);
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

// Sixteen bytes of `from` whose special ones are in `mask`; those after each special one are
// written again after its entity. `from` has sixteen readable bytes more.
static char *escape_block(char *at, const char *from, size_t len, unsigned mask)
{
    size_t done = 0;
    for (; mask; mask &= mask - 1) {
        size_t special = (size_t)__builtin_ctz(mask);
        at = put_entity(at + (special - done), from[special]);
        done = special + 1;
        store_vector(at, load_vector(from + done));
    }
    return at + (len - done);
}

// Fewer than sixteen bytes in a register, without reading beyond either end; zeros after them.
static __m128i load_short(const char *ptr, size_t len)
{
    uint64_t low = 0, high = 0;
    if (len >= 8) {
        memcpy(&low, ptr, 8);
        memcpy(&high, ptr + len - 8, 8);
        high = high >> 8 >> (8 * (15 - len));
    } else if (len >= 4) {
        uint32_t first, last;
        memcpy(&first, ptr, 4);
        memcpy(&last, ptr + len - 4, 4);
        low = first | (uint64_t)last << (8 * (len - 4));
    } else if (len) {
        low = (uint64_t)(unsigned char)ptr[0] |
              (uint64_t)(unsigned char)ptr[len / 2] << (8 * (len / 2)) |
              (uint64_t)(unsigned char)ptr[len - 1] << (8 * (len - 1));
    }
    return _mm_set_epi64x((int64_t)high, (int64_t)low);
}

static char *escape_short(char *at, const char *ptr, size_t len)
{
    __m128i bytes = load_short(ptr, len);
    unsigned mask = special_bytes(bytes);
    store_vector(at, bytes);
    if (!mask)
        return at + len;
    char copy[32] = {0};
    store_vector(copy, bytes);
    return escape_block(at, copy, len, mask);
}

// Sixteen bytes at a time, written whether or not all are wanted: the caller has made room for the
// longest result plus a block.
static void escape_in_place(struct output *out, struct slice text)
{
    char *at = out->at;
    const char *ptr = text.ptr;
    size_t len = text.len;
    for (; len >= 32; ptr += 16, len -= 16) {
        __m128i bytes = load_vector(ptr);
        store_vector(at, bytes);
        at = escape_block(at, ptr, 16, special_bytes(bytes));
    }
    if (len >= 16) {
        char copy[32] = {0};
        __m128i bytes = load_vector(ptr);
        store_vector(at, bytes);
        store_vector(copy, bytes);
        at = escape_block(at, copy, 16, special_bytes(bytes));
        ptr += 16;
        len -= 16;
    }
    out->at = escape_short(at, ptr, len);
}
#endif

void output_append_escaped(struct output *out, struct slice text)
{
#ifdef __SSE2__
    // At most six bytes for one, and the blocks written beyond the end.
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
