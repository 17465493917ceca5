// SPDX-License-Identifier: MIT
//
// Patterns for paths, as in Eleventy's getFilteredByGlob: `*` and `?` stay within a part of the
// path, `**` does not, `[a-z]` and `[!a-z]` are one character, `{a,b}` is either, and a name that
// begins with a dot is matched by a dot only.
//
// A backtracking matcher with a budget: the site's own patterns can still be pathological.
#include "snapshot.h"

enum { BUDGET = 20000, DEPTH_MAX = 64 };

struct matcher {
    bool dots; // a leading dot is a character like any other
    unsigned budget;
    unsigned depth;
    bool unknown; // it was given up: what it matches is not known
};

static bool match(struct matcher *m, struct slice pattern, struct slice path, bool start);

static struct slice from(struct slice s, size_t n)
{
    return slice_sub(s, n, s.len);
}

// The byte after "[…]", or 0 if the bracket is not closed: then it is an ordinary character.
static size_t class_end(struct slice pattern)
{
    size_t i = 1;
    if (i < pattern.len && (pattern.ptr[i] == '!' || pattern.ptr[i] == '^'))
        i++;
    if (i < pattern.len && pattern.ptr[i] == ']')
        i++;
    while (i < pattern.len && pattern.ptr[i] != ']')
        i++;
    return i < pattern.len ? i + 1 : 0;
}

static bool in_class(struct slice class, char c)
{
    size_t i = 1, end = class.len - 1;
    bool negated = class.ptr[1] == '!' || class.ptr[1] == '^', found = false;
    for (i += negated; i < end; i++) {
        char low = class.ptr[i], high = low;
        if (i + 2 < end && class.ptr[i + 1] == '-') {
            high = class.ptr[i + 2];
            i += 2;
        }
        found |= c >= low && c <= high;
    }
    return found != negated && c != '/';
}

// The byte after the brace's closing one, or 0 if there are no choices: then it is an ordinary
// character, as in a shell.
static size_t brace_end(struct slice pattern)
{
    unsigned depth = 0;
    bool choices = false;
    for (size_t i = 0; i < pattern.len; i++) {
        depth += pattern.ptr[i] == '{';
        choices |= pattern.ptr[i] == ',' && depth == 1;
        if (pattern.ptr[i] == '}' && --depth == 0)
            return choices ? i + 1 : 0;
    }
    return 0;
}

// Matches each choice followed by the text after the brace.
static bool match_choices(struct matcher *m, struct slice pattern, size_t end, struct slice path,
                          bool start)
{
    char joined[512];
    struct slice rest = from(pattern, end);
    unsigned depth = 0;
    for (size_t i = 1, first = 1; i < end; i++) {
        char c = pattern.ptr[i];
        bool last = i + 1 == end;
        depth += c == '{';
        depth -= c == '}' && !last;
        if (!last && (c != ',' || depth))
            continue;
        size_t length = i - first;
        if (length + rest.len > sizeof joined) {
            m->unknown = true;
            return false;
        }
        memcpy(joined, pattern.ptr + first, length);
        if (rest.len)
            memcpy(joined + length, rest.ptr, rest.len);
        if (match(m, slice_of(joined, length + rest.len), path, start))
            return true;
        first = i + 1;
    }
    return false;
}

// "**/" is any number of whole parts, even none; "**" at the end is everything left.
static bool match_parts(struct matcher *m, struct slice pattern, struct slice path)
{
    struct slice rest = from(pattern, 2);
    bool slash = rest.len && rest.ptr[0] == '/';
    if (slash)
        rest = from(rest, 1);
    for (;;) {
        if (path.len && path.ptr[0] == '.' && !m->dots)
            return match(m, rest, path, true);
        if (match(m, rest, path, true))
            return true;
        size_t next = slice_find_byte(path, '/', 0);
        if (next == SIZE_MAX)
            return !rest.len && !slash;
        path = from(path, next + 1);
    }
}

static bool match_star(struct matcher *m, struct slice pattern, struct slice path)
{
    for (size_t i = 0;; i++) {
        if (match(m, from(pattern, 1), from(path, i), false))
            return true;
        if (i == path.len || path.ptr[i] == '/')
            return false;
    }
}

// One character of the pattern against one of the path: returns how much of the pattern is used, or
// 0.
static size_t match_one(struct slice pattern, char c)
{
    size_t class = pattern.ptr[0] == '[' ? class_end(pattern) : 0;
    if (pattern.ptr[0] == '\\' && pattern.len > 1)
        return pattern.ptr[1] == c ? 2 : 0;
    if (class)
        return in_class(slice_sub(pattern, 0, class), c) ? class : 0;
    return pattern.ptr[0] == c || (pattern.ptr[0] == '?' && c != '/') ? 1 : 0;
}

// start: the path is at the beginning of one of its parts.
static bool match(struct matcher *m, struct slice pattern, struct slice path, bool start)
{
    if (!m->budget || m->depth == DEPTH_MAX) {
        m->unknown = true;
        return false;
    }
    m->budget--;
    m->depth++;
    bool result = false;
    for (;;) {
        size_t used;
        if (!pattern.len) {
            result = !path.len;
            break;
        }
        if (start && slice_starts_with(pattern, SLICE("**")) &&
            (pattern.len == 2 || pattern.ptr[2] == '/')) {
            result = match_parts(m, pattern, path);
            break;
        }
        if (pattern.ptr[0] == '{' && (used = brace_end(pattern)) != 0) {
            result = match_choices(m, pattern, used, path, start);
            break;
        }
        if (start && !m->dots && path.len && path.ptr[0] == '.' && pattern.ptr[0] != '.')
            break;
        if (pattern.ptr[0] == '*') {
            result = match_star(m, pattern, path);
            break;
        }
        if (!path.len || (used = match_one(pattern, path.ptr[0])) == 0)
            break;
        start = path.ptr[0] == '/';
        pattern = from(pattern, used);
        path = from(path, 1);
    }
    m->depth--;
    return result;
}

static bool matches_pattern(struct slice pattern, struct slice path, struct matcher matcher,
                            bool unknown)
{
    matcher.budget = BUDGET;
    if (slice_starts_with(pattern, SLICE("./")))
        pattern = from(pattern, 2);
    if (slice_starts_with(path, SLICE("./")))
        path = from(path, 2);
    return match(&matcher, pattern, path, true) || (unknown && matcher.unknown);
}

bool glob_matches(struct slice pattern, struct slice path)
{
    return matches_pattern(pattern, path, (struct matcher){.dots = false}, false);
}

bool glob_matches_any(struct slice pattern, struct slice path)
{
    const struct matcher dots = {.dots = true};
    struct slice all = slice_ends_with(pattern, SLICE("/**"))
                           ? slice_sub(pattern, 0, pattern.len - 3)
                           : SLICE_EMPTY;
    return matches_pattern(pattern, path, dots, true) ||
           (all.len && matches_pattern(all, path, dots, true));
}
