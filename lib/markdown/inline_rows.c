// SPDX-License-Identifier: MIT
//
// What characters may begin. To add an inline, write a file with its function and a row here.
#include "inlines.h"

const struct inline_rules INLINE_RULES = {
    .begins =
        {
            ['\n'] = inline_newline,
            ['\\'] = inline_backslash,
            ['`'] = inline_backtick,
            ['~'] = inline_strikethrough,
            ['*'] = inline_emphasis,
            ['_'] = inline_emphasis,
            ['['] = inline_link,
            ['!'] = inline_image,
            ['<'] = inline_angle,
            ['&'] = inline_entity,
            [':'] = inline_address,
        },
    .finish = delimiters_pair,
    .doubled = {{'~', &(const struct tree_element){.name = "s"}, false}},
    .doubled_count = 1,
};
