// SPDX-License-Identifier: MIT
//
// Opens a cache file that has been damaged: the input is a list of places and what is written
// there, two bytes of place and one of content each. A cache is disposable, so whatever it says, it
// is opened or rebuilt; every read gives what was put or nothing, and the end is clean.
#include "store/store.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGES = 12 };

static char directory[] = "/tmp/guidanced-fuzz-cache-XXXXXX";
static char path[sizeof directory + 16];
static uint8_t *whole; // the file before any damage
static size_t whole_size;
static struct log *quiet;

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void remove_files(void)
{
    static const char *const ENDINGS[] = {
        "", "-wal", "-shm", "-journal", ".old", ".old-wal", ".old-shm", ".old-journal",
    };
    char name[sizeof path + 32];
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        snprintf(name, sizeof name, "%s%s", path, ENDINGS[i]);
        unlink(name);
    }
}

static void at_end(void)
{
    remove_files();
    rmdir(directory);
    free(whole);
    log_destroy(quiet);
}

static void put_page(struct store *store, int i, struct error *error)
{
    char name[32], text[600];
    snprintf(name, sizeof name, "data/page-%02d.md", i);
    int length = snprintf(text, sizeof text, "# Page %d\n\n%0*d\n", i, i * 40 + 1, 7);
    int64_t id = 0;
    check(store_put_text(store, slice_of(text, (size_t)length), &id, error));
    struct store_page page = {.path = slice_from_cstr(name),
                              .identity = (uint64_t)i + 1,
                              .hash = 99,
                              .text = id,
                              .key = 7,
                              .reading = SLICE("what was read")};
    check(store_put_page(store, &page, error));
}

static void put_documents(struct store *store, struct error *error)
{
    struct store_index *index = store_index_open(store, false, error);
    check(index != NULL);
    for (int i = 0; i < PAGES; i++) {
        char url[32];
        snprintf(url, sizeof url, "/page-%02d/", i);
        struct search_document document = {.url = slice_from_cstr(url),
                                           .title = SLICE("Records of the harbour"),
                                           .body = SLICE("Records are kept for seven years."),
                                           .visible_from = -INFINITY,
                                           .visible_until = INFINITY};
        check(store_index_put(index, &document, error));
    }
    check(store_index_finish(index, SLICE("records: files\n"), error));
    store_index_close(index);
}

static void read_whole(void)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    check(fd >= 0 && fstat(fd, &status) == 0);
    whole_size = (size_t)status.st_size;
    whole = malloc(whole_size);
    check(whole && read(fd, whole, whole_size) == (ssize_t)whole_size && close(fd) == 0);
}

static void make_cache(void)
{
    if (whole)
        return;
    struct error error = {0};
    quiet = log_create("/dev/null", LOG_ERROR, LOG_TEXT, &error);
    check(quiet && mkdtemp(directory) != NULL);
    snprintf(path, sizeof path, "%s/cache.db", directory);
    struct store *store = store_open(path, SLICE("fuzz"), quiet, &error);
    check(store && !store_is_memory(store) && store_begin(store, &error));
    for (int i = 0; i < PAGES; i++)
        put_page(store, i, &error);
    check(store_commit(store, 1, &error));
    put_documents(store, &error);
    struct store_answers *answers = store_answers(store);
    check(answers && store_answers_put(answers, 42, SLICE("an answer")));
    check(store_answers_flush(answers));
    store_close(store);
    read_whole();
    atexit(at_end);
}

static void write_damaged(const uint8_t *data, size_t size)
{
    remove_files();
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(fd >= 0 && write(fd, whole, whole_size) == (ssize_t)whole_size);
    for (size_t i = 0; i + 2 < size; i += 3) {
        size_t place = ((size_t)data[i] << 8 | data[i + 1]) * 7 % whole_size;
        check(pwrite(fd, &data[i + 2], 1, (off_t)place) == 1);
    }
    if (size % 3 == 2) // and cut short
        check(ftruncate(fd, (off_t)(whole_size * data[size - 1] / 256)) == 0);
    check(close(fd) == 0);
}

static void read_pages(struct store *store, struct arena *arena)
{
    for (int i = 0; i < PAGES; i++) {
        char name[32];
        snprintf(name, sizeof name, "data/page-%02d.md", i);
        struct store_page page = {0};
        struct error error = {0};
        struct slice text;
        if (store_get_page(store, arena, slice_from_cstr(name), &page, &error))
            (void)store_get_text(store, page.text, arena, &text);
    }
    struct store_answers *answers = store_answers(store);
    struct slice record;
    if (answers)
        (void)store_answers_get(answers, 42, arena, &record);
}

static void search(struct store *store, struct arena *arena)
{
    struct error error = {0};
    struct store_reader *reader = store_reader_open(store_uri(store), &error);
    if (!reader)
        return;
    struct search_request request = {
        .text = SLICE("recrods harbour"), .limit = 10, .now_ms = 1e12, .sections = true};
    struct search_result result = {0};
    if (search_query(reader, arena, &request, &result, &error))
        check(result.count <= request.limit);
    store_reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_cache();
    write_damaged(data, size);
    struct arena *arena = arena_create(0, 256u << 20);
    struct error error = {0};
    struct store *store = store_open(path, SLICE("fuzz"), quiet, &error);
    check(arena && store);
    read_pages(store, arena);
    search(store, arena);
    if (!store_healthy(store) || !store_is_sound(store))
        check(store_rebuild(store, SLICE("fuzz"), &error));
    if (store_begin(store, &error)) {
        put_page(store, 3, &error);
        check(store_commit(store, 2, &error));
    }
    store_close(store);
    arena_destroy(arena);
    return 0;
}
