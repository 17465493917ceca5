// SPDX-License-Identifier: MIT
//
// The state of one render.
//
//   vm          the render: limits, stack memory, the output, and what templates see
//   activation  one run of a template's root or of a block; macros made in it refer to it
//   frame       variables assigned at run time; frames are chained
//   context     what a template exports, over the layers the render was given
//   locals      slots of one run of a function; call bodies reach those of the function around them
//
// An activation has a *current* frame which its macros and call bodies replace while they run. This
// is how Nunjucks' compiled code works (one variable `frame` per root function, shared by all
// functions nested in it), and why a call body sees the variables of the calling macro if both are
// in one template, and otherwise those around the call.
//
// Memory: frames, locals and operand stacks live on a chunked stack inside the request's arena and
// are released when a function returns. Activations, closures and everything call bodies can reach
// are allocated from the arena itself, as a value may keep them.
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_VM_H
#define GUIDANCED_TEMPLATE_VM_H

#include "output.h"
#include "set.h"

struct frame {
    struct frame *parent;
    const struct frame_layout *layout;
    struct loop *loop; // of a for: `loop` is made on demand
    bool isolate;      // assignments that start here do not look further up
    bool top_level;    // assignments here are exported
    bool alias;        // shares one frame with its parent, for a parent template's root
    struct value values[];
};

struct variable {
    struct name *name;
    struct value value;
    uint32_t exported; // its place among the exports, from 1; 0: not exported
};

enum { CONTEXT_CHAIN_MAX = 32 };

struct context {
    struct variable *variables;
    uint32_t count, capacity;
    uint64_t mask; // has the bit of each variable's name, as in a layout
    bool shared;   // another context has the same `variables`: copy before writing
    bool borrowed; // another context made them: their exports are not ours
    bool bare;     // an import without context: sees no layers
    uint32_t export_count;
    const struct template *chain[CONTEXT_CHAIN_MAX]; // child, parent, …: where blocks are looked up
    uint32_t chain_count;
};

struct activation {
    const struct template *template;
    struct context *context;
    struct frame *frame;
    const struct template *parent; // set by extends
    uint32_t level;                // of a block: its place in the context's chain
    bool module;                   // of a template that always defines the same macros
    uint32_t number;               // its place among those of the render, from 1
};

struct locals {
    struct value *values;
    struct locals *outer;
};

// The data of a macro's function value.
struct closure {
    const struct function *function;
    struct activation *activation;
    struct locals *locals;
};

// The workspace of one run of a function.
struct room {
    struct locals *locals; // values uninitialised
    struct value *stack;
    struct loop *loops;
};

enum loop_kind { LOOP_NONE, LOOP_ARRAY, LOOP_TEXT, LOOP_INDEXED, LOOP_PAIRS, LOOP_TEXT_PAIRS };

struct loop {
    struct value iterated;
    uint8_t kind;        // enum loop_kind
    bool second_half;    // LOOP_TEXT: the low half of a surrogate pair is next
    uint32_t index;      // of the current item
    uint32_t next;       // of the next item
    uint32_t length;     // for `loop.length`: when the loop began
    size_t offset;       // LOOP_TEXT: byte offset of the next item
    struct value object; // undefined until asked for
    struct frame *saved; // the frame outside
};

struct stack_chunk {
    struct stack_chunk *next;
    size_t size;
    char data[];
};

struct stack_mark {
    struct stack_chunk *chunk;
    char *at;
};

// What a place depends on.
struct inputs {
    const struct value *values;
    uint32_t count;            // at most REMEMBER_INPUTS_MAX
    struct name *const *names; // of a piece's variables; NULL: arguments
};

struct key {
    struct slice bytes;
    bool open; // there are arrays or objects among them that may be written to
};

// A run of a place whose output may be kept.
struct recording {
    struct recording *outside;
    struct place *place;
    struct key key;
    uint64_t hash;
    struct inputs inputs;
    const struct output *out;
    struct output_mark mark;
    uint64_t start;   // what had been spent
    unsigned deepest; // outside
    uint32_t first;   // activations from this number on belong to the run
    unsigned impure;  // before
    bool spoilt;
    struct value values[REMEMBER_INPUTS_MAX]; // of the inputs
};

enum { VM_CACHE_SIZE = 64 };

// What a template that only defines macros exports; imported once a render.
struct vm_module {
    const struct template *template;
    struct value exports;
};
enum { VM_MODULES_MAX = 32 };

struct vm {
    // vm_run, which macros, blocks and includes call again from the files below it.
    bool (*run)(struct vm *vm, const struct function *function, struct activation *activation,
                struct locals *locals, struct value *stack, struct loop *loops,
                struct value *result);
    value_native macro_call; // vm_macro_call, by which the files below it know macros
    struct template_set *set;
    struct value_realm *realm;
    struct error *error;
    struct output *out;
    const struct template_context *base;
    struct context *context; // of the function that runs
    int64_t fuel;            // instructions until the limits are checked
    uint64_t spent;
    uint64_t deadline_ns;
    unsigned depth, deepest;
    bool remembers;              // whether places are remembered
    struct recording *recording; // the innermost run that is being recorded
    uint32_t activations;        // so far
    struct stack_chunk *chunk;
    char *stack_at, *stack_end;
    struct frame *empty; // a frame without variables
    // The variable found last by walking the frames from found_from on. Forgotten (the name NULL)
    // when a frame is made or a variable set, so that it always equals a new walk.
    const struct name *found_name;
    const struct frame *found_from;
    const struct value *found;
    struct map macro_files; // template name → exports (struct value *)
    struct vm_module modules[VM_MODULES_MAX];
    uint32_t module_count;
    void *outer_host;
    char via[64];                                   // how the failed function was reached
    const struct name *cached_names[VM_CACHE_SIZE]; // what the layers have under a name
    struct value cached_values[VM_CACHE_SIZE];
};

// Copies a value in two halves. A value just written in two halves cannot be forwarded to one load
// of all sixteen bytes, as compilers make for an assignment: that load would stall.
static inline void value_move(struct value *to, const struct value *from)
{
    uint64_t first, second;
    _Static_assert(sizeof *from == 16, "two halves");
    memcpy(&first, from, 8);
    memcpy(&second, (const char *)from + 8, 8);
    memcpy(to, &first, 8);
    memcpy((char *)to + 8, &second, 8);
}

// ---- vm.c ----
bool vm_run(struct vm *vm, const struct function *function, struct activation *activation,
            struct locals *locals, struct value *stack, struct loop *loops, struct value *result);

// ---- vm_state.c ----
// Slow path of vm_tick.
bool vm_refuel(struct vm *vm);
static inline bool vm_tick(struct vm *vm, uint32_t cost)
{
    vm->fuel -= cost;
    return vm->fuel > 0 || vm_refuel(vm);
}
// The cost, in instructions, of a C function that walks v: without it, a template with few
// instructions on large values would run far beyond its time.
static inline uint32_t vm_weight(struct value v)
{
    uint32_t size = v.type == VALUE_STRING   ? v.len
                    : v.type == VALUE_ARRAY  ? v.array->count
                    : v.type == VALUE_OBJECT ? v.object->count
                                             : 0;
    return size / 64;
}
static inline bool vm_failed(const struct vm *vm)
{
    return vm->error->code != ERROR_NONE;
}
void vm_via(struct vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vm_output_failed(struct vm *vm);
// What runs now must run again next time: discards the current recordings.
void vm_spoil(struct vm *vm);
// For a call of the activation's macro, which may see more than the inputs of pieces begun later.
void vm_spoil_since(struct vm *vm, const struct activation *activation);
// For values that are neither text nor null.
void vm_print_other(struct vm *vm, struct value v, bool escape);
// Prints v as `{{ v }}` does.
static inline void vm_print(struct vm *vm, struct value v, bool escape)
{
    if (v.type == VALUE_STRING) {
        if (escape && !(v.flags & VALUE_SAFE))
            output_append_escaped(vm->out, value_text(v));
        else
            output_append_static(vm->out, value_text(v));
    } else if (!value_is_nullish(v)) {
        vm_print_other(vm, v, escape);
    }
}
// To everything except macros, the mark of keyword arguments is another member of their object.
void vm_mark_keywords(struct vm *vm, const struct value *args, uint32_t argc);
static inline void vm_show_keywords(struct vm *vm, const struct value *args, uint32_t argc)
{
    if (argc && args[argc - 1].type == VALUE_OBJECT && (args[argc - 1].flags & VALUE_KEYWORDS))
        vm_mark_keywords(vm, args, argc);
}

// ---- vm_frame.c ----
void *vm_stack_slow(struct vm *vm, size_t size);
static inline void *vm_stack(struct vm *vm, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > (size_t)(vm->stack_end - vm->stack_at))
        return vm_stack_slow(vm, size);
    void *ptr = vm->stack_at;
    vm->stack_at += size;
    return ptr;
}
static inline struct stack_mark vm_stack_mark(const struct vm *vm)
{
    return (struct stack_mark){vm->chunk, vm->stack_at};
}
static inline void vm_stack_release(struct vm *vm, struct stack_mark mark)
{
    invariant(mark.at >= mark.chunk->data && mark.at <= mark.chunk->data + mark.chunk->size);
    invariant(vm->chunk != mark.chunk || vm->stack_at >= mark.at);
    vm->chunk = mark.chunk;
    vm->stack_at = mark.at;
    vm->stack_end = mark.chunk->data + mark.chunk->size;
}
// False when out of memory, the error set. `keep`: the locals are in the arena, as call bodies may
// reach them after the call.
static inline bool vm_room(struct vm *vm, const struct function *f, bool keep, struct room *room)
{
    size_t locals = sizeof(struct locals) + f->locals * sizeof(struct value);
    size_t stack = f->stack * sizeof(struct value);
    char *at = vm_stack(vm, (keep ? 0 : locals) + stack + f->loops * sizeof(struct loop));
    room->locals = keep ? arena_alloc(vm->realm->arena, locals) : (void *)at;
    if (!at || !room->locals) {
        error_memory(vm->error);
        return false;
    }
    at += keep ? 0 : locals;
    room->locals->values = (struct value *)(room->locals + 1);
    room->stack = (struct value *)at;
    room->loops = (struct loop *)(at + stack);
    return true;
}
// On the stack, or in the arena when `keep`. NULL when out of memory, the error set.
struct frame *vm_frame(struct vm *vm, const struct frame_layout *layout, struct frame *parent,
                       bool keep);
struct value vm_lookup(struct vm *vm, struct activation *activation, struct name *name);
struct value vm_context_lookup(struct vm *vm, struct context *context, struct name *name);
void vm_frame_set(struct vm *vm, struct frame *frame, const struct name *name, struct value v);
// `hint` - 1 is the name's slot in the current frame; `hint` 0: unknown.
bool vm_assign(struct vm *vm, struct activation *activation, struct name *name, uint32_t hint,
               struct value v);
bool vm_context_set(struct vm *vm, struct context *context, struct name *name, struct value v,
                    bool export);
// A context that starts with what `from` (NULL: nothing) has.
struct context *vm_context(struct vm *vm, struct context *from);

// ---- vm_loop.c ----
void vm_loop_begin(struct vm *vm, struct loop *loop, struct value iterated, bool pairs);
// Puts the next item into items[0…targets - 1]; false at the end or on failure.
bool vm_loop_next(struct vm *vm, struct loop *loop, struct value *items, uint32_t targets);
// Nunjucks forgets to put the names of `for a, b in array` into the frame: the body sees them, but
// not what it includes.
static inline bool vm_loop_hides_names(const struct loop *loop, uint32_t targets)
{
    return (loop->kind == LOOP_ARRAY || loop->kind == LOOP_TEXT) && targets > 1;
}
// Whether it iterates over something with keys that is not an array. Then one variable is not
// enough where Nunjucks calls a function per iteration.
bool vm_loop_needs_pairs(struct vm *vm, const struct loop *loop);
struct value vm_loop_field(const struct loop *loop, unsigned field);
struct value vm_loop_object(struct vm *vm, struct loop *loop);

// ---- vm_call.c ----
// The `call` of the function values made for macros and call bodies.
struct value vm_macro_call(struct value_call *call);
struct value vm_closure(struct vm *vm, const struct function *function,
                        struct activation *activation, struct locals *locals);
// Calls any function value. `print` 0: returns the result; 1, 2: prints it, escaped or not.
bool vm_call(struct vm *vm, struct value function, struct value self, const struct value *args,
             uint32_t argc, unsigned print, struct value *result);
bool vm_call_site(struct vm *vm, const struct call_site *site, struct value function,
                  struct value self, const struct value *args, uint32_t argc, unsigned print,
                  struct value *result);
// ---- vm_callable.c ----
// `keywords`: the last argument may be the call's keywords.
struct value vm_callable(struct vm *vm, const struct callable *callable, const struct value *args,
                         uint32_t argc, bool keywords);
// slice_equal for keys, without a call: two loads that overlap see four to seven bytes.
static inline bool vm_same_key(struct slice a, struct slice b)
{
    if (a.ptr == b.ptr || a.len != b.len)
        return a.len == b.len;
    if (a.len >= 8) {
        uint64_t x, y;
        for (size_t at = 0; at + 8 < a.len; at += 8) {
            memcpy(&x, a.ptr + at, 8);
            memcpy(&y, b.ptr + at, 8);
            if (x != y)
                return false;
        }
        memcpy(&x, a.ptr + a.len - 8, 8);
        memcpy(&y, b.ptr + b.len - 8, 8);
        return x == y;
    }
    if (a.len >= 4) {
        uint32_t x, y, z, w;
        memcpy(&x, a.ptr, 4);
        memcpy(&y, b.ptr, 4);
        memcpy(&z, a.ptr + a.len - 4, 4);
        memcpy(&w, b.ptr + b.len - 4, 4);
        return x == y && z == w;
    }
    return a.len == 0 || (a.ptr[0] == b.ptr[0] && a.ptr[a.len / 2] == b.ptr[b.len / 2] &&
                          a.ptr[a.len - 1] == b.ptr[b.len - 1]);
}

struct value vm_member_slow(struct vm *vm, struct value object, struct name *key);
// An own member of a small object that this render cannot have copied; vm_member_slow does the
// rest.
static inline struct value vm_member(struct vm *vm, struct value v, struct name *key)
{
    const struct value_object *object = v.object;
    if (v.type != VALUE_OBJECT || object->index || key->inherited ||
        (object->frozen && vm->realm->overlay.count))
        return vm_member_slow(vm, v, key);
    if (!object->count)
        return value_undefined();
    const struct value_key *own = object->keys, *end = own + object->count;
    while (own->hash != key->hash)
        if (++own == end)
            return value_undefined();
    const struct value *value = &object->values[own - object->keys];
    if ((value->flags & (VALUE_IMPURE | VALUE_GETTER)) || !vm_same_key(own->text, key->text))
        return vm_member_slow(vm, v, key);
    return *value;
}
struct value vm_index(struct vm *vm, struct value object, struct value key);

// ---- vm_template.c ----
// Runs a template's root and then its parents' roots, printing into vm->out.
bool vm_render(struct vm *vm, const struct template *template, struct context *context,
               struct frame *parent_frame, bool isolate, const struct function *root,
               struct value *result);
bool vm_extends(struct vm *vm, struct activation *activation, const struct template *from,
                struct instruction in, struct value name);
bool vm_include(struct vm *vm, struct activation *activation, const struct template *from,
                struct instruction in, struct value name);
// The template an instruction refers to; NULL with the error unset if it is missing and may be.
const struct template *vm_find(struct vm *vm, const struct template *from, struct instruction in,
                               struct value v, bool ignore_missing);
// Appends a template to the chain in which blocks are looked up.
bool vm_chain(struct vm *vm, struct context *context, const struct template *template);
// Diverts the output until vm->out is set back to its `previous`.
bool vm_divert(struct vm *vm, enum output_kind kind);

bool vm_block(struct vm *vm, struct activation *activation, struct name *name);
bool vm_super(struct vm *vm, struct activation *activation, struct name *name, bool print,
              struct value *result);
bool vm_enter(struct vm *vm);
bool vm_capture(struct vm *vm);
// The captured text; restores the previous output.
struct value vm_capture_end(struct vm *vm);

// ---- vm_key.c ----
// Whether it is a macro of a template that defines nothing but macros and constants, so that what
// it prints depends on its arguments alone.
static inline bool vm_is_module_macro(const struct closure *closure)
{
    return closure->activation->module && !closure->locals &&
           closure->function->kind == FUNCTION_MACRO;
}
// The key is on the VM's stack. False: there is none.
bool vm_key(struct vm *vm, const struct inputs *inputs, struct key *key);

// ---- vm_remember.c ----
static inline bool vm_remembers(const struct vm *vm)
{
    return vm->remembers && !vm->realm->overlay.count && !vm->realm->depth &&
           vm->out->kind != OUTPUT_DISCARD;
}
enum vm_recalled {
    VM_RUN,       // run the place
    VM_RECORDING, // run it, then call vm_recorded
    VM_PRINTED,   // it is printed, whether or not that failed
};
// Prints what is remembered of the place for these inputs.
enum vm_recalled vm_recall(struct vm *vm, struct place *place, const struct inputs *inputs);
// Ends the innermost recording.
void vm_recorded(struct vm *vm);

// ---- vm_import.c ----
bool vm_import(struct vm *vm, struct activation *activation, const struct template *from,
               struct instruction in, struct value name, struct value *exports);
bool vm_import_template(struct vm *vm, const struct template *template, struct activation *with,
                        struct value *exports);

// ---- vm_operator.c ----
struct value vm_in(struct vm *vm, struct value key, struct value in);
struct value vm_concat(struct vm *vm, const struct value *parts, uint32_t count);
bool vm_compare(struct vm *vm, struct value a, struct value b, unsigned op);
struct value vm_arithmetic(struct vm *vm, struct value a, struct value b, unsigned op);

#endif
