// SPDX-License-Identifier: MIT
//
// What the inputs of a place are, as bytes. Equal keys mean that no template can tell the inputs
// apart: nothing, truth values, numbers, dates and texts are there by content; frozen arrays and
// objects, which live as long as the set, by identity; other arrays and objects by their members;
// macros of modules and functions of the set by what they are. Inputs that are anything else, too
// long or too deep have no key.
#include "vm.h"

enum {
    KEY_BYTES_MAX = 4 << 10,
    KEY_DEPTH_MAX = 16,
    SEEN_MAX = 64,
    // In the place of a type.
    KEY_MEMBERS = 0x40, // ored: members follow
    KEY_AGAIN = 0x80,   // an array or object that came before, by its number
};

struct writer {
    const struct vm *vm;
    char *at, *end;
    const void *seen[SEEN_MAX]; // the arrays and objects that are not frozen
    uint32_t seen_count;
    unsigned depth;
};

static bool add_bytes(struct writer *w, const void *bytes, size_t length)
{
    if (length > (size_t)(w->end - w->at))
        return false;
    if (length)
        memcpy(w->at, bytes, length);
    w->at += length;
    return true;
}

static bool add_head(struct writer *w, unsigned type, unsigned flags, uint32_t number)
{
    uint32_t head[2] = {type | (flags & ~(unsigned)VALUE_ASCII) << 8, number};
    return add_bytes(w, head, sizeof head);
}

static bool add_identity(struct writer *w, struct value v, const void *identity)
{
    return add_head(w, v.type, v.flags, 0) && add_bytes(w, &identity, sizeof identity);
}

static bool add_known(struct writer *w, struct value v);

static bool add_items(struct writer *w, const struct value_array *array)
{
    for (uint32_t i = 0; i < array->count; i++)
        if (!add_known(w, array->items[i]))
            return false;
    return !array->properties;
}

static bool add_members(struct writer *w, const struct value_object *object)
{
    for (uint32_t i = 0; i < object->count; i++) {
        struct slice key = object->keys[i].text;
        uint32_t length = (uint32_t)key.len;
        if (!add_bytes(w, &length, sizeof length) || !add_bytes(w, key.ptr, key.len) ||
            !add_known(w, object->values[i]))
            return false;
    }
    return true;
}

// Which of them are one and the same belongs to the key: `===` tells.
static bool add_open(struct writer *w, struct value v, const void *identity, uint32_t count)
{
    for (uint32_t i = 0; i < w->seen_count; i++)
        if (w->seen[i] == identity)
            return add_head(w, KEY_AGAIN, v.flags, i);
    if (w->seen_count == SEEN_MAX || w->depth == KEY_DEPTH_MAX)
        return false;
    w->seen[w->seen_count++] = identity;
    w->depth++;
    bool ok = add_head(w, v.type | KEY_MEMBERS, v.flags, count) &&
              (v.type == VALUE_ARRAY ? add_items(w, v.array) : add_members(w, v.object));
    w->depth--;
    return ok;
}

// Each render makes the value of a macro anew.
static bool add_module_macro(struct writer *w, struct value v)
{
    const struct closure *closure = v.function->data;
    return v.function->call == w->vm->macro_call && vm_is_module_macro(closure) &&
           add_identity(w, v, closure->function);
}

static bool add_known(struct writer *w, struct value v)
{
    if (v.flags & VALUE_IMPURE)
        return false;
    switch (v.type) {
    case VALUE_UNDEFINED:
    case VALUE_NULL:
        return add_head(w, v.type, v.flags, 0);
    case VALUE_BOOLEAN:
    case VALUE_NUMBER:
    case VALUE_DATE:
        return add_head(w, v.type, v.flags, 0) && add_bytes(w, &v.number, sizeof v.number);
    case VALUE_STRING:
        return add_head(w, v.type, v.flags, v.len) && add_bytes(w, v.text, v.len);
    case VALUE_ARRAY:
        return v.array->frozen ? add_identity(w, v, v.array)
                               : add_open(w, v, v.array, v.array->count);
    case VALUE_OBJECT:
        return v.object->frozen ? add_identity(w, v, v.object)
                                : add_open(w, v, v.object, v.object->count);
    case VALUE_FUNCTION:
        return add_module_macro(w, v);
    default:
        return false;
    }
}

bool vm_key(struct vm *vm, const struct inputs *inputs, struct key *key)
{
    char *room = vm_stack(vm, KEY_BYTES_MAX);
    struct writer w = {.vm = vm, .at = room, .end = room + KEY_BYTES_MAX};
    for (uint32_t i = 0; room && i < inputs->count; i++) {
        struct value v = inputs->values[i];
        const struct name *name = inputs->names ? inputs->names[i] : NULL;
        bool of_set = name && name->has_global && v.type == VALUE_FUNCTION &&
                      v.function == name->global.function;
        if (!(of_set ? add_identity(&w, v, v.function) : add_known(&w, v)))
            return false;
    }
    if (!room)
        return false;
    *key = (struct key){.bytes = slice_of(room, (size_t)(w.at - room)), .open = w.seen_count > 0};
    vm->stack_at = room + ((key->bytes.len + 15) & ~(size_t)15);
    return true;
}
