// SPDX-License-Identifier: MIT
//
// Expressions: one function per kind of node, each leaving one value on the stack; and printing,
// with shortcuts for the common kinds.
#include "compiler.h"

#include "builtins.h"

static struct instruction expression_code(enum opcode op, uint32_t c)
{
    return (struct instruction){.op = (uint8_t)op, .c = c};
}

// ---- names ----

void compile_variable(struct compiler *c, const struct ast *node, struct name *name)
{
    uint32_t hops = 0;
    uint32_t local = compile_find(c, name, &hops);
    struct instruction in = expression_code(OP_LOCAL, local);
    if (local != NO_SLOT && hops) {
        in.op = OP_LOCAL_OUTER;
        in.b = (uint16_t)hops;
    } else if (local == NO_SLOT) {
        uint32_t slot = compile_slot(c, name, false);
        in = expression_code(OP_NAME, compile_name(c, name));
        in.b = slot < UINT16_MAX ? (uint16_t)(slot + 1) : 0;
    }
    compile_emit(c, node, 1, in);
}

static void name(struct compiler *c, const struct ast *node)
{
    compile_variable(c, node, compile_intern(c, node->text));
}

static void literal(struct compiler *c, const struct ast *node)
{
    compile_emit(c, node, 1, expression_code(OP_CONSTANT, compile_constant(c, node->value)));
}

static void regexp(struct compiler *c, const struct ast *node)
{
    struct value flags = node->value;
    struct slice text = flags.type == VALUE_STRING ? value_text(flags) : SLICE("");
    struct value v = value_regexp(c->arena, compile_keep(c, node->text), text, c->error);
    if (error_is_set(c->error))
        compile_locate_error(c, node);
    else
        compile_emit(c, node, 1, expression_code(OP_CONSTANT, compile_constant(c, v)));
}

// ---- collections ----

static void list(struct compiler *c, const struct ast *node)
{
    for (size_t i = 0; i < node->count; i++)
        compile_expression(c, node->items[i]);
}

static void array(struct compiler *c, const struct ast *node)
{
    list(c, node);
    compile_emit(c, node, 1 - (int)node->count, expression_code(OP_ARRAY, (uint32_t)node->count));
}

static void group(struct compiler *c, const struct ast *node)
{
    for (size_t i = 0; i < node->count; i++) {
        if (i)
            compile_emit(c, node, -1, expression_code(OP_POP, 0));
        compile_expression(c, node->items[i]);
    }
    if (node->count == 0)
        compile_error(c, node, "empty parentheses");
}

static bool word_key(const struct ast *key, struct slice *word)
{
    bool text = key->kind == AST_LITERAL && key->value.type == VALUE_STRING;
    *word = text ? value_text(key->value) : key->text;
    return text || key->kind == AST_NAME;
}

static void members(struct compiler *c, const struct ast *node)
{
    for (size_t i = 0; i < node->count; i++) {
        struct slice word;
        if (!word_key(node->items[i]->a, &word)) {
            compile_error(c, node->items[i], "keys of a dictionary must be strings or names");
            return;
        }
        compile_expression(c, node->items[i]->b);
        compile_emit(c, node->items[i], -1,
                     expression_code(OP_SET_MEMBER, compile_name(c, compile_intern(c, word))));
    }
}

// The shape of a literal, if it has one.
static bool shape_of(struct compiler *c, const struct ast *node, struct object_shape *shape)
{
    *shape = (struct object_shape){.count = (uint32_t)node->count};
    if (node->count == 0 || node->count > SHAPE_KEYS_MAX)
        return false;
    for (uint32_t i = 0; i < shape->count; i++) {
        struct slice word;
        if (!word_key(node->items[i]->a, &word) || word.len == 0 ||
            (word.ptr[0] >= '0' && word.ptr[0] <= '9'))
            return false;
        struct name *name = compile_intern(c, word);
        for (uint32_t j = 0; j < i; j++)
            if (shape->keys[j].text.ptr == name->text.ptr)
                return false;
        shape->keys[i] = (struct value_key){name->text, name->hash};
    }
    return true;
}

static bool literal_object(struct compiler *c, const struct ast *node)
{
    struct template *t = c->template;
    struct object_shape shape;
    if (!shape_of(c, node, &shape) ||
        !arena_room(c->scratch, &t->shapes, t->shape_count, &c->shapes_capacity, sizeof *t->shapes))
        return false;
    uint32_t number = t->shape_count++;
    t->shapes[number] = shape;
    for (size_t i = 0; i < node->count; i++)
        compile_expression(c, node->items[i]->b);
    struct instruction in = expression_code(OP_OBJECT_LITERAL, number);
    in.a = node->kind == AST_KEYWORDS;
    compile_emit(c, node, 1 - (int)node->count, in);
    return true;
}

static void object(struct compiler *c, const struct ast *node)
{
    if (literal_object(c, node))
        return;
    compile_emit(c, node, 1,
                 (struct instruction){.op = OP_OBJECT, .a = node->kind == AST_KEYWORDS});
    members(c, node);
}

// ---- lookups ----

static const char *const LOOP_FIELDS[] = {"index", "index0", "revindex", "revindex0",
                                          "first", "last",   "length"};
enum { LOOP_FIELD_COUNT = sizeof LOOP_FIELDS / sizeof *LOOP_FIELDS };

static bool sets_loop(const struct scope *scope, const struct name *loop)
{
    for (const struct binding *b = scope->bindings; b; b = b->next)
        if (b->name == loop)
            return true;
    for (uint32_t i = 0; scope->layout && i < scope->layout->count; i++)
        if (scope->layout->names[i] == loop)
            return true;
    return false;
}

// The innermost for, unless a variable called loop is in between.
static const struct scope *loop_scope(struct compiler *c)
{
    for (const struct scope *s = c->scope; s && s->builder == c->builder; s = s->parent) {
        if (sets_loop(s, c->set->name_loop))
            return NULL;
        if (s->for_loop)
            return s;
    }
    return NULL;
}

static bool is_word(const struct ast *node)
{
    return node->kind == AST_LITERAL && node->value.type == VALUE_STRING;
}

// `loop.index` within the loop's own function reads the loop's state; no object is made.
static bool loop_field(struct compiler *c, const struct ast *node)
{
    if (node->a->kind != AST_NAME || !slice_equal(node->a->text, SLICE("loop")) ||
        !is_word(node->b))
        return false;
    const struct scope *scope = loop_scope(c);
    if (!scope)
        return false;
    uint8_t field = 0;
    while (field < LOOP_FIELD_COUNT &&
           !slice_equal(value_text(node->b->value), slice_from_cstr(LOOP_FIELDS[field])))
        field++;
    if (field == LOOP_FIELD_COUNT)
        compile_emit(c, node, 1, expression_code(OP_UNDEFINED, 0));
    else
        compile_emit(c, node, 1,
                     (struct instruction){.op = OP_LOOP_FIELD, .a = field, .c = scope->loop});
    return true;
}

// The local a name is bound to in this same function, if it fits an instruction's b.
static uint32_t near_local(struct compiler *c, const struct ast *node)
{
    uint32_t hops = 0;
    if (node->kind != AST_NAME)
        return NO_SLOT;
    uint32_t local = compile_find(c, compile_intern(c, node->text), &hops);
    return hops == 0 && local <= UINT16_MAX ? local : NO_SLOT;
}

static uint32_t key_name(struct compiler *c, const struct ast *key)
{
    return compile_name(c, compile_intern(c, value_text(key->value)));
}

// `name.key` for a name that is not local, if the numbers of both fit one instruction.
static bool name_member(struct compiler *c, const struct ast *node)
{
    uint32_t hops = 0;
    struct name *variable = node->a->kind == AST_NAME ? compile_intern(c, node->a->text) : NULL;
    if (!variable || compile_find(c, variable, &hops) != NO_SLOT)
        return false;
    uint32_t slot = compile_slot(c, variable, false);
    uint32_t number = compile_name(c, variable);
    if (number > UINT16_MAX || (slot != NO_SLOT && slot > 100))
        return false;
    struct instruction in = expression_code(OP_NAME_MEMBER, key_name(c, node->b));
    in.a = (uint8_t)((slot == NO_SLOT ? 0 : slot + 1) * 2);
    in.b = (uint16_t)number;
    compile_emit(c, node, 1, in);
    return true;
}

static void lookup(struct compiler *c, const struct ast *node)
{
    if (loop_field(c, node))
        return;
    uint32_t local = is_word(node->b) ? near_local(c, node->a) : NO_SLOT;
    if (local != NO_SLOT) {
        struct instruction in = expression_code(OP_LOCAL_MEMBER, key_name(c, node->b));
        in.b = (uint16_t)local;
        compile_emit(c, node, 1, in);
        return;
    }
    if (is_word(node->b) && name_member(c, node))
        return;
    compile_expression(c, node->a);
    if (is_word(node->b)) {
        compile_emit(c, node, 0, expression_code(OP_MEMBER, key_name(c, node->b)));
        return;
    }
    compile_expression(c, node->b);
    compile_emit(c, node, -1, expression_code(OP_INDEX, 0));
}

// ---- calls ----

// How the call reads in an error message: foo["bar"].
static void write_expression(struct buffer *out, const struct ast *node)
{
    switch (node->kind) {
    case AST_NAME:
        buffer_append(out, node->text);
        return;
    case AST_FUN_CALL:
        buffer_append(out, SLICE("the return value of ("));
        write_expression(out, node->a);
        buffer_append(out, SLICE(")"));
        return;
    case AST_LOOKUP:
        write_expression(out, node->a);
        buffer_append(out, SLICE("[\""));
        write_expression(out, node->b);
        buffer_append(out, SLICE("\"]"));
        return;
    case AST_LITERAL:
        value_append_text(NULL, out, node->value, true);
        return;
    default:
        buffer_append(out, SLICE("--expression--"));
    }
}

static uint32_t call_site(struct compiler *c, const struct ast *callee, struct name *key)
{
    struct template *t = c->template;
    struct buffer text = buffer_create(c->scratch, 200);
    if (!arena_room(c->scratch, &t->call_sites, t->call_count, &c->calls_capacity,
                    sizeof *t->call_sites))
        return 0;
    write_expression(&text, callee);
    t->call_sites[t->call_count] =
        (struct call_site){arena_copy(c->arena, buffer_slice(&text)), key};
    return t->call_count++;
}

// Pushes the callee; returns the instruction, whose b is still to be set, and in *below the number
// of values below the arguments.
static struct instruction callee(struct compiler *c, const struct ast *node, int *below)
{
    *below = 1;
    bool member = node->kind == AST_LOOKUP;
    if (member && loop_field(c, node))
        member = false;
    else if (!member)
        compile_expression(c, node);
    if (!member)
        return expression_code(OP_CALL, call_site(c, node, NULL));
    compile_expression(c, node->a);
    if (is_word(node->b))
        return expression_code(OP_CALL_MEMBER,
                               call_site(c, node, compile_intern(c, value_text(node->b->value))));
    compile_expression(c, node->b);
    *below = 2;
    return expression_code(OP_CALL_INDEX, call_site(c, node, NULL));
}

static void finish_call(struct compiler *c, const struct ast *node, struct instruction in,
                        size_t argc, int below, bool print)
{
    if (argc > UINT16_MAX)
        compile_error(c, node, "too many arguments");
    in.b = (uint16_t)argc;
    in.a = print ? compile_emit_mode(c) : 0;
    compile_emit(c, node, (print ? 0 : 1) - below - (int)argc, in);
}

void compile_call(struct compiler *c, const struct ast *node, bool print)
{
    int below = 0;
    struct instruction in = callee(c, node->a, &below);
    list(c, node);
    finish_call(c, node, in, node->count, below, print);
}

static void call(struct compiler *c, const struct ast *node)
{
    compile_call(c, node, false);
}

// The caller goes last among the keyword arguments.
void compile_call_block(struct compiler *c, const struct ast *node)
{
    const struct ast *target = node->a;
    if (target->kind != AST_FUN_CALL) {
        compile_error(c, node, "a call block needs a call");
        return;
    }
    int below = 0;
    struct instruction in = callee(c, target->a, &below);
    size_t plain = target->count;
    const struct ast *keywords = plain ? target->items[plain - 1] : NULL;
    if (keywords && keywords->kind == AST_KEYWORDS)
        plain--;
    else
        keywords = NULL;
    for (size_t i = 0; i < plain; i++)
        compile_expression(c, target->items[i]);
    compile_emit(c, node, 1, (struct instruction){.op = OP_OBJECT, .a = 1});
    if (keywords)
        members(c, keywords);
    uint32_t function = compile_macro(c, node, FUNCTION_CALLER);
    compile_emit(c, node, 1, expression_code(OP_MACRO, function));
    compile_emit(c, node, -1, expression_code(OP_SET_MEMBER, compile_name(c, c->set->name_caller)));
    bool ensure = c->set->options.throw_on_undefined;
    finish_call(c, target, in, plain + 1, below, !ensure);
    if (ensure)
        compile_emit_value(c, target);
}

// ---- filters and tests ----

static void unknown(struct compiler *c, const struct ast *node, const char *what,
                    const struct map *known)
{
    struct slice near = map_nearest(known, node->text);
    struct slice message =
        arena_printf(c->arena, "%s not found: %.*s", what, SLICE_ARG(node->text));
    struct slice hint =
        near.len ? arena_printf(c->arena, "did you mean `%.*s`?", SLICE_ARG(near)) : SLICE_EMPTY;
    compile_fail_code(c, node, message, hint);
}

static bool ends_in_keywords(const struct ast *node)
{
    return node->count && node->items[node->count - 1]->kind == AST_KEYWORDS;
}

// Within a macro that replaces a filter, the name means the replaced one, so that a site's own
// `title` can extend the built-in.
static const struct callable *filter_meant(const struct compiler *c, struct slice name)
{
    const struct callable *callable = set_filter(c->set, name);
    for (const struct builder *b = c->builder; b && callable && callable->replaced; b = b->outer)
        if (b->function->name == callable->macro &&
            slice_equal(callable->macro_source, c->template->name))
            return callable->replaced;
    return callable;
}

void compile_filter(struct compiler *c, const struct ast *node, bool input_on_stack)
{
    const struct callable *callable = filter_meant(c, node->text);
    if (!callable) {
        unknown(c, node, "filter", &c->set->filters);
        if (input_on_stack)
            compile_emit(c, node, -1, expression_code(OP_POP, 0));
        return;
    }
    for (size_t i = input_on_stack; i < node->count; i++)
        compile_expression(c, node->items[i]);
    struct instruction in = expression_code(OP_FILTER, compile_callable(c, callable));
    in.a = node->count > input_on_stack && ends_in_keywords(node);
    in.b = (uint16_t)node->count;
    compile_emit(c, node, 1 - (int)node->count, in);
}

static void filter(struct compiler *c, const struct ast *node)
{
    compile_filter(c, node, false);
}

static void test(struct compiler *c, const struct ast *node)
{
    const struct callable *callable = set_test(c->set, node->text);
    if (!callable) {
        unknown(c, node, "test", &c->set->tests);
        return;
    }
    compile_expression(c, node->a);
    uint32_t types = node->count ? 0 : builtin_test_types(callable->call);
    if (types) {
        compile_emit(c, node, 0,
                     (struct instruction){.op = OP_TEST_TYPE, .a = node->flag, .c = types});
        return;
    }
    list(c, node);
    struct instruction in = expression_code(OP_TEST, compile_callable(c, callable));
    in.a = (uint8_t)(node->flag | ends_in_keywords(node) << 1);
    in.b = (uint16_t)(node->count + 1);
    compile_emit(c, node, -(int)node->count, in);
}

// ---- operators ----

static const uint8_t BINARY_OPS[] = {
    [AST_EQUAL] = OP_EQUAL,
    [AST_STRICT_EQUAL] = OP_STRICT_EQUAL,
    [AST_NOT_EQUAL] = OP_NOT_EQUAL,
    [AST_NOT_STRICT_EQUAL] = OP_NOT_STRICT_EQUAL,
    [AST_LESS] = OP_LESS,
    [AST_LESS_EQUAL] = OP_LESS_EQUAL,
    [AST_GREATER] = OP_GREATER,
    [AST_GREATER_EQUAL] = OP_GREATER_EQUAL,
    [AST_ADD] = OP_ADD,
    [AST_SUBTRACT] = OP_SUBTRACT,
    [AST_MULTIPLY] = OP_MULTIPLY,
    [AST_DIVIDE] = OP_DIVIDE,
    [AST_MODULO] = OP_MODULO,
    [AST_POWER] = OP_POWER,
};

static void inline_if(struct compiler *c, const struct ast *node)
{
    compile_expression(c, node->b);
    uint32_t otherwise = compile_emit(c, node, -1, expression_code(OP_JUMP_FALSE, 0));
    compile_expression(c, node->a);
    uint32_t end = compile_emit(c, node, -1, expression_code(OP_JUMP, 0));
    compile_patch(c, otherwise);
    if (node->c)
        compile_expression(c, node->c);
    else
        compile_emit(c, node, 1,
                     expression_code(OP_CONSTANT, compile_constant(c, VALUE_LITERAL(""))));
    compile_patch(c, end);
}

static void in_operator(struct compiler *c, const struct ast *node)
{
    compile_expression(c, node->a);
    compile_expression(c, node->b);
    compile_emit(c, node, -1, expression_code(OP_IN, 0));
    if (node->flag)
        compile_emit(c, node, 0, expression_code(OP_NOT, 0));
}

static bool is_number(const struct ast *node)
{
    return node->kind == AST_LITERAL && node->value.type == VALUE_NUMBER;
}

// The result of an operation on two number literals, if it is cheap to compute.
static bool fold_constant(const struct ast *node, double *out)
{
    if (!is_number(node->a) || !is_number(node->b))
        return false;
    double a = node->a->value.number, b = node->b->value.number;
    switch (node->op) {
    case AST_ADD:
        *out = a + b;
        return true;
    case AST_SUBTRACT:
        *out = a - b;
        return true;
    case AST_MULTIPLY:
        *out = a * b;
        return true;
    case AST_DIVIDE:
        *out = a / b;
        return true;
    default:
        return false;
    }
}

static bool is_add(const struct ast *node)
{
    return node->kind == AST_BINARY && (node->op == AST_ADD || node->op == AST_CONCAT);
}

// Emits a chain of + and ~ from its left end. Once one side is a string, all that follows are
// concatenations, which are done at one go. *texts counts the parts waiting for that.
static void chain(struct compiler *c, const struct ast *node, uint32_t *texts)
{
    if (!is_add(node)) {
        compile_expression(c, node);
        *texts = is_word(node);
        return;
    }
    if (++c->depth > COMPILER_DEPTH_MAX) {
        compile_error(c, node, "expression too deeply nested");
        c->depth--;
        return;
    }
    chain(c, node->a, texts);
    compile_expression(c, node->b);
    if (*texts)
        ++*texts;
    else if (node->op == AST_CONCAT || is_word(node->b))
        *texts = 2;
    else
        compile_emit(c, node, -1, expression_code(OP_ADD, 0));
    c->depth--;
}

static void compile_add(struct compiler *c, const struct ast *node)
{
    uint32_t texts = 0;
    chain(c, node, &texts);
    if (texts)
        compile_emit(c, node, 1 - (int)texts, expression_code(OP_CONCAT, texts));
}

static void shortcut(struct compiler *c, const struct ast *node)
{
    compile_expression(c, node->a);
    uint32_t end =
        compile_emit(c, node, -1, expression_code(node->op == AST_AND ? OP_AND : OP_OR, 0));
    compile_expression(c, node->b);
    compile_patch(c, end);
}

// Math.floor(a / b). The parser writes a // b as (a / b) // 1.
static void floor_divide(struct compiler *c, const struct ast *node)
{
    compile_expression(c, node->a);
    if (!is_number(node->b) || node->b->value.number != 1) {
        compile_expression(c, node->b);
        compile_emit(c, node, -1, expression_code(OP_DIVIDE, 0));
    }
    compile_emit(c, node, 0, expression_code(OP_FLOOR, 0));
}

static void binary(struct compiler *c, const struct ast *node)
{
    double folded;
    if (node->op == AST_AND || node->op == AST_OR) {
        shortcut(c, node);
    } else if (node->op == AST_FLOOR_DIVIDE) {
        floor_divide(c, node);
    } else if (fold_constant(node, &folded)) {
        compile_emit(c, node, 1,
                     expression_code(OP_CONSTANT, compile_constant(c, value_number(folded))));
    } else if (is_add(node)) {
        compile_add(c, node);
    } else {
        compile_expression(c, node->a);
        compile_expression(c, node->b);
        compile_emit(c, node, -1, expression_code(BINARY_OPS[node->op], 0));
    }
}

static void unary(struct compiler *c, const struct ast *node)
{
    enum opcode op = node->op == AST_NOT ? OP_NOT : node->op == AST_NEGATE ? OP_NEGATE : OP_PLUS;
    if (op == OP_NEGATE && is_number(node->a)) {
        struct value v = value_number(-node->a->value.number);
        compile_emit(c, node, 1, expression_code(OP_CONSTANT, compile_constant(c, v)));
        return;
    }
    compile_expression(c, node->a);
    compile_emit(c, node, 0, expression_code(op, 0));
}

// ---- super ----

static void super(struct compiler *c, const struct ast *node)
{
    uint16_t hops = 0;
    for (struct builder *b = c->builder; b && b->block; b = b->outer, hops++) {
        if (b->super_local == NO_SLOT)
            continue;
        struct instruction in = expression_code(hops ? OP_LOCAL_OUTER : OP_LOCAL, b->super_local);
        in.b = hops;
        compile_emit(c, node, 1, in);
        return;
    }
    compile_emit(c, node, 1, expression_code(OP_UNDEFINED, 0));
}

typedef void (*expression_compiler)(struct compiler *c, const struct ast *node);
static const expression_compiler COMPILERS[] = {
    [AST_LITERAL] = literal,     [AST_REGEXP] = regexp, [AST_NAME] = name,
    [AST_ARRAY] = array,         [AST_DICT] = object,   [AST_GROUP] = group,
    [AST_LOOKUP] = lookup,       [AST_FUN_CALL] = call, [AST_FILTER] = filter,
    [AST_KEYWORDS] = object,     [AST_TEST] = test,     [AST_IN] = in_operator,
    [AST_INLINE_IF] = inline_if, [AST_UNARY] = unary,   [AST_BINARY] = binary,
    [AST_SUPER] = super,
};

void compile_expression(struct compiler *c, const struct ast *node)
{
    if (!compile_ok(c))
        return;
    expression_compiler compile =
        node->kind < sizeof COMPILERS / sizeof *COMPILERS ? COMPILERS[node->kind] : NULL;
    if (!compile) {
        compile_error(c, node, "this cannot be used in an expression");
        return;
    }
    if (++c->depth > COMPILER_DEPTH_MAX)
        compile_error(c, node, "expression too deeply nested");
    else
        compile(c, node);
    c->depth--;
}
