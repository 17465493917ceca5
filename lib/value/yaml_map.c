// SPDX-License-Identifier: MIT
//
// Members and items: keys become texts as in JavaScript's objects, `<<` merges, a repeated key is
// refused, and each gets a row with its place.
#include "base/utf8.h"
#include "value/arrays.h"
#include "value/yaml.h"

#include <stdio.h>

// ---- places ----

size_t yaml_rows(const struct yaml *y)
{
    return y->places ? y->places->count : 0;
}

void yaml_drop_rows(struct yaml *y, size_t count)
{
    if (y->places)
        y->places->count = count;
}

static unsigned column_of(const struct yaml *y, const struct yaml_position *p)
{
    return (unsigned)utf8_count(slice_of(y->text + p->line_start, p->at - p->line_start)) + 1;
}

void yaml_place_value(struct yaml *y, ptrdiff_t row, const struct yaml_position *at)
{
    if (row == YAML_NO_ROW || y->failed)
        return;
    y->places->rows[row].value_line = at->line + y->first_line;
    y->places->rows[row].value_column = column_of(y, at);
}

static ptrdiff_t add_key_row(struct yaml *y, struct slice path, const struct yaml_position *at)
{
    struct value_places *p = y->places;
    if (!p || y->failed)
        return YAML_NO_ROW;
    if (!arena_room(y->arena, &p->rows, p->count, &p->capacity, sizeof *p->rows)) {
        yaml_fail_memory(y);
        return YAML_NO_ROW;
    }
    unsigned line = at->line + y->first_line, column = column_of(y, at);
    p->rows[p->count++] = (struct value_place){path, line, column, line, column};
    return (ptrdiff_t)p->count - 1;
}

const struct value_place *value_place_find(const struct value_places *places, struct slice path)
{
    for (size_t i = 0; places && i < places->count; i++) {
        if (slice_equal(places->rows[i].path, path))
            return &places->rows[i];
    }
    return NULL;
}

static struct slice child_path(struct yaml *y, struct slice path, struct slice key)
{
    if (!y->places || path.len == 0)
        return key;
    return ARENA_JOIN(y->arena, path, SLICE("."), key);
}

// ---- items ----

static void count_node(struct yaml *y)
{
    if (++y->nodes > y->limits.nodes)
        yaml_fail(y, y->p.at, ERROR_LIMIT, NULL, "more than %u values", y->limits.nodes);
}

struct yaml_target yaml_item_target(struct yaml *y, struct slice path, struct value list,
                                    const struct yaml_position *at)
{
    if (!y->places || y->failed)
        return (struct yaml_target){SLICE_EMPTY, YAML_NO_ROW};
    struct slice key = arena_printf(y->arena, "%u", (unsigned)list.array->count);
    path = child_path(y, path, key);
    return (struct yaml_target){path, add_key_row(y, path, at)};
}

void yaml_item_store(struct yaml *y, struct value list, struct value item)
{
    count_node(y);
    if (!y->failed && !array_push(y->arena, list.array, item))
        yaml_fail_memory(y);
}

// ---- keys ----

static bool is_nested(struct value key)
{
    for (uint32_t i = 0; key.type == VALUE_ARRAY && i < key.array->count; i++)
        if (key.array->items[i].type == VALUE_ARRAY)
            return true;
    return false;
}

void yaml_key_take(struct yaml *y, struct yaml_key *key, const struct yaml_position *at)
{
    struct value v = y->node.value;
    *key = (struct yaml_key){.at = *at, .merges = slice_equal(y->node.tag, YAML_MERGE_TAG)};
    if (y->failed)
        return;
    if (is_nested(v)) {
        yaml_fail(y, at->at, ERROR_SYNTAX, "put the key in quotes", "a list of lists as a key");
        return;
    }
    // String(key): dates in full, lists joined.
    struct value_realm realm = value_realm_create(y->arena);
    key->text = value_to_text(&realm, v);
    if (arena_failed(y->arena))
        yaml_fail_memory(y);
}

// ---- members ----

bool yaml_members_begin(struct yaml *y, struct yaml_members *m, struct slice path)
{
    *m = (struct yaml_members){value_object(y->arena), map_create(y->arena), path};
    return m->value.type == VALUE_OBJECT || yaml_fail_memory(y);
}

struct yaml_target yaml_member_target(struct yaml *y, const struct yaml_members *m,
                                      const struct yaml_key *key)
{
    if (!y->places || y->failed)
        return (struct yaml_target){SLICE_EMPTY, YAML_NO_ROW};
    struct slice path = child_path(y, m->path, key->text);
    return (struct yaml_target){path, key->merges ? YAML_NO_ROW : add_key_row(y, path, &key->at)};
}

static void merge_member(struct yaml *y, struct yaml_members *m, struct slice key,
                         struct value value)
{
    count_node(y);
    struct value_object *object = m->value.object;
    if (y->failed || object_find(object, key, slice_hash(key)))
        return;
    if (!object_append(y->arena, object, key, value) || !map_put(&m->merged, key, m))
        yaml_fail_memory(y);
}

// A mapping's members, or a list's items under their numbers, as from Object.keys.
static void merge_one(struct yaml *y, struct yaml_members *m, struct value from)
{
    if (from.type == VALUE_OBJECT) {
        for (uint32_t i = 0; i < from.object->count; i++)
            merge_member(y, m, from.object->keys[i].text, from.object->values[i]);
    } else if (from.type == VALUE_ARRAY) {
        for (uint32_t i = 0; i < from.array->count && !y->failed; i++)
            merge_member(y, m, arena_printf(y->arena, "%u", (unsigned)i), from.array->items[i]);
    } else if (from.type != VALUE_DATE)
        yaml_fail(y, y->node.at, ERROR_SYNTAX, NULL, "<< can only merge mappings");
}

static void merge_mapping(struct yaml *y, struct yaml_members *m, struct value from)
{
    enum { MERGE_MAX = 100 }; // js-yaml's
    if (from.type != VALUE_ARRAY)
        merge_one(y, m, from);
    else if (from.array->count > MERGE_MAX)
        yaml_fail(y, y->node.at, ERROR_LIMIT, NULL, "<< merges more than %d mappings", MERGE_MAX);
    else
        for (uint32_t i = 0; i < from.array->count; i++)
            merge_one(y, m, from.array->items[i]);
}

static void refuse_duplicate(struct yaml *y, const struct yaml_members *m,
                             const struct yaml_key *key)
{
    const struct value_place *first =
        value_place_find(y->places, child_path(y, m->path, key->text));
    char hint[128];
    snprintf(hint, sizeof hint, "it is already on line %u; remove one", first ? first->line : 0);
    yaml_fail(y, key->at.at, ERROR_SYNTAX, first ? hint : "take one away",
              "the key \"%.*s\" appears twice", (int)(key->text.len > 80 ? 80 : key->text.len),
              key->text.ptr ? key->text.ptr : "");
}

void yaml_member_store(struct yaml *y, struct yaml_members *m, const struct yaml_key *key,
                       struct value value)
{
    count_node(y);
    count_node(y);
    if (y->failed)
        return;
    if (key->merges) {
        merge_mapping(y, m, value);
        return;
    }
    // JavaScript objects take a __proto__ for their prototype: it never becomes a member.
    if (slice_equal(key->text, SLICE("__proto__")))
        return;
    struct value_object *object = m->value.object;
    struct map_entry *merged = map_find(&m->merged, key->text);
    if (object_find(object, key->text, slice_hash(key->text)) && !(merged && merged->value)) {
        refuse_duplicate(y, m, key);
        return;
    }
    // A merged key may be given once more; after that it is a duplicate.
    if (merged)
        merged->value = NULL;
    if (!object_append(y->arena, object, key->text, value))
        yaml_fail_memory(y);
}

void yaml_members_end(struct yaml *y, struct yaml_members *m)
{
    if (!y->failed && !object_sort(y->arena, m->value.object))
        yaml_fail_memory(y);
}
