// SPDX-License-Identifier: MIT
//
// The index of a write-ahead log that is cut while it is mapped (mapping.c): whoever reads it, and
// however many at once, goes on with zeros and knows that the cache is unsound.
#include "database.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { READERS = 4, REGIONS = 8, REGION = 32768, PAGE = 4096, ROUNDS = 50 };

struct shared {
    volatile char *regions[REGIONS]; // SQLite maps the file in such pieces, each by itself
    pthread_barrier_t start;
    atomic_uint wrong;
};

static void *read_all(void *state)
{
    struct shared *shared = state;
    pthread_barrier_wait(&shared->start);
    for (size_t i = 0; i < REGIONS; i++)
        for (size_t at = 0; at < REGION; at += PAGE) {
            char c = shared->regions[i][at];
            if (c != 'x' && (c != 0 || mapping_is_sound()))
                atomic_fetch_add(&shared->wrong, 1);
        }
    return NULL;
}

static void map_regions(struct shared *shared, const char *suffix)
{
    char path[64], text[PAGE];
    snprintf(path, sizeof path, "/tmp/guidanced-mapping-%d%s", getpid(), suffix);
    memset(text, 'x', sizeof text);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (size_t i = 0; i < REGIONS * REGION / PAGE; i++)
        assert_int_equal(write(fd, text, sizeof text), sizeof text);
    for (size_t i = 0; i < REGIONS; i++) {
        shared->regions[i] =
            mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)(i * REGION));
        assert_ptr_not_equal(shared->regions[i], MAP_FAILED);
    }
    assert_int_equal(ftruncate(fd, 4 * PAGE), 0);
    close(fd);
    unlink(path);
}

static void unmap_regions(const struct shared *shared)
{
    for (size_t i = 0; i < REGIONS; i++)
        munmap((void *)(uintptr_t)shared->regions[i], REGION);
}

static void test_many_readers_of_a_cut_index(void **state)
{
    (void)state;
    signal(SIGBUS, SIG_DFL); // not cmocka's
    mapping_survive();
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct shared shared = {.wrong = 0};
        pthread_t readers[READERS];
        mapping_mend();
        assert_true(mapping_is_sound());
        map_regions(&shared, "-shm");
        pthread_barrier_init(&shared.start, NULL, READERS);
        for (size_t i = 0; i < READERS; i++)
            assert_int_equal(pthread_create(&readers[i], NULL, read_all, &shared), 0);
        for (size_t i = 0; i < READERS; i++)
            pthread_join(readers[i], NULL);
        assert_int_equal(shared.wrong, 0);
        assert_false(mapping_is_sound());
        pthread_barrier_destroy(&shared.start);
        unmap_regions(&shared);
    }
    mapping_mend();
}

// Any other file that is cut ends the process, as without the handler.
static void test_another_file(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct shared shared = {.wrong = 0};
        signal(SIGBUS, SIG_DFL);
        mapping_survive();
        mapping_survive(); // for each cache that is opened
        map_regions(&shared, ".other");
        alarm(20);
        _exit(shared.regions[1][0]);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_readers_of_a_cut_index),
        cmocka_unit_test(test_another_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
