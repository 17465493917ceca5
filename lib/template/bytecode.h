// SPDX-License-Identifier: MIT
//
// What the compiler produces and the VM runs. All of it is immutable once a template is published,
// except the remembered pieces, which are atomic.
//
// Names. Each name in a set is interned as one `struct name`, so that frames and contexts compare
// pointers, and member lookups have the hash ready.
//
// Variables live in two places at once, as in Nunjucks' own compiled code. Names the compiler knows
// (loop targets, positional macro parameters, macros, imports) are *locals*, slots of the function.
// All names assigned are also *frame variables*, which other templates, blocks and call bodies find
// by walking the chain of frames at run time. The names of a frame are static: a layout. A frame
// that nothing could look into is not made at all.
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_BYTECODE_H
#define GUIDANCED_TEMPLATE_BYTECODE_H

#include "template.h"

#include <stdatomic.h>

enum opcode {
#define OP(name, operands, doc) OP_##name,
#include "opcodes.def"
#undef OP
    OP_COUNT
};

// The meaning of an instruction's c, from its row.
enum operand {
    OPERAND_none,
    OPERAND_number,
    OPERAND_constant,
    OPERAND_name,
    OPERAND_text,
    OPERAND_function,
    OPERAND_jump,
    OPERAND_local,
    OPERAND_loop,
    OPERAND_site,
    OPERAND_callable,
    OPERAND_reference,
    OPERAND_shape,
};

struct instruction {
    uint8_t op;
    uint8_t a;
    uint16_t b;
    uint32_t c;
};

_Static_assert(sizeof(struct instruction) == 8, "the loop reads one with one load");

// A line and column of the source; parallel to the instructions.
struct position {
    uint32_t line, column;
};

struct name {
    struct slice text;
    uint64_t hash;       // slice_hash(text)
    struct value global; // what the set has under this name
    bool has_global;
    bool inherited; // objects inherit it ("hasOwnProperty")
    bool loop;      // it is "loop"
    uint64_t bit;   // its bit in the masks of layouts
};

// A filter, test or shortcode: a C function, or a macro of a template.
struct callable {
    struct slice name;
    value_native call; // NULL: a macro, or `function`
    void *data;
    bool impure;
    bool paired;               // a shortcode with a body
    struct value function;     // a shortcode's function
    struct slice macro_source; // the template the macro lives in
    struct name *macro;
    const struct callable *replaced; // the previous owner of the name
};

// The names a frame may hold; slot numbers are indices. A search through many frames skips most by
// `mask`, which has a bit for each name.
struct frame_layout {
    struct name **names;
    uint32_t count;
    uint64_t mask;
};

enum { FOR_TARGETS_MAX = 32 };

// A `for` in a function.
struct for_site {
    struct frame_layout *layout; // NULL: no frame is made
    uint32_t first_local;        // targets are first_local, first_local + 1, …
    uint32_t length_local;       // length seen by the last run; for `else`
    uint16_t targets;
    uint16_t loop;       // number of the loop state in the function
    bool calls;          // asyncEach, asyncAll: Nunjucks calls a function for each iteration
    uint32_t body_local; // locals of the body, from body_local on: new in each call
    uint32_t body_locals;
    uint32_t exit;                   // where FOR_NEXT goes when done
    uint32_t cost;                   // instructions of the body: the fuel for an iteration
    uint32_t slots[FOR_TARGETS_MAX]; // of the targets in the layout
};

// What a call instruction calls, for error messages.
struct call_site {
    struct slice shown; // foo["bar"]
    struct name *key;   // of CALL_MEMBER
};

// The keys of an object literal: distinct, no array indices, and few enough that the object needs
// no index. Its objects share them.
enum { SHAPE_KEYS_MAX = 8 };
struct object_shape {
    uint32_t count;
    struct value_key keys[SHAPE_KEYS_MAX];
};
// In value.reserved of keyword arguments: all keys are interned, so comparing pointers is enough.
enum { KEYWORDS_INTERNED = 1 };

enum function_kind {
    FUNCTION_ROOT,
    FUNCTION_BLOCK,
    FUNCTION_MACRO,
    FUNCTION_CALLER,
};

struct function {
    const struct template *template;
    struct name *name; // of a block or macro
    struct instruction *code;
    struct position *positions;
    uint32_t count;
    uint32_t locals;
    uint32_t stack;
    uint32_t loops;
    uint8_t kind;
    bool captured;              // a call body reads its locals, so they are in the arena
    struct frame_layout layout; // of its frame
    bool own_frame;             // false: the empty frame suffices
    // Parameters of a macro: positional ones are locals 0, 1, …; values passed for the keyword ones
    // follow them, until the KEYWORD instructions at the start turn these into frame variables.
    uint32_t positional;
    struct name **positional_names;
    uint32_t *positional_slots; // in the layout; UINT32_MAX: none
    uint32_t keywords;
    struct name **keyword_names;
    uint32_t *keyword_slots; // in the layout
    uint32_t caller_slot;    // UINT32_MAX when `caller` cannot be looked up
    // Of a root: 1 + the number of the reference it extends, if it does nothing else.
    uint32_t only_extends;
    struct place *place; // of a macro
};

// How remembering a place – a piece or a macro – has gone so far (vm_remember.c).
struct place {
    atomic_uint tries; // with inputs that were new
    atomic_uint finds; // up to the most that are counted
};

// A piece whose output depends only on its inputs (compiler_remember.c).
enum { REMEMBER_INPUTS_MAX = 12 };
struct piece {
    struct name **inputs;
    uint32_t input_count;
    uint32_t body, end; // where it begins, and what follows it
    struct place *place;
};

struct template
{
    struct template_set *set;
    struct slice name;
    struct slice file;
    struct slice source;
    unsigned first_line;
    struct function *root;
    struct function **blocks;
    uint32_t block_count;
    struct function **functions; // macros and callers, by number
    uint32_t function_count;
    struct value *constants;
    uint32_t constant_count;
    struct name **names;
    uint32_t name_count;
    struct slice *texts;
    uint32_t text_count;
    struct for_site *for_sites;
    uint32_t for_count;
    struct call_site *call_sites;
    uint32_t call_count;
    struct object_shape *shapes;
    uint32_t shape_count;
    const struct callable **callables;
    uint32_t callable_count;
    struct piece *pieces;
    uint32_t piece_count;
    struct template_reference *references;
    uint32_t reference_count;
    bool computed_references;
    // Importing it without context always gives the same: it only defines macros and constants.
    bool module;
};

#endif
