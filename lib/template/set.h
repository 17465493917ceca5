// SPDX-License-Identifier: MIT
//
// The inside of a template set, shared by its own files, the compiler and the VM.
//
// Compiling takes the set's mutex; finding a compiled template does not: entries are in a table of
// atomic lists, are published whole, and never change or go away.
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_SET_H
#define GUIDANCED_TEMPLATE_SET_H

#include "ast.h"
#include "bytecode.h"

#include <pthread.h>

enum { SET_BUCKETS = 1024 };
// Whatever the options allow: a level takes about a kilobyte of the C stack.
enum { SET_RECURSION_MAX = 1000 };

struct set_entry {
    struct slice name;
    uint64_t hash;
    const struct template *template; // NULL: it does not compile
    struct error error;              // why
    struct set_entry *next;
};

struct remembered;

struct template_set {
    struct arena *arena;
    struct template_options options;
    pthread_mutex_t mutex; // held while compiling; guards the arena and `names` once the set is in
                           // use
    struct map names;      // struct name
    struct map filters;    // struct callable
    struct map tests;
    struct map shortcodes;
    struct name *name_loop;
    struct name *name_caller;
    _Atomic(struct set_entry *) buckets[SET_BUCKETS];
    _Atomic(struct remembered *) remembered[SET_BUCKETS]; // what places print (vm_remember.c)
    atomic_size_t remembered_bytes;
};
enum { REMEMBER_BYTES_MAX = 4 << 20 };
void remembered_free(struct template_set *set);

// The only struct of that name, made if new. Mutex held, or the set not yet in use.
struct name *set_intern(struct template_set *set, struct slice text);
bool set_add_callable(struct template_set *set, struct map *map, const struct callable *row);
const struct callable *set_filter(const struct template_set *set, struct slice name);
const struct callable *set_test(const struct template_set *set, struct slice name);
const struct callable *set_shortcode(const struct template_set *set, struct slice name);

// The name that `name` means inside that template: "./x" and "../x" are relative to it. The result
// is in `arena`, or is `name`.
struct slice set_resolve(const struct template_set *set, struct arena *arena,
                         const struct template *parent, struct slice name);

// template_get that distinguishes "there is none" (false, error unset) from failure.
bool set_find(struct template_set *set, struct slice name, const struct template **out,
              struct error *error);
// Sets "template not found" with a hint.
void set_not_found(struct template_set *set, struct slice name, struct error *error);
// Makes out of memory of an error in what used the arena, if that failed: what is missed then was
// perhaps not allocated. Also if no error is set.
void set_tell_memory(const struct arena *arena, struct error *error);

// Fills the parser's input from the set's options.
struct parser_input set_parser_input(struct template_set *set, struct slice file,
                                     struct slice source, unsigned first_line);

// Compiles the tree into `arena`; scratch is discarded afterwards. Mutex held.
struct compile_input {
    struct template_set *set;
    struct arena *arena;
    struct arena *scratch;
    struct slice name, file, source;
    unsigned first_line;
    const struct ast *prelude; // NULL: none
    const struct ast *root;
    bool expression; // root is an expression: its function returns the value
};
// Whether the VM can run it without checks: an invariant of everything that is compiled.
bool template_verify(const struct template *t);
struct template *compiler_run(const struct compile_input *input, struct error *error);

#endif
