// SPDX-License-Identifier: MIT
//
// The templates that a test's set can load, by name: what a template_loader of one needs.
#ifndef GUIDANCED_TESTS_TEMPLATE_FILES_H
#define GUIDANCED_TESTS_TEMPLATE_FILES_H

#include "base/slice.h"

struct file {
    const char *name;
    const char *source;
};

static inline bool find_file(const struct file *files, size_t count, struct slice name,
                             struct slice *source, struct slice *file)
{
    for (size_t i = 0; i < count; i++) {
        if (!slice_equal(name, slice_from_cstr(files[i].name)))
            continue;
        *source = slice_from_cstr(files[i].source);
        *file = slice_from_cstr(files[i].name);
        return true;
    }
    return false;
}

#endif
