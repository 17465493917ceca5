// SPDX-License-Identifier: MIT
//
// Private to lib/value: the parts of the YAML reader.
#ifndef GUIDANCED_VALUE_YAML_H
#define GUIDANCED_VALUE_YAML_H

#include "value/value.h"

// Characters that stand in for U+0085, U+2028 and U+2029 while libyaml reads (yaml_source.c).
enum { YAML_STAND_INS = 3 };
struct yaml_stand_ins {
    bool in_use[YAML_STAND_INS];
    char used[YAML_STAND_INS][4];
};
// The text to parse, in the arena. False: no memory.
bool yaml_prepare(struct arena *arena, struct slice source, struct yaml_stand_ins *stand_ins,
                  struct slice *text);
// Puts what was meant back into a text of ours, in place.
void yaml_restore(const struct yaml_stand_ins *stand_ins, struct slice text);

// What a plain scalar means. Strings view `text`.
struct value yaml_plain(struct slice text);
// The meaning of a scalar under a core tag ("int", "str"…, without its prefix). False: it has none.
bool yaml_tagged(struct arena *arena, struct slice tag, struct slice text, struct value *out);

// What libyaml says, as people need it: *message, and a hint or NULL. `character` is the byte at
// the place, `context` may be NULL. *at_context: the place to show is the context's.
struct yaml_complaint {
    const char *message;
    const char *hint;
    bool at_context;
};
struct yaml_complaint yaml_explain(const char *problem, const char *context, char character);

#endif
