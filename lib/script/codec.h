// SPDX-License-Identifier: MIT
//
// Values outside of the daemon: on the wire to a host (README.md), as records that are remembered,
// and as the hash that a question is known by. In all three, data of the snapshot is named and not
// written, if the scope says so; in records and hashes by a hash that is the same in every process.
//
// Thread-safety: each call belongs to one thread.
#ifndef GUIDANCED_SCRIPT_CODEC_H
#define GUIDANCED_SCRIPT_CODEC_H

#include "script.h"

// JSON of a message nests more than the values in it: a tag around each.
enum { CODEC_DEPTH_MAX = VALUE_DEPTH_MAX, CODEC_VALUES_MAX = 4 << 20 };

// ---- functions of a host ----

// A question whose answer holds functions, and how it is asked again when a host does not know it.
struct provenance {
    struct slice q;        // as hosts know it
    uint64_t identity;     // of the answer: the same wherever and whenever it was given
    struct slice question; // a record (question.h)
};

// Who is asked when a function is called (call.c).
struct asker {
    struct value (*call)(const struct asker *asker, struct value function, struct value_call *call);
};

struct handle {
    const struct asker *asker;
    struct provenance from; // q.ptr NULL: of the configuration, by operation and name
    struct value path;      // within the answer: an array of texts and numbers
    struct slice operation, name;
};

// function.c: the value of a handle. `instance`: its String(), ptr NULL for a function; properties:
// what can be read of it, an object or undefined. undefined: out of memory.
struct value function_value(struct arena *arena, const struct handle *handle, struct slice instance,
                            struct value properties);
// The handle of a function of a host; NULL for anything else.
const struct handle *function_handle(struct value v);
bool function_is_context(struct value v); // script_context()

// Provenances that have been told to a host in the course of a question: what it may name.
struct told {
    const struct provenance *provenance;
    struct told *next;
};

// ---- encode.c ----

struct encoding {
    const struct script_scope *scope; // NULL: nothing is named
    struct value_realm *realm;
    struct buffer *out;
    struct told **told; // in the realm's arena
    struct error *error;
    unsigned depth;
};
// Appends the value. `whole`: this one is written out, even if the scope would name it. False and
// error when it cannot be said: within itself, or too deep.
bool encode_value(struct encoding *encoding, struct value v, bool whole);
// A member that is a getter, as its value (a getter of the snapshot's data is asked).
struct value encode_member(struct value_realm *realm, struct value object, struct value member,
                           struct error *error);

// ---- decode.c ----

struct decoding {
    const struct asker *asker;
    const struct script_scope *scope;
    struct arena *arena;     // of the values
    struct provenance own;   // of the answer that is read
    const struct told *told; // others it may name
    struct error *error;
    bool functions; // it holds functions of its own
    // Its own.
    struct value *containers;
    size_t count, capacity;
    unsigned depth;
};
// The value of parsed JSON, every text and container of it rebuilt in the arena. Nothing is
// trusted: false and error for whatever README.md does not say.
bool decode_value(struct decoding *decoding, struct value wire, struct value *out);

// ---- record.c ----

struct recording {
    const struct script_scope *scope;
    struct value_realm *realm;
    struct buffer *out;
    struct slice own; // functions of the answer to this question are known by their place alone
    struct map seen;  // containers by their address, in the realm's arena
    uint32_t count;
    unsigned depth;
    struct error *error;
};
// False: it cannot be remembered (and error says why).
bool record_value(struct recording *recording, struct value v);

struct replaying {
    const struct asker *asker;
    const struct script_scope *scope;
    struct arena *arena;
    struct provenance own;
    const char *at, *end;
    struct value *containers;
    size_t count, capacity;
    unsigned depth;
};
// False: damaged, out of memory, or it names what is not there any more.
bool replay_value(struct replaying *replaying, struct value *out);
bool replay_text(struct replaying *replaying, struct slice *text);
void record_text(struct buffer *out, struct slice text);

// ---- key.c ----

// Two hashes that know nothing of each other: where a thing is kept, and whether it is that.
struct key {
    uint64_t place, check;
};
#define KEY_START ((struct key){SLICE_HASH_START, SLICE_HASH_STEP})
struct key key_add(struct key key, uint64_t number);
struct key key_add_text(struct key key, struct slice text);

struct hashing {
    const struct script_scope *scope;
    struct value_realm *realm;
    struct error *error;
    unsigned depth;
    size_t values;
};
// False and error: within itself, too deep or too much.
bool key_add_value(struct hashing *hashing, struct key *key, struct value v);

#endif
