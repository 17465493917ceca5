// SPDX-License-Identifier: MIT
//
// What a function read while it ran, as its host noted it, sorted and without duplicates, so that
// runs that read the same have the same shape.
#include "answers.h"

#include <stdlib.h>

enum { READS_MAX = 100000 };

struct collecting {
    struct arena *arena;
    const struct reads_of *of;
    struct reads *into;
    size_t capacity;
    struct error *error;
};

static bool add_read(struct collecting *c, enum read_kind kind, struct slice text)
{
    struct slice copy = arena_copy(c->arena, text);
    if (!copy.ptr || !arena_room(c->arena, &c->into->items, c->into->count, &c->capacity,
                                 sizeof *c->into->items))
        return error_memory(c->error);
    c->into->items[c->into->count++] = (struct read){kind, copy};
    return c->into->count <= READS_MAX ||
           error_set(c->error, ERROR_LIMIT, "a function of the site's JavaScript reads too much");
}

static bool lies_in(struct slice path, struct slice directory)
{
    return directory.len && slice_starts_with(path, directory) &&
           (path.len == directory.len || path.ptr[directory.len] == '/');
}

static bool add_read_file(struct collecting *c, enum read_kind kind, struct slice path)
{
    struct slice root = c->of->root;
    if (!slice_starts_with(path, SLICE("/")) || memchr(path.ptr, 0, path.len))
        return error_set(c->error, ERROR_SYNTAX,
                         "the host's answer is invalid: a file has no path");
    for (size_t i = 0; i < sizeof c->of->own / sizeof *c->of->own; i++)
        if (lies_in(path, c->of->own[i]))
            return true;
    if (lies_in(path, root))
        path = path.len == root.len ? SLICE(".") : slice_sub(path, root.len + 1, path.len);
    return add_read(c, kind, path);
}

static bool add_list(struct collecting *c, enum read_kind kind, struct value list)
{
    if (value_is(list, VALUE_UNDEFINED))
        return true;
    bool ok = value_is(list, VALUE_ARRAY);
    for (uint32_t i = 0; ok && i < value_length(NULL, list); i++) {
        struct value item = value_item(NULL, list, i);
        ok = value_is(item, VALUE_STRING);
        if (ok && !(kind == READ_FILE ? add_read_file(c, kind, value_text(item))
                                      : add_read(c, kind, value_text(item))))
            return false;
    }
    return ok || error_set(c->error, ERROR_SYNTAX, "the host's answer is invalid: what it read");
}

static int compare_reads(const void *a, const void *b)
{
    const struct read *one = a, *other = b;
    if (one->kind != other->kind)
        return one->kind < other->kind ? -1 : 1;
    return slice_compare(one->text, other->text);
}

static void sort_reads(struct reads *reads)
{
    size_t kept = 0;
    if (reads->count)
        qsort(reads->items, reads->count, sizeof *reads->items, compare_reads);
    for (size_t i = 0; i < reads->count; i++)
        if (i == 0 || compare_reads(&reads->items[kept - 1], &reads->items[i]) != 0)
            reads->items[kept++] = reads->items[i];
    reads->count = kept;
}

static bool read_flag(struct value wire, struct slice name)
{
    struct value v = value_get(NULL, wire, name);
    return value_is(v, VALUE_BOOLEAN) && value_truthy(v);
}

bool reads_decode(struct arena *arena, const struct reads_of *of, struct value wire,
                  struct reads *reads, struct reads *modules, struct error *error)
{
    struct collecting c = {.arena = arena, .of = of, .into = reads, .error = error};
    struct collecting m = {.arena = arena, .of = of, .into = modules, .error = error};
    *reads = *modules = (struct reads){0};
    if (value_is(wire, VALUE_UNDEFINED))
        return true;
    if (!value_is(wire, VALUE_OBJECT))
        return error_set(error, ERROR_SYNTAX, "the host's answer is invalid: what it read");
    struct value list = value_get(NULL, wire, SLICE("modules"));
    if (!add_list(&c, READ_VARIABLE, value_get(NULL, wire, SLICE("variables"))) ||
        (read_flag(wire, SLICE("names")) && !add_read(&c, READ_NAMES, SLICE(""))) ||
        (read_flag(wire, SLICE("pages")) && !add_read(&c, READ_PAGES, SLICE(""))) ||
        (read_flag(wire, SLICE("texts")) && !add_read(&c, READ_TEXTS, SLICE(""))) ||
        !add_list(&c, READ_FILE, value_get(NULL, wire, SLICE("files"))) ||
        !add_list(&c, READ_FILE, value_get(NULL, wire, SLICE("directories"))) ||
        !add_list(&c, READ_FILE, list) || !add_list(&m, READ_FILE, list))
        return false;
    reads->clock = read_flag(wire, SLICE("clock")) || read_flag(wire, SLICE("random"));
    sort_reads(reads);
    return true;
}

void reads_record(struct buffer *out, const struct reads *reads)
{
    uint32_t count = (uint32_t)reads->count;
    buffer_append(out, slice_of((const char *)&count, sizeof count));
    for (size_t i = 0; i < reads->count; i++) {
        buffer_append_byte(out, (char)reads->items[i].kind);
        record_text(out, reads->items[i].text);
    }
}
