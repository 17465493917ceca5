// SPDX-License-Identifier: MIT
//
// Private to lib/value: the tables of Unicode normalisation (normalise_data.py writes them).
#ifndef GUIDANCED_VALUE_NORMALISE_DATA_H
#define GUIDANCED_VALUE_NORMALISE_DATA_H

#include <stddef.h>
#include <stdint.h>

// `composed` is `first` followed by `second` (0: `first` alone). Sorted by `composed`.
struct decomposition {
    uint16_t composed, first, second;
    uint16_t composes; // 0: the pair is not composed again (composition exclusions)
};
extern const struct decomposition DECOMPOSITIONS[];
extern const size_t DECOMPOSITION_COUNT;

// Canonical combining classes that are not 0. Sorted.
struct combining_range {
    uint16_t first, last;
    uint8_t order;
};
extern const struct combining_range COMBINING[];
extern const size_t COMBINING_COUNT;

#endif
