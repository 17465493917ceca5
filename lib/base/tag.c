// SPDX-License-Identifier: MIT
//
// Skipping quoted values.
#include "tag.h"

#include "ascii.h"

size_t tag_end(struct slice html, size_t at)
{
    char quote = '\0', before = '\0';
    for (; at < html.len; at++) {
        char c = html.ptr[at];
        if (quote)
            quote = c == quote ? '\0' : quote;
        else if ((c == '"' || c == '\'') && before == '=')
            quote = c;
        else if (c == '>')
            return at + 1;
        if (!ascii_is_space(c))
            before = c;
    }
    return SIZE_MAX;
}
