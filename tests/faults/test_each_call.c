// SPDX-License-Identifier: MIT
//
// Every command, with each call that it makes failing in turn: memory, files, threads, SQLite, git.
// A call is told apart by who makes it (each_call.h); those that one command has shown are not
// tried again in the next. Whatever fails, the command ends, and either did the same as without the
// fault or says that it did not; what it writes is whole or not there.
//
//   test_each_call [COMMAND…]      only the rows of these commands
//   test_each_call --serve [NAME]  instead, servers (each_call_servers.c)
#include "each_call_servers.h"
#include "each_call_site.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

// What a command leaves behind when it fails.
enum writes {
    NOTHING, // it writes nothing that counts
    FILES,   // each is as before, or as it should be
    ALL,     // or none
    AGAIN,   // anything from which the same command gets to the end
};

// A command a row. It is given "@" for the directory with all of this.
struct row {
    const char *arguments;
    enum writes writes;
};
static const struct row ROWS[] = {
    {"template @/template.njk", NOTHING},
    {"template --disassemble @/template.njk", NOTHING},
    {"markdown --site @/site @/site/data/one.md", NOTHING},
    {"serve --site @/site --print-config", NOTHING},
    {"routes --site @/site", NOTHING},
    {"routes --site @/site --format json", NOTHING},
    {"render --site @/site /one/", NOTHING},
    {"check --site @/site", NOTHING},
    {"check --site @/bad", NOTHING},
    {"check --site @/bad --format json", NOTHING},
    {"check --site @/bad --format sarif", NOTHING},
    {"check --site @/bad --format github", NOTHING},
    {"report --site @/site", NOTHING},
    {"report --site @/site --format html", NOTHING},
    {"report --site @/site --format csv", NOTHING},
    {"build --site @/site --out @/out", FILES},
    {"new page --site @/site deep/fresh", ALL},
    {"new section --site @/site fresh", ALL},
    {"move --site @/site one three", ALL},
    {"move --site @/site deep deeper", ALL},
    {"init @/started", FILES},
    {"init --from-eleventy @/eleventy", FILES},
    {"check --site @/bad --fix", FILES},
    {"prepare --site @/site --cache @/cache.db", NOTHING},
    {"feedback --site @/site export", NOTHING},
    {"feedback --site @/site export --format json", NOTHING},
    {"feedback --site @/site backup @/copy.db", NOTHING},
    {"feedback --site @/site restore @/entries.db", FILES},
    {"feedback --site @/site ship --to @/begun.jsonl", AGAIN},
    {"routes --site @/site --git @/site --ref main", NOTHING},
    {"check --site @/site --git @/site --ref main~1", NOTHING},
    {"render --site @/site --git @/site --git-history 10 /two/", NOTHING},
    {"healthcheck http://127.0.0.1:1/", NOTHING},
};
enum { ROW_COUNT = sizeof ROWS / sizeof *ROWS };

static char *only[ROW_COUNT];
static const char *only_server;

struct run {
    int status; // of waitpid
    struct slice out, err;
    struct map files; // of "work", if the command writes
};

static void run_row(struct arena *arena, const struct row *row, size_t site, struct run *run)
{
    struct each_call_process process;
    if (row->writes != NOTHING)
        each_call_copy_sources();
    each_call_forget();
    each_call_start(row->arguments, site, &process);
    run->status = each_call_end(&process, arena, &run->out, &run->err);
    if (row->writes != NOTHING)
        run->files = each_call_files(arena);
}

// ---- what must hold ----

// NULL: all is well.
static const char *wrong_file(const struct run *before, const struct run *after,
                              const struct run *run, struct slice *name)
{
    for (size_t i = 0; i < run->files.count; i++) {
        const struct map_entry *file = &run->files.entries[i];
        const struct slice *first = map_get(&before->files, file->key);
        const struct slice *last = map_get(&after->files, file->key);
        const struct slice *text = file->value;
        *name = file->key;
        if (!first && !last)
            return "leaves a file behind";
        if (!(first && slice_equal(*first, *text)) && !(last && slice_equal(*last, *text)))
            return "leaves a part of a file";
    }
    for (size_t i = 0; i < before->files.count; i++) {
        *name = before->files.entries[i].key;
        if (map_get(&after->files, *name) && !map_get(&run->files, *name))
            return "loses a file";
    }
    return NULL;
}

static bool same_files(const struct run *a, const struct run *b)
{
    for (size_t i = 0; i < a->files.count; i++) {
        const struct slice *other = map_get(&b->files, a->files.entries[i].key);
        if (!other || !slice_equal(*other, *(struct slice *)a->files.entries[i].value))
            return false;
    }
    return a->files.count == b->files.count;
}

static const char *what_is_wrong(const struct row *row, const struct run *before,
                                 const struct run *whole, const struct run *run, struct slice *name)
{
    if (WIFSIGNALED(run->status))
        return WTERMSIG(run->status) == SIGALRM ? "does not end" : "is killed by a signal";
    if (WEXITSTATUS(run->status) > 3 || slice_find(run->err, SLICE("Sanitizer"), 0) != SIZE_MAX)
        return "is wrong, says the sanitizer";
    bool said = run->err.len || slice_find(run->out, SLICE("out of memory"), 0) != SIZE_MAX ||
                slice_find(run->out, SLICE("cannot read"), 0) != SIZE_MAX;
    bool done = run->status == whole->status && slice_equal(run->err, whole->err) && !said;
    if (done && !slice_equal(run->out, whole->out))
        return "prints something else and says nothing";
    if (done && row->writes != NOTHING && !same_files(run, whole))
        return "writes something else and says nothing";
    if (!done && !said)
        return "fails without a word";
    if (row->writes == ALL && run->status != whole->status && !same_files(run, before))
        return "does a part of it";
    if (row->writes == AGAIN && run->status == whole->status && !same_files(run, whole))
        return "does not do all of it";
    return row->writes == ALL || row->writes == FILES ? wrong_file(before, whole, run, name) : NULL;
}

// The fault is over, and the command runs once more with what it left: nothing is lost or doubled.
static const char *what_is_wrong_again(struct arena *arena, const struct row *row,
                                       const struct run *whole)
{
    struct run again = {0};
    struct each_call_process process;
    each_call_start(row->arguments, EACH_CALL_NONE, &process);
    again.status = each_call_end(&process, arena, &again.out, &again.err);
    again.files = each_call_files(arena);
    return again.status != whole->status ? "fails when it runs again"
           : !same_files(&again, whole)  ? "writes something else when it runs again"
                                         : NULL;
}

static bool try_site(struct arena *arena, const struct row *row, const struct run *before,
                     const struct run *whole, size_t site)
{
    struct run run = {0};
    struct slice name = SLICE_EMPTY;
    run_row(arena, row, site, &run);
    if (!each_call_happened())
        return true; // another order of threads
    const char *wrong = what_is_wrong(row, before, whole, &run, &name);
    if (!wrong && row->writes == AGAIN)
        wrong = what_is_wrong_again(arena, row, whole);
    if (!wrong)
        return true;
    print_message("guidanced %s: %s %.*s (status %#x)\n", row->arguments, wrong, SLICE_ARG(name),
                  (unsigned)run.status);
    each_call_print(site);
    print_message("  out: %.*s\n  err: %.*s\n", (int)(run.out.len < 300 ? run.out.len : 300),
                  run.out.ptr, (int)(run.err.len < 1500 ? run.err.len : 1500), run.err.ptr);
    return false;
}

static unsigned try_row(const struct row *row)
{
    struct arena *arena = arena_create(0, 0), *each = arena_create(0, 0);
    struct run before = {0}, whole = {0};
    unsigned wrong = 0;
    size_t first = each_call_count();
    each_call_copy_sources();
    before.files = each_call_files(arena);
    run_row(arena, row, SIZE_MAX, &whole);
    size_t end = each_call_count();
    for (size_t i = first; i < end; i++) {
        wrong += !try_site(each, row, &before, &whole, i);
        arena_reset(each, 1 << 20);
    }
    print_message("%-50s %zu calls, %u wrong; exits with %d\n", row->arguments, end - first, wrong,
                  WEXITSTATUS(whole.status));
    if (getenv("EACH_CALL_SHOW"))
        print_message("%.*s---\n%.*s", SLICE_ARG(whole.out), SLICE_ARG(whole.err));
    arena_destroy(each);
    arena_destroy(arena);
    return wrong;
}

// For servers, whose sites are loaded and rendered as theirs are.
static void note_rows(void)
{
    struct arena *arena = arena_create(0, 0);
    struct run run;
    for (size_t i = 0; i < ROW_COUNT; i++) {
        each_call_copy_sources();
        run_row(arena, &ROWS[i], SIZE_MAX, &run);
    }
    arena_destroy(arena);
}

static int set_up(void **state)
{
    (void)state;
    each_call_make_sources();
    return each_call_prepare() ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    each_call_remove();
    return 0;
}

static bool is_wanted(const struct row *row)
{
    if (!only[0])
        return true;
    for (char **name = only; *name; name++)
        if (strstr(row->arguments, *name))
            return true;
    return false;
}

static void test_each_call_of_each_command(void **state)
{
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < ROW_COUNT; i++)
        if (is_wanted(&ROWS[i]))
            wrong += try_row(&ROWS[i]);
    assert_int_equal(wrong, 0);
}

static void test_each_call_of_servers(void **state)
{
    (void)state;
    note_rows();
    each_call_make_servers();
    assert_int_equal(each_call_serve(only_server), 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest commands[] = {cmocka_unit_test(test_each_call_of_each_command)},
                            server[] = {cmocka_unit_test(test_each_call_of_servers)};
    only_server = argc > 2 ? argv[2] : NULL;
    if (argc > 1 && strcmp(argv[1], "--serve") == 0)
        return cmocka_run_group_tests(server, set_up, tear_down);
    for (int i = 1; i < argc && i < ROW_COUNT; i++)
        only[i - 1] = argv[i];
    return cmocka_run_group_tests(commands, set_up, tear_down);
}
