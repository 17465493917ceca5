// SPDX-License-Identifier: MIT
#include "language_tag.h"

#include "ascii.h"

enum { TAG_MAX = 35, SUBTAG_MAX = 8 }; // RFC 5646 §4.4.1 and §2.1

static bool is_subtag(struct slice text, bool first)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_is_letter(text.ptr[i]) && (first || !ascii_is_digit(text.ptr[i])))
            return false;
    return text.len >= 1 && text.len <= SUBTAG_MAX;
}

bool language_tag_is_valid(struct slice text)
{
    struct slice rest = text, first = SLICE_EMPTY, subtag;
    if (!text.len || text.len > TAG_MAX || !slice_split(&rest, '-', &first) ||
        !is_subtag(first, true))
        return false;
    while (slice_split(&rest, '-', &subtag))
        if (!is_subtag(subtag, false))
            return false;
    bool private = slice_equal_ignore_case(first, SLICE("x")) && first.len < text.len;
    return private || first.len == 2 || first.len == 3;
}
