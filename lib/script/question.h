// SPDX-License-Identifier: MIT
//
// A question inside the module: one of script.h, or a call of a function from an answer. It has
// three forms: a hash, to recognise it; a message, to ask it; a record, to ask it again when a host
// has forgotten the functions in its answer.
//
// Thread-safety: plain data.
#ifndef GUIDANCED_SCRIPT_QUESTION_H
#define GUIDANCED_SCRIPT_QUESTION_H

#include "codec.h"

struct question {
    struct slice operation, name;
    struct value function, self; // of the operation "function"; else undefined
    const struct value *args;
    uint32_t argc;
    uint64_t salt;
    struct value_realm *realm; // never NULL
};

// False and error: an argument cannot be encoded.
bool question_key(const struct question *question, const struct script_scope *scope, uint64_t seed,
                  struct key *key, struct error *error);
// The message, in the realm's arena.
bool question_message(const struct question *question, const struct script_scope *scope,
                      uint64_t number, struct slice q, struct told **told, struct slice *message,
                      struct error *error);
bool question_record(const struct question *question, const struct script_scope *scope,
                     struct slice *record, struct error *error);
// False: it cannot be asked again, since something it refers to no longer exists.
bool question_replay(const struct asker *asker, const struct script_scope *scope,
                     struct slice record, struct value_realm *realm, struct question *question);
// "filter \"shout\"", for messages.
void question_describe(const struct question *question, char *out, size_t size);

#endif
