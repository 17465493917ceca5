// SPDX-License-Identifier: MIT
//
// Unicode normalisation, forms C and D (UAX #15), for everything except the compatibility
// ideographs: a base with its marks is decomposed, the marks are sorted, and, for form C, composed
// again.
#include "base/utf8.h"
#include "value/methods_string.h"
#include "value/normalise_data.h"

enum {
    // A base with more marks than this (Unicode's stream-safe format allows 30) is cut in two.
    RUN_MAX = 64,
    HANGUL_BASE = 0xac00,
    HANGUL_COUNT = 11172,
    LEAD_BASE = 0x1100,
    LEAD_COUNT = 19,
    VOWEL_BASE = 0x1161,
    VOWEL_COUNT = 21,
    TAIL_BASE = 0x11a7,
    TAIL_COUNT = 28,
};

struct run {
    uint32_t points[RUN_MAX];
    uint8_t orders[RUN_MAX];
    size_t count;
};

static const struct decomposition *find_decomposition(uint32_t point)
{
    size_t low = 0, high = DECOMPOSITION_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (DECOMPOSITIONS[middle].composed == point)
            return &DECOMPOSITIONS[middle];
        if (DECOMPOSITIONS[middle].composed < point)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static uint8_t combining_order(uint32_t point)
{
    size_t low = 0, high = COMBINING_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (point < COMBINING[middle].first)
            high = middle;
        else if (point > COMBINING[middle].last)
            low = middle + 1;
        else
            return COMBINING[middle].order;
    }
    return 0;
}

// Marks of a higher class move after those of a lower one; equal ones keep their order.
static void add_point(struct run *run, uint32_t point)
{
    uint8_t order = combining_order(point);
    if (run->count == RUN_MAX)
        return;
    size_t at = run->count++;
    for (; order && at > 0 && run->orders[at - 1] > order; at--) {
        run->points[at] = run->points[at - 1];
        run->orders[at] = run->orders[at - 1];
    }
    run->points[at] = point;
    run->orders[at] = order;
}

static void add_hangul(struct run *run, uint32_t point)
{
    uint32_t index = point - HANGUL_BASE;
    add_point(run, LEAD_BASE + index / (VOWEL_COUNT * TAIL_COUNT));
    add_point(run, VOWEL_BASE + index % (VOWEL_COUNT * TAIL_COUNT) / TAIL_COUNT);
    if (index % TAIL_COUNT)
        add_point(run, TAIL_BASE + index % TAIL_COUNT);
}

static void add_decomposed(struct run *run, uint32_t point)
{
    if (point >= HANGUL_BASE && point < HANGUL_BASE + HANGUL_COUNT) {
        add_hangul(run, point);
        return;
    }
    const struct decomposition *d = point < 0xc0 ? NULL : find_decomposition(point);
    if (!d) {
        add_point(run, point);
        return;
    }
    add_decomposed(run, d->first); // a chain of at most four
    if (d->second)
        add_point(run, d->second);
}

static uint32_t compose_hangul(uint32_t first, uint32_t second)
{
    if (first >= LEAD_BASE && first < LEAD_BASE + LEAD_COUNT && second >= VOWEL_BASE &&
        second < VOWEL_BASE + VOWEL_COUNT)
        return HANGUL_BASE +
               ((first - LEAD_BASE) * VOWEL_COUNT + (second - VOWEL_BASE)) * TAIL_COUNT;
    bool open = first >= HANGUL_BASE && first < HANGUL_BASE + HANGUL_COUNT &&
                (first - HANGUL_BASE) % TAIL_COUNT == 0;
    if (open && second > TAIL_BASE && second < TAIL_BASE + TAIL_COUNT)
        return first + (second - TAIL_BASE);
    return 0;
}

static uint32_t compose_pair(uint32_t first, uint32_t second)
{
    for (size_t i = 0; i < DECOMPOSITION_COUNT; i++) {
        const struct decomposition *d = &DECOMPOSITIONS[i];
        if (d->first == first && d->second == second && d->composes)
            return d->composed;
    }
    return compose_hangul(first, second);
}

// A mark joins the starter unless a mark of its own class or higher is in between.
static void compose_run(struct run *run)
{
    size_t kept = 0, starter = 0;
    uint8_t last_order = 0;
    bool has_starter = false;
    for (size_t i = 0; i < run->count; i++) {
        uint32_t point = run->points[i], joined = 0;
        uint8_t order = run->orders[i];
        bool blocked = has_starter && kept > starter + 1 && last_order >= order;
        if (has_starter && !blocked)
            joined = compose_pair(run->points[starter], point);
        if (joined) {
            run->points[starter] = joined;
            continue;
        }
        if (order == 0) {
            starter = kept;
            has_starter = true;
        }
        last_order = order;
        run->points[kept] = point;
        run->orders[kept++] = order;
    }
    run->count = kept;
}

static void flush(struct buffer *out, struct run *run, bool compose)
{
    if (compose)
        compose_run(run);
    for (size_t i = 0; i < run->count; i++)
        utf8_append(out, run->points[i]);
    run->count = 0;
}

// Syllables of separate letters (Hangul) must stay in one run to be composed.
static bool continues_run(uint32_t point)
{
    bool vowel_or_tail = point >= VOWEL_BASE && point < TAIL_BASE + TAIL_COUNT;
    const struct decomposition *d = find_decomposition(point);
    return combining_order(point) || vowel_or_tail || (d && combining_order(d->first)) ||
           (point >= 0x0900 && point < 0x1000); // vowel signs of class 0 that compose
}

void normalise_text(struct buffer *out, struct slice text, bool compose)
{
    struct run run = {.count = 0};
    for (size_t at = 0; at < text.len && !out->failed;) {
        uint32_t point = utf8_decode(text, &at);
        if (point < 0x80 || !continues_run(point) || run.count > RUN_MAX - 8)
            flush(out, &run, compose);
        add_decomposed(&run, point);
    }
    flush(out, &run, compose);
}
