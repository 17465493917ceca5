// SPDX-License-Identifier: MIT
//
// Remembering what pieces of templates print (compiler_remember.c finds them). The first renders
// that reach a piece run it normally and keep the text it printed with the values of its inputs;
// later ones with the same inputs print that text, as one slice.
//
// This is correct because a piece that is kept
//   - reads nothing but its inputs, compiled templates and the set's globals: its tree holds no
//     other names, and running a function that could know more (a macro of a template that was
//     begun before and is not a module, a C function that looks up variables or has an effect)
//     spoils the recording, as do reading the request, the clock or randomness, and a write to data
//     of the snapshot;
//   - has inputs whose value is fully known: nothing, truth values, numbers, dates and texts, by
//     content; frozen arrays and objects, which live as long as the set, by identity; macros of
//     modules and functions of the set, by what they are. With any other input it runs normally.
// Limits hold as if it had run: its instructions are charged, its depth must be available, its
// output is printed the ordinary way.
//
// Every piece keeps a few texts, all pieces of a set REMEMBER_BYTES_MAX. Kept texts never change
// and live as long as the set, so readers need no lock.
#include "vm.h"

#include <stdlib.h>

enum {
    LIST_MAX = 4, // texts, or spoilt attempts, of one piece
    INPUT_TEXT_MAX = 1024,
    TEXT_MAX = 64 << 10,
};

struct remembered {
    struct remembered *next;     // of the piece
    struct remembered *previous; // of the set
    struct slice text;
    uint32_t cost;
    unsigned depth;
    struct value inputs[];
};

// ---- inputs ----

static bool is_module_macro(struct value v)
{
    if (v.function->call != vm_macro_call)
        return false;
    const struct closure *closure = v.function->data;
    return closure->activation->module;
}

// The identity of a function, whichever render made its value.
static const void *identity(struct value v)
{
    const struct closure *closure = v.function->data;
    return is_module_macro(v) ? (const void *)closure->function : v.function;
}

static bool is_keepable(struct value v, const struct name *name)
{
    if (v.flags & VALUE_IMPURE)
        return false;
    switch (v.type) {
    case VALUE_STRING:
        return v.len <= INPUT_TEXT_MAX;
    case VALUE_ARRAY:
        return v.array->frozen;
    case VALUE_OBJECT:
        return v.object->frozen;
    case VALUE_FUNCTION:
        return is_module_macro(v) || (name->has_global && v.function == name->global.function);
    case VALUE_REGEXP:
        return false;
    default:
        return true;
    }
}

static bool are_keepable(const struct piece *piece, const struct value *inputs)
{
    for (uint32_t i = 0; i < piece->input_count; i++)
        if (!is_keepable(inputs[i], piece->inputs[i]))
            return false;
    return true;
}

static bool is_same_input(const struct value *kept, struct value v)
{
    if (kept->type != v.type || ((kept->flags ^ v.flags) & (uint8_t)~VALUE_ASCII))
        return false;
    switch (v.type) {
    case VALUE_UNDEFINED:
    case VALUE_NULL:
        return true;
    case VALUE_STRING:
        return kept->len == v.len && memcmp(kept->text, v.text, v.len) == 0;
    case VALUE_FUNCTION:
        return (const void *)kept->text == identity(v);
    default: // the bits of a number or date, or the pointer to an array or object
        return kept->text == v.text;
    }
}

static bool are_same(const struct remembered *kept, const struct piece *piece,
                     const struct value *inputs)
{
    for (uint32_t i = 0; i < piece->input_count; i++)
        if (!is_same_input(&kept->inputs[i], inputs[i]))
            return false;
    return true;
}

// ---- keeping ----

static size_t texts_length(const struct value *inputs, uint32_t count)
{
    size_t length = 0;
    for (uint32_t i = 0; i < count; i++)
        length += inputs[i].type == VALUE_STRING ? inputs[i].len : 0;
    return length;
}

// Copies the inputs into `kept`, their texts to `at`.
static char *keep_inputs(struct remembered *kept, const struct value *inputs, uint32_t count,
                         char *at)
{
    for (uint32_t i = 0; i < count; i++) {
        struct value v = inputs[i];
        if (v.type == VALUE_STRING) {
            if (v.len)
                memcpy(at, v.text, v.len);
            v.text = at;
            at += v.len;
        } else if (v.type == VALUE_FUNCTION) {
            v.text = identity(v);
        }
        kept->inputs[i] = v;
    }
    return at;
}

static struct remembered *make_remembered(struct vm *vm, const struct recording *recording,
                                          uint32_t count, size_t length)
{
    struct template_set *set = vm->set;
    size_t size = sizeof(struct remembered) + count * sizeof(struct value) +
                  texts_length(recording->inputs, count) + length;
    if (atomic_fetch_add(&set->remembered_bytes, size) + size > REMEMBER_BYTES_MAX) {
        atomic_fetch_sub(&set->remembered_bytes, size);
        return NULL;
    }
    struct remembered *kept = malloc(size);
    if (!kept) {
        atomic_fetch_sub(&set->remembered_bytes, size);
        return NULL;
    }
    char *at = keep_inputs(kept, recording->inputs, count, (char *)(kept->inputs + count));
    output_copy_since(vm->out, recording->mark, at);
    kept->text = slice_of(at, length);
    return kept;
}

// The set frees it; every later look at the piece finds it.
static void publish_remembered(struct template_set *set, struct remembered_list *list,
                               struct remembered *kept)
{
    kept->previous = atomic_load(&set->remembered);
    while (!atomic_compare_exchange_weak(&set->remembered, &kept->previous, kept))
        ;
    kept->next = atomic_load(&list->first);
    while (!atomic_compare_exchange_weak(&list->first, &kept->next, kept))
        ;
}

void remembered_free(struct remembered *kept)
{
    while (kept) {
        struct remembered *previous = kept->previous;
        free(kept);
        kept = previous;
    }
}

// ---- the instructions ----

static uint64_t spent(const struct vm *vm)
{
    return vm->spent - (uint64_t)vm->fuel;
}

static bool record(struct vm *vm, const struct piece *piece, const struct value *inputs,
                   unsigned impure)
{
    struct recording *recording = vm_stack(vm, sizeof *recording);
    if (!recording)
        return false;
    *recording = (struct recording){.outside = vm->recording,
                                    .out = vm->out,
                                    .mark = output_mark(vm->out),
                                    .start = spent(vm),
                                    .deepest = vm->deepest,
                                    .first = vm->activations + 1,
                                    .impure = impure};
    for (uint32_t i = 0; i < piece->input_count; i++)
        recording->inputs[i] = inputs[i];
    vm->recording = recording;
    vm->deepest = vm->depth;
    vm->realm->impure = 0;
    return true;
}

static void print_remembered(struct vm *vm, const struct remembered *kept)
{
    if (vm->depth + kept->depth > vm->deepest)
        vm->deepest = vm->depth + kept->depth;
    output_append_static(vm->out, kept->text);
    vm_tick(vm, kept->cost);
}

bool vm_recall(struct vm *vm, const struct template *t, uint32_t number, struct value *inputs)
{
    const struct piece *piece = &t->pieces[number];
    struct remembered_list *list = &t->remembered[number];
    // Below the inputs is what REMEMBER pushed: the render's impurity before the piece. The
    // compiler emits RECALL only after REMEMBER, so the slot exists.
    unsigned impure = (unsigned)inputs[-1].number;
    vm->realm->impure = impure; // reading the inputs alone does not count
    inputs[-1] = value_undefined();
    if (!are_keepable(piece, inputs))
        return false;
    const struct remembered *kept = atomic_load_explicit(&list->first, memory_order_acquire);
    for (; kept; kept = kept->next)
        if (are_same(kept, piece, inputs))
            break;
    if (kept && vm->depth + kept->depth <= vm->set->options.limits.recursion) {
        print_remembered(vm, kept);
        return true;
    }
    if (!kept && atomic_load_explicit(&list->count, memory_order_relaxed) < LIST_MAX &&
        record(vm, piece, inputs, impure))
        inputs[-1] = value_boolean(true);
    return false;
}

void vm_remembered(struct vm *vm, const struct template *t, uint32_t number)
{
    struct remembered_list *list = &t->remembered[number];
    struct recording *recording = vm->recording;
    size_t length = output_length_since(vm->out, recording->mark);
    uint64_t cost = spent(vm) - recording->start;
    bool spoilt = recording->spoilt || vm->realm->impure || vm->realm->overlay.count ||
                  vm->out->failed || arena_failed(vm->realm->arena) || length > TEXT_MAX ||
                  cost > INT32_MAX;
    atomic_fetch_add_explicit(&list->count, 1, memory_order_relaxed);
    struct remembered *kept =
        spoilt ? NULL : make_remembered(vm, recording, t->pieces[number].input_count, length);
    if (kept) {
        kept->cost = (uint32_t)cost;
        kept->depth = vm->deepest - vm->depth;
        publish_remembered(vm->set, list, kept);
    }
    vm->recording = recording->outside;
    if (recording->deepest > vm->deepest)
        vm->deepest = recording->deepest;
    vm->realm->impure |= recording->impure;
}
