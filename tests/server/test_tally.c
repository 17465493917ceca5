// SPDX-License-Identifier: MIT
//
// The tally: what requests mean, what a full queue does, and which words are never written.
#include "server/metrics.h"
#include "server/tally.h"
#include "server/tally_queue.h"
#include "settings/settings.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct slice text(const char *of)
{
    return slice_from_cstr(of);
}

// ---- the queue ----

static void test_queue_wraps(void **state)
{
    (void)state;
    struct tally_queue *queue = calloc(1, sizeof *queue);
    char texts[2 * USAGE_TEXT_MAX], path[USAGE_TEXT_MAX + 1];
    struct tally_event event;
    for (size_t i = 0; i < 20000; i++) { // several times its size
        memset(path, 'a' + (int)(i % 26), sizeof path);
        tally_queue_put(queue, &(struct tally_event){USAGE_MISSING, slice_of(path, 1 + i % 200),
                                                     slice_of(path, i % 7)});
        assert_true(tally_queue_take(queue, &event, texts));
        assert_int_equal(event.kind, USAGE_MISSING);
        assert_true(slice_equal(event.subject, slice_of(path, 1 + i % 200)));
        assert_true(slice_equal(event.source, slice_of(path, i % 7)));
        assert_false(tally_queue_take(queue, &event, texts));
    }
    assert_int_equal(queue->dropped, 0);
    free(queue);
}

static void test_full_queue_drops(void **state)
{
    (void)state;
    struct tally_queue *queue = calloc(1, sizeof *queue);
    char texts[2 * USAGE_TEXT_MAX];
    struct tally_event event, visit = {USAGE_VISIT, text("/some/path/"), SLICE_EMPTY};
    size_t room = TALLY_QUEUE_BYTES / (3 + visit.subject.len), taken = 0;
    for (size_t i = 0; i < room + 10; i++)
        tally_queue_put(queue, &visit);
    assert_int_equal(queue->dropped, 10);
    while (tally_queue_take(queue, &event, texts))
        taken += slice_equal(event.subject, visit.subject);
    assert_int_equal(taken, room);
    free(queue);
}

enum { EVENTS = 300000 };

static void *fill(void *state)
{
    char path[16];
    for (unsigned i = 0; i < EVENTS; i++) {
        int len = snprintf(path, sizeof path, "/%u/", i);
        tally_queue_put(
            state, &(struct tally_event){USAGE_VISIT, slice_of(path, (size_t)len), SLICE_EMPTY});
    }
    return NULL;
}

// Whatever is not dropped arrives whole and in order.
static void test_two_threads(void **state)
{
    (void)state;
    struct tally_queue *queue = calloc(1, sizeof *queue);
    char texts[2 * USAGE_TEXT_MAX];
    struct tally_event event;
    pthread_t thread;
    long last = -1;
    size_t taken = 0;
    assert_int_equal(pthread_create(&thread, NULL, fill, queue), 0);
    while (taken + atomic_load(&queue->dropped) < EVENTS) {
        if (!tally_queue_take(queue, &event, texts)) {
            sched_yield();
            continue;
        }
        char path[16];
        memcpy(path, event.subject.ptr, event.subject.len);
        path[event.subject.len] = '\0';
        long number = strtol(path + 1, NULL, 10);
        assert_true(number > last);
        last = number;
        taken++;
    }
    pthread_join(thread, NULL);
    free(queue);
}

// ---- the day ----

static bool has_count(struct tally_day *day, enum usage_kind kind, const char *subject,
                      uint32_t number)
{
    struct usage_count counts[32];
    size_t count = tally_day_counts(day, counts, 32);
    for (size_t i = 0; i < count; i++)
        if (counts[i].kind == kind && slice_equal(counts[i].subject, text(subject)))
            return counts[i].number == number;
    return number == 0;
}

static void count_event(struct tally_day *day, enum usage_kind kind, const char *subject,
                        const char *source)
{
    assert_true(tally_day_count(day, &(struct tally_event){kind, text(subject), text(source)}));
}

static void test_words_of_few_are_not_written(void **state)
{
    (void)state;
    struct tally_day *day = tally_day_create(1);
    count_event(day, USAGE_SEARCH, "jane doe", "");
    count_event(day, USAGE_NOTHING, "jane doe", "");
    count_event(day, USAGE_SEARCH, "jane doe", "");
    for (int i = 0; i < 5; i++)
        count_event(day, USAGE_CLICK, "jane doe", "");
    assert_true(has_count(day, USAGE_SEARCH, "jane doe", 0));
    assert_true(has_count(day, USAGE_NOTHING, "jane doe", 0));
    assert_true(has_count(day, USAGE_CLICK, "jane doe", 0));
    assert_true(has_count(day, USAGE_SEARCH, "", 2)); // but in the sum
    tally_day_written(day);
    assert_true(has_count(day, USAGE_SEARCH, "", 0));
    count_event(day, USAGE_SEARCH, "jane doe", "");
    assert_true(has_count(day, USAGE_SEARCH, "jane doe", 3));
    assert_true(has_count(day, USAGE_NOTHING, "jane doe", 1));
    assert_true(has_count(day, USAGE_CLICK, "jane doe", 5));
    tally_day_written(day);
    assert_true(has_count(day, USAGE_SEARCH, "jane doe", 0));
    tally_day_destroy(day);
}

static void test_addresses_that_nobody_links_to(void **state)
{
    (void)state;
    struct tally_day *day = tally_day_create(1);
    count_event(day, USAGE_MISSING, "/linked/", "/page/");
    count_event(day, USAGE_MISSING, "/typed/", "");
    count_event(day, USAGE_MISSING, "/elsewhere/", "other.example");
    count_event(day, USAGE_VISIT, "/page/", "");
    assert_true(has_count(day, USAGE_MISSING, "/linked/", 1));
    assert_true(has_count(day, USAGE_MISSING, "/typed/", 0));
    assert_true(has_count(day, USAGE_MISSING, "/elsewhere/", 0));
    assert_true(has_count(day, USAGE_VISIT, "/page/", 1));
    for (int i = 0; i < 2; i++) {
        count_event(day, USAGE_MISSING, "/typed/", "");
        count_event(day, USAGE_MISSING, "/elsewhere/", "third.example");
    }
    assert_true(has_count(day, USAGE_MISSING, "/typed/", 3));
    assert_true(has_count(day, USAGE_MISSING, "/elsewhere/", 0)); // one and two are not three
    tally_day_destroy(day);
}

static void test_day_is_limited(void **state)
{
    (void)state;
    struct tally_day *day = tally_day_create(1);
    char words[32];
    size_t room = 0;
    for (int i = 0; i < 6000; i++) {
        int len = snprintf(words, sizeof words, "word %d", i);
        room += tally_day_count(
            day, &(struct tally_event){USAGE_SEARCH, slice_of(words, (size_t)len), SLICE_EMPTY});
    }
    assert_int_equal(room, 5000);
    assert_true(has_count(day, USAGE_SEARCH, "", 6000));
    tally_day_destroy(day);
}

// ---- requests ----

static struct arena *arena;
static struct settings settings;
static struct request request;
static struct response response;
static struct tally_event events[TALLY_EVENTS_MAX];

static void set_header(const char *name, const char *value)
{
    request.headers[request.header_count++] = (struct http_header){text(name), text(value)};
}

static int begin_request(void **state)
{
    (void)state;
    struct error error = {0};
    arena = arena_create(0, 0);
    struct settings *read = settings_load(arena, "/", "", true, NULL, 0, NULL, &error);
    assert_non_null(read);
    settings = *read;
    request = (struct request){.arena = arena,
                               .settings = &settings,
                               .method = HTTP_GET,
                               .path = text("/a/"),
                               .host = text("guide.example")};
    response = (struct response){.status = 200, .route = METRICS_PAGE};
    set_header("User-Agent",
               "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
    return 0;
}

static int end_request(void **state)
{
    (void)state;
    arena_destroy(arena);
    return 0;
}

static size_t note(void)
{
    return tally_note(&request, &response, events);
}

static void test_visits(void **state)
{
    (void)state;
    assert_int_equal(note(), 1);
    assert_int_equal(events[0].kind, USAGE_VISIT);
    assert_true(slice_equal(events[0].subject, text("/a/")));
    assert_int_equal(events[0].source.len, 0);
    response.status = 304;
    assert_int_equal(note(), 1);
    response.status = 500;
    assert_int_equal(note(), 0);
    response = (struct response){.status = 200, .route = METRICS_ASSET};
    assert_int_equal(note(), 0);
}

static void test_who_is_no_reader(void **state)
{
    static const char *const FIELDS[][2] = {
        {"User-Agent", "curl/8.5.0"},
        {"User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"Sec-Purpose", "prefetch"},
        {"Sec-Fetch-Dest", "empty"},
    };
    (void)state;
    struct http_header browser = request.headers[0];
    for (size_t i = 0; i < sizeof FIELDS / sizeof *FIELDS; i++) {
        request.header_count = 0;
        if (i >= 2)
            request.headers[request.header_count++] = browser;
        set_header(FIELDS[i][0], FIELDS[i][1]);
        assert_int_equal(note(), 0);
    }
    request.header_count = 1;
    request.headers[0] = browser;
    assert_int_equal(note(), 1);
    request.method = HTTP_HEAD;
    assert_int_equal(note(), 0);
    request.method = HTTP_GET;
    request.admin = true;
    assert_int_equal(note(), 0);
}

static void test_referrers(void **state)
{
    static const struct {
        const char *from, *kept;
    } ROWS[] = {
        {"https://guide.example/page/?q=secret#part", "/page/"},
        {"https://GUIDE.example/page/", "/page/"},
        {"https://Other.example/private/page?user=jane", "other.example"},
        {"https://guide.example:8443/page/", "guide.example:8443"},
        {"https://jane:secret@guide.example/page/", ""},
        {"about:client", ""},
        {"", ""},
    };
    (void)state;
    response = (struct response){.status = 404, .route = METRICS_NOT_FOUND};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        request.header_count = 1;
        set_header("Referer", ROWS[i].from);
        assert_int_equal(note(), 1);
        assert_int_equal(events[0].kind, USAGE_MISSING);
        assert_true(slice_equal(events[0].source, text(ROWS[i].kept)));
    }
    char path[USAGE_TEXT_MAX + 2];
    memset(path, 'a', sizeof path);
    request.path = slice_of(path, sizeof path); // only in the sum
    assert_int_equal(note(), 1);
    assert_int_equal(events[0].subject.len, 0);
}

static void test_words(void **state)
{
    static const struct {
        const char *typed, *kept;
    } ROWS[] = {
        {"Multi  Factor", "multi factor"},
        {"ÉCOLE", "école"},
        {"ISO 27001", "iso 27001"},
        {"jane.doe@mail.example", ""},
        {"QQ 12 34 56 C", ""},
        {"07700 900123", ""},
        {"a\nb", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        response = (struct response){
            .status = 200, .route = METRICS_SEARCH, .searched = text(ROWS[i].typed), .found = true};
        assert_int_equal(note(), 1);
        assert_int_equal(events[0].kind, USAGE_SEARCH);
        assert_true(slice_equal(events[0].subject, text(ROWS[i].kept)));
    }
    response.found = false;
    assert_int_equal(note(), 2);
    assert_int_equal(events[1].kind, USAGE_NOTHING);
}

static void test_opened_results(void **state)
{
    (void)state;
    set_header("Referer", "https://guide.example/search?lang=cy&q=Two+Words");
    assert_int_equal(note(), 2);
    assert_int_equal(events[1].kind, USAGE_CLICK);
    assert_true(slice_equal(events[1].subject, text("two words")));
    request.header_count = 1;
    set_header("Referer", "https://other.example/search?q=Two+Words");
    assert_int_equal(note(), 1);
}

#define REQUEST(name) cmocka_unit_test_setup_teardown(name, begin_request, end_request)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_queue_wraps),
        cmocka_unit_test(test_full_queue_drops),
        cmocka_unit_test(test_two_threads),
        cmocka_unit_test(test_words_of_few_are_not_written),
        cmocka_unit_test(test_addresses_that_nobody_links_to),
        cmocka_unit_test(test_day_is_limited),
        REQUEST(test_visits),
        REQUEST(test_who_is_no_reader),
        REQUEST(test_referrers),
        REQUEST(test_words),
        REQUEST(test_opened_results),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
