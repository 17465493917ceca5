// SPDX-License-Identifier: MIT
//
// Feeds any text to the readers of data files, as YAML and as JSON. A refusal has a place within
// the text; what is read can be written as JSON and read again as the same thing, and merged with
// itself, as the data cascade does.
#include "value/value.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static const struct value_limits LIMITS = {.bytes = 1u << 20, .depth = 32, .nodes = 20000};

static void check_refusal(const struct error *error, struct slice text)
{
    unsigned lines = 1;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n' || text.ptr[i] == '\r';
    check(error->message[0] != '\0');
    check(error->place.line <= lines + 1);
}

static struct slice as_json(struct arena *arena, struct value v)
{
    struct buffer out = buffer_create(arena, 64u << 20);
    struct error error = {0};
    bool written = value_to_json(NULL, &out, v, 0, &error);
    check(written || error_is_set(&error));
    return written ? buffer_slice(&out) : SLICE_EMPTY;
}

// A value without undefined, functions and the like: what a file can say.
static void check_value(struct arena *arena, struct value v)
{
    struct error error = {0};
    struct slice first = as_json(arena, v);
    if (!first.len)
        return;
    struct value_limits wide = {.bytes = 64u << 20, .depth = 64, .nodes = 1u << 20};
    struct value again = value_from_json(arena, SLICE("again.json"), first, &wide, &error);
    check(!error_is_set(&error));
    check(slice_equal(first, as_json(arena, again)));
    if (value_is(v, VALUE_OBJECT))
        (void)as_json(arena, value_merge(arena, v, v));
}

static void read_yaml(struct arena *arena, struct slice text, unsigned version)
{
    struct error error = {0};
    struct value_places places = {0};
    struct yaml_reading how = {version, 1, &LIMITS, &places, NULL};
    struct value v = value_from_yaml(arena, SLICE("x.yaml"), text, &how, &error);
    if (error_is_set(&error))
        check_refusal(&error, text);
    else
        check_value(arena, v);
}

static void read_json(struct arena *arena, struct slice text)
{
    struct error error = {0};
    struct value v = value_from_json(arena, SLICE("x.json"), text, &LIMITS, &error);
    if (error_is_set(&error))
        check_refusal(&error, text);
    else
        check_value(arena, v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(0, 256u << 20);
    check(arena != NULL);
    struct slice text = arena_copy(arena, slice_of((const char *)data, size));
    if (size) {
        read_yaml(arena, text, 3);
        read_yaml(arena, text, 4);
        read_json(arena, text);
    }
    arena_destroy(arena);
    return 0;
}
