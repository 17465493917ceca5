// SPDX-License-Identifier: MIT
//
// The settings of an extension, for its file.
#include "extension.h"

struct value extension_value(const struct tree *tree, enum markdown_extension_id id,
                             const char *key)
{
    struct value v = tree->options->extensions[id];
    return value_is(v, VALUE_OBJECT) ? value_get(NULL, v, slice_from_cstr(key)) : value_undefined();
}

bool extension_flag(const struct tree *tree, enum markdown_extension_id id, const char *key)
{
    return value_truthy(extension_value(tree, id, key));
}

struct slice extension_text(const struct tree *tree, enum markdown_extension_id id, const char *key,
                            struct slice fallback)
{
    struct value v = extension_value(tree, id, key);
    return value_is(v, VALUE_STRING) ? value_text(v) : fallback;
}
