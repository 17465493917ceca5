// SPDX-License-Identifier: MIT
//
// One node: its tag and anchor, then its content, then the effect of the tag. The order in which
// the kinds are tried, and what may be where, is js-yaml's, oddities included, since Eleventy reads
// the site with it.
#include "value/yaml.h"

// ---- one node ----

struct composing {
    struct yaml_frame frame;
    int deeper; // than the parent: 1, 0 (as deep) or -1
    bool new_line;
    bool collections; // by indentation are allowed here
    bool block;
    struct yaml_position first_property;
    bool has_property;
};

static void note_line(struct yaml *y, struct composing *c)
{
    c->new_line = true;
    c->deeper = (y->p.indent > c->frame.indent) - (y->p.indent < c->frame.indent);
}

// Tags and anchors before the node.
static void read_properties(struct yaml *y, struct composing *c)
{
    if (c->deeper != 1)
        return;
    for (;;) {
        struct yaml_position start = y->p;
        char mark = yaml_char(y);
        // A second one on a separate line belongs to the first key of the mapping below.
        bool second = (mark == '!' && y->node.tag.ptr) || (mark == '&' && y->node.anchor.ptr);
        if (y->version >= 4 && c->new_line && second)
            return;
        if (!yaml_read_tag(y) && !yaml_read_anchor(y))
            return;
        if (!c->has_property)
            c->first_property = start;
        c->has_property = true;
        if (yaml_skip(y, true)) {
            note_line(y, c);
            c->collections = c->block;
        } else
            c->collections = false;
    }
}

// `&a key: value`, where the anchor is the key's: js-yaml 4 looks again from there.
static bool read_mapping_from_property(struct yaml *y, const struct composing *c, int flow_indent)
{
    struct yaml_position at = y->p;
    struct yaml_node node = y->node;
    size_t rows = yaml_rows(y);
    int indent = (int)(c->first_property.at - c->first_property.line_start);
    y->p = c->first_property;
    y->node = (struct yaml_node){.value = value_null()};
    if (yaml_read_block_mapping(y, c->frame.target.path, indent, flow_indent) &&
        y->node.kind == YAML_MAPPING)
        return true;
    if (y->failed)
        return false;
    y->p = at;
    y->node = node;
    yaml_drop_rows(y, rows);
    return false;
}

static bool read_yaml_text(struct yaml *y, const struct composing *c, int flow_indent)
{
    if ((c->block && yaml_read_block_text(y, flow_indent)) || yaml_read_single_quoted(y) ||
        yaml_read_double_quoted(y))
        return true;
    if (yaml_read_alias(y))
        return true;
    if (!yaml_read_plain(y, flow_indent, c->frame.context == YAML_FLOW_IN))
        return false;
    if (!y->node.tag.ptr)
        y->node.tag = SLICE("?");
    return true;
}

static bool read_content(struct yaml *y, struct composing *c)
{
    struct slice path = c->frame.target.path;
    int flow_indent = c->frame.indent + (c->block ? 1 : 0);
    int indent = (int)(y->p.at - y->p.line_start);
    if (c->deeper == 0) {
        if (c->frame.context != YAML_BLOCK_OUT || !c->collections)
            return false;
        bool list = yaml_read_block_sequence(y, path, indent);
        if (list || y->version >= 4 || !y->node.anchor.ptr)
            return list;
        // js-yaml 3 leaves an empty list at the anchor of an empty node.
        yaml_close_anchor(y, value_array(y->arena, 0));
        return false;
    }
    if (c->deeper != 1)
        return false;
    if ((c->collections && (yaml_read_block_sequence(y, path, indent) ||
                            yaml_read_block_mapping(y, path, indent, flow_indent))) ||
        yaml_read_flow(y, path, flow_indent))
        return true;
    char mark = yaml_char(y);
    bool again = y->version >= 4 && c->has_property && c->block && !c->collections && mark != '|' &&
                 mark != '>';
    bool found = (again && read_mapping_from_property(y, c, flow_indent)) ||
                 read_yaml_text(y, c, flow_indent);
    yaml_close_anchor(y, y->node.value);
    return found;
}

bool yaml_compose(struct yaml *y, struct yaml_frame frame)
{
    struct composing c = {.frame = frame, .deeper = 1};
    c.block = c.collections = frame.context == YAML_BLOCK_IN || frame.context == YAML_BLOCK_OUT;
    y->node = (struct yaml_node){.value = value_null()};
    struct yaml_position before = y->p;
    if (frame.seek && yaml_skip(y, true))
        note_line(y, &c);
    struct yaml_position start = y->p;
    read_properties(y, &c);
    c.collections = c.collections && (c.new_line || frame.compact);
    bool found = read_content(y, &c);
    y->node.at = start.at;
    yaml_place_value(y, frame.target.row, found || c.has_property ? &start : &before);
    if (y->failed)
        return false;
    if (y->node.tag.ptr)
        yaml_apply_tag(y);
    else if (y->version >= 4)
        yaml_close_anchor(y, y->node.value);
    return found || y->node.tag.ptr || y->node.anchor.ptr;
}
