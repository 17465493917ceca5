// SPDX-License-Identifier: MIT
//
// Lists and mappings by indentation.
#include "value/yaml.h"

// Whether a tab precedes this. js-yaml 3 ignores it.
static bool tab_indents(struct yaml *y)
{
    if (y->p.tab == SIZE_MAX)
        return false;
    if (y->version < 4 && y->tab && !y->tab->line && !y->failed) {
        y->tab->line = y->p.line + y->first_line;
        y->tab->column = (unsigned)(y->p.tab - y->p.line_start) + 1;
    }
    return y->version >= 4;
}

static bool refuse_tab(struct yaml *y)
{
    if (!tab_indents(y))
        return false;
    yaml_fail(y, y->p.tab, ERROR_SYNTAX, "tabs cannot indent YAML: use spaces",
              "a tab where YAML needs spaces");
    return true;
}

// ---- lists ----

static bool at_dash(const struct yaml *y)
{
    return yaml_char(y) == '-' && yaml_is_space(y->text[y->p.at + 1]);
}

// Reads one item, from its dash. False: the list ends after it.
static bool read_item(struct yaml *y, struct slice path, int indent, struct value list)
{
    struct yaml_position dash = y->p;
    y->p.at++;
    if (yaml_skip(y, true) && y->p.indent <= indent) {
        yaml_item_target(y, path, list, &dash);
        yaml_item_store(y, list, value_null());
        return true;
    }
    unsigned line = y->p.line;
    struct yaml_target target = yaml_item_target(y, path, list, &y->p);
    y->compose(y, (struct yaml_frame){target, indent, YAML_BLOCK_IN, false, true});
    yaml_item_store(y, list, y->node.value);
    yaml_skip(y, true);
    if ((y->p.line == line || y->p.indent > indent) && yaml_char(y))
        return yaml_fail_stray(y);
    return y->p.indent >= indent;
}

bool yaml_read_block_sequence(struct yaml *y, struct slice path, int indent)
{
    if (!at_dash(y) || tab_indents(y))
        return false;
    struct yaml_node own = y->node;
    if (!yaml_open_collection(y, y->p.at))
        return false;
    yaml_open_anchor(y);
    own.kind = YAML_SEQUENCE;
    own.value = value_array(y->arena, 0);
    if (own.value.type != VALUE_ARRAY)
        return yaml_fail_memory(y);
    while (!y->failed && !(yaml_char(y) && refuse_tab(y)) && at_dash(y) &&
           read_item(y, path, indent, own.value))
        continue;
    y->node = own;
    yaml_close_collection(y);
    return true;
}

// ---- mappings ----

struct block {
    struct yaml_members m;
    struct yaml_node own; // tag and anchor of the mapping
    struct yaml_key key;
    int indent, flow_indent;
    bool detected;
    bool explicit; // between ? and :
    bool compact;
};

static bool detect(struct yaml *y, struct block *b)
{
    if (b->detected)
        return true;
    b->detected = true;
    if (!yaml_open_collection(y, y->p.at) || !yaml_members_begin(y, &b->m, b->m.path))
        return false;
    struct slice anchor = y->node.anchor;
    y->node.anchor = b->own.anchor;
    yaml_open_anchor(y);
    y->node.anchor = anchor;
    return true;
}

// The key after a question mark that has no value.
static void store_lone_key(struct yaml *y, struct block *b)
{
    if (y->failed || !b->explicit)
        return;
    yaml_member_target(y, &b->m, &b->key);
    yaml_member_store(y, &b->m, &b->key, value_null());
}

static struct yaml_key null_key(const struct yaml *y)
{
    return (struct yaml_key){.text = SLICE("null"), .at = y->p};
}

// "? " or ": " with nothing before it.
static bool read_block_mark(struct yaml *y, struct block *b)
{
    bool question = yaml_char(y) == '?';
    if (!question && !b->explicit)
        return yaml_fail_stray(y);
    if (question) {
        store_lone_key(y, b);
        b->key = null_key(y);
        if (!detect(y, b))
            return false;
    }
    b->explicit = question;
    b->compact = true;
    y->p.at += !y->failed;
    return true;
}

static bool no_colon(struct yaml *y, size_t at)
{
    return yaml_fail(y, at, ERROR_SYNTAX, "write \"key: value\"; indent a value of several lines",
                     "a key without a colon");
}

enum found { FOUND_NOTHING, FOUND_NODE, FOUND_KEY };

// A key and its colon; or a node that is not a key, which stays in y->node.
static enum found read_implicit_key(struct yaml *y, struct block *b)
{
    struct yaml_position start = y->p;
    size_t rows = yaml_rows(y);
    if (!y->compose(y, (struct yaml_frame){
                           {b->m.path, YAML_NO_ROW}, b->flow_indent, YAML_FLOW_OUT, false, true}))
        return FOUND_NOTHING;
    bool same_line = y->p.line == start.line;
    while (same_line && yaml_is_blank(yaml_char(y)))
        y->p.at++;
    if (!same_line || yaml_char(y) != ':') {
        if (b->detected)
            no_colon(y, start.at);
        return FOUND_NODE;
    }
    yaml_drop_rows(y, rows);
    y->p.at++;
    if (!yaml_is_space(yaml_char(y))) {
        yaml_fail(y, y->p.at, ERROR_SYNTAX, "put a space after the colon",
                  "a space is missing after the colon");
        return FOUND_NODE;
    }
    tab_indents(y);
    store_lone_key(y, b);
    b->explicit = b->compact = false;
    yaml_key_take(y, &b->key, &start);
    return detect(y, b) ? FOUND_KEY : FOUND_NODE;
}

// What follows a colon, or the key that follows a question mark. False: the mapping ends after it.
static bool read_block_value(struct yaml *y, struct block *b, unsigned line)
{
    struct yaml_position start = y->p;
    size_t rows = yaml_rows(y);
    struct yaml_target target = {b->m.path, YAML_NO_ROW};
    if (!b->explicit)
        target = yaml_member_target(y, &b->m, &b->key);
    bool found =
        y->compose(y, (struct yaml_frame){target, b->indent, YAML_BLOCK_OUT, true, b->compact});
    if (b->explicit) {
        yaml_drop_rows(y, rows);
        if (found)
            yaml_key_take(y, &b->key, &start);
        b->key.merges = false;
    } else
        yaml_member_store(y, &b->m, &b->key, found ? y->node.value : value_null());
    yaml_skip(y, true);
    bool inside = y->p.indent > b->indent || (y->version >= 4 && y->p.line == line);
    if (inside && yaml_char(y))
        return yaml_fail_stray(y);
    return y->p.indent >= b->indent;
}

// True when y->node is to be the mapping; a node that is not a key is left alone.
static bool finish_block(struct yaml *y, struct block *b)
{
    store_lone_key(y, b);
    if (!b->detected)
        return false;
    yaml_members_end(y, &b->m);
    b->own.kind = YAML_MAPPING;
    b->own.value = b->m.value;
    y->node = b->own;
    yaml_close_collection(y);
    return true;
}

bool yaml_read_block_mapping(struct yaml *y, struct slice path, int indent, int flow_indent)
{
    struct block b = {.m.path = path, .own = y->node, .indent = indent, .flow_indent = flow_indent};
    if (y->version >= 4 && tab_indents(y))
        return false;
    while (yaml_char(y) && !(!b.explicit && refuse_tab(y))) {
        unsigned line = y->p.line;
        char c = yaml_char(y);
        if ((c == '?' || c == ':') && yaml_is_space(y->text[y->p.at + 1])) {
            if (!read_block_mark(y, &b))
                break;
        } else {
            enum found found = read_implicit_key(y, &b);
            if (found == FOUND_NODE && !b.detected) {
                y->node.tag = b.own.tag;
                y->node.anchor = b.own.anchor;
                // js-yaml 3 leaves at the anchor the mapping that it looked for.
                if (y->version < 4)
                    yaml_close_anchor(y, value_object(y->arena));
                return !y->failed;
            }
            if (found != FOUND_KEY)
                break;
        }
        if (!read_block_value(y, &b, line))
            break;
    }
    return finish_block(y, &b);
}
