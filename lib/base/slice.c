// SPDX-License-Identifier: MIT
//
// Comparing, searching and cutting views of bytes.
#include "slice.h"

#include "ascii.h"

int slice_compare(struct slice a, struct slice b)
{
    size_t shared = a.len < b.len ? a.len : b.len;
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static char lower_byte(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool slice_equal_ignore_case(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower_byte(a.ptr[i]) != lower_byte(b.ptr[i]))
            return false;
    return true;
}

// What texts and HTML have most, first; what is not here is rarer still.
static const char common[] = " etaoinsrhdl<>/=\"\nucp-mgfywbvk.";

// Where the needle's rarest byte is.
static size_t rarest(struct slice needle)
{
    size_t best = 0, best_rank = 0;
    for (size_t i = 0; i < needle.len && i < 32; i++) {
        const char *at = memchr(common, needle.ptr[i], sizeof common - 1);
        size_t rank = at ? (size_t)(at - common) + 1 : sizeof common;
        if (rank > best_rank) {
            best = i;
            best_rank = rank;
        }
    }
    return best;
}

// Looks for the needle's rarest byte, which the library does 32 bytes at once, and compares there.
// Where that byte is not rare after all, memmem goes on, which is slower on average but linear.
size_t slice_find(struct slice haystack, struct slice needle, size_t from)
{
    if (from > haystack.len || needle.len > haystack.len - from)
        return SIZE_MAX;
    if (!needle.len)
        return from;
    size_t anchor = rarest(needle);
    const char *end = haystack.ptr + (haystack.len - needle.len) + anchor + 1;
    const char *at = haystack.ptr + from + anchor;
    for (size_t misses = 0; (at = memchr(at, needle.ptr[anchor], (size_t)(end - at))); at++) {
        const char *start = at - anchor;
        if (memcmp(start, needle.ptr, needle.len) == 0)
            return (size_t)(start - haystack.ptr);
        size_t first = (size_t)(start - haystack.ptr) + 1;
        if (++misses > 16 + (first - from) / 16) {
            at = memmem(haystack.ptr + first, haystack.len - first, needle.ptr, needle.len);
            return at ? (size_t)(at - haystack.ptr) : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

size_t slice_find_byte(struct slice haystack, char byte, size_t from)
{
    if (from >= haystack.len)
        return SIZE_MAX;
    const char *at = memchr(haystack.ptr + from, byte, haystack.len - from);
    return at ? (size_t)(at - haystack.ptr) : SIZE_MAX;
}

struct slice slice_trim(struct slice s)
{
    while (s.len && ascii_is_space(s.ptr[0]))
        s = slice_sub(s, 1, s.len);
    while (s.len && ascii_is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

bool slice_next_line(struct slice *rest, struct slice *line)
{
    if (!rest->len)
        return false;
    size_t end = slice_find_byte(*rest, '\n', 0);
    *line = slice_sub(*rest, 0, end);
    *rest = slice_sub(*rest, end == SIZE_MAX ? rest->len : end + 1, rest->len);
    if (line->len && line->ptr[line->len - 1] == '\r')
        line->len--;
    return true;
}

bool slice_split(struct slice *rest, char separator, struct slice *part)
{
    if (!rest->ptr)
        return false;
    size_t end = slice_find_byte(*rest, separator, 0);
    *part = slice_sub(*rest, 0, end);
    *rest = end == SIZE_MAX ? SLICE_EMPTY : slice_sub(*rest, end + 1, rest->len);
    return true;
}

enum { DISTANCE_MAX = 64 };

// What both begin and end with costs nothing.
static void drop_common(struct slice *a, struct slice *b)
{
    while (a->len && b->len && a->ptr[0] == b->ptr[0]) {
        *a = slice_sub(*a, 1, a->len);
        *b = slice_sub(*b, 1, b->len);
    }
    while (a->len && b->len && a->ptr[a->len - 1] == b->ptr[b->len - 1]) {
        a->len--;
        b->len--;
    }
}

// Row i has the distances of a's first i bytes; a swap looks two rows back. No further than `limit`
// from the diagonal, each step is beyond it; when a whole row is, so are all that follow.
static size_t distance_within(struct slice a, struct slice b, size_t limit)
{
    unsigned char rows[3][DISTANCE_MAX + 2], far = (unsigned char)(limit + 1);
    for (size_t j = 0; j <= b.len + 1; j++)
        rows[0][j] = j < far ? (unsigned char)j : far;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned char *row = rows[i % 3], *above = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
        size_t from = i > limit ? i - limit : 1, to = i + limit < b.len ? i + limit : b.len;
        unsigned char least = row[from - 1] = i < far ? (unsigned char)i : far;
        for (size_t j = from; j <= to; j++) {
            unsigned best = above[j - 1] + (a.ptr[i - 1] == b.ptr[j - 1] ? 0u : 1u);
            best = above[j] + 1u < best ? above[j] + 1u : best;
            best = row[j - 1] + 1u < best ? row[j - 1] + 1u : best;
            bool swapped =
                i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1];
            if (swapped && before[j - 2] + 1u < best)
                best = before[j - 2] + 1u;
            row[j] = best < far ? (unsigned char)best : far;
            least = row[j] < least ? row[j] : least;
        }
        row[to + 1] = far;
        if (least == far)
            return limit + 1;
    }
    return rows[a.len % 3][b.len];
}

size_t slice_distance(struct slice a, struct slice b, size_t limit)
{
    size_t longer = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (a.len > DISTANCE_MAX || b.len > DISTANCE_MAX || longer > limit)
        return limit + 1;
    drop_common(&a, &b);
    size_t distance = distance_within(a, b, limit < DISTANCE_MAX ? limit : DISTANCE_MAX);
    return distance > limit ? limit + 1 : distance;
}

uint64_t slice_hash_bytes(struct slice s)
{
    uint64_t hash = SLICE_HASH_START ^ s.len;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        uint64_t word;
        memcpy(&word, s.ptr + i, 8);
        hash = slice_hash_mix(hash ^ word, SLICE_HASH_STEP);
    }
    uint64_t tail = 0;
    if (i < s.len)
        memcpy(&tail, s.ptr + i, s.len - i);
    return slice_hash_mix(hash ^ tail, SLICE_HASH_START);
}

// A word that spans parts is collected in `tail`, which has `filled` bytes of it.
uint64_t slice_hash_parts(const struct slice *parts, size_t count)
{
    size_t len = 0, filled = 0;
    uint64_t tail = 0, word;
    for (size_t p = 0; p < count; p++)
        len += parts[p].len;
    uint64_t hash = SLICE_HASH_START ^ len;
    for (size_t p = 0; p < count; p++) {
        size_t i = 0;
        while (i < parts[p].len) {
            if (filled == 0 && i + 8 <= parts[p].len) {
                memcpy(&word, parts[p].ptr + i, 8);
                hash = slice_hash_mix(hash ^ word, SLICE_HASH_STEP);
                i += 8;
                continue;
            }
            ((unsigned char *)&tail)[filled++] = (unsigned char)parts[p].ptr[i++];
            if (filled == 8) {
                hash = slice_hash_mix(hash ^ tail, SLICE_HASH_STEP);
                tail = filled = 0;
            }
        }
    }
    return slice_hash_mix(hash ^ tail, SLICE_HASH_START);
}
