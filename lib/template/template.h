// SPDX-License-Identifier: MIT
//
// The Nunjucks-compatible template engine.
//
//   source ─lexer─▶ tokens ─parser─▶ AST ─compiler─▶ bytecode ─vm─▶ output (a list of slices)
//
// A *template set* is an environment: options, filters, tests, globals, and where templates come
// from. A template is compiled once, on first use, and is then immutable: any number of threads may
// render it at the same time, each in its own realm and arena.
//
// Ownership: the set owns its templates; a render owns only what is in its arena.
//
// Purity: a render that has read nothing but the snapshot takes the same path every time, so its
// output is a function of the snapshot. template_render reports what it saw (output.pure), which is
// sound and more precise than a guess at compile time: it follows computed includes too. Pieces of
// templates that print the same are remembered if the context allows it (docs/architecture.md).
//
// Thread-safety: template_set_add_* before the first template_get only; template_get and
// template_render from any thread.
//
// Source: Nunjucks 3.2.4 (behaviour), docs/nunjucks-compatibility.md (the differences).
#ifndef GUIDANCED_TEMPLATE_TEMPLATE_H
#define GUIDANCED_TEMPLATE_TEMPLATE_H

#include "value/value.h"

struct template_set;
struct template;

// Where the text of a template comes from. `name` is the name in the include, import or extends,
// with relative names ("./x", "../x") resolved against the including template. On success *source
// lives as long as the set (allocate it from `arena`, the set's) and *file is the path to show in
// errors. False with error unset: no such template.
typedef bool (*template_loader)(void *state, struct arena *arena, struct slice name,
                                struct slice *source, struct slice *file, struct error *error);

typedef bool (*template_reader)(void *state, struct arena *arena, struct slice file, size_t max,
                                struct slice *text, struct error *error);

// The loader's name for `name`, which begins with ./ or ../, in the template of that name and file:
// relative to the file, as in Nunjucks, which may be in another search path. In `arena`.
typedef struct slice (*template_resolver)(void *state, struct arena *arena, struct slice parent,
                                          struct slice file, struct slice name);

// Delimiters; empty slices mean Nunjucks' own.
struct template_tags {
    struct slice block_start, block_end;
    struct slice variable_start, variable_end;
    struct slice comment_start, comment_end;
};

// What one render may use up. 0 means the default in brackets.
struct template_limits {
    uint64_t instructions; // [50 million]
    unsigned recursion;    // nested includes, macros, blocks [128]
    size_t output_bytes;   // [16 MiB]
    unsigned milliseconds; // [5,000]
};

struct template_options {
    bool no_autoescape;
    bool trim_blocks;
    bool lstrip_blocks;
    bool throw_on_undefined;
    struct template_tags tags;
    struct template_limits limits;
    template_loader loader;     // NULL: no named templates
    template_resolver resolver; // NULL: names are relative to names
    void *loader_state;
    // Writes the name that was probably meant by one that the loader does not know. NULL: no
    // suggestions.
    bool (*suggest)(void *state, struct slice name, char *out, size_t size);
    // Reads a file next to a template, named as *file above; with loader_state. NULL: from the
    // disk.
    template_reader reader;
};

// NULL and error on failure. The caller owns the set.
struct template_set *template_set_create(const struct template_options *options,
                                         struct error *error);
void template_set_destroy(struct template_set *set); // NULL allowed
// The arena that lives as long as the set; for values given to add_global.
struct arena *template_set_arena(struct template_set *set);

// A row of an extension table. `name` and `doc` are static texts.
struct template_builtin {
    const char *name;
    value_native call;
    const char *usage; // "truncate(length=255, killwords=false, end='...')"
    const char *doc;   // one sentence
    bool impure;       // reads the clock, randomness or the request
    void *data;        // handed to call in value_call.data
};
// Adds or replaces filters, tests, globals. The rows must outlive the set. False: out of memory.
bool template_set_add_filters(struct template_set *set, const struct template_builtin *rows,
                              size_t count);
bool template_set_add_tests(struct template_set *set, const struct template_builtin *rows,
                            size_t count);
bool template_set_add_global(struct template_set *set, struct slice name, struct value value);
// Shortcodes: `{% name args %}` calls the function, and, paired, `{% name args %}…{% endname %}`
// calls it with the body as first argument (Eleventy's convention).
bool template_set_add_shortcode(struct template_set *set, struct slice name, struct value function,
                                bool paired);
// Every macro of the named template becomes a filter (kind 'f'), a shortcode ('s') or a paired
// shortcode ('p', the body as caller()) of the same name.
bool template_set_add_macros(struct template_set *set, struct slice template_name, char kind,
                             struct error *error);
// The built-in tables, for documentation. End with a row whose name is NULL.
const struct template_builtin *template_builtin_filters(void);
const struct template_builtin *template_builtin_tests(void);
const struct template_builtin *template_builtin_globals(void);

// The template of that name, compiled on first use. NULL and error when there is none or it does
// not compile (ERROR_NOT_FOUND lists near names in the hint).
const struct template *template_get(struct template_set *set, struct slice name,
                                    struct error *error);
// Compiles a text that has no name in the loader. `name` resolves relative includes, `file` is for
// errors, first_line is the line number of its first line (front matter comes before it). The
// source must live as long as the set. `prelude` (may be empty) is template text compiled before it
// without changing line numbers: the imports for every page.
const struct template *template_compile(struct template_set *set, struct slice name,
                                        struct slice file, struct slice source, unsigned first_line,
                                        struct slice prelude, struct error *error);

// Names of the templates a template refers to by constant name (extends, include, import), and
// whether it also refers to computed ones: for dependency tracking and `check`.
struct template_reference {
    struct slice name;
    char kind; // 'e'xtends, 'i'nclude, i'm'port
    bool ignore_missing;
    unsigned line, column;
};
const struct template_reference *template_references(const struct template *template, size_t *count,
                                                     bool *computed);
struct slice template_name(const struct template *template);
struct slice template_file(const struct template *template);

// ---- rendering ----

// What a template sees: the layers in order, then the set's globals. Each layer is an object.
enum { TEMPLATE_LAYERS_MAX = 4 };
struct template_context {
    struct value layers[TEMPLATE_LAYERS_MAX];
    size_t count;
    // Called for every template a render loads (itself included); NULL: none.
    void (*on_template)(void *state, const struct template *template);
    void *state;
    // The set may remember what pieces of templates print, for renders with the same data. Frozen
    // arrays and objects of the layers must then live as long as the set. No effect if on_template
    // is set.
    bool remember;
};

// The output: parts to be written one after another. Long static text points into the set,
// short and dynamic text into the realm's arena.
struct template_output {
    struct slice *parts;
    size_t count;
    size_t length; // bytes in all
    bool pure;
};

// Renders into the realm's arena. False and *error on failure; output is empty then.
bool template_render(const struct template *template, const struct template_context *context,
                     struct value_realm *realm, struct template_output *output,
                     struct error *error);
// The parts as one text in the arena. {NULL, 0} when out of memory.
struct slice template_output_text(struct arena *arena, const struct template_output *output);

// Evaluates one expression ("a.b + 1") against the context: computed data, tests.
struct value template_evaluate(struct template_set *set, struct slice expression,
                               const struct template_context *context, struct value_realm *realm,
                               struct error *error);

// The disassembly of a template's bytecode, for debugging (`guidanced template --disassemble`).
void template_disassemble(const struct template *template, struct buffer *out);

// ---- for filters and functions written in C ----

// The context variable of that name, as the running template sees it (frames not included).
struct value template_lookup(struct value_call *call, struct slice name);
// Declares that the call does more than return a value, so that every render must make it.
void template_note_effect(struct value_call *call);
// Declares that the function has waited so long for another program; this does not count against
// the render's time.
void template_note_wait(struct value_call *call, uint64_t ns);
// The set of the running template.
struct template_set *template_current_set(struct value_call *call);
// Escapes & < > " ' ` as Nunjucks does; the result is safe. Safe input is returned unchanged.
struct value template_escape(struct value_realm *realm, struct value v);
// Text that keeps the safety of the value it was made from (Nunjucks: copySafeness).
struct value template_copy_safeness(struct value from, struct slice text);
// Calls the filter of that name.
struct value template_call_filter(struct value_call *call, struct slice name,
                                  const struct value *args, uint32_t argc);

// Formats a date: Luxon's toFormat tokens when `luxon`, else strftime's directives; in English; in
// UTC where `zone` is empty. False when the zone is not known ("UTC+1", "Europe/London").
bool template_format_date(struct buffer *out, double ms, struct slice format, bool luxon,
                          struct slice zone);

#endif
