// SPDX-License-Identifier: MIT
//
// Private to lib/value: the parts of the YAML reader.
#ifndef GUIDANCED_VALUE_YAML_H
#define GUIDANCED_VALUE_YAML_H

#include "value/value.h"

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
