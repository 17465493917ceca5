// SPDX-License-Identifier: MIT
//
// Questions as hashes, messages and records.
#include "question.h"

#include <stdio.h>

bool question_key(const struct question *question, const struct script_scope *scope, uint64_t seed,
                  struct key *key, struct error *error)
{
    struct hashing hashing = {.scope = scope, .realm = question->realm, .error = error};
    *key = key_add(key_add(KEY_START, seed), question->salt);
    *key = key_add_text(key_add_text(*key, question->operation), question->name);
    *key = key_add(*key, question->argc);
    if (!key_add_value(&hashing, key, question->function) ||
        !key_add_value(&hashing, key, question->self))
        return false;
    for (uint32_t i = 0; i < question->argc; i++)
        if (!key_add_value(&hashing, key, question->args[i]))
            return false;
    return true;
}

// ---- the message ----

static void put_question_member(struct buffer *out, const char *name, struct slice text)
{
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, text);
}

static bool put_args(struct encoding *encoding, const struct question *question)
{
    buffer_append(encoding->out, SLICE(",\"args\":["));
    for (uint32_t i = 0; i < question->argc; i++) {
        if (i)
            buffer_append_byte(encoding->out, ',');
        if (!encode_value(encoding, question->args[i], false)) {
            error_hint(encoding->error, "argument %u cannot be passed to JavaScript", i + 1);
            return false;
        }
    }
    buffer_append(encoding->out, SLICE("]}"));
    return true;
}

static bool put_asked_function(struct encoding *encoding, const struct question *question)
{
    buffer_append(encoding->out, SLICE(",\"fn\":"));
    if (!encode_value(encoding, question->function, true))
        return false;
    buffer_append(encoding->out, SLICE(",\"self\":"));
    return encode_value(encoding, question->self, false);
}

bool question_message(const struct question *question, const struct script_scope *scope,
                      uint64_t number, struct slice q, struct told **told, struct slice *message,
                      struct error *error)
{
    // One byte less than a message may have, so that the error is about the question, not the
    // message.
    struct buffer out = buffer_create(question->realm->arena, (64u << 20) - 1);
    struct encoding encoding = {
        .scope = scope, .realm = question->realm, .out = &out, .told = told, .error = error};
    buffer_printf(&out, "{\"ask\":%llu", (unsigned long long)number);
    put_question_member(&out, "op", question->operation);
    put_question_member(&out, "q", q);
    buffer_printf(&out, ",\"generation\":\"%llu\"",
                  (unsigned long long)(scope ? scope->generation : 0));
    put_question_member(&out, "name", question->name);
    if (value_is(question->function, VALUE_FUNCTION) && !put_asked_function(&encoding, question))
        return false;
    if (!put_args(&encoding, question))
        return false;
    *message = buffer_slice(&out);
    if (out.failed)
        return out.overflow
                   ? error_set(error, ERROR_LIMIT, "data for JavaScript has more than 64 MiB")
                   : error_memory(error);
    return true;
}

// ---- the record ----

bool question_record(const struct question *question, const struct script_scope *scope,
                     struct slice *record, struct error *error)
{
    struct arena *arena = question->realm->arena;
    struct buffer out = buffer_create(arena, 0);
    struct recording recording = {.scope = scope,
                                  .realm = question->realm,
                                  .out = &out,
                                  .seen = map_create(arena),
                                  .error = error};
    record_text(&out, question->operation);
    record_text(&out, question->name);
    buffer_append(&out, slice_of((const char *)&question->salt, sizeof question->salt));
    buffer_append(&out, slice_of((const char *)&question->argc, sizeof question->argc));
    bool ok =
        record_value(&recording, question->function) && record_value(&recording, question->self);
    for (uint32_t i = 0; ok && i < question->argc; i++)
        ok = record_value(&recording, question->args[i]);
    *record = buffer_slice(&out);
    return ok && (!out.failed || error_memory(error));
}

static bool take_number(struct replaying *r, void *out, size_t size)
{
    if (size > (size_t)(r->end - r->at))
        return false;
    memcpy(out, r->at, size);
    r->at += size;
    return true;
}

bool question_replay(const struct asker *asker, const struct script_scope *scope,
                     struct slice record, struct value_realm *realm, struct question *question)
{
    struct replaying r = {.asker = asker,
                          .scope = scope,
                          .arena = realm->arena,
                          .at = record.ptr,
                          .end = record.ptr + record.len};
    *question = (struct question){.realm = realm};
    if (!replay_text(&r, &question->operation) || !replay_text(&r, &question->name) ||
        !take_number(&r, &question->salt, sizeof question->salt) ||
        !take_number(&r, &question->argc, sizeof question->argc) ||
        question->argc > (size_t)(r.end - r.at) || !replay_value(&r, &question->function) ||
        !replay_value(&r, &question->self))
        return false;
    struct value *args = arena_alloc(realm->arena, (question->argc + 1) * sizeof *args);
    bool ok = args != NULL;
    for (uint32_t i = 0; ok && i < question->argc; i++)
        ok = replay_value(&r, &args[i]);
    question->args = args;
    return ok;
}

void question_describe(const struct question *question, char *out, size_t size)
{
    const struct handle *handle = function_handle(question->function);
    struct slice name = handle ? handle->name : question->name;
    if (name.len)
        snprintf(out, size, "%.*s \"%.*s\"", SLICE_ARG(question->operation), SLICE_ARG(name));
    else
        snprintf(out, size, "%.*s", SLICE_ARG(question->operation));
}
