// SPDX-License-Identifier: MIT
//
// Feeds any text to the reader of guidance.yaml, and what follows its NULs, "key=value" each, as
// flags of the command line. A refusal says something and has a place within the text; what is
// taken can be printed, shown to templates and given defaults.
#include "settings/settings.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FLAGS_MAX = 8 };

static char directory[] = "/tmp/guidanced-fuzz-settings-XXXXXX";
static char file[sizeof directory + 16];

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void remove_site(void)
{
    unlink(file);
    rmdir(directory);
}

static void make_site(void)
{
    if (file[0])
        return;
    check(mkdtemp(directory) != NULL);
    snprintf(file, sizeof file, "%s/guidance.yaml", directory);
    atexit(remove_site);
}

static void write_settings(struct slice yaml)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    check(fd >= 0 && write(fd, yaml.ptr, yaml.len) == (ssize_t)yaml.len && close(fd) == 0);
}

// Up to the next NUL, which is taken away as well.
static struct slice next_part(struct slice *rest)
{
    size_t end = 0;
    while (end < rest->len && rest->ptr[end])
        end++;
    struct slice part = slice_sub(*rest, 0, end);
    *rest = slice_sub(*rest, end < rest->len ? end + 1 : end, rest->len);
    return part;
}

// Texts of flags end with a NUL, as those of a command line do.
static size_t read_flags(struct arena *arena, struct slice rest, struct settings_flag *flags)
{
    size_t count = 0;
    while (rest.len && count < FLAGS_MAX) {
        struct slice part = next_part(&rest);
        size_t equals = 0;
        while (equals < part.len && part.ptr[equals] != '=')
            equals++;
        if (equals < part.len)
            flags[count++] = (struct settings_flag){
                arena_copy(arena, slice_sub(part, 0, equals)),
                arena_copy(arena, slice_sub(part, equals + 1, part.len)),
            };
    }
    return count;
}

static void check_refusal(const struct error *error, struct slice yaml)
{
    unsigned lines = 1;
    for (size_t i = 0; i < yaml.len; i++)
        lines += yaml.ptr[i] == '\n' || yaml.ptr[i] == '\r';
    check(error_is_set(error) && error->message[0] != '\0');
    check(error->place.line <= lines + 1);
}

static void use(struct arena *arena, const struct settings *settings)
{
    struct buffer out = buffer_create(arena, 64u << 20);
    settings_print(settings, &out);
    check(!out.failed);
    check(value_is(settings_site_value(settings), VALUE_OBJECT));
    (void)settings_warnings(settings);
    struct error error = {0};
    struct value none = value_object(arena);
    check(settings_with_defaults(arena, settings, none, &error) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_site();
    struct arena *arena = arena_create(0, 256u << 20);
    check(arena != NULL);
    struct slice rest = slice_of((const char *)data, size), yaml = next_part(&rest);
    struct settings_flag flags[FLAGS_MAX];
    size_t count = read_flags(arena, rest, flags);
    write_settings(yaml);
    struct buffer others = buffer_create(arena, 1u << 20);
    struct error error = {0};
    struct settings *settings =
        settings_load(arena, directory, NULL, false, flags, count, &others, &error);
    if (settings)
        use(arena, settings);
    else
        check_refusal(&error, yaml);
    arena_destroy(arena);
    return 0;
}
