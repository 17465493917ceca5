// SPDX-License-Identifier: MIT
//
// Feeds any text to the template compiler. Whatever it holds, there is a template or an error with
// a place. The first byte chooses trimBlocks and lstripBlocks.
#include "template/template.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct template_options options = {.trim_blocks = data[0] & 1,
                                             .lstrip_blocks = data[0] & 2};
    struct error error = {0};
    struct template_set *set = template_set_create(&options, &error);
    check(set != NULL);
    struct slice source =
        arena_copy(template_set_arena(set), slice_of((const char *)data + 1, size - 1));
    if (!template_compile(set, SLICE("t"), SLICE("t.njk"), source, 1, SLICE_EMPTY, &error))
        check(error_is_set(&error) && error.place.line > 0);
    template_set_destroy(set);
    return 0;
}
