// SPDX-License-Identifier: MIT
//
// A slice is a view of bytes somebody else owns: a pointer and a length, no terminator promised.
// Strings inside guidanced are slices of UTF-8. A slice is passed by value and never freed.
//
// Thread-safety: plain data; as safe as the bytes it points at.
#ifndef GUIDANCED_BASE_SLICE_H
#define GUIDANCED_BASE_SLICE_H

#include "invariant.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const char *ptr; // may be NULL only when len is 0
    size_t len;      // bytes
};

// A slice of a string literal or a constant array. The length is known at compile time; a pointer,
// whose size is something else, does not compile.
#define SLICE_IS_POINTER(text)                                                                     \
    __builtin_types_compatible_p(__typeof__(text), __typeof__(&(text)[0]))
#define SLICE(literal)                                                                             \
    ((struct slice){(literal), sizeof(literal) - sizeof(char[1 - 2 * SLICE_IS_POINTER(literal)])})
#define SLICE_EMPTY ((struct slice){NULL, 0})
// For printf: printf("%.*s", SLICE_ARG(s)).
#define SLICE_ARG(s) ((int)(s).len), slice_start(s)

// Never NULL, which printf refuses even with a length of 0.
static inline const char *slice_start(struct slice s)
{
    return s.ptr ? s.ptr : "";
}

static inline struct slice slice_of(const char *ptr, size_t len)
{
    invariant(ptr || !len);
    return (struct slice){ptr, len};
}

// The bytes of a NUL-terminated string; NULL gives the empty slice.
static inline struct slice slice_from_cstr(const char *cstr)
{
    return (struct slice){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    invariant((a.ptr || !a.len) && (b.ptr || !b.len));
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool slice_starts_with(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool slice_ends_with(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

// Bytes [from, to) of s, both clamped to its length.
static inline struct slice slice_sub(struct slice s, size_t from, size_t to)
{
    invariant(s.ptr || !s.len);
    to = to > s.len ? s.len : to;
    from = from > to ? to : from;
    return (struct slice){s.ptr ? s.ptr + from : NULL, to - from};
}

// Byte order (memcmp), a shorter prefix first. Returns <0, 0, >0.
int slice_compare(struct slice a, struct slice b);

// ASCII case is ignored, other bytes are compared as they are.
bool slice_equal_ignore_case(struct slice a, struct slice b);

// Offset of the first occurrence at or after `from`, or SIZE_MAX.
size_t slice_find(struct slice haystack, struct slice needle, size_t from);
size_t slice_find_byte(struct slice haystack, char byte, size_t from);

// s without ASCII white space (space, tab, LF, CR, FF, VT) at both ends.
struct slice slice_trim(struct slice s);

// Takes the next line off *rest (without its LF or CR LF). False when nothing is left.
bool slice_next_line(struct slice *rest, struct slice *line);

// Takes the part before the next `separator` off *rest (the separator is dropped; the last part is
// the remainder). False when *rest is exhausted; rest->ptr is then NULL.
bool slice_split(struct slice *rest, char separator, struct slice *part);

// The edit distance in bytes – deleted, inserted, replaced, or swapped with the next (Damerau; no
// byte changes twice) – stopping at `limit` + 1. For "did you mean" hints. Texts over 64 bytes
// count as too different.
size_t slice_distance(struct slice a, struct slice b, size_t limit);

// Multiplies and folds 128 bits, eight bytes a step; short keys dominate, so the tail is also read
// as one word. Not for untrusted key sets larger than the limits allow.
#define SLICE_HASH_START UINT64_C(0x9e3779b97f4a7c15)
#define SLICE_HASH_STEP  UINT64_C(0xd1b54a32d192ed03)
static inline uint64_t slice_hash_mix(uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t slice_hash_bytes(struct slice s);
// A 64-bit hash of the bytes, the same in every process. For a literal it is a constant.
static inline uint64_t slice_hash(struct slice s)
{
#if defined(__OPTIMIZE__) && !defined(__clang__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    if (__builtin_constant_p(s.len) && s.len < 32 && __builtin_constant_p(s.ptr[0])) {
        uint64_t words[4] = {0, 0, 0, 0}, hash = SLICE_HASH_START ^ s.len;
#pragma GCC unroll 32
        for (size_t i = 0; i < s.len; i++)
            words[i / 8] |= (uint64_t)(unsigned char)s.ptr[i] << (i % 8 * 8);
#pragma GCC unroll 4
        for (size_t i = 0; i < s.len / 8; i++)
            hash = slice_hash_mix(hash ^ words[i], SLICE_HASH_STEP);
        return slice_hash_mix(hash ^ words[s.len / 8], SLICE_HASH_START);
    }
#endif
    return slice_hash_bytes(s);
}
// The hash of the parts joined.
uint64_t slice_hash_parts(const struct slice *parts, size_t count);

#endif
