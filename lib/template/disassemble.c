// SPDX-License-Identifier: MIT
//
// Bytecode as text, for people: one line per instruction, driven by the rows of opcodes.def.
#include "vm.h"

struct row {
    const char *name;
    enum operand operand;
};

static const struct row ROWS[] = {
#define OP(name, operands, doc) {#name, OPERAND_##operands},
#include "opcodes.def"
#undef OP
};

static void print_text(struct buffer *out, struct slice text)
{
    bool cut = text.len > 60;
    buffer_append_json_string(out, slice_sub(text, 0, 60));
    if (cut)
        buffer_append(out, SLICE("…"));
}

static void print_constant(struct buffer *out, struct value v)
{
    if (v.type == VALUE_STRING)
        print_text(out, value_text(v));
    else if (v.type == VALUE_NUMBER)
        value_append_number(out, v.number);
    else
        buffer_append(out, v.type == VALUE_NULL ? SLICE("null") : value_typeof(v));
}

static void print_operand(struct buffer *out, const struct template *t, enum operand operand,
                          uint32_t c)
{
    switch (operand) {
    case OPERAND_constant:
        print_constant(out, t->constants[c]);
        return;
    case OPERAND_name:
        buffer_append(out, t->names[c]->text);
        return;
    case OPERAND_text:
        print_text(out, t->texts[c]);
        return;
    case OPERAND_site:
        buffer_append(out, t->call_sites[c].shown);
        return;
    case OPERAND_callable:
        buffer_append(out, t->callables[c]->name);
        return;
    case OPERAND_loop:
        buffer_printf(out, "for %u, exit %u", c, t->for_sites[c].exit);
        return;
    case OPERAND_shape:
        for (uint32_t i = 0; i < t->shapes[c].count; i++)
            buffer_printf(out, "%s%.*s", i ? ", " : "", SLICE_ARG(t->shapes[c].keys[i].text));
        return;
    case OPERAND_none:
        return;
    default:
        buffer_printf(out, "%u", c);
    }
}

static void print_function(struct buffer *out, const struct function *f, const char *kind)
{
    buffer_printf(out, "%s %.*s: %u locals, %u deep, %u loops\n", kind,
                  SLICE_ARG(f->name ? f->name->text : SLICE_EMPTY), f->locals, f->stack, f->loops);
    for (uint32_t i = 0; i < f->count; i++) {
        struct instruction in = f->code[i];
        const struct row *row = &ROWS[in.op];
        buffer_printf(out, "%5u:%-3u %4u  %-18s a=%u b=%-3u ", f->positions[i].line,
                      f->positions[i].column, i, row->name, in.a, in.b);
        // A reference that is computed has no number.
        if (row->operand != OPERAND_reference || in.b)
            print_operand(out, f->template, row->operand, in.c);
        buffer_append_byte(out, '\n');
    }
}

void template_disassemble(const struct template *template, struct buffer *out)
{
    print_function(out, template->root, "root");
    for (uint32_t i = 0; i < template->block_count; i++)
        print_function(out, template->blocks[i], "block");
    for (uint32_t i = 0; i < template->function_count; i++)
        print_function(out, template->functions[i],
                       template->functions[i]->kind == FUNCTION_MACRO ? "macro" : "caller");
}
