// SPDX-License-Identifier: MIT
//
// Repositories that git would not have made, or that are not whole: what they say is told, or the
// error that says why not, in a time that does not depend on what a few objects stand for.
#include "tree/history.h"
#include "tree/tree.h"

#include <fcntl.h>
#include <git2.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// ---- a repository ----

struct bench {
    char root[64], path[96];
    git_repository *git;
    git_odb *odb;
    struct arena *arena;
    int64_t time_s; // of the next commit
};

static struct bench bench;

static int set_up(void **state)
{
    (void)state;
    bench = (struct bench){.root = "/tmp/guidanced-git-XXXXXX", .time_s = 1700000000};
    git_libgit2_init();
    bench.arena = arena_create(0, 0);
    if (!bench.arena || !mkdtemp(bench.root))
        return -1;
    snprintf(bench.path, sizeof bench.path, "%s/bare", bench.root);
    return git_repository_init(&bench.git, bench.path, true) ||
           git_repository_odb(&bench.odb, bench.git);
}

static int tear_down(void **state)
{
    (void)state;
    git_odb_free(bench.odb);
    git_repository_free(bench.git);
    git_libgit2_shutdown();
    arena_destroy(bench.arena);
    return file_remove_directory(bench.root) ? 0 : -1;
}

static struct object_id put_object(git_object_t type, struct slice content)
{
    git_oid oid;
    struct object_id id;
    assert_int_equal(git_odb_write(&oid, bench.odb, content.ptr, content.len, type), 0);
    memcpy(id.bytes, oid.id, sizeof id.bytes);
    return id;
}

static struct object_id put_blob(const char *text)
{
    return put_object(GIT_OBJECT_BLOB, slice_from_cstr(text));
}

struct part {
    const char *mode, *name;
    struct object_id id;
};

static void add_part(struct buffer *out, const char *mode, const char *name, struct object_id id)
{
    buffer_printf(out, "%s %s", mode, name);
    buffer_append_byte(out, '\0');
    buffer_append(out, object_id_key(&id));
}

static struct object_id put_tree(const struct part *parts, size_t count)
{
    struct buffer out = buffer_create(bench.arena, 0);
    for (size_t i = 0; i < count; i++)
        add_part(&out, parts[i].mode, parts[i].name, parts[i].id);
    return put_object(GIT_OBJECT_TREE, count ? buffer_slice(&out) : SLICE(""));
}

#define TREE(...)                                                                                  \
    put_tree((const struct part[]){__VA_ARGS__},                                                   \
             sizeof((const struct part[]){__VA_ARGS__}) / sizeof(struct part))
#define FOLDER(name, id)                                                                           \
    {                                                                                              \
        "40000", name, id                                                                          \
    }
#define FILE_OF(name, text)                                                                        \
    {                                                                                              \
        "100644", name, put_blob(text)                                                             \
    }

// Each a minute after the one before.
static struct object_id put_commit_of(struct object_id tree, const struct object_id *parents,
                                      size_t count)
{
    char hex[REPOSITORY_HEX];
    struct buffer out = buffer_create(bench.arena, 0);
    repository_write_id(&tree, hex);
    buffer_printf(&out, "tree %s\n", hex);
    for (size_t i = 0; i < count; i++) {
        repository_write_id(&parents[i], hex);
        buffer_printf(&out, "parent %s\n", hex);
    }
    bench.time_s += 60;
    for (int i = 0; i < 2; i++)
        buffer_printf(&out, "%s A <a@b> %lld +0000\n", i ? "committer" : "author",
                      (long long)bench.time_s);
    buffer_append_cstr(&out, "\nChange\n");
    return put_object(GIT_OBJECT_COMMIT, buffer_slice(&out));
}

static struct object_id put_commit(struct object_id tree, const struct object_id *parent)
{
    return put_commit_of(tree, parent, parent ? 1 : 0);
}

// Three commits of "a.md", which the last one did not change.
static void put_three(struct object_id commits[3])
{
    commits[0] = put_commit(TREE(FILE_OF("a.md", "One")), NULL);
    commits[1] = put_commit(TREE(FILE_OF("a.md", "Two")), &commits[0]);
    commits[2] = put_commit(TREE(FILE_OF("a.md", "Two"), FILE_OF("b.md", "B")), &commits[1]);
}

static void write_text(const char *name, const char *text)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", bench.root, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void make_folder(const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", bench.root, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void write_ends(const struct object_id *commit)
{
    char text[REPOSITORY_HEX + 1];
    repository_write_id(commit, text);
    write_text("bare/shallow", strcat(text, "\n"));
}

static void remove_object(const struct object_id *id)
{
    char hex[REPOSITORY_HEX], path[192];
    repository_write_id(id, hex);
    snprintf(path, sizeof path, "%s/objects/%.2s/%s", bench.path, hex, hex + 2);
    assert_int_equal(unlink(path), 0);
}

// Texts of commits are any bytes; those that are read are UTF-8.
static void test_encodings(void **state)
{
    (void)state;
    static const char *const ROWS[][3] = {
        {"", "caf\xc3\xa9", "caf\xc3\xa9"},
        {"", "caf\xe9 \xff", "caf\xef\xbf\xbd \xef\xbf\xbd"},
        {"encoding ISO-8859-1\n", "caf\xe9", "caf\xc3\xa9"},
        {"encoding Latin1\n", "caf\xe9", "caf\xc3\xa9"},
        {"encoding KOI8-R\n", "\xcb\xcf", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"encoding UTF-8\n", "caf\xc3\xa9", "caf\xc3\xa9"},
    };
    char hex[REPOSITORY_HEX];
    struct object_id tree = TREE(FILE_OF("a.md", "A"));
    struct repository *opened = repository_open(bench.path, NULL);
    assert_non_null(opened);
    repository_write_id(&tree, hex);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct repository_commit commit;
        struct slice text = arena_printf(
            bench.arena, "tree %s\nauthor %s <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n%s\n%s\n",
            hex, ROWS[i][1], ROWS[i][0], ROWS[i][1]);
        struct object_id id = put_object(GIT_OBJECT_COMMIT, text);
        assert_true(repository_commit(opened, &id, bench.arena, &commit, NULL));
        assert_true(slice_equal(commit.summary, slice_from_cstr(ROWS[i][2])));
        assert_true(slice_equal(commit.author, slice_from_cstr(ROWS[i][2])));
    }
    repository_release(opened);
}

// ---- its history ----

struct outcome {
    struct history *history;
    struct error error;
    const struct history_file *file;
    uint32_t commits, moves;
    bool created, whole;
};

static struct outcome walk_path(const char *repository, const struct object_id *commit,
                                const char *path, struct history *known)
{
    struct outcome out = {0};
    struct error ignored = {0};
    struct repository *opened = repository_open(repository, NULL);
    struct slice name = slice_from_cstr(path);
    assert_non_null(opened);
    struct history_walk *walk = history_begin(opened, commit, &name, 1, known);
    assert_non_null(walk);
    while (!history_go_on(walk, 0, NULL, NULL))
        continue;
    out.history = history_take(walk, &out.error);
    assert_non_null(out.history);
    out.file = history_find(out.history, name);
    assert_non_null(out.file);
    out.commits = out.file->count;
    out.moves = out.file->move_count;
    out.created = out.file->created != HISTORY_NONE;
    out.whole = history_is_whole(out.history, &ignored);
    assert_int_equal(ignored.code, out.error.code);
    repository_release(opened);
    return out;
}

static void assert_outcome(struct outcome out, enum error_code code, uint32_t commits, bool created,
                           bool whole)
{
    assert_int_equal(out.error.code, code);
    assert_int_equal(out.commits, commits);
    assert_int_equal(out.created, created);
    assert_int_equal(out.whole, whole);
    history_release(out.history);
}

// A folder of two folders that are the same one, fifty deep, and nothing in them.
static void test_endless_folders(void **state)
{
    (void)state;
    struct object_id folder = put_tree(NULL, 0);
    for (int i = 0; i < 50; i++)
        folder = TREE(FOLDER("a", folder), FOLDER("b", folder));
    struct object_id past = put_commit(TREE(FILE_OF("a.md", "A"), FOLDER("z", folder)), NULL);
    struct object_id commit = put_commit(TREE(FILE_OF("a.md", "A")), &past);
    // However often it is tried, there is no more of it.
    assert_outcome(walk_path(bench.path, &commit, "a.md", NULL), ERROR_LIMIT, 0, false, true);
}

static void test_parents(void **state)
{
    enum { MANY = 257, OFTEN = 20000 };
    (void)state;
    struct object_id tree = TREE(FILE_OF("a.md", "One")), changed = TREE(FILE_OF("a.md", "Two"));
    struct object_id *parents = arena_alloc(bench.arena, OFTEN * sizeof *parents);
    assert_non_null(parents);
    for (size_t i = 0; i < MANY; i++)
        parents[i] = put_commit(tree, NULL);
    struct object_id commit = put_commit_of(changed, parents, MANY);
    assert_outcome(walk_path(bench.path, &commit, "a.md", NULL), ERROR_LIMIT, 0, false, true);
    for (size_t i = 1; i < OFTEN; i++)
        parents[i] = parents[0];
    commit = put_commit_of(changed, parents, OFTEN);
    assert_outcome(walk_path(bench.path, &commit, "a.md", NULL), ERROR_NONE, 2, true, true);
}

// Many files of one text that move: first those that keep their name, then in order.
static void test_same_text(void **state)
{
    enum { COUNT = 30000 };
    (void)state;
    struct object_id empty = put_blob(""), folders[2];
    for (int k = 0; k < 2; k++) {
        struct buffer out = buffer_create(bench.arena, 0);
        for (int i = 0; i < COUNT; i++) {
            char name[16];
            snprintf(name, sizeof name, "%c%06d", "xy"[k], i);
            add_part(&out, "100644", name, empty);
        }
        add_part(&out, "100644", "z", empty);
        folders[k] = put_object(GIT_OBJECT_TREE, buffer_slice(&out));
    }
    struct object_id before = put_commit(TREE(FOLDER("one", folders[0])), NULL);
    struct object_id commit = put_commit(TREE(FOLDER("two", folders[1])), &before);
    static const char *const MOVES[][2] = {
        {"two/z", "one/z"}, {"two/y000000", "one/x000000"}, {"two/y029999", "one/x029999"}};
    for (size_t i = 0; i < sizeof MOVES / sizeof *MOVES; i++) {
        struct outcome out = walk_path(bench.path, &commit, MOVES[i][0], NULL);
        assert_int_equal(out.moves, 1);
        assert_true(slice_equal(out.file->moves[0].from, slice_from_cstr(MOVES[i][1])));
        assert_outcome(out, ERROR_NONE, 2, true, true);
    }
}

// git writes down where a shallow clone ends; whether the parents are there says nothing.
static void test_shallow(void **state)
{
    (void)state;
    char worktree[128];
    struct object_id commits[3];
    put_three(commits);
    make_folder("tree");
    make_folder("bare/worktrees");
    make_folder("bare/worktrees/tree");
    snprintf(worktree, sizeof worktree, "gitdir: %s/worktrees/tree\n", bench.path);
    write_text("tree/.git", worktree);
    snprintf(worktree, sizeof worktree, "%s/tree", bench.root);
    write_text("bare/worktrees/tree/HEAD", "ref: refs/heads/main\n");
    write_text("bare/worktrees/tree/commondir", "../..\n");
    write_text("bare/worktrees/tree/gitdir", "../../../tree/.git\n");
    write_ends(&commits[1]);
    for (int i = 0; i < 2; i++) {
        assert_outcome(walk_path(bench.path, &commits[2], "a.md", NULL), ERROR_NONE, 1, true,
                       false);
        assert_outcome(walk_path(worktree, &commits[2], "a.md", NULL), ERROR_NONE, 1, true, false);
        if (i == 0)
            remove_object(&commits[0]);
    }
    write_ends(&commits[0]);
    assert_outcome(walk_path(worktree, &commits[2], "a.md", NULL), ERROR_IO, 0, false, false);
}

// Whether a commit is an ancestor: yes, no, or nobody can tell since one in between is missing.
static void test_ancestors(void **state)
{
    (void)state;
    char hex[REPOSITORY_HEX];
    struct object_id commits[3], base;
    put_three(commits);
    struct object_id side = put_commit(TREE(FILE_OF("a.md", "Side")), &commits[0]);
    struct object_id other = put_commit(TREE(FILE_OF("a.md", "Other")), NULL);
    repository_write_id(&commits[2], hex);
    write_text("bare/refs/heads/main", hex);
    enum { WHOLE, DAMAGED, SHALLOW, STATES };
    // libgit2 loses memory where it cannot read a parent, which a sanitizer would take for ours.
#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
    const int forms = WHOLE + 1;
#else
    const int forms = STATES;
#endif
    for (int form = WHOLE; form < forms; form++) {
        struct repository *opened = repository_open(bench.path, NULL);
        struct error errors[3] = {{0}};
        assert_non_null(opened);
        assert_int_equal(repository_is_reachable(opened, &commits[0], &errors[0]), form == WHOLE);
        assert_false(repository_is_reachable(opened, &other, &errors[1]));
        bool found = repository_merge_base(opened, &commits[2], &side, &base, &errors[2]);
        assert_int_equal(found, form == WHOLE);
        assert_true(!found || object_id_equal(&base, &commits[0]));
        assert_int_equal(errors[0].code, form == DAMAGED ? ERROR_IO : ERROR_NONE);
        assert_int_equal(errors[1].code, form == DAMAGED ? ERROR_IO : ERROR_NONE);
        assert_int_equal(errors[2].code, form == WHOLE ? ERROR_NONE : ERROR_IO);
        struct error none = {0};
        assert_false(repository_merge_base(opened, &side, &other, &base, &none));
        assert_int_equal(none.code, ERROR_NONE);
        repository_release(opened);
        if (form == WHOLE)
            remove_object(&commits[1]);
        else
            write_ends(&commits[2]);
    }
}

// What is not whole is not gone on from.
static void test_completed(void **state)
{
    (void)state;
    char path[128];
    struct object_id commits[3];
    put_three(commits);
    snprintf(path, sizeof path, "%s/shallow", bench.path);
    write_ends(&commits[1]);
    struct outcome known = walk_path(bench.path, &commits[2], "a.md", NULL);
    assert_false(known.whole);
    assert_int_equal(unlink(path), 0);
    assert_outcome(walk_path(bench.path, &commits[2], "a.md", known.history), ERROR_NONE, 2, true,
                   true);
    history_release(known.history);
}

// ---- records ----

static void test_records(void **state)
{
    (void)state;
    struct object_id commits[3];
    put_three(commits);
    struct object_id moved = put_commit(TREE(FILE_OF("c.md", "Two")), &commits[2]);
    struct outcome out = walk_path(bench.path, &moved, "c.md", NULL);
    struct buffer record = buffer_create(bench.arena, 0);
    assert_true(history_pack(out.history, &record));
    history_release(out.history);
    struct slice whole = buffer_slice(&record);
    struct history *again = history_unpack(whole);
    assert_non_null(again);
    const struct history_file *file = history_find(again, SLICE("c.md"));
    assert_non_null(file);
    assert_int_equal(file->count, 3);
    assert_true(object_id_equal(history_of(again), &moved));
    assert_true(object_id_equal(&history_commit_at(again, file->created)->id, &commits[0]));
    assert_true(slice_equal(file->moves[0].from, SLICE("a.md")));
    assert_null(history_commit_at(again, 3));
    history_release(again);
    for (size_t i = 0; i < whole.len; i++)
        assert_null(history_unpack(slice_sub(whole, 0, i)));
    // One that is damaged is refused, or names nothing that it has not.
    for (size_t i = 0; i < whole.len * 8; i++) {
        record.ptr[i / 8] ^= (char)(1 << i % 8);
        again = history_unpack(whole);
        file = again ? history_find(again, SLICE("c.md")) : NULL;
        for (uint32_t k = 0; file && k < file->count; k++)
            assert_non_null(history_commit_at(again, file->commits[k]));
        history_release(again);
        record.ptr[i / 8] ^= (char)(1 << i % 8);
    }
}

// ---- its trees ----

struct site {
    struct repository *repository;
    struct tree_source source;
    char hex[REPOSITORY_HEX], overlay[128];
};

static struct tree *open_site(struct site *site, const struct object_id *commit)
{
    repository_write_id(commit, site->hex);
    site->repository = repository_open(bench.path, NULL);
    assert_non_null(site->repository);
    site->source = (struct tree_source){.kind = &TREE_COMMIT,
                                        .root = SLICE("/site"),
                                        .given = SLICE("/site"),
                                        .repository = site->repository,
                                        .commit = slice_from_cstr(site->hex),
                                        .subdirectory = SLICE(""),
                                        .overlay = slice_from_cstr(site->overlay)};
    struct tree *tree = tree_open(&site->source, false, NULL);
    assert_non_null(tree);
    return tree;
}

static void close_site(struct site *site, struct tree *tree)
{
    tree_close(tree);
    repository_release(site->repository);
}

static bool count_row(void *state, struct slice relative, const struct file_info *info)
{
    (void)relative, (void)info;
    ++*(size_t *)state;
    return true;
}

// Folders with two links each to the next one.
static void test_endless_links(void **state)
{
    enum { LEVELS = 38 };
    (void)state;
    struct buffer out = buffer_create(bench.arena, 0);
    for (int i = 10; i < 10 + LEVELS; i++) {
        char name[16], target[16];
        snprintf(name, sizeof name, "f%d", i);
        snprintf(target, sizeof target, "../f%d", i + 1);
        struct object_id link = put_blob(target);
        struct object_id folder =
            TREE({"120000", "a", link}, {"120000", "b", link}, FILE_OF("c", ""));
        add_part(&out, "40000", name, folder);
    }
    struct object_id commit = put_commit(put_object(GIT_OBJECT_TREE, buffer_slice(&out)), NULL);
    struct site site = {0};
    struct error error = {0};
    size_t rows = 0;
    struct tree *tree = open_site(&site, &commit);
    assert_false(tree_list(tree, SLICE(""), count_row, &rows, &error));
    assert_int_equal(error.code, ERROR_LIMIT);
    // Below, where there is an end, each way is one.
    assert_true(tree_list(tree, SLICE("f44"), count_row, &rows, NULL));
    assert_int_equal(rows, 15);
    close_site(&site, tree);
}

// No file is of a moment that nanoseconds cannot count.
static void test_far_moments(void **state)
{
    static const int64_t SECONDS[] = {99999999999999999, 9300000000};
    (void)state;
    for (size_t i = 0; i < sizeof SECONDS / sizeof *SECONDS; i++) {
        struct site site = {0};
        struct file_info info;
        bench.time_s = SECONDS[i];
        struct object_id commit = put_commit(TREE(FILE_OF("a.md", "A")), NULL);
        struct tree *tree = open_site(&site, &commit);
        assert_true(tree_look(tree, SLICE("a.md"), &info, NULL));
        assert_true(info.mtime_ns / 1000000000 == INT64_MAX / 1000000000);
        close_site(&site, tree);
    }
}

// ---- the overlay ----

static struct tree *open_with_overlay(struct site *site)
{
    struct object_id commit =
        put_commit(TREE(FOLDER("data", TREE(FILE_OF("a.md", "A"))), FILE_OF("b.md", "B")), NULL);
    snprintf(site->overlay, sizeof site->overlay, "%s/overlay", bench.root);
    make_folder("overlay");
    make_folder("overlay/data");
    write_text("overlay/data/c.md", "C");
    return open_site(site, &commit);
}

// What the overlay has and cannot be read now is not what it has not.
static void test_overlay_away(void **state)
{
    (void)state;
    struct site site = {0};
    struct error error = {0};
    struct rlimit before, none;
    size_t rows = 0;
    struct tree *tree = open_with_overlay(&site);
    assert_int_equal(tree_failures(tree, &error), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    tree_list(tree, SLICE("data"), count_row, &rows, NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(rows, 1);
    assert_true(tree_failures(tree, &error) > 0);
    assert_int_equal(error.code, ERROR_AWAY);
    assert_true(tree_list(tree, SLICE("data"), count_row, &rows, NULL));
    assert_int_equal(rows, 3);
    close_site(&site, tree);
}

static bool has_written(const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", bench.root, name);
    return file_exists(path);
}

static void test_written(void **state)
{
    (void)state;
    struct site site = {0};
    struct error error = {0};
    char path[128];
    struct tree *tree = open_with_overlay(&site);
    snprintf(path, sizeof path, "%s/out", bench.root);
    make_folder("out");
    assert_true(commit_write(tree, path, 1 << 20, &error));
    assert_true(has_written("out/b.md") && has_written("out/data/a.md"));
    assert_true(has_written("out/data/c.md")); // a link into the overlay
    // Not more than is allowed: each file and link takes a block at least.
    snprintf(path, sizeof path, "%s/little", bench.root);
    make_folder("little");
    assert_false(commit_write(tree, path, 4096, &error));
    assert_int_equal(error.code, ERROR_LIMIT);
    error = (struct error){0};
    // Not without a part of the overlay: one that is there and cannot be read.
    snprintf(path, sizeof path, "%s/overlay/data", bench.root);
    assert_true(file_remove_directory(path));
    assert_int_equal(symlink(path, path), 0);
    snprintf(path, sizeof path, "%s/out2", bench.root);
    make_folder("out2");
    assert_false(commit_write(tree, path, 1 << 20, &error));
    assert_int_equal(error.code, ERROR_IO);
    assert_non_null(strstr(error.message, "overlay/data"));
    close_site(&site, tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_encodings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_endless_folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_parents, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shallow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_ancestors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_completed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_records, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_endless_links, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_far_moments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_overlay_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_written, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
