// SPDX-License-Identifier: MIT
//
// Where the text of a source is. One with template syntax is in the arena, since its template
// points into it. A plain one is needed only when its page is rendered and not remembered, or for a
// message about it: it stays in the store, if that has a file.
#include "snapshot.h"

// If the store has lost the text, reads it from the file, provided that is the one that was loaded.
static bool read_again(const struct source *source, struct arena *arena, struct slice *text,
                       struct error *error)
{
    const struct settings *settings = source->site->settings;
    size_t max = settings->limits.page_bytes;
    if (tree_read(source->site->tree, arena, source->path, max, text, NULL, error) &&
        slice_hash(*text) == source->hash)
        return true;
    if (!error_is_set(error))
        error_set(error, ERROR_AWAY, "the text of this page is missing from the cache");
    error_at(error, source->path, 1, 1);
    return false;
}

bool source_text(const struct source *source, struct arena *arena, struct slice *text,
                 struct error *error)
{
    const struct site *site = source->site;
    *text = source->text;
    if (text->ptr)
        return true;
    if (!site->texts || !source->text_id)
        return read_again(source, arena, text, error);
    if (store_texts_read(site->texts, site->texts_epoch, source->text_id, arena, text) &&
        slice_hash(*text) == source->hash)
        return true;
    // During a load it is there, but not yet visible to other connections.
    if (site->stored && store_texts_epoch(site->texts) == site->texts_epoch)
        store_texts_suspect(site->texts);
    return read_again(source, arena, text, error);
}

bool source_body(const struct source *source, struct arena *arena, struct slice *body,
                 struct error *error)
{
    if (!source_text(source, arena, body, error))
        return false;
    *body = slice_sub(*body, source->front_length, body->len);
    return true;
}

static bool has_tags(struct slice body)
{
    for (size_t at = 0; (at = slice_find_byte(body, '{', at)) != SIZE_MAX; at++) {
        char next = at + 1 < body.len ? body.ptr[at + 1] : '\0';
        if (next == '{' || next == '%' || next == '#')
            return true;
    }
    return false;
}

// Nunjucks and Liquid leave a text without tags unchanged; other languages of the host may not.
static bool needs_tags(const struct source *source)
{
    return !source->engine.len || slice_equal(source->engine, SLICE("liquid")) ||
           slice_equal(source->engine, SLICE("njk"));
}

void source_set_plain(struct source *source)
{
    source->plain = !(source->syntax & SYNTAX_NUNJUCKS) ||
                    (needs_tags(source) && !has_tags(source_resident_body(source)));
}

void source_blame(const struct source *source, struct slice key, enum blame blame,
                  struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct slice text = SLICE_EMPTY;
    struct error ignored = {0};
    bool there = arena && source_text(source, arena, &text, &ignored);
    struct value_places places = source->places;
    if (there && !places.count)
        places = front_matter_places(source, text, arena);
    const struct value_place *place = value_place_find(&places, key);
    unsigned line = 1, column = 1;
    if (place) {
        line = blame == BLAME_KEY ? place->line : place->value_line;
        column = blame == BLAME_KEY ? place->column : place->value_column;
    }
    error_at(error, source->path, line, column);
    error_source(error, text);
    arena_destroy(arena);
}

// ---- rawInput ----

// The text belongs to the source's snapshot, so reading it leaves a render pure.
static struct value get_raw_input(struct value_call *call)
{
    struct slice body;
    if (!source_body(call->data, call->realm->arena, &body, call->error))
        return value_undefined();
    return value_string(body);
}

void source_set_raw_input(struct source *source)
{
    if (!source_is_away(source)) {
        source->raw_input = value_string(source_resident_body(source));
        return;
    }
    source->raw_input =
        value_function(source->site->arena, SLICE("rawInput"), get_raw_input, source);
    source->raw_input.flags |= VALUE_GETTER | VALUE_LAZY;
}

// So that errors in a text that something was put before are still at their lines of the file.
static unsigned line_of_body(struct slice front, struct slice old, struct slice body)
{
    unsigned line, column, before = 1;
    error_locate(front, front.len, &line, &column);
    if (slice_ends_with(body, old))
        error_locate(body, body.len - old.len, &before, &column);
    return line > before ? line - before + 1 : 1;
}

bool source_replace_body(struct source *source, struct slice front, struct slice old,
                         struct slice body)
{
    source->body_line = line_of_body(front, old, body);
    source->text = ARENA_JOIN(source->site->arena, front, body);
    source->text_id = 0;
    source_set_plain(source);
    source_set_raw_input(source);
    return source->text.ptr != NULL;
}

bool text_shows_sources(struct slice text)
{
    return slice_find(text, SLICE("rawInput"), 0) != SIZE_MAX;
}
