// SPDX-License-Identifier: MIT
//
// Anchors and aliases, and the nesting depth: a collection is open while it is read.
#include "value/yaml.h"

struct anchor {
    struct value value;
    bool open;      // being read: an alias to it would be a cycle
    unsigned nodes; // open: that were read before it; else in it, aliases with what they stand for
};

static void store_anchor(struct yaml *y, struct value value, bool open, unsigned nodes)
{
    if (!y->node.anchor.ptr || y->failed)
        return;
    struct anchor *anchor = arena_zalloc(y->arena, 1, sizeof *anchor);
    if (!anchor || !map_put(&y->anchors, y->node.anchor, anchor)) {
        yaml_fail_memory(y);
        return;
    }
    *anchor = (struct anchor){value, open, nodes};
}

// A collection's are those since it was opened; it is closed more than once.
static unsigned count_nodes(const struct yaml *y, struct value value)
{
    const struct anchor *before = map_get(&y->anchors, y->node.anchor);
    if (!before || value.array != before->value.array)
        return before && before->open ? y->nodes - before->nodes : 1;
    return before->nodes;
}

void yaml_open_anchor(struct yaml *y)
{
    store_anchor(y, value_undefined(), true, y->nodes);
}

void yaml_close_anchor(struct yaml *y, struct value value)
{
    if (y->node.anchor.ptr)
        store_anchor(y, value, false, count_nodes(y, value));
}

void yaml_close_collection(struct yaml *y)
{
    y->depth--;
    // js-yaml 3 keeps one of the same name within it.
    const struct anchor *own = y->node.anchor.ptr ? map_get(&y->anchors, y->node.anchor) : NULL;
    if (own && (own->open || y->version >= 4))
        yaml_close_anchor(y, y->node.value);
}

static struct slice read_anchor_name(struct yaml *y)
{
    size_t start = ++y->p.at;
    while (yaml_char(y) && !yaml_is_space(yaml_char(y)) && !yaml_is_flow(yaml_char(y)))
        y->p.at++;
    return slice_of(y->text + start, y->p.at - start);
}

bool yaml_read_anchor(struct yaml *y)
{
    size_t start = y->p.at;
    if (yaml_char(y) != '&')
        return false;
    if (y->node.anchor.ptr)
        return yaml_fail(y, start, ERROR_SYNTAX, "take one away", "a second anchor");
    y->node.anchor = read_anchor_name(y);
    return y->node.anchor.len || yaml_fail(y, start, ERROR_SYNTAX, "put the value in quotes",
                                           "an unquoted value cannot start with &");
}

static bool fail_alias(struct yaml *y, size_t at, struct slice name)
{
    if (!name.len || slice_find_byte(name, '*', 0) != SIZE_MAX)
        return yaml_fail(y, at, ERROR_SYNTAX, "put the value in quotes",
                         "an unquoted value cannot start with *");
    return yaml_fail(y, at, ERROR_SYNTAX, "an unquoted value cannot start with *: put it in quotes",
                     "no anchor &%.*s for this alias", (int)(name.len > 60 ? 60 : name.len),
                     name.ptr);
}

bool yaml_read_alias(struct yaml *y)
{
    size_t start = y->p.at;
    if (yaml_char(y) != '*')
        return false;
    struct slice name = read_anchor_name(y);
    const struct anchor *anchor = name.len ? map_get(&y->anchors, name) : NULL;
    if (!anchor)
        return fail_alias(y, start, name);
    if (++y->aliases > y->limits.aliases)
        return yaml_fail(y, start, ERROR_LIMIT, NULL, "more than %u aliases", y->limits.aliases);
    // Whoever walks through the value comes to what the alias stands for again.
    if (!anchor->open &&
        (anchor->nodes > y->limits.nodes || y->nodes > y->limits.nodes - anchor->nodes))
        return yaml_fail(y, start, ERROR_LIMIT, "write the values out",
                         "with its aliases expanded, more than %u values", y->limits.nodes);
    y->nodes += anchor->open ? 0 : anchor->nodes;
    if (anchor->open)
        return yaml_fail(y, start, ERROR_SYNTAX, NULL, "the alias is within its own anchor");
    if (y->node.tag.ptr || y->node.anchor.ptr)
        return yaml_fail(y, start, ERROR_SYNTAX, "remove the tag or anchor before it",
                         "an alias cannot have a tag or an anchor");
    y->node.value = anchor->value;
    yaml_skip(y, true);
    return true;
}

bool yaml_open_collection(struct yaml *y, size_t at)
{
    if (y->depth >= y->limits.depth)
        return yaml_fail(y, at, ERROR_LIMIT, NULL, "nested more than %u deep", y->limits.depth);
    y->depth++;
    return true;
}
