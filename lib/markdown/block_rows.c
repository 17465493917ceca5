// SPDX-License-Identifier: MIT
//
// The kinds of blocks. To add one, write a file with its function and a row here.
#include "blocks.h"

const struct block_row BLOCK_ROWS[] = {
    {block_table, ENDS_PARAGRAPH | ENDS_REFERENCE},
    {block_code, 0},
    {block_fence, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE | ENDS_LIST},
    {block_quote, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE | ENDS_LIST},
    {block_rule, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE | ENDS_LIST},
    {block_list, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE},
    {block_reference, 0},
    {block_html, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE},
    {block_heading, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE},
    {block_underlined, 0},
    {block_paragraph, 0},
    {NULL, 0},
};
