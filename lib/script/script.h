// SPDX-License-Identifier: MIT
//
// The site's own JavaScript: asked once, remembered for ever.
//
//   site ──question──▶ answers ──known──▶ value
//                         │ unknown
//                         ▼
//                     host process (node, host/*.mjs) ──reads of the scope──▶ site
//
// A site whose `guidance.yaml` names an Eleventy configuration brings functions: filters,
// shortcodes, collections, data, transforms. They run in a *host*, a node process of its own
// without network, which reads the site and writes one scratch directory. What it is asked is a
// *question*: an operation, a name, arguments, and what the function read while it ran (variables
// of the template's context, pages, files). The answer is kept under all of that, so the same
// question is never asked twice: not by another request, not by another snapshot, and, through the
// store, not after a restart.
//
// The host may crash, hang, lie or be killed: a question then fails with an error, in time, and the
// next one starts a new host, with back-off. The protocol is in README.md beside this file.
//
// Ownership: a script is one object for the life of the process. Answers are copied into the
// caller's arena. Function values made here hold the script, which outlives every snapshot.
// Thread-safety: script_ask, script_renew, script_restart and script_status from any thread, and so
// calls of the functions made here; one question at a time is with the host, others wait for it no
// longer than their own limit. A question that is asked while the same thread answers what the host
// wants to know of another (the content of a page whose render needs JavaScript) goes to a second
// host. All else from one thread.
#ifndef GUIDANCED_SCRIPT_SCRIPT_H
#define GUIDANCED_SCRIPT_SCRIPT_H

#include "base/log.h"
#include "value/value.h"

struct script;

// Where answers outlive the process; the store has one (store/answers.c). NULL members: nowhere.
// Called with the script's own lock held, from one thread at a time.
struct script_memory {
    void *state;
    // The record under the key, in the arena; false: none.
    bool (*get)(void *state, uint64_t key, struct arena *arena, struct slice *record);
    bool (*put)(void *state, uint64_t key, struct slice record);
    void (*remove)(void *state, uint64_t key);
};

struct script_options {
    const char *command; // "node"
    const char *root;    // the site directory, absolute
    const char *config;  // the Eleventy configuration, relative to it
    // What Eleventy's command line says in place of the configuration; NULL: nothing.
    const char *input, *output, *path_prefix;
    const char *scratch; // the one directory it may write, absolute; made when missing. Beside
                         // it, "SCRATCH.host" gets the host's own program, which it may only read
    const char *host;    // the host's program; NULL: the one built in
    bool network;        // whether it may open connections
    bool prepared;       // never start a host: what is not known is an error
    size_t memory_bytes; // of the host
    unsigned timeout_ms; // of one question
    unsigned idle_ms;    // a host that is asked nothing for so long is ended
    // Lists ended by NULL; NULL: none.
    const char *const *environment; // names that are handed on
    const char *const *readable;    // further directories it may read, absolute
    const char *const *fresh;       // functions that are run every time
    struct log *log;
};

// Sets aside the small process that starts hosts; to be called as the user that hosts are to run
// as, before the sandbox is entered and before there are threads. Starts no host, and needs no node
// until one is wanted. The options' texts are copied. NULL and error on failure.
struct script *script_create(const struct script_options *options, struct error *error);
void script_destroy(struct script *script); // NULL allowed; ends host and starter
// Ends all hosts, and starts none any more: whoever waits for one is told at once. From any thread.
void script_stop(struct script *script); // NULL allowed
// Where answers are kept from now on.
void script_remember(struct script *script, const struct script_memory *memory);

// ---- what a function may see while it runs ----

// Data of the snapshot that is not sent but named: the host fetches it when it is read.
enum script_reference_kind {
    SCRIPT_PAGE,        // a collection's item
    SCRIPT_PAGE_DATA,   // its `data`
    SCRIPT_PAGE_PAGE,   // its `page`
    SCRIPT_COLLECTIONS, // the `collections` object
    SCRIPT_FROZEN,      // a large frozen array or object
};
struct script_reference {
    enum script_reference_kind kind;
    uint32_t id;   // of the page, or of the frozen value
    uint64_t hash; // of its content, the same in every process
};
// Which state of the configuration, and of the modules that it loads, is meant.
struct script_edition {
    uint64_t place, check;
};
struct script_scope {
    void *state;
    uint64_t generation; // what `id`s mean; a host forgets pages of another generation
    // Of the snapshot: what was answered for it stays answered when the configuration has changed
    // since, or cannot be read any more. {0}: the one that there is now.
    struct script_edition edition;
    // A variable of the template that runs, or of the data the function is called with.
    struct value (*variable)(void *state, struct slice name);
    // undefined: there is none. All their names, an array of texts.
    struct value (*names)(void *state);
    // Whether the value is to be sent as a reference.
    bool (*refer)(void *state, struct value v, struct script_reference *reference);
    // What a reference stands for, to be encoded one level deep; undefined: an id that is none.
    struct value (*resolve)(void *state, enum script_reference_kind kind, uint32_t id);
    // The other way about: the id of what has this hash now. How remembered answers name pages.
    bool (*find)(void *state, enum script_reference_kind kind, uint64_t hash, uint32_t *id);
    // templateContent of a page.
    bool (*content)(void *state, uint32_t page, struct slice *html, struct error *error);
    // All pages as items, in the order of collections.all.
    struct value (*pages)(void *state);
    // Of all data of pages and collections: what an answer depends on that has looked at other
    // pages. Equal hashes mean equal ids of pages, which effects name.
    uint64_t site_hash;
    uint64_t text_hash; // of all that pages and templates say beside it: for who has looked at that
    struct arena *arena; // for what the functions above make
};
// Any of the functions may be NULL: there is nothing of the kind. They are called by the thread
// that asks, without a lock held, and may ask questions themselves.

// ---- asking ----

struct script_question {
    const char *operation;    // README.md lists them: "filter", "shortcode", "data", …
    struct slice name;        // of the function, or the file
    const struct value *args; // may hold references and functions of the host
    uint32_t argc;
    uint64_t salt; // hashed into the key: what the answer depends on that is in no argument
    struct value_realm *realm; // of the render whose values the arguments are; NULL: none
};
// The answer, in the arena. A function in it is called by value_invoke, as any other; what it is
// asked is remembered too. False and error when it failed: with the place in the JavaScript file,
// or, as ERROR_AWAY, because no host could tell in time. `scope` may be NULL: the function sees
// nothing but its arguments.
bool script_ask(struct script *script, const struct script_question *question,
                const struct script_scope *scope, struct arena *arena, struct value *answer,
                struct error *error);
// What the function has done beside answering: a list of {page, path, value} that it set on pages
// (collections do), as the answer's second part. undefined: nothing.
bool script_ask_effects(struct script *script, const struct script_question *question,
                        const struct script_scope *scope, struct arena *arena, struct value *answer,
                        struct value *effects, struct error *error);

// ---- waiting ----

// Whether this thread may wait for a host, and until when questions may begin to (by
// clock_monotonic_ns; 0: each as long as script.timeout). Every thread may from its start. Where it
// may not, a question whose answer is not known fails at once with ERROR_AWAY, and
// script_was_put_off says so until this is called again.
void script_wait(bool may, uint64_t deadline_ns);
bool script_was_put_off(void);

// The scope of the calls that this thread makes from now on; NULL: none. Functions that templates
// call find it here. Gives the one before.
const struct script_scope *script_enter(const struct script_scope *scope);

// A function value that asks the operation and name with the arguments of the call.
struct value script_function(struct script *script, struct arena *arena, const char *operation,
                             struct slice name);
// Whether the value is a function (or an instance with methods) of the host.
bool script_is_function(struct value v);
// An argument that stands for the scope's context as an object: Eleventy's `data`.
struct value script_context(void);

// Whether an answer that was asked for in this process has written the file: its path below the
// scratch directory.
bool script_wrote(struct script *script, struct slice path);
// Calls fn with each file and directory that an answer depends on: modules of the configuration,
// data files, what functions have read. Absolute, valid during the call; fn asks nothing itself.
void script_each_file(struct script *script, void (*fn)(void *state, struct slice path),
                      void *state);
// The edition that "open" was answered for last.
struct script_edition script_edition(struct script *script);
// A new load: files are looked at again for changes before an answer that read them is reused.
void script_renew(struct script *script);
// Ends the host, so that the next question starts one that loads the configuration again.
void script_restart(struct script *script);

// Calls fn for each file that an answer has depended on since the last script_renew, with a hash of
// what it says. False: some are not known any more.
typedef void (*script_state_fn)(void *state, struct slice path, uint64_t content);
bool script_each_state(struct script *script, script_state_fn fn, void *state);
// The hash of what a file says now.
uint64_t script_file(struct script *script, struct slice path);

struct script_status {
    bool running;
    int pid;                            // of the host; 0
    uint64_t asked, remembered, failed; // questions to the host, answered without it, failed
    uint64_t starts, deaths;
    uint64_t written;  // files that answers have written, as far as they were asked for
    uint64_t asked_ns; // that hosts took for all of that
    uint64_t rests_ms; // until the next host may be started, after several that ended; 0
    int landlock_abi;  // of the host that was started last; 0: its kernel has none, or none was
    bool confined;     // system calls are filtered
    uint64_t answers, answer_bytes; // in memory
    // What went wrong with a host last (ERROR_AWAY), not with a function in it; unset: nothing
    // since the last success.
    struct error last;
};
struct script_status script_status(struct script *script);

#endif
