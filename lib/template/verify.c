// SPDX-License-Identifier: MIT
//
// What the VM assumes of bytecode without checking: every operand is in its table, every jump in
// the function, every local among its locals. Builds that check invariants run this on everything
// they compile; driven by the rows of opcodes.def.
#include "vm.h"

static const uint8_t OPERANDS[] = {
#define OP(name, operands, doc) OPERAND_##operands,
#include "opcodes.def"
#undef OP
};
_Static_assert(sizeof OPERANDS == OP_COUNT, "an opcode has a row");

static bool verify_operand(const struct template *t, const struct function *f,
                           struct instruction in)
{
    switch ((enum operand)OPERANDS[in.op]) {
    case OPERAND_none:
    case OPERAND_number:
        return true;
    case OPERAND_constant:
        return in.c + (in.op == OP_FAIL) < t->constant_count;
    case OPERAND_name:
        return in.c < t->name_count;
    case OPERAND_text:
        return in.c < t->text_count;
    case OPERAND_function:
        return in.c < t->function_count;
    case OPERAND_jump:
        return in.c < f->count;
    case OPERAND_local: // of an outer function, which is not known here
        return in.op == OP_LOCAL_OUTER || in.op == OP_KEEP_OUTER || in.c < f->locals;
    case OPERAND_loop:
        return in.c < t->for_count && t->for_sites[in.c].loop < f->loops &&
               t->for_sites[in.c].exit < f->count;
    case OPERAND_site:
        return in.c < t->call_count;
    case OPERAND_callable:
        return in.c < t->callable_count;
    case OPERAND_reference:
        return !in.b || in.c < t->reference_count;
    case OPERAND_shape:
        return in.c < t->shape_count && t->shapes[in.c].count <= SHAPE_KEYS_MAX;
    }
    return false;
}

// The operands that are not c.
static bool verify_others(const struct template *t, const struct function *f, struct instruction in)
{
    switch (in.op) {
    case OP_LOCAL_MEMBER:
    case OP_EMIT_LOCAL_MEMBER:
        return in.b < f->locals;
    case OP_NAME_MEMBER:
    case OP_EMIT_NAME_MEMBER:
        return in.b < t->name_count;
    case OP_LOOP_FIELD:
        return in.c < f->loops;
    case OP_KEYWORD:
        return in.b < f->keywords && f->positional + in.b < f->locals;
    case OP_REMEMBER:
    case OP_RECALL:
    case OP_REMEMBERED:
        return in.c < t->piece_count && t->pieces[in.c].end <= f->count &&
               t->pieces[in.c].input_count <= REMEMBER_INPUTS_MAX;
    default:
        return true;
    }
}

static bool verify_function(const struct template *t, const struct function *f)
{
    // A function ends with a RETURN, so execution cannot run off the end.
    bool ends = f->count && (f->code[f->count - 1].op == OP_RETURN);
    for (uint32_t i = 0; ends && i < f->count; i++)
        if (f->code[i].op >= OP_COUNT || !verify_operand(t, f, f->code[i]) ||
            !verify_others(t, f, f->code[i]))
            return false;
    return ends && f->template == t && f->positional + f->keywords <= f->locals;
}

bool template_verify(const struct template *t)
{
    if (!t->root || !verify_function(t, t->root))
        return false;
    for (uint32_t i = 0; i < t->block_count; i++)
        if (!verify_function(t, t->blocks[i]))
            return false;
    for (uint32_t i = 0; i < t->function_count; i++)
        if (!verify_function(t, t->functions[i]))
            return false;
    return true;
}
