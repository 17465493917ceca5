// SPDX-License-Identifier: MIT
//
// The numbers of a day, in memory. A row's gate is the row that must have been seen often enough
// before it is written: of words, that of the searches for them; of an address that no page of the
// site links to, its own; none of others.
#include "tally.h"
#include "tally_queue.h"

#include "base/map.h"

#include <stdlib.h>

// TYPED_MAX: rows with what readers may have typed. Pages are as many as the site has.
enum { TYPED_MAX = 5000, PAGES_MAX = USAGE_PAGES_MAX };

struct tally_row {
    enum usage_kind kind;
    struct slice subject, source;
    const struct tally_row *gate; // NULL: none
    uint32_t seen, unwritten, taken;
};

struct tally_day {
    struct arena *arena;
    struct map rows; // kind, subject and source → tally_row
    int64_t day;
    size_t typed, pages;
};

struct tally_day *tally_day_create(int64_t day)
{
    struct tally_day *made = calloc(1, sizeof *made);
    if (made && !(made->arena = arena_create(0, 0))) {
        free(made);
        return NULL;
    }
    if (made) {
        made->day = day;
        made->rows = map_create(made->arena);
    }
    return made;
}

void tally_day_destroy(struct tally_day *day)
{
    if (day)
        arena_destroy(day->arena);
    free(day);
}

int64_t tally_day_of(const struct tally_day *day)
{
    return day->day;
}

// ---- rows ----

// A path of this site; another host is named without one.
static bool is_own_page(struct slice source)
{
    return slice_starts_with(source, SLICE("/"));
}

static bool has_room_for_row(struct tally_day *day, const struct tally_event *event)
{
    if (!event->subject.len)
        return true;
    size_t *count = event->kind == USAGE_VISIT ? &day->pages : &day->typed;
    if (*count >= (event->kind == USAGE_VISIT ? PAGES_MAX : TYPED_MAX))
        return false;
    (*count)++;
    return true;
}

static struct tally_row *row_of(struct tally_day *day, const struct tally_event *event);

static const struct tally_row *gate_of(struct tally_day *day, struct tally_row *row)
{
    if (!row->subject.len || row->kind == USAGE_VISIT)
        return NULL;
    if (row->kind == USAGE_MISSING)
        return is_own_page(row->source) ? NULL : row;
    if (row->kind == USAGE_SEARCH)
        return row;
    const struct tally_row *searches =
        row_of(day, &(struct tally_event){.kind = USAGE_SEARCH, .subject = row->subject});
    return searches ? searches : row;
}

static struct tally_row *row_of(struct tally_day *day, const struct tally_event *event)
{
    char text[2 * USAGE_TEXT_MAX + 2];
    size_t len = 0;
    text[len++] = (char)event->kind;
    memcpy(text + len, event->subject.ptr ? event->subject.ptr : "", event->subject.len);
    len += event->subject.len;
    text[len++] = '\n'; // in neither text
    memcpy(text + len, event->source.ptr ? event->source.ptr : "", event->source.len);
    len += event->source.len;
    struct tally_row *row = map_get(&day->rows, slice_of(text, len));
    if (row || !has_room_for_row(day, event))
        return row;
    struct slice key = arena_copy(day->arena, slice_of(text, len));
    row = arena_zalloc(day->arena, 1, sizeof *row);
    if (!row || !key.ptr || !map_put(&day->rows, key, row))
        return NULL;
    row->kind = event->kind;
    row->subject = slice_sub(key, 1, 1 + event->subject.len);
    row->source = slice_sub(key, 2 + event->subject.len, key.len);
    row->gate = gate_of(day, row);
    return row;
}

static void count_one(struct tally_row *row)
{
    row->seen++;
    row->unwritten++;
}

bool tally_day_count(struct tally_day *day, const struct tally_event *event)
{
    struct tally_row *sum = row_of(day, &(struct tally_event){.kind = event->kind});
    struct tally_row *row = event->subject.len ? row_of(day, event) : NULL;
    if (sum)
        count_one(sum);
    if (row)
        count_one(row);
    return sum && (row || !event->subject.len);
}

// ---- writing ----

static bool may_be_written(const struct tally_row *row)
{
    return row->unwritten && (!row->gate || row->gate->seen >= TALLY_FEW);
}

size_t tally_day_counts(struct tally_day *day, struct usage_count *counts, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < day->rows.count && count < max; i++) {
        struct tally_row *row = day->rows.entries[i].value;
        if (!may_be_written(row))
            continue;
        row->taken = row->unwritten;
        counts[count++] =
            (struct usage_count){row->kind, row->subject, row->source, row->unwritten};
    }
    return count;
}

void tally_day_written(struct tally_day *day)
{
    for (size_t i = 0; i < day->rows.count; i++) {
        struct tally_row *row = day->rows.entries[i].value;
        row->unwritten -= row->taken;
        row->taken = 0;
    }
}
