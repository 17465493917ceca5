// SPDX-License-Identifier: MIT
//
// What a data text may use up. Front matter is small and written by many; data files are larger
// and written by few.
#include "value/limits.h"

const struct value_limits VALUE_DATA_LIMITS = {
    .bytes = (size_t)16 << 20,
    .depth = 64,
    .nodes = 1000000,
    .aliases = 1024,
};

static const struct value_limits FRONT_MATTER = {
    .bytes = 16384,
    .depth = 16,
    .nodes = 1000,
    .aliases = 64,
};

struct value_limits limits_in_force(const struct value_limits *limits)
{
    struct value_limits l = limits ? *limits : FRONT_MATTER;
    l.bytes = l.bytes ? l.bytes : FRONT_MATTER.bytes;
    l.depth = l.depth ? l.depth : FRONT_MATTER.depth;
    l.nodes = l.nodes ? l.nodes : FRONT_MATTER.nodes;
    l.aliases = l.aliases ? l.aliases : FRONT_MATTER.aliases;
    l.depth = l.depth > VALUE_DEPTH_MAX ? VALUE_DEPTH_MAX : l.depth;
    return l;
}
