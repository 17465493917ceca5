// SPDX-License-Identifier: MIT
//
// Media types by file extension, from mime-db's list (mime_types.mjs). Text types say their
// charset: strings are UTF-8 inside.
#include "snapshot.h"

#include <stdlib.h>

static const struct row {
    const char *extension;
    const char *type;
} ROWS[] = {
#define TYPE(extension, type) {extension, type},
#include "mime_types.def"
#undef TYPE
};

static int compare_extension(const void *extension, const void *row)
{
    return strcmp(extension, ((const struct row *)row)->extension);
}

struct slice mime_type(struct slice extension)
{
    char name[16];
    size_t length = extension.len > 1 ? extension.len - 1 : 0;
    if (length && length < sizeof name) {
        for (size_t i = 0; i < length; i++) {
            char c = extension.ptr[i + 1];
            name[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
        name[length] = '\0';
        const struct row *row =
            bsearch(name, ROWS, sizeof ROWS / sizeof *ROWS, sizeof *ROWS, compare_extension);
        if (row)
            return slice_from_cstr(row->type);
    }
    return SLICE("application/octet-stream");
}
