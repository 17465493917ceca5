// SPDX-License-Identifier: MIT
//
// Raw HTML in a text (CommonMark §6.6). Private to lib/markdown.
#ifndef GUIDANCED_MARKDOWN_HTML_TAGS_H
#define GUIDANCED_MARKDOWN_HTML_TAGS_H

#include "tree.h"

// Whether there is white space, by JavaScript's rules.
bool html_is_space_at(struct slice text, size_t at);
// The length of the opening or closing tag that the text begins with; 0: none.
size_t html_tag(struct slice text);
// Whether a piece of HTML opens or closes a link.
bool html_opens_link(struct slice html);
bool html_closes_link(struct slice html);

#endif
