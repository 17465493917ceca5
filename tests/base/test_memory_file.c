// SPDX-License-Identifier: MIT
//
// Memory that is a file: bytes written through its address can be read through its descriptor.
#include "base/memory_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static void test_take_and_find(void **state)
{
    (void)state;
    struct memory_file *file = memory_file_create(10000);
    assert_non_null(file);
    int fd, other;
    off_t offset, next;
    char *one = memory_file_take(file, 5), *two = memory_file_take(file, 6);
    memcpy(one, "first", 5);
    memcpy(two, "second", 6);
    assert_true(memory_file_find(file, one, &fd, &offset));
    assert_true(memory_file_find(file, two + 3, &other, &next));
    assert_int_equal(fd, other);
    assert_true(next - offset == two + 3 - one);
    char bytes[5];
    assert_int_equal(pread(fd, bytes, 5, offset), 5);
    assert_memory_equal(bytes, "first", 5);
    assert_int_equal(pread(fd, bytes, 3, next), 3);
    assert_memory_equal(bytes, "ond", 3);
    memory_file_destroy(file);
}

static void test_room(void **state)
{
    (void)state;
    struct memory_file *file = memory_file_create(100);
    int fd;
    off_t offset;
    assert_null(memory_file_take(file, 101));
    assert_null(memory_file_take(file, SIZE_MAX));
    assert_non_null(memory_file_take(file, 60));
    assert_null(memory_file_take(file, 60));
    assert_non_null(memory_file_take(file, 30));
    assert_false(memory_file_find(file, &fd, &fd, &offset));
    assert_false(memory_file_find(NULL, &fd, &fd, &offset));
    assert_null(memory_file_take(NULL, 1));
    memory_file_destroy(file);
    memory_file_destroy(NULL);
    assert_null(memory_file_create(0));
    assert_null(memory_file_create(SIZE_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take_and_find),
        cmocka_unit_test(test_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
