// SPDX-License-Identifier: MIT
//
// Reads YAML for tests/conformance/yaml: a line of JSON in, {"version": 4, "text": "…"}, a line
// out: the value as JSON, in which a date is {"$date": ms} and a number that JSON has not is
// {"$number": "NaN"}; or {"$error": "line:column: message"}.
#include "value/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void write_value(struct buffer *out, struct value v)
{
    struct error error = {0};
    if (v.type == VALUE_DATE && isnan(v.number))
        buffer_append_cstr(out, "{\"$date\":null}");
    else if (v.type == VALUE_DATE)
        buffer_printf(out, "{\"$date\":%.0f}", v.number);
    else if (v.type == VALUE_NUMBER && !isfinite(v.number))
        buffer_printf(out, "{\"$number\":\"%s\"}",
                      isnan(v.number) ? "NaN"
                      : v.number > 0  ? "Infinity"
                                      : "-Infinity");
    else if (v.type == VALUE_ARRAY) {
        for (uint32_t i = 0; i < v.array->count; i++) {
            buffer_append_byte(out, i ? ',' : '[');
            write_value(out, v.array->items[i]);
        }
        buffer_append_cstr(out, v.array->count ? "]" : "[]");
    } else if (v.type == VALUE_OBJECT) {
        for (uint32_t i = 0; i < v.object->count; i++) {
            buffer_append_byte(out, i ? ',' : '{');
            buffer_append_json_string(out, v.object->keys[i].text);
            buffer_append_byte(out, ':');
            write_value(out, v.object->values[i]);
        }
        buffer_append_cstr(out, v.object->count ? "}" : "{}");
    } else
        value_to_json(NULL, out, v, 0, &error);
}

static void read_line(struct arena *arena, struct slice line)
{
    static const struct value_limits WIDE = {1u << 24, 64, 1000000, 1000};
    struct error error = {0};
    struct buffer out = buffer_create(arena, 0);
    struct value request = value_from_json(arena, SLICE("request"), line, &WIDE, &error);
    struct yaml_reading how = {
        .version = (unsigned)value_get(NULL, request, SLICE("version")).number, .limits = &WIDE};
    struct slice text = value_text(value_get(NULL, request, SLICE("text")));
    struct value v = value_from_yaml(arena, SLICE("x.yaml"), text, &how, &error);
    if (error_is_set(&error)) {
        struct slice told = arena_printf(arena, "%u:%u: %s (%s)", error.place.line,
                                         error.place.column, error.message, error.hint);
        buffer_append_cstr(&out, "{\"$error\":");
        buffer_append_json_string(&out, told);
        buffer_append_byte(&out, '}');
    } else
        write_value(&out, v);
    puts(buffer_cstr(&out));
}

int main(void)
{
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    while ((len = getline(&line, &capacity, stdin)) > 0) {
        struct arena *arena = arena_create(0, 0);
        read_line(arena, slice_of(line, (size_t)len - (line[len - 1] == '\n')));
        arena_destroy(arena);
    }
    free(line);
    return 0;
}
