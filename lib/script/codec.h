// SPDX-License-Identifier: MIT
//
// Values outside the daemon: on the wire to a host (README.md), as stored records, and as the hash
// of a question. All three refer to data of the snapshot instead of writing it, if the scope says
// so; records and hashes refer to it by a hash that is the same in every process.
//
// Thread-safety: each call belongs to one thread.
#ifndef GUIDANCED_SCRIPT_CODEC_H
#define GUIDANCED_SCRIPT_CODEC_H

#include "script.h"

// JSON of a message nests more than the values in it: a tag around each.
enum { CODEC_DEPTH_MAX = VALUE_DEPTH_MAX, CODEC_VALUES_MAX = 4 << 20 };

// ---- functions of a host ----

// A question whose answer holds functions, and how to ask it again of a host that does not know it.
struct provenance {
    struct slice q;        // as hosts know it
    uint64_t identity;     // of the answer: the same in every process and at any time
    struct slice question; // a record (question.h)
};

// What to ask when a function is called (call.c).
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
// its readable members, an object or undefined. undefined: out of memory.
struct value function_value(struct arena *arena, const struct handle *handle, struct slice instance,
                            struct value properties);
// The handle of a function of a host; NULL for anything else.
const struct handle *function_handle(struct value v);
bool function_is_context(struct value v); // script_context()

// Provenances sent to a host during a question: the host may name these.
struct told {
    const struct provenance *provenance;
    struct told *next;
};

// ---- encode.c ----

// An array or object on the way to the part of a value that is being read, and those around it: one
// that contains itself is found among them.
struct ancestor {
    struct value v;
    unsigned number;
    const struct ancestor *above;
};
// NULL: `v` is not among them.
const struct ancestor *ancestor_find(const struct ancestor *above, struct value v);

struct encoding {
    const struct script_scope *scope; // NULL: no references
    struct value_realm *realm;
    struct buffer *out;
    struct told **told; // in the realm's arena
    struct error *error;
    unsigned depth;
    // Containers begun in the value, by which one that contains itself names itself.
    unsigned begun;
    const struct ancestor *above;
};
// Appends the value. `whole`: this one is written out, even if the scope would refer to it. False
// and error if it is too deep.
bool encode_value(struct encoding *encoding, struct value v, bool whole);
// A member's value; a getter of the snapshot's data is called.
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
    bool functions; // it has its own functions
    // Its own.
    struct value *containers;
    size_t count, capacity;
    unsigned depth;
};
// The value of parsed JSON, with every text and container rebuilt in the arena. Nothing is trusted:
// false and error for anything not in README.md.
bool decode_value(struct decoding *decoding, struct value wire, struct value *out);

// ---- record.c ----

struct recording {
    const struct script_scope *scope;
    struct value_realm *realm;
    struct buffer *out;
    struct slice own; // functions in the answer to this question are identified by their path alone
    struct map seen;  // containers by address, in the realm's arena
    uint32_t count;
    unsigned depth;
    struct error *error;
};
// False: it cannot be recorded (error says why).
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
// False: damaged, out of memory, or it refers to something that no longer exists.
bool replay_value(struct replaying *replaying, struct value *out);
bool replay_text(struct replaying *replaying, struct slice *text);
void record_text(struct buffer *out, struct slice text);

// ---- key.c ----

// Two independent hashes: one to find a record, one to check that it is the right one.
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
    const struct ancestor *above;
};
// False and error: too deep or too large.
bool key_add_value(struct hashing *hashing, struct key *key, struct value v);

#endif
