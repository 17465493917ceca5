// SPDX-License-Identifier: MIT
//
// A question as the module itself has it: that of script.h, and the calls of functions that answers
// held. It is written three times: hashed, to know it again; as a message, to ask it; as a record,
// to ask it once more when a host has forgotten the functions in its answer.
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

// False and error: an argument cannot be said.
bool question_key(const struct question *question, const struct script_scope *scope, uint64_t seed,
                  struct key *key, struct error *error);
// The message, in the realm's arena.
bool question_message(const struct question *question, const struct script_scope *scope,
                      uint64_t number, struct slice q, struct told **told, struct slice *message,
                      struct error *error);
bool question_record(const struct question *question, const struct script_scope *scope,
                     struct slice *record, struct error *error);
// False: it cannot be asked again, since it is about what is not there any more.
bool question_replay(const struct asker *asker, const struct script_scope *scope,
                     struct slice record, struct value_realm *realm, struct question *question);
// "filter \"shout\"", for messages.
void question_describe(const struct question *question, char *out, size_t size);

#endif
