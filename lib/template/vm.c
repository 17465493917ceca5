// SPDX-License-Identifier: MIT
//
// The virtual machine: one loop over the instructions of a function. Handlers are short; anything
// longer than a few lines is in the vm_*.c files. Calls of macros, includes and blocks run this
// loop again, so its own C frame is kept small and the depth is bounded (vm_enter).
#include "vm.h"

#include "builtins.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>

// Labels as values: a GNU extension of both compilers we build with.
#pragma GCC diagnostic ignored "-Wpedantic"

// Adds the instruction's place to an error: as its place if it has none yet, else as a link of the
// chain.
static void locate_instruction(struct vm *vm, const struct function *f,
                               const struct instruction *in)
{
    const struct template *t = f->template;
    struct position position = f->positions[in - f->code];
    struct error *error = vm->error;
    if (!error_is_set(error))
        vm_output_failed(vm);
    if (error->place.line || error->place.file[0]) {
        error_chain(error, vm->via[0] ? vm->via : "called from", t->file, position.line,
                    position.column);
        vm->via[0] = 0;
        return;
    }
    vm->via[0] = 0;
    error_at(error, t->file, position.line, position.column);
    struct slice rest = t->source, line = SLICE_EMPTY;
    for (unsigned n = t->first_line; n <= position.line; n++)
        if (!slice_next_line(&rest, &line))
            return;
    snprintf(error->source_line, sizeof error->source_line, "%.*s",
             (int)(line.len > 250 ? 250 : line.len), line.ptr ? line.ptr : "");
}

static void vm_fail_with(struct vm *vm, const struct template *t, uint32_t constant)
{
    error_set(vm->error, ERROR_RUNTIME, "%.*s", SLICE_ARG(value_text(t->constants[constant])));
    struct slice hint = value_text(t->constants[constant + 1]);
    if (hint.len)
        error_hint(vm->error, "%.*s", SLICE_ARG(hint));
}

static struct value *outer(struct locals *locals, unsigned hops)
{
    while (hops--)
        locals = locals->outer;
    return locals->values;
}

static struct value make_array(struct vm *vm, const struct value *items, uint32_t count)
{
    struct value v = value_array(vm->realm->arena, count);
    if (v.type != VALUE_ARRAY) {
        error_memory(vm->error);
        return v;
    }
    for (uint32_t i = 0; i < count; i++)
        value_move(&v.array->items[i], &items[i]);
    v.array->count = count;
    return v;
}

static bool set_member(struct vm *vm, struct value object, const struct name *name, struct value v)
{
    return value_set(vm->realm, vm->realm->arena, object, name->text, v) || error_memory(vm->error);
}

// The keys stay in the template; one allocation holds the object and its values.
static struct value make_object(struct vm *vm, const struct object_shape *shape,
                                const struct value *values, bool keywords)
{
    size_t size = shape->count * sizeof *values;
    struct value_object *object = arena_alloc(vm->realm->arena, sizeof *object + size);
    if (!object) {
        error_memory(vm->error);
        return value_undefined();
    }
    struct value *own = (struct value *)(object + 1);
    for (uint32_t i = 0; i < shape->count; i++)
        value_move(&own[i], &values[i]);
    *object = (struct value_object){.keys = (struct value_key *)(uintptr_t)shape->keys,
                                    .values = own,
                                    .count = shape->count,
                                    .capacity = shape->count,
                                    .shared = true};
    return (struct value){.type = VALUE_OBJECT,
                          .flags = keywords ? VALUE_KEYWORDS : 0,
                          .reserved = keywords ? KEYWORDS_INTERNED : 0,
                          .object = object};
}

static bool for_begin(struct vm *vm, struct activation *activation, const struct for_site *site,
                      struct loop *loop, struct value iterated)
{
    struct frame *saved = activation->frame;
    vm_loop_begin(vm, loop, iterated, site->targets > 1);
    loop->saved = saved;
    if (site->calls && site->targets == 1 && vm_loop_needs_pairs(vm, loop))
        return error_set(vm->error, ERROR_RUNTIME,
                         "asyncEach and asyncAll go over an object with two variables: key, value");
    if (!site->layout)
        return true;
    struct frame *frame = vm_frame(vm, site->layout, saved, false);
    if (!frame)
        return false;
    frame->loop = loop;
    activation->frame = frame;
    return true;
}

// A third variable of a loop over pairs is never put into the frame.
static void bind_frame(struct vm *vm, const struct for_site *site, struct frame *frame,
                       const struct value *items)
{
    for (uint32_t i = 0; i < site->targets && i < 2; i++)
        value_move(&frame->values[site->slots[i]], &items[i]);
    vm->found_name = NULL;
}

static bool emit_call(struct vm *vm, const struct call_site *site, struct value *args,
                      struct instruction in, struct value function, struct value self,
                      struct value *result)
{
    return vm_call_site(vm, site, function, self, args, in.b, in.a, result);
}

static bool ensure_defined(struct vm *vm, struct value v)
{
    if (!value_is_nullish(v))
        return true;
    // Output may be missing because memory ran out.
    return arena_failed(vm->realm->arena)
               ? error_memory(vm->error)
               : error_set(vm->error, ERROR_RUNTIME, "attempted to output null or undefined value");
}

static bool is_number_pair(struct value a, struct value b)
{
    return a.type == VALUE_NUMBER && b.type == VALUE_NUMBER;
}

static bool is_exported(struct vm *vm, struct value exports, const struct name *name)
{
    if (value_has(vm->realm, exports, name->text))
        return true;
    error_set(vm->error, ERROR_RUNTIME, "cannot import '%.*s'", SLICE_ARG(name->text));
    struct slice near = value_nearest_property(vm->realm, exports, name->text);
    if (near.len)
        error_hint(vm->error, "did you mean `%.*s`?", SLICE_ARG(near));
    else
        error_hint(vm->error, "the template has no macro or variable of that name at top level");
    return false;
}

#define NEXT                                                                                       \
    do {                                                                                           \
        invariant(sp >= stack && sp <= stack + function->stack);                                   \
        invariant(ip >= function->code && ip < function->code + function->count);                  \
        in = ip++;                                                                                 \
        goto *LABELS[in->op];                                                                      \
    } while (0)
// An instruction is a block: `op_NAME: { … }`.
#define CASE(name) op_##name:
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            goto failed;                                                                           \
    } while (0)
#define ARITHMETIC(expression)                                                                     \
    do {                                                                                           \
        --sp;                                                                                      \
        if (is_number_pair(sp[-1], sp[0]))                                                         \
            sp[-1] = value_number(expression);                                                     \
        else                                                                                       \
            sp[-1] = vm_arithmetic(vm, sp[-1], sp[0], in->op);                                     \
        NEXT;                                                                                      \
    } while (0)
#define COMPARE(operator)                                                                          \
    do {                                                                                           \
        --sp;                                                                                      \
        sp[-1] = value_boolean(is_number_pair(sp[-1], sp[0])                                       \
                                   ? sp[-1].number operator sp[0].number                           \
                                   : vm_compare(vm, sp[-1], sp[0], in->op));                       \
        NEXT;                                                                                      \
    } while (0)

// The variable of that name: usually in slot `hint` - 1 of the current frame.
static inline __attribute__((always_inline)) struct value
variable(struct vm *vm, struct activation *activation, unsigned hint, struct name *name)
{
    if (hint) {
        invariant(hint <= activation->frame->layout->count);
        struct value v = activation->frame->values[hint - 1];
        if (v.type != VALUE_UNDEFINED)
            return v;
    }
    if (vm->found_name == name && vm->found_from == activation->frame)
        return *vm->found;
    return vm_lookup(vm, activation, name);
}

// Below the inputs is what REMEMBER pushed: the render's impurity before the piece. The compiler
// emits RECALL only after REMEMBER, so the slot exists. Reading the inputs alone does not count.
static enum vm_recalled recall_piece(struct vm *vm, const struct piece *piece,
                                     const struct value *inputs)
{
    vm->realm->impure = (unsigned)inputs[-1].number;
    struct inputs known = {inputs, piece->input_count, piece->inputs};
    return vm_recall(vm, piece->place, &known);
}

bool vm_run(struct vm *vm, const struct function *function, struct activation *activation,
            struct locals *locals, struct value *stack, struct loop *loops, struct value *result)
{
    static const void *const LABELS[] = {
#define OP(name, operands, doc) &&op_##name,
#include "opcodes.def"
#undef OP
    };
    _Static_assert(sizeof LABELS / sizeof *LABELS == OP_COUNT, "an opcode is a label");
    const struct template *const t = function->template;
    struct value *const local = locals->values;
    const struct instruction *ip = function->code;
    const struct instruction *in;
    struct value *sp = stack; // above the top
    struct value v;
    struct context *saved_context = vm->context;
    vm->context = activation->context;
    NEXT;

    // ---- values ----

    CASE(CONSTANT) {
        *sp++ = t->constants[in->c];
        NEXT;
    }

    CASE(UNDEFINED) {
        *sp++ = value_undefined();
        NEXT;
    }

    CASE(POP) {
        sp--;
        NEXT;
    }

    CASE(DUPLICATE) {
        value_move(sp, sp - 1);
        sp++;
        NEXT;
    }

    CASE(LOCAL) {
        value_move(sp++, &local[in->c]);
        NEXT;
    }

    CASE(LOCAL_OUTER) {
        value_move(sp++, &outer(locals, in->b)[in->c]);
        NEXT;
    }

    CASE(STORE) {
        value_move(&local[in->c], --sp);
        NEXT;
    }

    CASE(KEEP) {
        value_move(&local[in->c], sp - 1);
        NEXT;
    }

    CASE(KEEP_OUTER) {
        value_move(&outer(locals, in->b)[in->c], sp - 1);
        NEXT;
    }

    CASE(NAME) {
        *sp++ = variable(vm, activation, in->b, t->names[in->c]);
        NEXT;
    }

    CASE(MEMBER) {
        sp[-1] = vm_member(vm, sp[-1], t->names[in->c]);
        NEXT;
    }

    CASE(LOCAL_MEMBER) {
        *sp++ = vm_member(vm, local[in->b], t->names[in->c]);
        NEXT;
    }

    CASE(NAME_MEMBER) {
        *sp++ =
            vm_member(vm, variable(vm, activation, in->a >> 1, t->names[in->b]), t->names[in->c]);
        NEXT;
    }

    CASE(INDEX) {
        --sp;
        sp[-1] = vm_index(vm, sp[-1], sp[0]);
        NEXT;
    }

    CASE(LOOP_FIELD) {
        *sp++ = vm_loop_field(&loops[in->c], in->a);
        NEXT;
    }

    CASE(ARRAY) {
        sp -= in->c;
        *sp = make_array(vm, sp, in->c);
        sp++;
        CHECK(!vm_failed(vm));
        NEXT;
    }

    CASE(OBJECT) {
        *sp = value_object(vm->realm->arena);
        CHECK(sp->type == VALUE_OBJECT || error_memory(vm->error));
        sp->flags |= in->a ? VALUE_KEYWORDS : 0;
        sp++;
        NEXT;
    }

    CASE(OBJECT_LITERAL) {
        sp -= t->shapes[in->c].count;
        *sp = make_object(vm, &t->shapes[in->c], sp, in->a);
        sp++;
        CHECK(sp[-1].type == VALUE_OBJECT);
        NEXT;
    }

    CASE(SET_MEMBER) {
        --sp;
        CHECK(set_member(vm, sp[-1], t->names[in->c], sp[0]));
        NEXT;
    }

    // ---- operators ----

    CASE(ADD) {
        --sp;
        if (is_number_pair(sp[-1], sp[0])) {
            sp[-1] = value_number(sp[-1].number + sp[0].number);
            NEXT;
        }
        sp[-1] = value_add(vm->realm, sp[-1], sp[0], vm->error);
        CHECK(!vm_failed(vm));
        NEXT;
    }

    CASE(SUBTRACT) {
        ARITHMETIC(sp[-1].number - sp[0].number);
    }

    CASE(MULTIPLY) {
        ARITHMETIC(sp[-1].number * sp[0].number);
    }

    CASE(DIVIDE) {
        ARITHMETIC(sp[-1].number / sp[0].number);
    }

    CASE(MODULO) {
        ARITHMETIC(fmod(sp[-1].number, sp[0].number));
    }

    CASE(POWER) {
        --sp;
        sp[-1] = vm_arithmetic(vm, sp[-1], sp[0], in->op);
        NEXT;
    }

    CASE(FLOOR) {
        sp[-1] = value_number(floor(value_to_number(vm->realm, sp[-1])));
        NEXT;
    }

    CASE(NEGATE) {
        sp[-1] = value_number(-value_to_number(vm->realm, sp[-1]));
        NEXT;
    }

    CASE(PLUS) {
        sp[-1] = value_number(value_to_number(vm->realm, sp[-1]));
        NEXT;
    }

    CASE(NOT) {
        sp[-1] = value_boolean(!value_truthy(sp[-1]));
        NEXT;
    }

    CASE(EQUAL) {
        --sp;
        sp[-1] = value_boolean(value_loose_equal(vm->realm, sp[-1], sp[0]));
        NEXT;
    }

    CASE(NOT_EQUAL) {
        --sp;
        sp[-1] = value_boolean(!value_loose_equal(vm->realm, sp[-1], sp[0]));
        NEXT;
    }

    CASE(STRICT_EQUAL) {
        --sp;
        sp[-1] = value_boolean(value_strict_equal(sp[-1], sp[0]));
        NEXT;
    }

    CASE(NOT_STRICT_EQUAL) {
        --sp;
        sp[-1] = value_boolean(!value_strict_equal(sp[-1], sp[0]));
        NEXT;
    }

    CASE(LESS) {
        COMPARE(<);
    }

    CASE(LESS_EQUAL) {
        COMPARE(<=);
    }

    CASE(GREATER) {
        COMPARE(>);
    }

    CASE(GREATER_EQUAL) {
        COMPARE(>=);
    }

    CASE(IN) {
        --sp;
        sp[-1] = vm_in(vm, sp[-1], sp[0]);
        CHECK(!vm_failed(vm));
        NEXT;
    }

    CASE(CONCAT) {
        sp -= in->c;
        *sp = vm_concat(vm, sp, in->c);
        sp++;
        CHECK(!vm_failed(vm));
        NEXT;
    }

    // ---- jumps ----

    CASE(JUMP) {
        ip = function->code + in->c;
        NEXT;
    }

    CASE(JUMP_FALSE) {
        if (!value_truthy(*--sp))
            ip = function->code + in->c;
        NEXT;
    }

    CASE(JUMP_TRUE) {
        if (value_truthy(*--sp))
            ip = function->code + in->c;
        NEXT;
    }

    CASE(AND) {
        if (value_truthy(sp[-1]))
            sp--;
        else
            ip = function->code + in->c;
        NEXT;
    }

    CASE(OR) {
        if (!value_truthy(sp[-1]))
            sp--;
        else
            ip = function->code + in->c;
        NEXT;
    }

    CASE(CASE) {
        --sp;
        if (value_strict_equal(sp[-1], sp[0]))
            ip = function->code + in->c;
        NEXT;
    }

    CASE(FAIL) {
        vm_fail_with(vm, t, in->c);
        goto failed;
    }

    CASE(RETURN) {
        if (result && sp > stack)
            *result = sp[-1];
        vm->context = saved_context;
        return true;
    }

    // ---- calls ----

    CASE(CALL) {
        sp -= in->b + 1;
        CHECK(emit_call(vm, &t->call_sites[in->c], sp + 1, *in, sp[0], value_undefined(), &v));
        goto called;
    }

    CASE(CALL_MEMBER) {
        sp -= in->b + 1;
        CHECK(emit_call(vm, &t->call_sites[in->c], sp + 1, *in, value_undefined(), sp[0], &v));
        goto called;
    }

    CASE(CALL_INDEX) {
        sp -= in->b + 2;
        v = value_is_nullish(sp[0]) ? value_undefined() : value_property(vm->realm, sp[0], sp[1]);
        CHECK(emit_call(vm, &t->call_sites[in->c], sp + 2, *in, v, sp[0], &v));
    }

called:
    if (!in->a)
        *sp++ = v;
    NEXT;

    CASE(FILTER) {
        sp -= in->b;
        *sp = vm_callable(vm, t->callables[in->c], sp, in->b, in->a);
        sp++;
        CHECK(!vm_failed(vm));
        NEXT;
    }

    CASE(TEST) {
        sp -= in->b;
        v = vm_callable(vm, t->callables[in->c], sp, in->b, in->a & 2);
        CHECK(!vm_failed(vm));
        *sp++ = value_boolean((v.type == VALUE_BOOLEAN && v.number != 0) != (in->a & 1));
        NEXT;
    }

    CASE(TEST_TYPE) {
        sp[-1] = value_boolean(((builtin_type_bit(sp[-1]) & in->c) != 0) != (in->a != 0));
        NEXT;
    }

    CASE(SHORTCODE) {
        sp -= in->b;
        v = vm_callable(vm, t->callables[in->c], sp, in->b, true);
        CHECK(!vm_failed(vm));
        vm_print(vm, v, false);
        NEXT;
    }

    CASE(MACRO) {
        *sp++ = vm_closure(vm, t->functions[in->c], activation, locals);
        CHECK(!vm_failed(vm));
        NEXT;
    }

    // ---- output ----

    CASE(TEXT) {
        output_append_static(vm->out, t->texts[in->c]);
        NEXT;
    }

    CASE(EMIT) {
        vm_print(vm, *--sp, in->a);
        NEXT;
    }

    CASE(EMIT_LOCAL) {
        vm_print(vm, local[in->c], in->a);
        NEXT;
    }

    CASE(EMIT_NAME) {
        vm_print(vm, variable(vm, activation, in->b, t->names[in->c]), in->a);
        NEXT;
    }

    CASE(EMIT_MEMBER) {
        vm_print(vm, vm_member(vm, *--sp, t->names[in->c]), in->a);
        NEXT;
    }

    CASE(EMIT_NAME_MEMBER) {
        vm_print(
            vm,
            vm_member(vm, variable(vm, activation, in->a >> 1, t->names[in->b]), t->names[in->c]),
            in->a & 1);
        NEXT;
    }

    CASE(EMIT_LOCAL_MEMBER) {
        vm_print(vm, vm_member(vm, local[in->b], t->names[in->c]), in->a);
        NEXT;
    }

    CASE(ENSURE_DEFINED) {
        CHECK(ensure_defined(vm, sp[-1]));
        NEXT;
    }

    CASE(CAPTURE) {
        CHECK(vm_capture(vm));
        NEXT;
    }

    CASE(CAPTURE_END) {
        *sp++ = vm_capture_end(vm);
        CHECK(!vm_failed(vm));
        NEXT;
    }

    // ---- pieces that are remembered ----

    CASE(REMEMBER) {
        *sp++ = value_number(vm->realm->impure);
        if (!vm_remembers(vm)) {
            sp[-1] = value_undefined();
            ip = function->code + t->pieces[in->c].body;
        }
        NEXT;
    }

    CASE(RECALL) {
        const struct piece *piece = &t->pieces[in->c];
        sp -= piece->input_count;
        enum vm_recalled recalled = recall_piece(vm, piece, sp);
        sp[-1] = recalled == VM_RECORDING ? value_boolean(true) : value_undefined();
        if (recalled == VM_PRINTED) {
            CHECK(!vm_failed(vm));
            sp--;
            ip = function->code + piece->end;
        }
        NEXT;
    }

    CASE(REMEMBERED) {
        if ((--sp)->type != VALUE_UNDEFINED)
            vm_recorded(vm);
        NEXT;
    }

    // ---- loops ----

    CASE(FOR_BEGIN) {
        const struct for_site *site = &t->for_sites[in->c];
        CHECK(for_begin(vm, activation, site, &loops[site->loop], *--sp));
        if (site->length_local != UINT32_MAX && value_truthy(*sp))
            local[site->length_local] = value_number(loops[site->loop].length);
        for (uint32_t i = 2; i < site->targets; i++)
            local[site->first_local + i] = value_undefined();
        NEXT;
    }

    CASE(FOR_NEXT) {
        const struct for_site *site = &t->for_sites[in->c];
        struct value *items = &local[site->first_local];
        CHECK(vm_tick(vm, site->cost) && !vm->out->failed);
        for (uint32_t i = 0; i < site->body_locals; i++)
            local[site->body_local + i] = value_undefined();
        if (!vm_loop_next(vm, &loops[site->loop], items, site->targets)) {
            CHECK(!vm_failed(vm));
            if (site->layout) // an else sees the outer loop
                activation->frame->loop = NULL;
            ip = function->code + site->exit;
        } else if (site->layout && !vm_loop_hides_names(&loops[site->loop], site->targets)) {
            bind_frame(vm, site, activation->frame, items);
        }
        NEXT;
    }

    CASE(FOR_END) {
        activation->frame = loops[t->for_sites[in->c].loop].saved;
        NEXT;
    }

    // ---- variables ----

    CASE(SET) {
        CHECK(vm_assign(vm, activation, t->names[in->c], in->b, *--sp));
        NEXT;
    }

    CASE(SET_FRAME) {
        vm_frame_set(vm, activation->frame, t->names[in->c], *--sp);
        NEXT;
    }

    CASE(KEYWORD) {
        v = local[function->positional + in->b];
        if (v.type <= VALUE_FUNCTION) {
            activation->frame->values[function->keyword_slots[in->b]] = v;
            vm->found_name = NULL;
            ip = function->code + in->c;
        }
        NEXT;
    }

    CASE(SET_CONTEXT) {
        CHECK(vm_context_set(vm, activation->context, t->names[in->c], *--sp, in->a));
        NEXT;
    }

    // ---- other templates ----

    CASE(BLOCK) {
        if (in->a && activation->parent)
            output_append(vm->out, SLICE("undefined"));
        else
            CHECK(vm_block(vm, activation, t->names[in->c]));
        NEXT;
    }

    CASE(SUPER) {
        CHECK(vm_super(vm, activation, t->names[in->c], in->a == 2, &v));
        if (in->a != 2)
            *sp++ = v;
        NEXT;
    }

    CASE(EXTENDS) {
        sp -= !in->b;
        CHECK(vm_extends(vm, activation, t, *in, *sp));
        NEXT;
    }

    CASE(INCLUDE) {
        sp -= !in->b;
        CHECK(vm_include(vm, activation, t, *in, *sp));
        NEXT;
    }

    CASE(IMPORT) {
        sp -= !in->b;
        CHECK(vm_import(vm, activation, t, *in, *sp, sp));
        sp++;
        NEXT;
    }

    CASE(IMPORT_NAME) {
        *sp = value_get_hashed(vm->realm, sp[-1], t->names[in->c]->text, t->names[in->c]->hash);
        CHECK(sp->type != VALUE_UNDEFINED || is_exported(vm, sp[-1], t->names[in->c]));
        sp++;
        NEXT;
    }

failed:
    locate_instruction(vm, function, in);
    vm->context = saved_context;
    return false;
}
