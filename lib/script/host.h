// SPDX-License-Identifier: MIT
//
// Shared by the files of this module: the script itself, its hosts, and a question in progress.
//
//   script.c     settings, status
//   call.c       who asks: script_ask, and functions that templates call
//   ask.c        known? else a host's turn
//   turn.c       who may ask a host next, and who may wait at all
//   culprits.c   questions that have ended their host
//   host.c       starting, opening and ending hosts
//   trees.c      the directories they run in
//   converse.c   one question with one host, and what it wants to know meanwhile
//
#ifndef GUIDANCED_SCRIPT_HOST_H
#define GUIDANCED_SCRIPT_HOST_H

#include "answers.h"
#include "channel.h"
#include "question.h"
#include "starter.h"
#include "trees.h"

#include "base/map.h"

#include <pthread.h>
#include <stdatomic.h>

// Questions within questions: a page rendered for a question asks its own questions of the next
// host.
enum { HOSTS_MAX = 3, REPEATS_MAX = 8 };

struct module_state {
    struct slice path;
    uint64_t state; // when it was loaded
};

// A question that has ended its host, and is not asked again for some time.
struct culprit {
    struct key question; // place 0: none
    uint64_t until;      // by clock_monotonic_ns
    unsigned times;
    struct error error; // how it ended
};
enum { CULPRITS_MAX = 32 };

struct host {
    // Under the script's lock: whether a thread has its turn, how many wait for one, and which
    // thread had it last. That one lets others go first.
    bool taken;
    unsigned waiting;
    pthread_t last;
    struct channel channel;
    struct script_tree *tree; // where it runs
    _Atomic int pid;          // 0: not running
    unsigned restarts;        // at its start
    struct key config;        // what it was opened with
    uint64_t generation;      // when its modules were last looked at
    struct arena *arena;      // for the modules' paths
    struct module_state *modules;
    size_t module_count, module_capacity;
};

struct script {
    struct asker asker;            // first: functions find the script by it
    struct script_options options; // with its own copies of the texts
    struct arena *arena;           // for those
    struct log *log;
    struct starter *starter; // NULL: prepared
    struct answers *answers;
    struct trees *trees;           // of commits; NULL: the site is a directory
    struct script_tree *directory; // that one; otherwise NULL
    struct reads_of reads_of;
    uint64_t program; // hash of the host's program and environment
    atomic_uint_fast64_t generation, number;
    atomic_uint restarts; // how often a restart of all hosts was requested
    atomic_bool stopped;

    pthread_mutex_t lock; // for everything below, and hosts' turns
    pthread_cond_t turn;
    struct host hosts[HOSTS_MAX];
    unsigned failures; // hosts that ended before their time, in a row
    uint64_t retry_at; // no host is started before this time, in ns
    struct culprit culprits[CULPRITS_MAX];
    struct script_status status;
    struct arena *written_arena;
    struct map written; // files below the scratch directory
};

// written.c: notes the files among the effects.
void script_note_written(struct script *script, struct value effects);

// ---- ask.c ----

// As script_ask_effects, for questions of any kind; effects may be NULL.
bool ask_question(struct script *script, const struct question *question,
                  const struct script_scope *scope, struct arena *arena, struct value *answer,
                  struct value *effects, struct error *error);
bool ask_is_fresh(const struct script *script, struct slice name);

// ---- call.c ----

struct value call_function(const struct asker *asker, struct value function,
                           struct value_call *call);

// A question to a host, and its outcome.
struct asking {
    struct script *script;
    const struct question *question;
    const struct script_scope *scope;
    struct script_tree *tree;
    struct arena *arena; // of the answer
    struct key config;   // the edition of the configuration in the key
    bool pinned;         // only this edition is acceptable
    struct key key;      // of the question
    bool keep;           // the answer is remembered
    struct slice q;
    struct value answer, effects;
    struct key place;    // where the answer is kept
    struct slice record; // of the question
    struct error *error;
};

// ---- turn.c ----

// The thread's turn at the host of the depth it asks at. NULL and error if not in time.
struct host *turn_take(struct script *script, struct error *error);
void turn_leave(struct script *script, struct host *host);
// False: this thread must not wait, which is noted (script_was_put_off).
bool turn_may_wait(struct error *error);

// ---- culprits.c ----

// Notes that the question has ended its host, and how.
void culprits_note(struct script *script, struct key question, const struct error *error);
// Whether it must not be asked yet; if so, *error says how its host ended last time.
bool culprits_has(struct script *script, struct key question, struct error *error);

// ---- host.c ----

// Asks, starting or restarting the host if necessary. Call it with the host's turn. False and
// error; `again`: the configuration has changed, and everything must be asked again.
bool host_ask(struct host *host, struct asking *asking, bool *again);
void host_end(struct script *script, struct host *host);
// The answer of a host, checked, into `asking`; kept if wanted.
bool host_accept(struct host *host, struct asking *asking, struct value wire,
                 const struct told *told);

// ---- converse.c ----

enum conversation_outcome {
    CONVERSATION_ANSWERED, // `answer` is an object with "value"
    CONVERSATION_FAILED,   // the function failed: error is set
    CONVERSATION_UNKNOWN,  // the host does not know the question a function comes from
    CONVERSATION_STALE,    // the host has loaded a module that has since changed
    CONVERSATION_LOST,     // the host is gone
    CONVERSATION_LATE,
    CONVERSATION_BROKEN, // it broke the protocol: error is set
};
struct conversation {
    struct script *script;
    struct host *host;
    const struct script_scope *scope;
    struct value_realm *realm;
    struct arena *arena; // of the messages
    uint64_t number;
    uint64_t deadline;
    struct told *told;
    const struct question *question; // for messages about it
    struct value answer;
    struct error *error;
};
enum conversation_outcome converse(struct conversation *conversation, struct slice message);

#endif
