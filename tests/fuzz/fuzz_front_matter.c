// SPDX-License-Identifier: MIT
//
// Feeds any text to the reader of front matter. Whatever it holds, the parts lie within it, a
// refusal has a place, and what is kept can be written as JSON.
#include "site/snapshot.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct settings *defaults(void)
{
    static struct settings *settings;
    struct error error = {0};
    if (!settings) // for as long as the process; a file that does not exist: the defaults
        settings = settings_load(arena_create(0, 0), ".", "none.yaml", true, NULL, 0, NULL, &error);
    return settings;
}

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void read_one(struct arena *arena, struct slice text)
{
    struct site site = {.arena = arena, .settings = defaults()};
    struct source source = {.path = SLICE("x.md"), .text = arena_copy(arena, text)};
    struct buffer json = buffer_create(arena, 64u << 20);
    struct error error = {0};
    front_matter_check_encoding(&site, &source);
    if (!front_matter_read(&site, &source, &error) ||
        !front_matter_check_unread(&site, &source, &error)) {
        check(error_is_set(&error));
        check(error.place.line > 0);
        return;
    }
    check(value_is(source.front_matter, VALUE_OBJECT));
    check(source.front_length <= source.text.len);
    check(value_to_json(NULL, &json, source.front_matter, 0, &error) || error_is_set(&error));
    // As the cache has it: packed, and the same again.
    struct buffer packed = buffer_create(arena, 1u << 20), again = buffer_create(arena, 64u << 20);
    struct value_models models = {0};
    struct value v;
    if (error_is_set(&error) || !value_pack(&packed, source.front_matter))
        return;
    check(value_unpack(arena, buffer_slice(&packed), &models, &v) &&
          value_to_json(NULL, &again, v, 0, &error) &&
          slice_equal(buffer_slice(&json), buffer_slice(&again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(0, 256u << 20);
    check(arena != NULL && defaults() != NULL);
    if (size)
        read_one(arena, slice_of((const char *)data, size));
    arena_destroy(arena);
    return 0;
}
