// SPDX-License-Identifier: MIT
//
// What `for` iterates over, as in Nunjucks: arrays by a live length, strings by UTF-16 units (safe
// strings by code points), Maps, Sets and the like as arrays, anything with a length by index; with
// two or more targets, arrays are unpacked and objects give key and value.
#include "vm.h"

#include "base/utf8.h"

static uint32_t to_length(double number)
{
    return number >= 1 && number < 4294967295.0 ? (uint32_t)number : 0;
}

static void begin_indexed(struct vm *vm, struct loop *loop)
{
    struct value length = value_property(vm->realm, loop->iterated, VALUE_LITERAL("length"));
    loop->kind = length.type == VALUE_NUMBER ? LOOP_INDEXED : LOOP_NONE;
    loop->length = loop->kind == LOOP_INDEXED ? to_length(length.number) : 0;
}

static void begin_text(struct loop *loop, bool pairs)
{
    struct slice text = value_text(loop->iterated);
    bool safe = loop->iterated.flags & VALUE_SAFE;
    loop->kind = pairs && !safe ? LOOP_TEXT_PAIRS : LOOP_TEXT;
    loop->length = (uint32_t)(safe ? utf8_count(text) : utf8_utf16_length(text));
}

void vm_loop_begin(struct vm *vm, struct loop *loop, struct value iterated, bool pairs)
{
    struct value items = value_iterated(vm->realm, iterated);
    iterated = items.type == VALUE_ARRAY ? items : iterated;
    *loop = (struct loop){.iterated = iterated, .kind = LOOP_NONE};
    switch (iterated.type) {
    case VALUE_ARRAY:
        loop->kind = LOOP_ARRAY;
        loop->length = value_array_view(vm->realm, iterated)->count;
        break;
    case VALUE_STRING:
        begin_text(loop, pairs);
        break;
    case VALUE_OBJECT:
        if (pairs) {
            loop->kind = LOOP_PAIRS;
            loop->length = value_object_view(vm->realm, iterated)->count;
        } else {
            begin_indexed(vm, loop);
        }
        break;
    default:
        break;
    }
}

bool vm_loop_needs_pairs(struct vm *vm, const struct loop *loop)
{
    if (loop->iterated.type == VALUE_OBJECT)
        return value_object_view(vm->realm, loop->iterated)->count > 0;
    return loop->iterated.type == VALUE_STRING && !(loop->iterated.flags & VALUE_SAFE) &&
           value_text(loop->iterated).len > 0;
}

static bool unpack(struct vm *vm, struct value item, struct value *items, uint32_t targets)
{
    if (targets == 1) {
        items[0] = item;
        return true;
    }
    if (value_is_nullish(item)) {
        error_set(vm->error, ERROR_RUNTIME, "Cannot unpack %s into %u loop variables",
                  item.type == VALUE_NULL ? "null" : "undefined", targets);
        return false;
    }
    for (uint32_t i = 0; i < targets; i++)
        items[i] = value_property(vm->realm, item, value_number(i));
    return true;
}

static struct value next_unit(struct loop *loop)
{
    struct slice text = value_text(loop->iterated);
    // Half of a surrogate pair cannot be kept. The first half is the whole character and the second
    // is empty: printed in sequence they give the same as in JavaScript.
    if (loop->second_half) {
        loop->second_half = false;
        return VALUE_LITERAL("");
    }
    size_t from = loop->offset;
    uint32_t code_point = utf8_decode(text, &loop->offset);
    loop->second_half = code_point > 0xFFFF && !(loop->iterated.flags & VALUE_SAFE);
    return value_string(slice_sub(text, from, loop->offset));
}

static struct value number_text(struct vm *vm, uint32_t number)
{
    return value_string(arena_printf(vm->realm->arena, "%u", number));
}

// A third name is never given a value here: it keeps what the body sets it to, as in Nunjucks.
static bool next_pair(struct vm *vm, struct loop *loop, struct value *items)
{
    const struct value_object *object = value_object_view(vm->realm, loop->iterated);
    if (loop->index >= object->count)
        return false;
    items[0] = value_string(object->keys[loop->index].text);
    items[1] = object->values[loop->index];
    vm->realm->impure |= value_impurity(items[1]);
    return true;
}

static bool next_text(struct vm *vm, struct loop *loop, struct value *items, uint32_t targets)
{
    if (loop->kind == LOOP_TEXT)
        return unpack(vm, next_unit(loop), items, targets);
    items[0] = number_text(vm, loop->index);
    items[1] = next_unit(loop);
    return true;
}

static bool next_item(struct vm *vm, struct loop *loop, struct value *items, uint32_t targets)
{
    const struct value_array *array;
    switch (loop->kind) {
    case LOOP_ARRAY:
        array = value_array_view(vm->realm, loop->iterated);
        return loop->index < array->count && unpack(vm, array->items[loop->index], items, targets);
    case LOOP_PAIRS:
        return loop->index < loop->length && next_pair(vm, loop, items);
    case LOOP_TEXT:
    case LOOP_TEXT_PAIRS:
        return loop->index < loop->length && next_text(vm, loop, items, targets);
    case LOOP_INDEXED:
        return loop->index < loop->length &&
               unpack(vm, value_property(vm->realm, loop->iterated, value_number(loop->index)),
                      items, targets);
    default:
        return false;
    }
}

// ---- the loop object ----

static const char *const FIELDS[] = {"index", "index0", "revindex", "revindex0",
                                     "first", "last",   "length"};
enum { FIELD_COUNT = sizeof FIELDS / sizeof *FIELDS };

struct value vm_loop_field(const struct loop *loop, unsigned field)
{
    double index = loop->index, length = loop->length;
    switch (field) {
    case 0:
        return value_number(index + 1);
    case 1:
        return value_number(index);
    case 2:
        return value_number(length - index);
    case 3:
        return value_number(length - index - 1);
    case 4:
        return value_boolean(loop->index == 0);
    case 5:
        return value_boolean(index == length - 1);
    default:
        return value_number(length);
    }
}

static void fill_object(struct vm *vm, const struct loop *loop)
{
    for (unsigned i = 0; i < FIELD_COUNT; i++)
        if (!value_set(vm->realm, vm->realm->arena, loop->object, slice_from_cstr(FIELDS[i]),
                       vm_loop_field(loop, i)))
            error_memory(vm->error);
}

// One object per loop, changed at each iteration, as in Nunjucks: a kept reference sees it change.
struct value vm_loop_object(struct vm *vm, struct loop *loop)
{
    if (loop->object.type == VALUE_UNDEFINED) {
        loop->object = value_object(vm->realm->arena);
        fill_object(vm, loop);
    }
    return loop->object;
}

bool vm_loop_next(struct vm *vm, struct loop *loop, struct value *items, uint32_t targets)
{
    loop->index = loop->next++;
    if (!next_item(vm, loop, items, targets))
        return false;
    if (loop->object.type != VALUE_UNDEFINED)
        fill_object(vm, loop);
    return true;
}
