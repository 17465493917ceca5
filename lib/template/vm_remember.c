// SPDX-License-Identifier: MIT
//
// Remembering what places of templates print: pieces (compiler_remember.c finds them) and calls of
// macros. The first time a place is reached with some inputs – the variables of a piece, the
// arguments of a call – it runs normally, and the text it printed is kept under its inputs' key
// (vm_key.c); later the text is printed as one slice.
//
// This is correct because a place that is kept
//   - reads nothing but its inputs, compiled templates and the set's globals: a piece's tree holds
//     no other names, and a macro of a module – a template that defines nothing but macros and
//     constants – sees no others. Running a function that could know more (a macro of a template
//     that was begun before and is not a module, a C function that looks up variables or has an
//     effect) spoils the recording, as do reading the request, the clock or randomness, and a write
//     to data of the snapshot or to an input: the key is made again and compared;
//   - has inputs whose value is fully known, or else it has no key and runs normally.
// Limits hold as if it had run: its instructions are charged, its depth must be available, its
// output is printed the ordinary way.
//
// A place that is reached with ever new inputs is not worth it: after some tries it runs normally.
// Within a run that is being recorded macros are not recorded; their text is in that of the run.
//
// All places of a set keep REMEMBER_BYTES_MAX. Kept texts never change and live as long as the set,
// so readers need no lock.
#include "vm.h"

#include <stdlib.h>

enum {
    TRIES_MAX = 64,
    FINDS_ENOUGH = 16, // so that looking goes on after the last try
    TEXT_MAX = 64 << 10,
    CALL_COST_MIN = 12, // instructions; a call that takes less is cheaper than looking
};

struct remembered {
    struct remembered *next; // of the bucket
    const struct place *place;
    uint64_t hash;
    struct slice key, text;
    uint32_t cost;
    unsigned depth;
};

// ---- the table ----

static uint64_t hash_of(const struct place *place, struct slice key)
{
    return slice_hash_mix(slice_hash_bytes(key) ^ (uintptr_t)place, SLICE_HASH_STEP);
}

static const struct remembered *find(struct template_set *set, const struct place *place,
                                     struct slice key, uint64_t hash)
{
    const struct remembered *kept =
        atomic_load_explicit(&set->remembered[hash % SET_BUCKETS], memory_order_acquire);
    for (; kept; kept = kept->next)
        if (kept->hash == hash && kept->place == place && slice_equal(kept->key, key))
            break;
    return kept;
}

static struct remembered *make_remembered(struct vm *vm, const struct recording *recording,
                                          size_t length)
{
    struct template_set *set = vm->set;
    struct slice key = recording->key.bytes;
    size_t size = sizeof(struct remembered) + key.len + length;
    bool fits = atomic_fetch_add(&set->remembered_bytes, size) + size <= REMEMBER_BYTES_MAX;
    struct remembered *kept = fits ? malloc(size) : NULL;
    if (!kept) {
        atomic_fetch_sub(&set->remembered_bytes, size);
        return NULL;
    }
    char *at = (char *)(kept + 1);
    if (key.len)
        memcpy(at, key.ptr, key.len);
    output_copy_since(vm->out, recording->mark, at + key.len);
    *kept = (struct remembered){.place = recording->place,
                                .hash = recording->hash,
                                .key = slice_of(at, key.len),
                                .text = slice_of(at + key.len, length)};
    return kept;
}

static void publish_remembered(struct template_set *set, struct remembered *kept)
{
    _Atomic(struct remembered *) *bucket = &set->remembered[kept->hash % SET_BUCKETS];
    kept->next = atomic_load(bucket);
    while (!atomic_compare_exchange_weak(bucket, &kept->next, kept))
        ;
}

void remembered_free(struct template_set *set)
{
    for (size_t i = 0; i < SET_BUCKETS; i++) {
        struct remembered *kept = atomic_load(&set->remembered[i]);
        while (kept) {
            struct remembered *next = kept->next;
            free(kept);
            kept = next;
        }
    }
}

// ---- how it goes ----

static bool may_try(const struct place *place)
{
    return atomic_load_explicit(&place->tries, memory_order_relaxed) < TRIES_MAX;
}

static void count_try(struct place *place)
{
    if (may_try(place))
        atomic_fetch_add_explicit(&place->tries, 1, memory_order_relaxed);
}

static bool is_worth(const struct place *place)
{
    return may_try(place) ||
           atomic_load_explicit(&place->finds, memory_order_relaxed) >= FINDS_ENOUGH;
}

static void count_find(struct place *place)
{
    if (atomic_load_explicit(&place->finds, memory_order_relaxed) < FINDS_ENOUGH)
        atomic_fetch_add_explicit(&place->finds, 1, memory_order_relaxed);
}

// ---- recording ----

static uint64_t spent(const struct vm *vm)
{
    return vm->spent - (uint64_t)vm->fuel;
}

static bool record(struct vm *vm, struct place *place, const struct inputs *inputs,
                   const struct key *key, uint64_t hash)
{
    struct recording *recording = vm_stack(vm, sizeof *recording);
    if (!recording)
        return false;
    *recording = (struct recording){.outside = vm->recording,
                                    .place = place,
                                    .key = *key,
                                    .hash = hash,
                                    .inputs = *inputs,
                                    .out = vm->out,
                                    .mark = output_mark(vm->out),
                                    .start = spent(vm),
                                    .deepest = vm->deepest,
                                    .first = vm->activations + 1,
                                    .impure = vm->realm->impure};
    for (uint32_t i = 0; i < inputs->count; i++)
        recording->values[i] = inputs->values[i];
    recording->inputs.values = recording->values;
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

enum vm_recalled vm_recall(struct vm *vm, struct place *place, const struct inputs *inputs)
{
    if (!is_worth(place))
        return VM_RUN;
    struct stack_mark mark = vm_stack_mark(vm);
    struct key key;
    if (!vm_key(vm, inputs, &key)) {
        count_try(place);
        vm_stack_release(vm, mark);
        return VM_RUN;
    }
    uint64_t hash = hash_of(place, key.bytes);
    const struct remembered *kept = find(vm->set, place, key.bytes, hash);
    if (!kept && may_try(place) && record(vm, place, inputs, &key, hash))
        return VM_RECORDING;
    vm_stack_release(vm, mark);
    if (!kept || vm->depth + kept->depth > vm->set->options.limits.recursion)
        return VM_RUN;
    count_find(place);
    print_remembered(vm, kept);
    return VM_PRINTED;
}

// Whether the run has written to what it was given.
static bool has_changed_inputs(struct vm *vm, const struct recording *recording)
{
    if (!recording->key.open)
        return false;
    struct stack_mark mark = vm_stack_mark(vm);
    struct key key;
    bool same =
        vm_key(vm, &recording->inputs, &key) && slice_equal(key.bytes, recording->key.bytes);
    vm_stack_release(vm, mark);
    return !same;
}

void vm_recorded(struct vm *vm)
{
    struct recording *recording = vm->recording;
    size_t length = output_length_since(vm->out, recording->mark);
    uint64_t cost = spent(vm) - recording->start;
    bool is_call = !recording->inputs.names;
    bool spoilt = recording->spoilt || vm->realm->impure || vm->realm->overlay.count ||
                  vm->out->failed || arena_failed(vm->realm->arena) || length > TEXT_MAX ||
                  cost > INT32_MAX || (is_call && cost < CALL_COST_MIN) ||
                  has_changed_inputs(vm, recording);
    count_try(recording->place);
    struct remembered *kept = spoilt ? NULL : make_remembered(vm, recording, length);
    if (kept) {
        kept->cost = (uint32_t)cost;
        kept->depth = vm->deepest - vm->depth;
        publish_remembered(vm->set, kept);
    }
    vm->recording = recording->outside;
    if (recording->deepest > vm->deepest)
        vm->deepest = recording->deepest;
    vm->realm->impure |= recording->impure;
}
