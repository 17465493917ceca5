// SPDX-License-Identifier: MIT
//
// A server with each of its calls failing in turn: it starts, or ends with words; what it answers
// meanwhile is right, or an error of its own; once the fault is over, every answer is right, or the
// log says what is not; and feedback that it confirmed is in the file.
#include "each_call_client.h"
#include "each_call_servers.h"
#include "each_call_site.h"

#include "store/store.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { START_MS = 20000, END_MS = 20000 };

// What a server did: with answers before and after its site was saved and loaded again.
struct served {
    bool started;
    struct slice before[ASKED_MAX], after[ASKED_MAX]; // whole responses
    bool refused;                                     // the request to load it
    bool reloaded;
    bool over; // the fault was, when the second round began
    int status;
    struct slice out, log;
    unsigned confirmed;
    size_t stored;
};

static void pause_ms(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

// Leaves out the field, if there, of which each answer has its own.
static struct slice without(struct arena *arena, struct slice text, struct slice field)
{
    size_t at = slice_find(text, field, 0), end = slice_find_byte(text, '\n', at);
    if (at == SIZE_MAX || end == SIZE_MAX)
        return arena_copy(arena, text);
    return ARENA_JOIN(arena, slice_sub(text, 0, at), slice_sub(text, end + 1, text.len));
}

static struct slice ask(struct arena *arena, bool admin, const char *request, bool tls)
{
    struct slice answer = each_call_ask(arena, admin ? "admin" : "socket", request, tls && !admin);
    answer = without(arena, answer, SLICE("Date: "));
    answer = without(arena, answer, SLICE("X-Request-Id: "));
    return without(arena, answer, SLICE("Last-Modified: ")); // when the page was saved
}

static unsigned status_of(struct slice answer)
{
    unsigned status = 0;
    sscanf(answer.ptr ? answer.ptr : "", "HTTP/1.1 %u", &status);
    return status;
}

static bool is_post(const char *request)
{
    return strncmp(request, "POST ", 5) == 0;
}

static bool has_ended(const struct each_call_process *process)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)process->id, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid != 0;
}

static bool wait_for_start(const struct each_call_process *process)
{
    for (int i = 0; i < START_MS && !has_ended(process); i++) {
        if (each_call_reaches("socket"))
            return true;
        pause_ms(1);
    }
    return false;
}

static bool wait_for(struct arena *arena, const struct server_row *row, const char *request,
                     struct slice text)
{
    for (int i = 0; i < 200; i++) {
        if (slice_find(ask(arena, false, request, row->tls), text, 0) != SIZE_MAX)
            return true;
        pause_ms(5);
    }
    return false;
}

static void ask_all(struct arena *arena, const struct server_row *row, struct served *served,
                    struct slice *answers)
{
    for (size_t i = 0; i < row->asked_count; i++) {
        answers[i] = ask(arena, row->asked[i].admin, row->asked[i].text, row->tls);
        served->confirmed += status_of(answers[i]) == CONFIRMED && is_post(row->asked[i].text);
    }
}

// The page shows other words when the server has loaded the site again.
static bool reload(struct arena *arena, const struct server_row *row, struct served *served)
{
    each_call_shell("cd %s/copy && %s", each_call_place, row->save);
    unsigned status = status_of(ask(arena, true, row->reload, false));
    served->refused = status != 202;
    if (status >= 200 && status < 500 && status != 202)
        fail_msg("a reload is answered %u", status);
    return !served->refused && wait_for(arena, row, row->saved, SLICE("Saved again."));
}

static bool count_entry(void *state, const struct feedback_entry *entry)
{
    (void)entry;
    ++*(size_t *)state;
    return true;
}

static size_t stored_entries(const struct server_row *row)
{
    char path[128];
    size_t count = 0;
    struct error error = {0};
    snprintf(path, sizeof path, "%s/copy/%s", each_call_place, row->feedback);
    if (access(path, F_OK) != 0)
        return 0;
    struct feedback *feedback = feedback_open(path, &error);
    if (!feedback || !feedback_each(feedback, count_entry, &count, &error))
        fail_msg("%s", error.message);
    feedback_close(feedback);
    return count;
}

static void serve(struct arena *arena, const struct server_row *row, size_t site,
                  struct served *served)
{
    struct each_call_process process;
    each_call_copy_sources();
    each_call_forget();
    each_call_start(row->arguments, site, &process);
    served->started = wait_for_start(&process);
    if (served->started) {
        wait_for(arena, row, row->found, SLICE("/one/")); // a moment after pages are served
        ask_all(arena, row, served, served->before);
        served->reloaded = reload(arena, row, served);
        served->over = each_call_happened();
        ask_all(arena, row, served, served->after);
        kill(process.id, SIGTERM);
    }
    for (int i = 0; i < END_MS && !has_ended(&process); i++)
        pause_ms(1);
    if (!has_ended(&process))
        kill(process.id, SIGKILL);
    served->status = each_call_end(&process, arena, &served->out, &served->log);
    served->stored = stored_entries(row);
}

// ---- what must hold ----

// Whether the body is there, if not compressed.
static bool is_plain(struct slice answer, struct slice whole)
{
    return status_of(answer) == status_of(whole) &&
           slice_find(whole, SLICE("Content-Encoding: "), 0) != SIZE_MAX &&
           slice_find(answer, SLICE("Content-Encoding: "), 0) == SIZE_MAX &&
           slice_find(answer, SLICE("</html>"), 0) != SIZE_MAX;
}

static bool is_right(const struct asked *asked, struct slice answer, struct slice whole)
{
    if (is_plain(answer, whole))
        return true;
    return asked->varies ? status_of(answer) == status_of(whole) : slice_equal(answer, whole);
}

// An error of the server's, or an answer that was cut off: a client sees that it is none.
static bool is_honest(struct slice answer, struct slice whole)
{
    return status_of(answer) >= 500 || !answer.len ||
           (answer.len < whole.len && slice_starts_with(whole, answer));
}

// Lines of these levels, and what is said without one at the end.
static size_t count_complaints(struct slice log)
{
    static const struct slice SIGNS[] = {
        {" warning ", 9}, {"Z error ", 8}, {"out of memory", 13}, {"error: ", 7}};
    size_t count = 0;
    struct slice line;
    while (slice_next_line(&log, &line)) {
        bool complains = false;
        for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++)
            complains |= slice_find(line, SIGNS[i], 0) != SIZE_MAX;
        count += complains;
    }
    return count;
}

static const char *judge(const struct server_row *row, const struct served *served,
                         const struct served *whole, size_t *which)
{
    // Without a fault there are some, by the end of the start.
    bool told =
        count_complaints(served->log) > (served->status == 0 ? count_complaints(whole->log) : 0);
    if (WIFSIGNALED(served->status))
        return WTERMSIG(served->status) == SIGKILL ? "does not end" : "is killed by a signal";
    if (WEXITSTATUS(served->status) > 3 ||
        slice_find(served->log, SLICE("Sanitizer"), 0) != SIZE_MAX)
        return "is wrong, says the sanitizer";
    if (WEXITSTATUS(served->status) != 0 && !told)
        return "ends without a word";
    if (served->stored < served->confirmed + row->entries)
        return "loses feedback that it confirmed";
    for (size_t i = 0; served->started && i < row->asked_count; i++) {
        const struct asked *asked = &row->asked[i];
        *which = i;
        if (!is_right(asked, served->before[i], whole->before[i]) &&
            !is_honest(served->before[i], whole->before[i]) && !(told && asked->indexed))
            return "gives a wrong answer";
        if (is_right(asked, served->after[i], whole->after[i]))
            continue;
        // The same as before the site was saved, if loading it failed.
        bool old = (!served->reloaded && slice_equal(served->after[i], whole->before[i])) ||
                   (told && asked->indexed);
        if (!old && !is_honest(served->after[i], whole->after[i]))
            return "gives a wrong answer after the site was saved";
        if (served->over && !told && !served->refused)
            return "does not recover, and says nothing";
    }
    return NULL;
}

// From the line at which they begin to differ.
static void print_difference(const char *when, struct slice answer, struct slice whole)
{
    struct slice rest = answer, rest_of_whole = whole, line, line_of_whole;
    while (slice_next_line(&rest, &line) && slice_next_line(&rest_of_whole, &line_of_whole) &&
           slice_equal(line, line_of_whole)) {
        answer = rest;
        whole = rest_of_whole;
    }
    fprintf(stderr, "  %s: %.*s\n  rather than: %.*s\n", when, SLICE_ARG(slice_sub(answer, 0, 600)),
            SLICE_ARG(slice_sub(whole, 0, 600)));
}

static bool try_site(struct arena *arena, const struct server_row *row, const struct served *whole,
                     size_t site)
{
    struct served served = {0};
    size_t which = 0;
    serve(arena, row, site, &served);
    const char *wrong = each_call_happened() ? judge(row, &served, whole, &which) : NULL;
    if (!wrong)
        return true;
    print_message("%s: %s (status %#x) %.40s\n", row->name, wrong, (unsigned)served.status,
                  row->asked[which].text);
    each_call_print(site);
    print_difference("before", served.before[which], whole->before[which]);
    print_difference("after", served.after[which], whole->after[which]);
    fprintf(stderr, "  log: %.*s\n", SLICE_ARG(served.log));
    return false;
}

static unsigned try_row(const struct server_row *row)
{
    struct arena *arena = arena_create(0, 0), *each = arena_create(0, 0);
    struct served whole = {0};
    unsigned wrong = 0;
    size_t first = each_call_count();
    serve(arena, row, SIZE_MAX, &whole);
    size_t end = each_call_count();
    print_message("%s: %zu calls\n", row->name, end - first);
    if (!whole.started || !whole.reloaded || whole.status != 0 || !whole.confirmed)
        fail_msg("without a fault: %.*s", SLICE_ARG(whole.log));
    for (size_t i = first; i < end; i++) {
        wrong += !try_site(each, row, &whole, i);
        arena_reset(each, 1 << 20);
    }
    arena_destroy(each);
    arena_destroy(arena);
    return wrong;
}

unsigned each_call_serve(const char *only)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < each_call_server_count; i++)
        if (!only || strstr(each_call_servers[i].name, only))
            wrong += try_row(&each_call_servers[i]);
    return wrong;
}
