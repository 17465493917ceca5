// SPDX-License-Identifier: MIT
//
// YAML to values, from libyaml's events, by recursive descent under limits.
//
// Depth is counted as events come, so a text of ten thousand opening brackets is refused after the
// first few and libyaml's quadratic handling of them never unfolds. An alias shares the value of
// its anchor, so nothing grows by being referred to often; an anchor that contains itself is
// refused.
#include "value/yaml.h"

#include "base/utf8.h"
#include "value/arrays.h"
#include "value/limits.h"
#include "value/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

struct anchor {
    struct value value;
    bool open; // being read: an alias to it would be a cycle
};

struct loader {
    struct arena *arena;
    struct slice file;
    struct slice source;
    unsigned first_line;
    struct value_limits limits;
    struct value_places *places;
    struct error *error;
    yaml_parser_t parser;
    struct map anchors;
    struct yaml_stand_ins stand_ins;
    unsigned depth, nodes, aliases;
};

static bool load_node(struct loader *l, yaml_event_t *event, struct slice path, struct value *out);

// ---- errors ----

// Places the error: libyaml counts lines and columns (in code points) from 0.
static bool place(struct loader *l, yaml_mark_t mark)
{
    error_at(l->error, l->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1);
    error_source(l->error, l->source);
    if (l->error)
        l->error->place.line += l->first_line - 1;
    return false;
}

static bool fail(struct loader *l, yaml_mark_t mark, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static bool fail(struct loader *l, yaml_mark_t mark, enum error_code code, const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set(l->error, code, "%s", message);
    return place(l, mark);
}

// The byte at a mark; 0 past the end. Marks count code points, so it is looked for by line.
static char byte_at(const struct loader *l, yaml_mark_t mark)
{
    struct slice rest = l->source, line = SLICE_EMPTY;
    for (size_t i = 0; i <= mark.line; i++) {
        if (!slice_next_line(&rest, &line))
            return 0;
    }
    size_t at = 0;
    for (size_t i = 0; i < mark.column && at < line.len; i++)
        utf8_decode(line, &at);
    return at < line.len ? line.ptr[at] : 0;
}

static bool fail_parser(struct loader *l)
{
    const yaml_parser_t *p = &l->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return error_memory(l->error);
    yaml_mark_t mark = p->problem_mark;
    if (p->error == YAML_READER_ERROR) {
        // The reader gives an offset only.
        unsigned line = 1, column = 1;
        error_locate(l->source, p->problem_offset, &line, &column);
        mark.line = line - 1;
        mark.column = column - 1;
    }
    struct yaml_complaint c = yaml_explain(p->problem, p->context, byte_at(l, mark));
    error_set(l->error, ERROR_SYNTAX, "%s", c.message);
    if (c.hint)
        error_hint(l->error, "%s", c.hint);
    return place(l, c.at_context && p->context ? p->context_mark : mark);
}

static bool next_event(struct loader *l, yaml_event_t *event)
{
    return yaml_parser_parse(&l->parser, event) || fail_parser(l);
}

// ---- texts ----

// A scalar's text in the arena.
static bool copy_text(struct loader *l, const yaml_event_t *event, struct slice *out)
{
    struct slice text = slice_of((const char *)event->data.scalar.value, event->data.scalar.length);
    *out = arena_copy(l->arena, text);
    if (!out->ptr)
        return error_memory(l->error);
    yaml_restore(&l->stand_ins, *out);
    return true;
}

// ---- places ----

static struct slice child_path(struct loader *l, struct slice path, struct slice key)
{
    if (!l->places)
        return SLICE_EMPTY;
    if (path.len == 0)
        return key;
    return ARENA_JOIN(l->arena, path, SLICE("."), key);
}

static struct slice index_key(struct loader *l, uint32_t index)
{
    return l->places ? arena_printf(l->arena, "%u", (unsigned)index) : SLICE_EMPTY;
}

static bool add_place(struct loader *l, struct slice path, yaml_mark_t key, yaml_mark_t value)
{
    struct value_places *p = l->places;
    if (!p)
        return true;
    struct value_place *rows = arena_room(l->arena, p->rows, p->count, &p->capacity, sizeof *rows);
    if (!rows)
        return error_memory(l->error);
    p->rows = rows;
    p->rows[p->count++] = (struct value_place){.path = path,
                                               .line = (unsigned)key.line + l->first_line,
                                               .column = (unsigned)key.column + 1,
                                               .value_line = (unsigned)value.line + l->first_line,
                                               .value_column = (unsigned)value.column + 1};
    return true;
}

const struct value_place *value_place_find(const struct value_places *places, struct slice path)
{
    for (size_t i = 0; places && i < places->count; i++) {
        if (slice_equal(places->rows[i].path, path))
            return &places->rows[i];
    }
    return NULL;
}

// ---- tags ----

static const char CORE_PREFIX[] = "tag:yaml.org,2002:";

// The core tag's short name ("int"), empty for none or "!". False on any other tag.
static bool core_tag(struct loader *l, const yaml_char_t *raw, yaml_mark_t mark, struct slice *tag)
{
    struct slice text = slice_from_cstr((const char *)raw), prefix = SLICE(CORE_PREFIX);
    *tag = SLICE_EMPTY;
    if (text.len == 0 || slice_equal(text, SLICE("!")))
        return true;
    if (slice_starts_with(text, prefix)) {
        *tag = slice_sub(text, prefix.len, text.len);
        return true;
    }
    fail(l, mark, ERROR_SYNTAX, "unknown tag \"%.*s\"", (int)(text.len > 60 ? 60 : text.len),
         text.ptr);
    error_hint(l->error, "an unquoted value cannot start with !: put it in quotes");
    return false;
}

static bool bad_tag(struct loader *l, yaml_mark_t mark, struct slice tag)
{
    return fail(l, mark, ERROR_SYNTAX, "the tag !!%.*s is unknown or does not fit its value",
                (int)(tag.len > 60 ? 60 : tag.len), tag.ptr);
}

static bool one_of(struct slice tag, const char *const *names)
{
    for (; *names; names++) {
        if (slice_equal(tag, slice_from_cstr(*names)))
            return true;
    }
    return tag.len == 0;
}

// ---- anchors ----

static struct anchor *open_anchor(struct loader *l, const yaml_char_t *name)
{
    if (!name)
        return NULL;
    struct anchor *anchor = arena_zalloc(l->arena, 1, sizeof *anchor);
    struct slice key = arena_copy(l->arena, slice_from_cstr((const char *)name));
    if (!anchor || !key.ptr || !map_put(&l->anchors, key, anchor))
        return NULL; // the arena remembers
    anchor->open = true;
    return anchor;
}

static void close_anchor(struct anchor *anchor, struct value value)
{
    if (!anchor)
        return;
    anchor->value = value;
    anchor->open = false;
}

static bool load_alias(struct loader *l, const yaml_event_t *event, struct value *out)
{
    struct slice name = slice_from_cstr((const char *)event->data.alias.anchor);
    const struct anchor *anchor = map_get(&l->anchors, name);
    if (++l->aliases > l->limits.aliases)
        return fail(l, event->start_mark, ERROR_LIMIT, "more than %u aliases", l->limits.aliases);
    if (!anchor) {
        fail(l, event->start_mark, ERROR_SYNTAX, "no anchor &%.*s for this alias",
             (int)(name.len > 60 ? 60 : name.len), name.ptr);
        error_hint(l->error, "an unquoted value cannot start with *: put it in quotes");
        return false;
    }
    if (anchor->open)
        return fail(l, event->start_mark, ERROR_SYNTAX, "the alias stands within its own anchor");
    *out = anchor->value;
    return true;
}

// ---- scalars ----

static bool load_scalar(struct loader *l, const yaml_event_t *event, struct value *out)
{
    struct slice tag, text;
    if (!core_tag(l, event->data.scalar.tag, event->start_mark, &tag) ||
        !copy_text(l, event, &text))
        return false;
    if (tag.len) {
        return yaml_tagged(l->arena, tag, text, out) || bad_tag(l, event->start_mark, tag);
    }
    bool plain = event->data.scalar.plain_implicit && !event->data.scalar.tag;
    *out = plain ? yaml_plain(text) : value_string(text);
    if (!plain && utf8_is_ascii(text))
        out->flags = VALUE_ASCII;
    return true;
}

// ---- sequences ----

// !!pairs: [{a: 1}, {b: 2}] as [[a, 1], [b, 2]].
static bool to_pairs(struct loader *l, yaml_mark_t mark, struct value_array *array)
{
    for (uint32_t i = 0; i < array->count; i++) {
        struct value item = array->items[i];
        if (item.type != VALUE_OBJECT || item.object->count != 1)
            return bad_tag(l, mark, SLICE("pairs"));
        struct value pair = value_array(l->arena, 2);
        if (pair.type != VALUE_ARRAY)
            return error_memory(l->error);
        array_push(l->arena, pair.array, value_string(item.object->keys[0].text));
        array_push(l->arena, pair.array, item.object->values[0]);
        array->items[i] = pair;
    }
    return true;
}

static bool load_item(struct loader *l, yaml_event_t *event, struct slice path,
                      struct value_array *array)
{
    struct value item;
    yaml_mark_t mark = event->start_mark;
    struct slice child = child_path(l, path, index_key(l, array->count));
    if (!add_place(l, child, mark, mark))
        return yaml_event_delete(event), false;
    if (!load_node(l, event, child, &item))
        return false;
    return array_push(l->arena, array, item) || error_memory(l->error);
}

static bool load_sequence(struct loader *l, const yaml_event_t *start, struct slice path,
                          struct value *out)
{
    static const char *const tags[] = {"seq", "omap", "pairs", NULL};
    struct slice tag;
    if (!core_tag(l, start->data.sequence_start.tag, start->start_mark, &tag))
        return false;
    if (!one_of(tag, tags))
        return bad_tag(l, start->start_mark, tag);
    bool pairs = slice_equal(tag, SLICE("pairs"));
    *out = value_array(l->arena, 0);
    if (out->type != VALUE_ARRAY)
        return error_memory(l->error);
    for (;;) {
        yaml_event_t event;
        if (!next_event(l, &event))
            return false;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return !pairs || to_pairs(l, start->start_mark, out->array);
        }
        if (!load_item(l, &event, path, out->array))
            return false;
    }
}

// ---- mappings ----

struct mapping {
    struct value_object *object;
    struct map merged; // keys that came by << and may be said once more
    struct slice path;
};

struct entry {
    struct slice key;
    bool merges; // the key is a plain <<
    yaml_mark_t mark;
};

// String(key), as js-yaml makes keys: dates in full, lists joined.
static bool key_text(struct loader *l, struct value key, struct slice *out)
{
    struct value_realm realm = value_realm_create(l->arena);
    *out = value_to_text(&realm, key);
    return !arena_failed(l->arena) || error_memory(l->error);
}

static bool load_key(struct loader *l, yaml_event_t *event, struct entry *entry)
{
    struct value key;
    entry->mark = event->start_mark;
    entry->merges = event->type == YAML_SCALAR_EVENT &&
                    event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
                    !event->data.scalar.tag && event->data.scalar.length == 2 &&
                    memcmp(event->data.scalar.value, "<<", 2) == 0;
    return load_node(l, event, SLICE_EMPTY, &key) && key_text(l, key, &entry->key);
}

static bool merge_mapping(struct loader *l, struct mapping *m, const struct value_object *from)
{
    for (uint32_t i = 0; i < from->count; i++) {
        const struct value_member own = value_member_at(from, i), *member = &own;
        if (object_find(m->object, member->key, member->hash))
            continue;
        if (!object_append(l->arena, m->object, member->key, member->value) ||
            !map_put(&m->merged, member->key, m))
            return error_memory(l->error);
    }
    return true;
}

static bool merge_value(struct loader *l, struct mapping *m, yaml_mark_t mark, struct value v)
{
    if (v.type == VALUE_OBJECT)
        return merge_mapping(l, m, v.object);
    for (uint32_t i = 0; v.type == VALUE_ARRAY && i < v.array->count; i++) {
        struct value item = v.array->items[i];
        if (item.type != VALUE_OBJECT)
            return fail(l, mark, ERROR_SYNTAX, "<< can only merge mappings");
        if (!merge_mapping(l, m, item.object))
            return false;
    }
    return v.type == VALUE_ARRAY || fail(l, mark, ERROR_SYNTAX, "<< can only merge mappings");
}

// JavaScript objects take a __proto__ for their prototype: it never becomes a member.
static bool is_member(struct slice key)
{
    return !slice_equal(key, SLICE("__proto__"));
}

static bool refuse_duplicate(struct loader *l, const struct mapping *m, const struct entry *entry)
{
    struct slice path = child_path(l, m->path, entry->key);
    const struct value_place *first = value_place_find(l->places, path);
    fail(l, entry->mark, ERROR_SYNTAX, "the key \"%.*s\" is there twice",
         (int)(entry->key.len > 80 ? 80 : entry->key.len), entry->key.ptr ? entry->key.ptr : "");
    if (first)
        error_hint(l->error, "it stands on line %u already; take one away", first->line);
    else
        error_hint(l->error, "take one away");
    return false;
}

static bool store_member(struct loader *l, struct mapping *m, const struct entry *entry,
                         struct value value)
{
    if (!is_member(entry->key))
        return true;
    bool known = object_find(m->object, entry->key, slice_hash(entry->key));
    bool overrides = known && map_find(&m->merged, entry->key) != NULL &&
                     map_get(&m->merged, entry->key) != NULL;
    if (known && !overrides)
        return refuse_duplicate(l, m, entry);
    // NULL marks a merged key that has been said once more: the next time is a duplicate.
    if (overrides && !map_put(&m->merged, entry->key, NULL))
        return error_memory(l->error);
    return object_append(l->arena, m->object, entry->key, value) || error_memory(l->error);
}

static bool load_entry(struct loader *l, yaml_event_t *event, struct mapping *m)
{
    struct entry entry;
    struct value value;
    if (!load_key(l, event, &entry) || !next_event(l, event))
        return false;
    yaml_mark_t mark = event->start_mark;
    struct slice path = child_path(l, m->path, entry.key);
    bool again = !entry.merges && object_find(m->object, entry.key, slice_hash(entry.key));
    if (!entry.merges && !again && !add_place(l, path, entry.mark, mark))
        return yaml_event_delete(event), false;
    if (!load_node(l, event, path, &value))
        return false;
    return entry.merges ? merge_value(l, m, mark, value) : store_member(l, m, &entry, value);
}

static bool load_mapping(struct loader *l, const yaml_event_t *start, struct slice path,
                         struct value *out)
{
    static const char *const tags[] = {"map", "set", NULL};
    struct slice tag;
    if (!core_tag(l, start->data.mapping_start.tag, start->start_mark, &tag))
        return false;
    if (!one_of(tag, tags))
        return bad_tag(l, start->start_mark, tag);
    *out = value_object(l->arena);
    if (out->type != VALUE_OBJECT)
        return error_memory(l->error);
    struct mapping m = {out->object, map_create(l->arena), path};
    for (;;) {
        yaml_event_t event;
        if (!next_event(l, &event))
            return false;
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return object_sort(l->arena, out->object) || error_memory(l->error);
        }
        if (!load_entry(l, &event, &m))
            return false;
    }
}

// ---- nodes and the document ----

static bool load_collection(struct loader *l, yaml_event_t *event, struct slice path,
                            struct value *out)
{
    bool list = event->type == YAML_SEQUENCE_START_EVENT;
    if (l->depth >= l->limits.depth) {
        fail(l, event->start_mark, ERROR_LIMIT, "nested more than %u deep", l->limits.depth);
        return false;
    }
    l->depth++;
    struct anchor *anchor =
        open_anchor(l, list ? event->data.sequence_start.anchor : event->data.mapping_start.anchor);
    bool ok = list ? load_sequence(l, event, path, out) : load_mapping(l, event, path, out);
    l->depth--;
    close_anchor(anchor, *out);
    return ok;
}

// Takes the event over and deletes it.
static bool load_node(struct loader *l, yaml_event_t *event, struct slice path, struct value *out)
{
    bool ok;
    if (++l->nodes > l->limits.nodes) {
        ok = fail(l, event->start_mark, ERROR_LIMIT, "more than %u values", l->limits.nodes);
    } else if (event->type == YAML_ALIAS_EVENT) {
        ok = load_alias(l, event, out);
    } else if (event->type == YAML_SCALAR_EVENT) {
        ok = load_scalar(l, event, out);
        if (ok)
            close_anchor(open_anchor(l, event->data.scalar.anchor), *out);
    } else {
        ok = load_collection(l, event, path, out);
    }
    yaml_event_delete(event);
    return ok;
}

// Reads on to an event that is neither a stream's nor a document's start or end. *document is where
// its document starts.
static bool skip_to_node(struct loader *l, yaml_event_t *event, yaml_mark_t *document, bool *found)
{
    for (;;) {
        if (!next_event(l, event))
            return false;
        yaml_event_type_t type = event->type;
        *found = type == YAML_ALIAS_EVENT || type == YAML_SCALAR_EVENT ||
                 type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
        if (*found)
            return true;
        if (type == YAML_DOCUMENT_START_EVENT)
            *document = event->start_mark;
        yaml_event_delete(event);
        if (type == YAML_STREAM_END_EVENT)
            return true;
    }
}

static bool load_document(struct loader *l, struct value *out)
{
    yaml_event_t event;
    yaml_mark_t document = {.index = 0};
    bool found;
    if (!skip_to_node(l, &event, &document, &found))
        return false;
    if (!found) {
        *out = value_null();
        return true;
    }
    if (!load_node(l, &event, SLICE_EMPTY, out) || !skip_to_node(l, &event, &document, &found))
        return false;
    if (!found)
        return true;
    fail(l, document, ERROR_SYNTAX, "a second document starts here");
    error_hint(l->error, "one text holds one document; take away the --- or ... above");
    yaml_event_delete(&event);
    return false;
}

static bool check_source(struct loader *l)
{
    if (l->source.len > l->limits.bytes) {
        error_set(l->error, ERROR_LIMIT, "the YAML is larger than %zu bytes", l->limits.bytes);
        error_at(l->error, l->file, l->first_line, 1);
        return false;
    }
    size_t invalid = utf8_find_invalid(l->source);
    if (invalid == SIZE_MAX)
        return true;
    unsigned line = 1, column = 1;
    error_locate(l->source, invalid, &line, &column);
    fail(l, (yaml_mark_t){.line = line - 1, .column = column - 1}, ERROR_SYNTAX,
         "the text is not valid UTF-8");
    error_hint(l->error, "save the file as UTF-8");
    return false;
}

struct value value_from_yaml(struct arena *arena, struct slice file, struct slice source,
                             unsigned first_line, const struct value_limits *limits,
                             struct value_places *places, struct error *error)
{
    struct loader l = {.arena = arena,
                       .file = file,
                       .source = source,
                       .first_line = first_line ? first_line : 1,
                       .limits = limits_in_force(limits),
                       .places = places,
                       .error = error,
                       .anchors = map_create(arena)};
    struct value value = value_undefined();
    struct slice text;
    if (!check_source(&l))
        return value;
    if (!yaml_prepare(arena, source, &l.stand_ins, &text)) {
        error_memory(error);
        return value;
    }
    if (!yaml_parser_initialize(&l.parser)) {
        error_memory(error);
        return value;
    }
    yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&l.parser, (const unsigned char *)(text.ptr ? text.ptr : ""),
                                 text.len);
    bool ok = load_document(&l, &value);
    yaml_parser_delete(&l.parser);
    return ok ? value : value_undefined();
}
