// SPDX-License-Identifier: MIT
//
// Private to lib/base: Unicode's case mappings, in order of their code points.
#ifndef GUIDANCED_BASE_UTF8_CASE_DATA_H
#define GUIDANCED_BASE_UTF8_CASE_DATA_H

#include <stddef.h>
#include <stdint.h>

// Every `step`th code point from first to last moves by delta.
struct case_mapping {
    uint32_t first, last, step;
    int32_t delta;
};
extern const struct case_mapping CASE_UPPER[], CASE_LOWER[];
extern const size_t CASE_UPPER_COUNT, CASE_LOWER_COUNT;

// Mappings to several code points (SpecialCasing.txt); unused ones of the three are 0.
struct case_special {
    uint32_t from, to[3];
};
extern const struct case_special CASE_SPECIAL[];
extern const size_t CASE_SPECIAL_COUNT;

struct case_range {
    uint32_t first, last;
};
extern const struct case_range CASE_CASED[], CASE_IGNORABLE[];
extern const size_t CASE_CASED_COUNT, CASE_IGNORABLE_COUNT;

#endif
