// SPDX-License-Identifier: MIT
//
// `guidanced check --watch`: checks whenever a file is saved, and says what is new and what is
// fixed since the check before.
//
//   watch ─▶ check ─▶ compare with the problems before ─▶ print ─▶ wait for a change ─┐
//     ▲                                                                               │
//     └───────────────────────────────────────────────────────────────────────────────┘
//
// The next watch is there before a check reads anything, so that no save between is missed. A
// problem is the same if its rule, file, message and text are: its line changes with every edit
// above it.
#include "check.h"

#include "base/clock.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t stop_wanted;

static void want_stop(int number)
{
    (void)number;
    stop_wanted = 1;
}

// The second signal ends the program at once, should a check take long.
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = want_stop, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

int check_judge(const struct site_report *report, int threshold)
{
    for (size_t i = 0; i < report->count; i++)
        if ((int)report->findings[i].severity >= threshold)
            return COMMAND_BAD;
    return COMMAND_OK;
}

// ---- one round ----

// A round has an arena of its own, and what it reads lives as long: the line, with that arena.
struct round {
    struct command_line line;
    struct check_run run;
    struct watch *watch; // NULL: its settings cannot be read
    bool changed;        // a file was saved meanwhile
    int code;            // COMMAND_OK: there is a report
};

static void end_round(struct round *round)
{
    if (!round)
        return;
    watch_destroy(round->watch);
    site_release(round->run.site);
    arena_destroy(round->line.arena);
    free(round);
}

static void watch_settings(struct round *round)
{
    struct arena *arena = round->line.arena;
    struct tree_source *source = arena_zalloc(arena, 1, sizeof *source);
    struct error ignored = {0}; // the check reports it
    const struct settings *settings =
        command_read_settings(&round->line, arena, false, NULL, &ignored);
    if (settings && source && revision_watch_source(settings, arena, source, &ignored))
        round->watch = watch_create(source, NULL);
}

// Its JavaScript may have named more files.
static void watch_more(struct round *round)
{
    struct tree_source *source = arena_zalloc(round->line.arena, 1, sizeof *source);
    struct error ignored = {0};
    if (!round->run.site || !round->run.settings->eleventy_config.len || !round->watch || !source ||
        !site_watched(round->run.site, round->line.arena, source, &ignored))
        return;
    struct watch *more = watch_create(source, NULL);
    if (!more)
        return;
    round->changed = watch_wait(round->watch, 0);
    watch_destroy(round->watch);
    round->watch = more;
}

static struct round *begin_round(const struct check_watching *watching)
{
    struct round *round = calloc(1, sizeof *round);
    struct arena *arena = arena_create(0, 0);
    if (!round || !arena) {
        free(round);
        arena_destroy(arena);
        return NULL;
    }
    round->line = *watching->line;
    round->line.arena = arena;
    round->run.line = &round->line;
    watch_settings(round);
    round->code = watching->make(&round->run);
    watch_more(round);
    return round;
}

// ---- comparing ----

static uint64_t key_of(const struct site_finding *finding)
{
    const struct slice parts[] = {slice_from_cstr(finding->rule->name), finding->file,
                                  finding->message, finding->text};
    return slice_hash_parts(parts, sizeof parts / sizeof *parts) ^ (uint64_t)finding->severity;
}

static int by_key(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

// The keys of a report, sorted, a key for each finding; count in the report.
static uint64_t *keys_of(struct arena *arena, const struct site_report *report)
{
    uint64_t *keys = arena_zalloc(arena, report->count + 1, sizeof *keys);
    for (size_t i = 0; keys && i < report->count; i++)
        keys[i] = key_of(&report->findings[i]);
    if (keys && report->count)
        qsort(keys, report->count, sizeof *keys, by_key);
    return keys;
}

// Takes one of the key out of the sorted list. False: it has none left.
static bool take_key(uint64_t *keys, bool *taken, size_t count, uint64_t key)
{
    size_t from = 0, to = count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (keys[middle] < key)
            from = middle + 1;
        else
            to = middle;
    }
    while (from < count && keys[from] == key && taken[from])
        from++;
    if (from == count || keys[from] != key)
        return false;
    return taken[from] = true;
}

// Marks the findings of `report` that `other` does not have. NULL: out of memory.
static bool *find_missing(struct arena *arena, const struct site_report *report,
                          const struct site_report *other)
{
    uint64_t *keys = keys_of(arena, other);
    bool *taken = arena_zalloc(arena, other->count + 1, sizeof *taken);
    bool *missing = arena_zalloc(arena, report->count + 1, sizeof *missing);
    if (!keys || !taken || !missing)
        return NULL;
    for (size_t i = 0; i < report->count; i++)
        missing[i] = !take_key(keys, taken, other->count, key_of(&report->findings[i]));
    return missing;
}

// ---- printing ----

static void write_fixed(struct buffer *out, const struct site_finding *finding)
{
    buffer_printf(out, "fixed: %.*s", SLICE_ARG(finding->file));
    if (finding->line)
        buffer_printf(out, ":%u", finding->line);
    buffer_printf(out, ": %.*s [%s]\n", SLICE_ARG(finding->message), finding->rule->name);
}

static void write_end(struct buffer *out, const struct site_report *report, size_t added,
                      size_t fixed)
{
    struct clock_fields now = clock_fields_from_ms(clock_wall_ms());
    buffer_printf(out, "guidanced: checked at %02d:%02d:%02d UTC: ", now.hour, now.minute,
                  now.second);
    check_write_totals(out, report);
    if (added || fixed)
        buffer_printf(out, "; %zu new, %zu fixed", added, fixed);
    buffer_append_byte(out, '\n');
}

// `before`: the last report; NULL: none yet.
static void print_round(const struct check_watching *watching, const struct round *round,
                        const struct site_report *before)
{
    static const struct site_report NOTHING;
    struct arena *arena = round->line.arena;
    const struct site_report *report = &round->run.report, *old = before ? before : &NOTHING;
    struct buffer out = buffer_create(arena, 0);
    bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    const bool *is_new = find_missing(arena, report, old), *gone = find_missing(arena, old, report);
    size_t added = 0, fixed = 0;
    for (size_t i = 0; is_new && i < report->count; i++) {
        added += is_new[i];
        if (is_new[i] || watching->all)
            check_write_finding(&out, &report->findings[i], colour);
    }
    for (size_t i = 0; gone && i < old->count; i++) {
        fixed += gone[i];
        if (gone[i])
            write_fixed(&out, &old->findings[i]);
    }
    write_end(&out, report, added, fixed);
    command_write(buffer_slice(&out));
    fflush(stdout);
}

static void print_begin(void)
{
    puts("guidanced: checking");
    fflush(stdout);
}

// ---- the loop ----

static bool wait_for_change(struct round *round)
{
    enum { LOOK_MS = 250 };
    while (!stop_wanted)
        if (round->changed || watch_wait(round->watch, LOOK_MS))
            return true;
    return false;
}

static void replace_round(struct round **slot, struct round *round, const struct round *other)
{
    if (*slot != round && *slot != other)
        end_round(*slot);
    *slot = round;
}

int check_watch(const struct check_watching *watching)
{
    // The last round with a watch, and the last with a report; often the same.
    struct round *watched = NULL, *reported = NULL;
    int code = COMMAND_FAILED;
    catch_signals();
    do {
        print_begin();
        struct round *round = begin_round(watching);
        if (!round)
            break;
        code = round->code;
        if (code == COMMAND_OK) {
            code = check_judge(&round->run.report, watching->threshold);
            print_round(watching, round, reported ? &reported->run.report : NULL);
            replace_round(&reported, round, watched);
        }
        if (round->watch)
            replace_round(&watched, round, reported);
        if (round != watched && round != reported)
            end_round(round);
    } while (watched && wait_for_change(watched));
    if (reported != watched)
        end_round(reported);
    end_round(watched);
    return code;
}
