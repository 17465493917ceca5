// SPDX-License-Identifier: MIT
//
// Pages that a reader may have meant by an address that does not exist: by a slip in the address,
// by an old address with a slip, or by the words of its last part, which may be those of a title.
#include "snapshot.h"

#include "base/ascii.h"

enum { NEAREST_MAX = 16, FAR = 7, WORD_MIN = 3, WORDS_MAX = 8 };

struct nearest {
    const struct site_page **pages;
    size_t distances[NEAREST_MAX];
    size_t count, max;
};

static bool may_be_named(const struct site_page *page)
{
    return page->url.len && page->searchable && !page->broken;
}

static void forget(struct nearest *nearest, size_t at)
{
    for (nearest->count--; at < nearest->count; at++) {
        nearest->pages[at] = nearest->pages[at + 1];
        nearest->distances[at] = nearest->distances[at + 1];
    }
}

// Keeps the nearest, each page once; the earlier of two that are equally near comes first.
static void offer(struct nearest *nearest, const struct site_page *page, size_t distance)
{
    if (distance >= FAR)
        return;
    for (size_t i = 0; i < nearest->count; i++) {
        if (nearest->pages[i] != page)
            continue;
        if (nearest->distances[i] <= distance)
            return;
        forget(nearest, i);
        break;
    }
    if (nearest->count == nearest->max && nearest->distances[nearest->max - 1] <= distance)
        return;
    size_t at = nearest->count < nearest->max ? nearest->count++ : nearest->max - 1;
    for (; at > 0 && nearest->distances[at - 1] > distance; at--) {
        nearest->pages[at] = nearest->pages[at - 1];
        nearest->distances[at] = nearest->distances[at - 1];
    }
    nearest->pages[at] = page;
    nearest->distances[at] = distance;
}

// ---- addresses ----

static struct slice without_slash(struct slice path)
{
    return slice_ends_with(path, SLICE("/")) ? slice_sub(path, 0, path.len - 1) : path;
}

// More than half of the letters are no slip.
static size_t slip(struct slice a, struct slice b, size_t max)
{
    size_t distance = slice_distance(a, b, max);
    return distance > max || distance * 2 > b.len ? FAR : distance;
}

static size_t address_distance(struct slice url, struct slice path)
{
    size_t whole = slip(url, path, FAR - 1);
    size_t part = slip(path_base(url), path_base(path), FAR / 2) * 2;
    return !url.len ? FAR : part < whole ? part : whole;
}

// ---- titles ----

// Of any language: what is not ASCII counts.
static bool is_letter(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || (c & 0x80);
}

static bool next_word(struct slice *rest, struct slice *word)
{
    while (rest->len && !is_letter(rest->ptr[0]))
        *rest = slice_sub(*rest, 1, rest->len);
    size_t length = 0;
    while (length < rest->len && is_letter(rest->ptr[length]))
        length++;
    *word = slice_sub(*rest, 0, length);
    *rest = slice_sub(*rest, length, rest->len);
    return length > 0;
}

static bool has_word(struct slice title, struct slice word)
{
    struct slice other;
    while (next_word(&title, &other))
        if (other.len >= word.len && slice_equal_ignore_case(slice_sub(other, 0, word.len), word))
            return true;
    return false;
}

// Words that the title has, of those long enough to mean something: all of two or more are as good
// as a slip of three letters.
static size_t title_distance(struct slice title, struct slice last)
{
    size_t words = 0, found = 0;
    struct slice word;
    while (words < WORDS_MAX && next_word(&last, &word)) {
        if (word.len < WORD_MIN)
            continue;
        words++;
        found += has_word(title, word);
    }
    return found < 2           ? (words == 1 && found ? FAR - 2 : FAR)
           : found == words    ? 3
           : found * 2 > words ? FAR - 2
                               : FAR;
}

size_t site_nearest(const struct site *site, struct slice path, const struct site_page **out,
                    size_t max)
{
    struct nearest nearest = {.pages = out, .max = max < NEAREST_MAX ? max : NEAREST_MAX};
    path = without_slash(settings_below_prefix(site->settings, path));
    for (size_t i = 0; max && i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        if (!may_be_named(page))
            continue;
        size_t address = address_distance(without_slash(page->url), path);
        size_t title = title_distance(page->title, path_base(path));
        offer(&nearest, page, address < title ? address : title);
    }
    for (size_t i = 0; max && site->counts.redirects && i < site->route_count; i++) {
        const struct site_route *route = &site->routes[i];
        if (route->kind == SITE_ROUTE_REDIRECT && route->page && may_be_named(route->page))
            offer(&nearest, route->page,
                  address_distance(without_slash(settings_below_prefix(site->settings, route->url)),
                                   path) +
                      1);
    }
    return nearest.count;
}
