// SPDX-License-Identifier: MIT
//
// The compiler: one walk over the tree emits code, with a builder per function and a scope per
// frame.
//
// Scopes mirror Nunjucks' compile-time frames: they know the names bound to locals. A scope whose
// frame must exist at run time has a layout as well; names assigned in it get slots there.
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_COMPILER_H
#define GUIDANCED_TEMPLATE_COMPILER_H

#include "set.h"

enum { COMPILER_DEPTH_MAX = 600 };
#define NO_SLOT UINT32_MAX

// What a part of a template does that requires frames around it.
enum scan_flag {
    SCAN_DYNAMIC = 1, // includes, blocks, call bodies: they look into frames at run time
    SCAN_SET = 2,     // assigns frame variables
    SCAN_CALL = 4,    // calls a function, which may be a call body
    SCAN_LOOP = 8,    // uses `loop` as a whole
    SCAN_CALLER = 16, // mentions `caller`
    SCAN_SUPER = 32,  // holds super()
    SCAN_CALL_BLOCK = 64,
};
unsigned scan(const struct ast *node);
unsigned scan_list(struct ast *const *items, size_t count);
// Number of super() in the tree.
unsigned scan_supers(const struct ast *node);

struct binding {
    struct name *name;
    uint32_t local;
    struct binding *next;
};

struct scope {
    struct scope *parent; // compile-time frame around it; NULL for root, block and macro
    struct builder *builder;
    struct binding *bindings;
    struct frame_layout *layout; // NULL: no frame at run time
    bool for_loop;
    uint32_t loop; // loop state of a for
};

struct builder {
    struct builder *outer; // of a call body: the function around it
    struct function *function;
    struct instruction *code;
    struct position *positions;
    uint32_t count;
    size_t capacity, positions_capacity;
    uint32_t depth; // of the operand stack
    uint32_t loops;
    bool discards; // text printed here is dropped: an unconditional extends came before
    struct name *block;
    uint32_t super_local; // holds the result of super(); NO_SLOT: print it in place
};

// A block found on the way; compiled after the function that contains it.
struct found_block {
    const struct ast *node;
    bool nested; // in another block
};

struct compiler {
    const struct compile_input *input;
    struct template_set *set;
    struct arena *arena;
    struct arena *scratch;
    struct template *template;
    struct error *error;
    struct scope *scope;
    struct builder *builder;
    // compile_body and compile_expression, for the files below them that compile functions.
    void (*body)(struct compiler *c, const struct ast *node);
    void (*expression)(struct compiler *c, const struct ast *node);
    struct map name_numbers;
    struct name nameless; // what compile_intern returns when memory ran out
    unsigned depth;
    unsigned flags;     // scan of the whole template
    bool in_block;      // compiling a block's body
    bool in_capture;    // output goes into a string
    bool conditional;   // inside something that might not run
    bool in_remembered; // inside a piece that may be remembered
    bool hidden;        // inside a block set or a case, where Nunjucks does not look for blocks
    struct found_block *blocks;
    uint32_t block_count;
    // Of the template's arrays, which are in `scratch` until they are complete.
    size_t blocks_capacity, constants_capacity, names_capacity, texts_capacity, fors_capacity,
        calls_capacity, shapes_capacity, callables_capacity, references_capacity,
        functions_capacity, pieces_capacity;
};

// ---- compiler_emit.c ----
bool compile_error(struct compiler *c, const struct ast *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Adds the node's place and line to the error that is set.
void compile_locate_error(struct compiler *c, const struct ast *node);
bool compile_ok(const struct compiler *c);
struct slice compile_keep(struct compiler *c, struct slice text);
uint32_t compile_constant(struct compiler *c, struct value v);
uint32_t compile_text(struct compiler *c, struct slice text);
// When memory ran out, a name without a text: what is compiled with it is not kept.
struct name *compile_intern(struct compiler *c, struct slice text);
uint32_t compile_name(struct compiler *c, struct name *name);
uint32_t compile_callable(struct compiler *c, const struct callable *callable);
uint32_t compile_local(struct compiler *c);
// Emits an instruction; `delta` is the change in stack depth. Returns its number.
uint32_t compile_emit(struct compiler *c, const struct ast *node, int delta,
                      struct instruction instruction);
void compile_patch(struct compiler *c, uint32_t at); // the jump at `at` goes here
void compile_fail_code(struct compiler *c, const struct ast *node, struct slice message,
                       struct slice hint);

// Prints the value on the stack.
void compile_emit_value(struct compiler *c, const struct ast *node);
// 1: escaped, 2: unescaped.
uint8_t compile_emit_mode(const struct compiler *c);

void compile_bind(struct compiler *c, struct name *name, uint32_t local);
// The local bound to the name; *hops is how many functions further out. NO_SLOT when there is none.
uint32_t compile_find(const struct compiler *c, const struct name *name, uint32_t *hops);
// The slot of the name in the innermost existing frame, added if `make`; else NO_SLOT.
uint32_t compile_slot(struct compiler *c, struct name *name, bool make);
uint32_t layout_slot(struct compiler *c, struct frame_layout *layout, struct name *name);

// ---- compiler_function.c ----
struct function *compile_new_function(struct compiler *c, enum function_kind kind);
// Gives the function the code of its builder.
void compile_finish_function(struct compiler *c, struct builder *b);
// A copy in the template's arena; NULL for nothing.
void *compile_keep_array(struct compiler *c, const void *items, size_t count, size_t size);
// Compiles a macro or call body; returns its number among the template's functions.
uint32_t compile_macro(struct compiler *c, const struct ast *node, enum function_kind kind);

// ---- compiler_expression.c ----
void compile_expression(struct compiler *c, const struct ast *node);
// Compiles a call; `print`: prints the result.
void compile_call(struct compiler *c, const struct ast *node, bool print);
void compile_variable(struct compiler *c, const struct ast *node, struct name *name);
// The call of a call block: the call with the caller as a keyword argument, printed.
void compile_call_block(struct compiler *c, const struct ast *node);
// The filter of a filter block, whose first argument is already on the stack.
void compile_filter(struct compiler *c, const struct ast *node, bool input_on_stack);

// ---- compiler_output.c ----
// Evaluates and prints.
void compile_output(struct compiler *c, const struct ast *node);

// ---- compiler_remember.c ----
// Begins a piece that may be remembered, if the statement is one. Returns its number, for
// compile_remembered after the statement, or NO_SLOT.
uint32_t compile_remember(struct compiler *c, const struct ast *node);
void compile_remembered(struct compiler *c, const struct ast *node, uint32_t number);

// ---- compiler_statement.c ----
void compile_statement(struct compiler *c, const struct ast *node);
void compile_list(struct compiler *c, struct ast *const *items, size_t count);
void compile_body(struct compiler *c, const struct ast *node);

#endif
