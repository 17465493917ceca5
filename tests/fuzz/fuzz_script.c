// SPDX-License-Identifier: MIT
//
// Feeds any text to what reads a host's answers, and any bytes to what reads remembered ones. What
// is taken is recorded and comes back as itself: hashed, it is the same.
#include "script/answers.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static const struct value_limits LIMITS = {.bytes = 1u << 20, .depth = 600, .nodes = 20000};
static const struct slice Q = {"q", 1};

static struct value never(const struct asker *asker, struct value function, struct value_call *call)
{
    (void)asker;
    (void)function;
    (void)call;
    abort();
}
static const struct asker ASKER = {never};

// A site of one page.
static struct value page;
static struct value resolve(void *state, enum script_reference_kind kind, uint32_t id)
{
    (void)state;
    return kind == SCRIPT_PAGE && id == 0 ? page : value_undefined();
}
static bool refer(void *state, struct value v, struct script_reference *reference)
{
    (void)state;
    *reference = (struct script_reference){SCRIPT_PAGE, 0, 99};
    return value_is(v, VALUE_OBJECT) && v.object == page.object;
}
static bool find(void *state, enum script_reference_kind kind, uint64_t hash, uint32_t *id)
{
    (void)state;
    *id = 0;
    return kind == SCRIPT_PAGE && hash == 99;
}
static const struct script_scope SCOPE = {.resolve = resolve, .refer = refer, .find = find};

// Cycles have no hash; all else has one.
static bool hash_of(struct value_realm *realm, struct value v, struct key *key)
{
    struct error error = {0};
    struct hashing hashing = {.scope = &SCOPE, .realm = realm, .error = &error};
    *key = KEY_START;
    bool ok = key_add_value(&hashing, key, v);
    check(ok || error_is_set(&error));
    return ok;
}

static bool replay(struct value_realm *realm, struct slice record, struct value *out)
{
    struct replaying r = {.asker = &ASKER,
                          .scope = &SCOPE,
                          .arena = realm->arena,
                          .own = {Q, 7, SLICE("question")},
                          .at = record.ptr,
                          .end = record.ptr + record.len};
    return replay_value(&r, out) && r.at == r.end;
}

static struct slice record_of(struct value_realm *realm, struct value v)
{
    struct error error = {0};
    struct buffer out = buffer_create(realm->arena, 64u << 20);
    struct recording recording = {.scope = &SCOPE,
                                  .realm = realm,
                                  .out = &out,
                                  .own = Q,
                                  .seen = map_create(realm->arena),
                                  .error = &error};
    bool ok = record_value(&recording, v);
    check(ok || error_is_set(&error));
    return ok && !out.failed ? buffer_slice(&out) : SLICE_EMPTY;
}

static void check_value(struct value_realm *realm, struct value v)
{
    struct key before, after;
    struct value again;
    struct slice record = record_of(realm, v);
    if (!record.len)
        return;
    check(replay(realm, record, &again));
    if (hash_of(realm, v, &before))
        check(hash_of(realm, again, &after) && before.place == after.place &&
              before.check == after.check);
    // And goes out again as it came in.
    struct error error = {0};
    struct buffer out = buffer_create(realm->arena, 64u << 20);
    struct encoding encoding = {.scope = &SCOPE, .realm = realm, .out = &out, .error = &error};
    check(encode_value(&encoding, again, false) || error_is_set(&error));
}

static void read_answer(struct value_realm *realm, struct slice text)
{
    struct error error = {0};
    struct value v;
    struct value wire = value_from_json(realm->arena, SLICE("host"), text, &LIMITS, &error);
    if (error_is_set(&error))
        return;
    struct decoding decoding = {.asker = &ASKER,
                                .scope = &SCOPE,
                                .arena = realm->arena,
                                .own = {Q, 7, SLICE("question")},
                                .error = &error};
    bool ok = decode_value(&decoding, wire, &v);
    check(ok || error_is_set(&error));
    if (ok)
        check_value(realm, v);
    struct reads reads, modules;
    const struct reads_of of = {SLICE("/site"), {SLICE("/site/.own"), SLICE("/host")}};
    error = (struct error){0};
    ok = reads_decode(realm->arena, &of, wire, &reads, &modules, &error);
    check(ok || error_is_set(&error));
}

// With little memory nothing comes of it but an error.
static void read_in_need(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct arena *ample = arena_create(0, 512u << 20);
    struct arena *scant = arena_create(256, 256 + 64 * (size_t)data[0]);
    check(ample && scant);
    struct value v, wire = value_from_json(ample, SLICE("host"), slice_of((const char *)data, size),
                                           &LIMITS, &error);
    struct decoding decoding = {.asker = &ASKER,
                                .scope = &SCOPE,
                                .arena = scant,
                                .own = {Q, 7, SLICE("question")},
                                .error = &error};
    if (!error_is_set(&error))
        check(decode_value(&decoding, wire, &v) || error_is_set(&error));
    struct value_realm realm = value_realm_create(scant);
    if (replay(&realm, slice_of((const char *)data, size), &v))
        (void)record_of(&realm, v);
    arena_destroy(scant);
    arena_destroy(ample);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_create(0, 512u << 20);
    check(arena != NULL);
    struct value_realm realm = value_realm_create(arena);
    struct slice text = arena_copy(arena, slice_of((const char *)data, size));
    struct value v;
    page = value_object(arena);
    if (size) {
        read_answer(&realm, text);
        if (replay(&realm, text, &v))
            check_value(&realm, v);
    }
    arena_destroy(arena);
    if (size)
        read_in_need(data, size);
    return 0;
}
