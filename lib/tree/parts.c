// SPDX-License-Identifier: MIT
//
// Parts of paths, and the reasons why files are not read.
#include "parts.h"

const char PARTS_OUTSIDE[] = "leads outside the site";
const char PARTS_HIDDEN[] = "leads to a hidden file";
const char PARTS_SECRET[] = "holds settings, feedback, the cache, a log or a key";
const char PARTS_NOWHERE[] = "is a link that leads nowhere";

const char *const PARTS_BESIDE[] = {
    "", "-wal", "-shm", "-journal", ".old", ".old-wal", ".old-shm", ".old-journal", NULL,
};

struct slice parts_below(struct slice path, struct slice directory)
{
    if (!slice_starts_with(path, directory))
        return SLICE_EMPTY;
    struct slice rest = slice_sub(path, directory.len, path.len);
    if (!rest.len)
        return SLICE("");
    if (!directory.len)
        return rest;
    if (rest.ptr[0] == '/')
        return slice_sub(rest, 1, rest.len);
    return slice_equal(directory, SLICE("/")) ? rest : SLICE_EMPTY;
}

bool parts_have(struct slice path, bool (*is)(struct slice part))
{
    struct slice rest = path, part;
    while (slice_split(&rest, '/', &part))
        if (is(part))
            return true;
    return false;
}

bool parts_enter_link(unsigned *entered, struct error *error)
{
    enum { LINKED_MAX = 1 << 12 };
    return ++*entered <= LINKED_MAX ||
           error_set(error, ERROR_LIMIT, "links lead to more than %d directories", LINKED_MAX);
}

bool part_is_hidden(struct slice part)
{
    return slice_starts_with(part, SLICE(".")) && !slice_starts_with(part, SLICE(".."));
}

bool part_is_packages(struct slice part)
{
    return slice_equal(part, SLICE("node_modules"));
}

bool part_is_left_out(struct slice part)
{
    return slice_starts_with(part, SLICE(".")) || part_is_packages(part);
}
