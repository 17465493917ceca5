// SPDX-License-Identifier: MIT
//
// A server with each of its calls failing in turn: it starts, or ends with words; what it answers
// meanwhile is right, or an error of its own; once the fault is over, every answer is right, or the
// log says what is not; and feedback that it confirmed is in the file.
#include "each_call_site.h"

#include "store/store.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const char SERVE[] =
    "serve --site @/site --listen unix:@/socket --admin-listen unix:@/admin --cache @/cache.db "
    "--usage-enabled true --reload-token secret --threads 1 --watch false";

enum { START_MS = 20000, ANSWER_S = 10, END_MS = 20000, CONFIRMED = 303 };

// A request a row.
struct asked {
    const char *text;
    bool admin;
    bool varies;  // only its status is compared
    bool indexed; // it shows what is in the search index, which is made after pages are served
};
#define GET(target, fields)                                                                        \
    "GET " target " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" fields "\r\n"
#define POST(target, fields, length, body)                                                         \
    "POST " target " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" fields                          \
    "Content-Length: " #length "\r\n\r\n" body
static const struct asked ASKED[] = {
    {GET("/", ""), false, false, false},
    {GET("/one/", ""), false, false, false},
    {GET("/one/", ""), false, false, false}, // remembered, if the first was not
    {GET("/two/", "Accept-Encoding: gzip\r\n"), false, false, false},
    {GET("/one/", "If-None-Match: \"none\"\r\nAccept-Encoding: br\r\n"), false, false, false},
    {GET("/assets/a.css", "Range: bytes=2-5\r\n"), false, false, false},
    {GET("/assets/a.css", "Accept-Encoding: zstd\r\n"), false, false, false},
    {GET("/none/", ""), false, false, false},
    {GET("/uno/", ""), false, false, false},
    {GET("/search?q=text", ""), false, false, true},
    {GET("/search.json?q=txet", ""), false, false, true},
    {GET("/feed.xml", ""), false, false, false},
    {GET("/sitemap.xml", ""), false, false, false},
    {GET("/healthz", ""), false, false, false},
    {GET("/readyz", ""), true, true, false},
    {GET("/metrics", ""), true, true, false},
    {GET("/-/report", ""), true, true, false},
    {GET("/-/pages.json", ""), true, false, false},
    {POST("/feedback", "Content-Type: application/x-www-form-urlencoded\r\n", 31,
          "page=/one/&useful=no&comment=a+"),
     false, false, false},
};
enum { ASKED_COUNT = sizeof ASKED / sizeof *ASKED };
static const char RELOAD[] = POST("/-/reload", "Authorization: Bearer secret\r\n", 0, "");

// What a server did: with answers before and after its site was saved and loaded again.
struct served {
    bool started;
    struct slice before[ASKED_COUNT], after[ASKED_COUNT]; // whole responses
    bool refused;                                         // the request to load it
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

static int reach(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s/copy/%s", each_call_place, name);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

// Leaves out the field, if there, of which each answer has its own.
static struct slice without(struct arena *arena, struct slice text, struct slice field)
{
    size_t at = slice_find(text, field, 0), end = slice_find_byte(text, '\n', at);
    if (at == SIZE_MAX || end == SIZE_MAX)
        return arena_copy(arena, text);
    return ARENA_JOIN(arena, slice_sub(text, 0, at), slice_sub(text, end + 1, text.len));
}

static struct slice ask(struct arena *arena, const char *socket_name, const char *request)
{
    struct buffer text = buffer_create(arena, 0);
    const struct timeval limit = {.tv_sec = ANSWER_S};
    char block[4096];
    ssize_t got;
    int fd = reach(socket_name);
    if (fd < 0)
        return SLICE_EMPTY;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
        while ((got = recv(fd, block, sizeof block, 0)) > 0)
            buffer_append(&text, slice_of(block, (size_t)got));
    close(fd);
    struct slice answer = without(arena, buffer_slice(&text), SLICE("Date: "));
    answer = without(arena, answer, SLICE("X-Request-Id: "));
    return without(arena, answer, SLICE("Last-Modified: ")); // when the page was saved
}

static unsigned status_of(struct slice answer)
{
    unsigned status = 0;
    sscanf(answer.ptr ? answer.ptr : "", "HTTP/1.1 %u", &status);
    return status;
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
        int fd = reach("socket");
        if (fd >= 0) {
            close(fd);
            return true;
        }
        pause_ms(1);
    }
    return false;
}

// Pages are found a moment after they are served.
static void wait_for_search(struct arena *arena)
{
    for (int i = 0; i < 200; i++) {
        struct slice answer = ask(arena, "socket", GET("/search.json?q=text", ""));
        if (slice_find(answer, SLICE("/one/"), 0) != SIZE_MAX)
            return;
        pause_ms(5);
    }
}

static void ask_all(struct arena *arena, struct served *served, struct slice *answers)
{
    for (size_t i = 0; i < ASKED_COUNT; i++) {
        answers[i] = ask(arena, ASKED[i].admin ? "admin" : "socket", ASKED[i].text);
        served->confirmed += status_of(answers[i]) == CONFIRMED;
    }
}

// The page shows other words when the server has loaded the site again.
static bool reload(struct arena *arena, struct served *served)
{
    char path[96];
    snprintf(path, sizeof path, "%s/copy/site/data/two.md", each_call_place);
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs("\nSaved again.\n", file);
    fclose(file);
    unsigned status = status_of(ask(arena, "admin", RELOAD));
    served->refused = status != 202;
    if (status >= 200 && status < 500 && status != 202)
        fail_msg("a reload is answered %u", status);
    if (served->refused)
        return false;
    for (int i = 0; i < 200; i++) {
        struct slice answer = ask(arena, "socket", GET("/two/", ""));
        if (slice_find(answer, SLICE("Saved again."), 0) != SIZE_MAX)
            return true;
        pause_ms(5);
    }
    return false;
}

static bool count_entry(void *state, const struct feedback_entry *entry)
{
    (void)entry;
    ++*(size_t *)state;
    return true;
}

static size_t stored_entries(void)
{
    char path[96];
    size_t count = 0;
    struct error error = {0};
    snprintf(path, sizeof path, "%s/copy/site/.guidanced/feedback.db", each_call_place);
    struct feedback *feedback = feedback_open(path, &error);
    if (!feedback || !feedback_each(feedback, count_entry, &count, &error))
        fail_msg("%s", error.message);
    feedback_close(feedback);
    return count;
}

static void serve(struct arena *arena, size_t site, struct served *served)
{
    struct each_call_process process;
    each_call_copy_sources();
    each_call_forget();
    each_call_start(SERVE, site, &process);
    served->started = wait_for_start(&process);
    if (served->started) {
        wait_for_search(arena);
        ask_all(arena, served, served->before);
        served->reloaded = reload(arena, served);
        served->over = each_call_happened();
        ask_all(arena, served, served->after);
        kill(process.id, SIGTERM);
    }
    for (int i = 0; i < END_MS && !has_ended(&process); i++)
        pause_ms(1);
    if (!has_ended(&process))
        kill(process.id, SIGKILL);
    served->status = each_call_end(&process, arena, &served->out, &served->log);
    served->stored = stored_entries();
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

static bool is_right(size_t i, struct slice answer, struct slice whole)
{
    if (is_plain(answer, whole))
        return true;
    return ASKED[i].varies ? status_of(answer) == status_of(whole) : slice_equal(answer, whole);
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

static const char *judge(const struct served *served, const struct served *whole, size_t *which)
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
    if (served->stored < served->confirmed + 1)
        return "loses feedback that it confirmed";
    for (size_t i = 0; served->started && i < ASKED_COUNT; i++) {
        *which = i;
        if (!is_right(i, served->before[i], whole->before[i]) &&
            !is_honest(served->before[i], whole->before[i]) && !(told && ASKED[i].indexed))
            return "gives a wrong answer";
        if (is_right(i, served->after[i], whole->after[i]))
            continue;
        // The same as before the site was saved, if loading it failed.
        bool old = (!served->reloaded && slice_equal(served->after[i], whole->before[i])) ||
                   (told && ASKED[i].indexed);
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

static bool try_site(struct arena *arena, const struct served *whole, size_t site)
{
    struct served served = {0};
    size_t which = 0;
    serve(arena, site, &served);
    const char *wrong = each_call_happened() ? judge(&served, whole, &which) : NULL;
    if (!wrong)
        return true;
    print_message("guidanced serve: %s (status %#x) %.40s\n", wrong, (unsigned)served.status,
                  ASKED[which].text);
    each_call_print(site);
    print_difference("before", served.before[which], whole->before[which]);
    print_difference("after", served.after[which], whole->after[which]);
    fprintf(stderr, "  log: %.*s\n", SLICE_ARG(served.log));
    return false;
}

unsigned each_call_serve(void)
{
    struct arena *arena = arena_create(0, 0), *each = arena_create(0, 0);
    struct served whole = {0};
    unsigned wrong = 0;
    size_t first = each_call_count();
    serve(arena, SIZE_MAX, &whole);
    size_t end = each_call_count();
    print_message("serve: %zu calls\n", end - first);
    assert_true(whole.started && whole.reloaded && whole.status == 0 && whole.confirmed > 0);
    for (size_t i = first; i < end; i++) {
        wrong += !try_site(each, &whole, i);
        arena_reset(each, 1 << 20);
    }
    arena_destroy(each);
    arena_destroy(arena);
    return wrong;
}
