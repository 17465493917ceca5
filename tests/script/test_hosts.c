// SPDX-License-Identifier: MIT
//
// Hosts that die, hang, lie, print and eat (hosts/fake.mjs): each question gets its error in time,
// and the next one its answer.
#include "site.h"

#include "base/clock.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct test_site *site;

// That nothing takes for ever is seen by the time limit of the whole program: everything takes long
// on a busy machine, under sanitizers, or emulated.
enum { TIMEOUT_MS = 1000 };

static void start(unsigned timeout_ms, unsigned idle_ms, size_t memory)
{
    struct script_options options = site_options(site);
    options.timeout_ms = timeout_ms;
    options.idle_ms = idle_ms;
    options.memory_bytes = memory;
    site_start(site, &options);
}

static int make_site(void **state)
{
    (void)state;
    site = site_make("fake.mjs");
    start(TIMEOUT_MS, 60000, 256 << 20);
    return 0;
}

static int remove_site(void **state)
{
    (void)state;
    site_remove(site);
    return 0;
}

static double seconds(uint64_t from)
{
    return (double)(clock_monotonic_ns() - from) / 1e9;
}

static void recover(void)
{
    struct value answer, n = value_number(clock_wall_ms() + (double)(clock_monotonic_ns() % 1000));
    // A host that ended twice in a row rests for some moments.
    for (int i = 0; i < 100; i++) {
        if (site_ask(site, "echo", n, &answer)) {
            assert_true(answer.number == n.number);
            return;
        }
        if (!strstr(site->error.message, "pauses"))
            fail_msg("%s", site->error.message);
        usleep(100000);
    }
    fail_msg("it rests for ever");
}

static void assert_survives(const char *name, const char *message)
{
    struct value answer;
    recover();
    if (site_ask(site, name, value_number(1), &answer))
        fail_msg("%s is answered", name);
    if (!strstr(site->error.message, message))
        fail_msg("%s: \"%s\" has no \"%s\"", name, site->error.message, message);
    recover();
}

// ---- what ends it ----

static void test_exits(void **state)
{
    (void)state;
    assert_survives("exit", "JavaScript ended while it ran filter \"exit\": it ended with code 3");
    struct value answer;
    assert_false(site_ask(site, "exit", value_number(2), &answer));
    assert_string_equal(site->error.hint, "its last words: I give up");
    assert_survives("abort", "it aborted");
    assert_survives("half", "it ended with code 0");
}

static void test_hangs(void **state)
{
    (void)state;
    assert_survives("loop", "filter \"loop\" gave no answer within 1000 ms");
    assert_survives("stop", "no answer within 1000 ms");
    assert_survives("drip", "no answer within 1000 ms");
    assert_survives("flood", "no answer within 1000 ms");
    struct value answer;
    assert_true(site_ask(site, "sleep", value_number(100), &answer));
    assert_text(value_text(answer), "slept");
}

static void test_memory(void **state)
{
    (void)state;
    start(20000, 60000, 256 << 20);
    assert_survives("eat", "it took more memory than script.memory allows");
    assert_survives("heap", "JavaScript ended while it ran");
}

static void test_sizes(void **state)
{
    (void)state;
    start(5000, 60000, 256 << 20);
    assert_survives("huge", "a message of more than 64 MiB");
    assert_survives("endless", "invalid");
    // A question that is too large is an error of its own, and no host is lost.
    struct value answer;
    size_t length = 65 << 20;
    char *text = malloc(length);
    memset(text, 'x', length);
    uint64_t deaths = script_status(site->script).deaths;
    assert_false(site_ask(site, "echo", value_string(slice_of(text, length)), &answer));
    assert_non_null(strstr(site->error.message, "more than"));
    assert_int_equal(script_status(site->script).deaths, deaths);
    // One that is just not goes there and back.
    length = 20 << 20;
    assert_true(site_ask(site, "echo", value_string(slice_of(text, length)), &answer));
    assert_int_equal(answer.len, length);
    free(text);
}

static void test_nonsense(void **state)
{
    (void)state;
    static const char *const KINDS[] = {
        "empty",       "words",          "list",          "nothing",       "other",
        "text",        "valueless",      "get",           "error",         "utf8",
        "tag",         "number_tag",     "infinite",      "date",          "safe",
        "pairs",       "page",           "page_part",     "again",         "again_negative",
        "function",    "function_other", "function_path", "instance",      "instance_list",
        "reads",       "reads_list",     "reads_path",    "instance_item", "deep",
        "deep_enough", "after",
    };
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
        char name[64];
        snprintf(name, sizeof name, "nonsense %s", KINDS[i]);
        assert_survives(name, "invalid");
    }
}

// ---- what it prints ----

static struct slice read_log(const char *path)
{
    struct slice text = SLICE_EMPTY;
    assert_true(file_read(site->arena, path, 16 << 20, &text, NULL));
    return text;
}

static void test_prints(void **state)
{
    (void)state;
    char path[128];
    struct value answer;
    snprintf(path, sizeof path, "%s/log", site->folder);
    struct log *log = log_create(path, LOG_INFO, LOG_TEXT, NULL);
    struct script_options options = site_options(site);
    options.log = log;
    options.timeout_ms = 600000; // an emulated reader of a gigabyte, on a busy machine
    site_start(site, &options);
    assert_true(site_ask(site, "log", value_null(), &answer));
    struct slice text = read_log(path);
    assert_true(slice_find(text, SLICE("hello from JavaScript"), 0) != SIZE_MAX);
    assert_true(slice_find(text, SLICE("\x1b"), 0) == SIZE_MAX);
    assert_true(slice_find(text, SLICE("a warning"), 0) != SIZE_MAX);
    assert_true(slice_find(text, SLICE("were printed and dropped"), 0) != SIZE_MAX);
    // A gigabyte.
    size_t before = text.len;
    assert_true(site_ask(site, "print", value_null(), &answer));
    assert_text(value_text(answer), "printed");
    text = read_log(path);
    assert_true(text.len - before < 200000);
    script_destroy(site->script);
    site->script = NULL;
    log_destroy(log);
}

// ---- killed from outside ----

static void test_killed_between_questions(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        recover();
        int pid = script_status(site->script).pid;
        assert_true(pid > 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        struct value answer;
        // Nobody notices.
        if (!site_ask(site, "echo", value_number(i), &answer))
            fail_msg("%s", site->error.message);
        assert_int_equal(answer.number, i);
    }
    assert_int_equal(script_status(site->script).starts, 6);
}

static void test_stopped(void **state)
{
    (void)state;
    struct value answer;
    recover();
    int pid = script_status(site->script).pid;
    assert_int_equal(kill(pid, SIGSTOP), 0);
    assert_false(site_ask(site, "echo", VALUE_LITERAL("stopped"), &answer));
    recover();
}

struct asker {
    pthread_t thread;
    unsigned right, wrong;
    unsigned seed;
};

enum { THREADS = 4, EACH = 50 };

static void *ask_all_the_time(void *data)
{
    struct asker *asker = data;
    for (int i = 0; i < EACH; i++) {
        struct arena *arena = arena_create(0, 0);
        // Half of them are remembered: those never fail.
        bool known = i % 2 == 0;
        struct value answer, argument = value_number(known ? i : 1000.0 * asker->seed + i);
        struct error error = {0};
        const struct script_question question = {
            .operation = "filter", .name = SLICE("echo"), .args = &argument, .argc = 1};
        bool ok = script_ask(site->script, &question, NULL, arena, &answer, &error);
        asker->right += ok && answer.number == argument.number;
        asker->wrong += (ok && answer.number != argument.number) || (known && !ok) ||
                        (!ok && !error.message[0]);
        arena_destroy(arena);
        usleep(2000);
    }
    return NULL;
}

static void test_killed_under_load(void **state)
{
    (void)state;
    struct asker askers[THREADS] = {0};
    struct value answer;
    start(10000, 60000, 256 << 20);
    for (int i = 0; i < EACH; i += 2)
        assert_true(site_ask(site, "echo", value_number(i), &answer));
    for (unsigned i = 0; i < THREADS; i++) {
        askers[i].seed = i + 1;
        pthread_create(&askers[i].thread, NULL, ask_all_the_time, &askers[i]);
    }
    for (int i = 0; i < 10; i++) {
        int pid = script_status(site->script).pid;
        if (pid > 0)
            kill(pid, SIGKILL);
        usleep(50000);
    }
    unsigned right = 0;
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].wrong, 0);
        right += askers[i].right;
    }
    assert_true(right >= THREADS * EACH / 2);
    recover();
}

// ---- what it starts with ----

// Of SIGNALS ("SigIgn:") in /proc/PID/status, as a mask; ~0: not there.
static uint64_t signals_of(int pid, const char *signals)
{
    char path[64], line[256];
    uint64_t mask = ~UINT64_C(0);
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, signals, strlen(signals)) == 0)
            mask = strtoull(line + strlen(signals), NULL, 16);
    if (file)
        fclose(file);
    return mask;
}

static uint64_t bit_of(int number)
{
    return UINT64_C(1) << (number - 1);
}

// The daemon ignores and blocks signals; a host has them as any program does.
static void test_signals(void **state)
{
    (void)state;
    static const int OURS[] = {SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGUSR1, SIGCHLD};
    struct value answer;
    sigset_t set, before;
    sigfillset(&set);
    pthread_sigmask(SIG_BLOCK, &set, &before);
    for (size_t i = 0; i < sizeof OURS / sizeof *OURS - 1; i++)
        signal(OURS[i], SIG_IGN);
    start(TIMEOUT_MS * 10, 60000, 256 << 20);
    bool ok = site_ask(site, "echo", value_number(1), &answer);
    for (size_t i = 0; i < sizeof OURS / sizeof *OURS - 1; i++)
        signal(OURS[i], SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_true(ok);
    int pid = script_status(site->script).pid;
    uint64_t ignored = signals_of(pid, "SigIgn:"), blocked = signals_of(pid, "SigBlk:");
    for (size_t i = 0; i < sizeof OURS / sizeof *OURS; i++) {
        assert_int_equal(ignored & bit_of(OURS[i]), 0);
        assert_int_equal(blocked & bit_of(OURS[i]), 0);
    }
}

// ---- its end ----

static bool is_alive(int pid)
{
    char path[64], state = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
        state = 0;
    if (file)
        fclose(file);
    return state && state != 'Z';
}

static bool ends(int pid)
{
    for (int i = 0; i < 100 && is_alive(pid); i++)
        usleep(50000);
    return !is_alive(pid);
}

static void test_idle_ends(void **state)
{
    (void)state;
    start(TIMEOUT_MS, 300, 256 << 20);
    assert_answer(site, "count", value_number(1), "2");
    int pid = script_status(site->script).pid;
    assert_true(is_alive(pid));
    assert_true(ends(pid));
    // Not a death, and the next question starts another.
    assert_answer(site, "count", value_number(2), "2");
    assert_int_equal(script_status(site->script).deaths, 0);
    assert_int_equal(script_status(site->script).starts, 2);
}

static void test_ends_with_the_script(void **state)
{
    (void)state;
    recover();
    int pid = script_status(site->script).pid;
    assert_true(is_alive(pid));
    script_destroy(site->script);
    site->script = NULL;
    assert_true(ends(pid));
}

// The daemon is killed: starter and host end.
static void test_ends_with_the_daemon(void **state)
{
    (void)state;
    int pipe_ends[2], host = 0;
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t daemon = fork();
    if (daemon == 0) {
        struct script_options options = site_options(site);
        struct error error = {0};
        struct value answer;
        struct script *script = script_create(&options, &error);
        const struct script_question question = {.operation = "filter", .name = SLICE("pid")};
        bool ok = script && script_ask(script, &question, NULL, site->arena, &answer, &error);
        int pid = ok ? (int)answer.number : -1;
        (void)!write(pipe_ends[1], &pid, sizeof pid);
        pause();
        _exit(0);
    }
    assert_int_equal(read(pipe_ends[0], &host, sizeof host), sizeof host);
    assert_true(host > 0 && is_alive(host));
    kill(daemon, SIGKILL);
    waitpid(daemon, NULL, 0);
    assert_true(ends(host));
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

static void test_rests_after_failures(void **state)
{
    (void)state;
    struct value answer;
    recover();
    unsigned starts = (unsigned)script_status(site->script).starts;
    for (int i = 0; i < 30; i++)
        assert_false(site_ask(site, "exit", value_number(i), &answer));
    assert_true(script_status(site->script).starts - starts < 15);
    recover();
}

// Those who wait for their turn do not wait for ever.
static void *ask_for_long(void *data)
{
    struct arena *arena = arena_create(0, 0);
    struct value answer, argument = value_number(900);
    struct error error = {0};
    struct script_question question = {
        .operation = "filter", .name = SLICE("sleep"), .args = &argument, .argc = 1};
    question.salt = (uintptr_t)data;
    bool ok = script_ask(site->script, &question, NULL, arena, &answer, &error);
    // On a busy machine the answer itself may come too late, twice in a row too.
    const char *const ENDS[] = {"other questions came first", "no answer within", "pauses"};
    bool told = ok;
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        told = told || strstr(error.message, ENDS[i]);
    if (!told)
        print_error("%s\n", error.message);
    arena_destroy(arena);
    return told ? (void *)(uintptr_t)1 : NULL;
}

static void test_waiting_has_an_end(void **state)
{
    (void)state;
    pthread_t threads[6];
    recover();
    uint64_t from = clock_monotonic_ns();
    assert_non_null(ask_for_long((void *)(size_t)7));
    double one = seconds(from);
    recover();
    from = clock_monotonic_ns();
    for (size_t i = 0; i < 6; i++)
        pthread_create(&threads[i], NULL, ask_for_long, (void *)(i + 1));
    for (size_t i = 0; i < 6; i++) {
        void *told;
        pthread_join(threads[i], &told);
        assert_non_null(told);
    }
    assert_true(seconds(from) < 5 * one); // not one after the other
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, remove_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_exits),
        TEST(test_hangs),
        TEST(test_memory),
        TEST(test_sizes),
        TEST(test_nonsense),
        TEST(test_prints),
        TEST(test_killed_between_questions),
        TEST(test_stopped),
        TEST(test_killed_under_load),
        TEST(test_signals),
        TEST(test_idle_ends),
        TEST(test_ends_with_the_script),
        TEST(test_ends_with_the_daemon),
        TEST(test_rests_after_failures),
        TEST(test_waiting_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
