// SPDX-License-Identifier: MIT
//
// Known answers, by the question and what its function read while it ran.
//
// A function reads more than its arguments: variables of the template, files, other pages. Which
// ones is known only after it ran, and may differ from run to run. So two things are kept:
//
//   under the question            the *shapes*: lists of what its runs have read
//   under question, shape and     the answer
//   the current state of all that
//
// A later question goes through the shapes (nearly always one), hashes the current state of each
// thing, and looks the answer up. A changed variable or an edited file leads to a different place,
// which has no answer yet.
//
// All of it is kept in memory, within a limit, and then in the cache file, if there is one.
// Thread-safety: any thread. The scope is called without a lock held.
#ifndef GUIDANCED_SCRIPT_ANSWERS_H
#define GUIDANCED_SCRIPT_ANSWERS_H

#include "codec.h"
#include "files.h"

enum read_kind { READ_VARIABLE, READ_NAMES, READ_PAGES, READ_FILE, READ_TEXTS };

struct read {
    enum read_kind kind;
    struct slice text; // name or path
};
struct reads {
    struct read *items; // sorted, each once
    size_t count;
    bool clock; // the time or randomness was asked for: remembered all the same
};

// reads.c: from an answer's "reads"; `modules` gets the files that stay loaded. Paths below the
// root become relative to it; those below `own`, the host's directories, are left out. False and
// error: they are not as in README.md.
struct reads_of {
    struct slice root;
    struct slice own[2]; // scratch, and the host's program
};
bool reads_decode(struct arena *arena, const struct reads_of *of, struct value wire,
                  struct reads *reads, struct reads *modules, struct error *error);
void reads_record(struct buffer *out, const struct reads *reads);

struct answers;
struct answers *answers_create(void);          // NULL when out of memory
void answers_destroy(struct answers *answers); // NULL allowed
void answers_remember(struct answers *answers, const struct script_memory *memory);

// For whom variables and files are looked up.
struct viewer {
    const struct script_scope *scope;
    struct value_realm *realm;
    struct files *files;
};
// Where the question's answer is kept if it has read this. False and error: a variable cannot be
// hashed.
bool answers_place(struct key question, const struct viewer *viewer, const struct reads *reads,
                   struct key *place, struct error *error);
// The answer's record, in the realm's arena, and its place. False: not known.
bool answers_find(struct answers *answers, struct key question, const struct viewer *viewer,
                  struct key *place, struct slice *record);
void answers_keep(struct answers *answers, struct key question, const struct reads *reads,
                  struct key place, struct slice record);

struct answers_count {
    uint64_t records, bytes;
};
struct answers_count answers_count(struct answers *answers);

#endif
