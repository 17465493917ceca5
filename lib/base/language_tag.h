// SPDX-License-Identifier: MIT
//
// Language tags, as in lang attributes. Source: BCP 47 (RFC 5646 §2.1).
#ifndef GUIDANCED_BASE_LANGUAGE_TAG_H
#define GUIDANCED_BASE_LANGUAGE_TAG_H

#include "slice.h"

// Whether the text has the form of a tag, such as "en", "cy-GB" or "es-419": subtags of at most
// eight ASCII letters and digits, of which the first is two or three letters, or "x" for a private
// one. Longer first ones, which the grammar also has, were never registered: "english" is none. The
// registry of subtags is not asked. Thread-safe.
bool language_tag_is_valid(struct slice text);

#endif
