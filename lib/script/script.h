// SPDX-License-Identifier: MIT
//
// The site's own JavaScript: asked once, remembered for ever.
//
//   site ──question──▶ answers ──known──▶ value
//                         │ unknown
//                         ▼
//                     host process (node, host/*.mjs) ──reads of the scope──▶ site
//
// A site whose `guidance.yaml` names an Eleventy configuration has functions: filters, shortcodes,
// collections, data, transforms. They run in a *host*, a separate node process without network,
// which reads the site and writes to one scratch directory. A call is a *question*: an operation, a
// name, arguments, and what the function read while it ran (variables of the template's context,
// pages, files). The answer is kept under all of that, so the same question is never asked twice:
// not by another request, not by another snapshot, and, through the store, not after a restart.
//
// The host may crash, hang, misbehave or be killed: a question then fails with an error, in time,
// and the next one starts a new host, with back-off. The protocol is in README.md in this folder.
//
// Ownership: a script is one object for the life of the process. Answers are copied into the
// caller's arena. Function values made here refer to the script, which outlives every snapshot.
// Thread-safety: script_ask, script_commit, script_sweep, script_renew, script_restart and
// script_status may be called from any thread, as may the functions made here; the host has one
// question at a time, others wait no longer than their own limit. A question asked while the same
// thread answers a host's request for another (the content of a page whose render needs JavaScript)
// goes to a second host. Everything else from one thread.
#ifndef GUIDANCED_SCRIPT_SCRIPT_H
#define GUIDANCED_SCRIPT_SCRIPT_H

#include "base/log.h"
#include "value/value.h"

struct script;

// Storage in which answers outlive the process; the store has one (store/answers.c). NULL members:
// nowhere. Called with the script's own lock held, from one thread at a time.
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
    // Overrides of the configuration, as on Eleventy's command line; NULL: none.
    const char *input, *output, *path_prefix;
    const char *trees; // a directory of ours, made if missing, for sites that are commits: instead
                       // of the five above, script_commit gives them; NULL: the site is `root`
    const char *scratch; // the only directory it may write to, absolute; created if missing. Next
                         // to it, "SCRATCH.host" gets the host's own program, which it may only
                         // read
    const char *host;    // the host's program; NULL: the one built in
    bool network;        // whether it may open connections
    bool prepared;       // never start a host: an unknown answer is an error
    size_t memory_bytes; // of the host
    unsigned timeout_ms; // of one question
    unsigned idle_ms;    // a host without a question for so long is ended
    // Lists ended by NULL; NULL: none.
    const char *const *environment; // names that are passed on
    const char *const *readable;    // more directories it may read, absolute
    const char *const *fresh;       // functions that are run every time
    struct log *log;
};

// Forks the small process that starts hosts; call it as the user that hosts should run as, before
// entering the sandbox and starting threads. Starts no host yet, and needs node only when one is
// needed. The options' texts are copied. NULL and error on failure.
struct script *script_create(const struct script_options *options, struct error *error);
void script_destroy(struct script *script); // NULL allowed; ends host and starter
// Ends all hosts and starts no more: waiting threads return at once. Any thread may call it.
void script_stop(struct script *script); // NULL allowed
// The directory of the site as JavaScript sees it.
const char *script_root(const struct script *script);
const char *script_scratch(const struct script *script);
// Sets where answers are kept from now on.
void script_remember(struct script *script, const struct script_memory *memory);

// ---- the files that it sees ----

// A state of the site's files in which it is asked, as `tree` of the scope.
struct script_tree;
// The directory `root`.
struct script_tree *script_directory(struct script *script);

// A commit, whose files are written to a directory while they are needed. JavaScript sees each
// commit at the same path (script_root), so that the same question has the same answer in each.
struct script_commit {
    const char *id; // the same for the same files; at most 64 characters of a file name
    const char *config, *input, *output, *path_prefix; // as in the options
    // Writes the files into the empty directory.
    bool (*write)(void *state, const char *directory, struct error *error);
    void *state;
};
// A reference. The texts are copied. NULL and error if it cannot be written.
struct script_tree *script_commit(struct script *script, const struct script_commit *commit,
                                  struct error *error);
// NULL allowed; from any thread, and after script_destroy too.
void script_tree_release(struct script_tree *tree);
// Removes from the disk what has no reference any more, which can take a while.
void script_sweep(struct script *script); // NULL allowed

// ---- what a function may see while it runs ----

// Data of the snapshot that is sent as a reference: the host fetches it when it is read.
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
// Identifies a state of the configuration and of the modules that it loads.
struct script_edition {
    uint64_t place, check;
};
struct script_scope {
    void *state;
    struct script_tree *tree; // the files
    uint64_t generation;      // what `id`s mean; a host forgets pages of another generation
    // The snapshot's: its answers stay valid when the configuration has changed since, or can no
    // longer be read. {0}: the current one.
    struct script_edition edition;
    // A variable of the running template, or of the data the function is called with.
    struct value (*variable)(void *state, struct slice name);
    // undefined: there is none. All names, an array of texts.
    struct value (*names)(void *state);
    // Whether to send the value as a reference.
    bool (*refer)(void *state, struct value v, struct script_reference *reference);
    // The value of a reference, to be encoded one level deep; undefined: an invalid id.
    struct value (*resolve)(void *state, enum script_reference_kind kind, uint32_t id);
    // The reverse: the current id of the value with this hash. Remembered answers refer to pages
    // this way.
    bool (*find)(void *state, enum script_reference_kind kind, uint64_t hash, uint32_t *id);
    // templateContent of a page.
    bool (*content)(void *state, uint32_t page, struct slice *html, struct error *error);
    // After a build: the text of the result with that number; false: there is none.
    bool (*written)(void *state, uint32_t number, struct slice *text);
    // All pages of collections.all as items, in the order of their files.
    struct value (*pages)(void *state);
    // [input path, URL or false] of every page, in collections or not.
    struct value (*addresses)(void *state);
    // Hash of all data of pages and collections, on which answers depend that have read other
    // pages. Equal hashes mean equal page ids, which effects use.
    uint64_t site_hash;
    uint64_t text_hash;  // of everything else in pages and templates, for answers that have read
                         // that
    struct arena *arena; // for the results of the functions above
};
// Any of the functions may be NULL: there is nothing of the kind. The asking thread calls them,
// without a lock, and they may ask questions themselves.

// ---- asking ----

struct script_question {
    const char *operation;    // README.md lists them: "filter", "shortcode", "data", …
    struct slice name;        // of the function, or the file
    const struct value *args; // may hold references and functions of the host
    uint32_t argc;
    uint64_t salt;             // hashed into the key: dependencies that are not in the arguments
    struct value_realm *realm; // of the render whose values the arguments are; NULL: none
};
// The answer, in the arena. A function in it is called with value_invoke, like any other, and its
// results are remembered too. False and error if it failed: with the place in the JavaScript file,
// or ERROR_AWAY if no host could answer in time. `scope` may be NULL: the function sees only its
// arguments.
bool script_ask(struct script *script, const struct script_question *question,
                const struct script_scope *scope, struct arena *arena, struct value *answer,
                struct error *error);
// The same with the function's effects as a second part: a list of {page, path, value} that it set
// on pages, as collections do. undefined: none.
bool script_ask_effects(struct script *script, const struct script_question *question,
                        const struct script_scope *scope, struct arena *arena, struct value *answer,
                        struct value *effects, struct error *error);

// ---- waiting ----

// Sets whether this thread may wait for a host, and until when questions may begin to wait (by
// clock_monotonic_ns; 0: each for script.timeout). Threads may by default. If not, a question with
// an unknown answer fails at once with ERROR_AWAY, and script_was_put_off says so until this is
// called again.
void script_wait(bool may, uint64_t deadline_ns);
bool script_was_put_off(void);

// Sets the scope of this thread's calls from now on, for functions that templates call; NULL: none.
// Returns the previous one.
const struct script_scope *script_enter(const struct script_scope *scope);

// A function value that asks this operation and name with the arguments of the call.
struct value script_function(struct script *script, struct arena *arena, const char *operation,
                             struct slice name);
// Whether the value is a function (or an instance with methods) of the host.
bool script_is_function(struct value v);
// An argument that stands for the scope's context as an object: Eleventy's `data`.
struct value script_context(void);

// Whether an answer requested in this process has written the file at this path below the scratch
// directory.
bool script_wrote(struct script *script, struct slice path);
// Calls fn with each file and directory that an answer depends on: modules of the configuration,
// data files, what functions have read. Absolute, valid during the call; fn must not ask questions.
void script_each_file(struct script_tree *tree, void (*fn)(void *state, struct slice path),
                      void *state);
// The edition of the last answer to "open" in the tree.
struct script_edition script_edition(struct script *script, struct script_tree *tree);
// Begins a new load: files are checked again before an answer that read them is reused.
void script_renew(struct script *script);
// Ends the host, so that the next question starts one that loads the configuration again.
void script_restart(struct script *script);

// Calls fn for each file that an answer has depended on since the last script_renew, with a hash of
// its content. False: some are no longer known.
typedef void (*script_state_fn)(void *state, struct slice path, uint64_t content);
bool script_each_state(struct script_tree *tree, script_state_fn fn, void *state);
// The hash of a file's current content.
uint64_t script_file(struct script_tree *tree, struct slice path);

struct script_status {
    bool running;
    int pid;                            // of the host; 0
    uint64_t asked, remembered, failed; // questions to the host, answered without it, failed
    uint64_t starts, deaths;
    uint64_t written;  // files written by requested answers
    uint64_t asked_ns; // time that hosts took for all of that
    uint64_t rests_ms; // until the next host may be started, after several that ended; 0
    int landlock_abi;  // of the last host started; 0: its kernel has no Landlock, or none was
                       // started
    bool confined;     // system calls are filtered
    uint64_t answers, answer_bytes; // in memory
    // The last failure of a host (ERROR_AWAY), not of a function in it; unset: none since the last
    // success.
    struct error last;
};
struct script_status script_status(struct script *script);

#endif
