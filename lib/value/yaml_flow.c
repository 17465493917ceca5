// SPDX-License-Identifier: MIT
//
// Lists and mappings in brackets.
#include "value/yaml.h"

struct flow {
    struct yaml_members m;
    struct value list;
    bool mapping;
    char close;
    int indent;
    struct slice path;
};

static bool flow_compose(struct yaml *y, const struct flow *f, struct yaml_target target)
{
    return y->compose(
        y, (struct yaml_frame){
               .target = target, .indent = f->indent, .context = YAML_FLOW_IN, .compact = true});
}

// "? " before a key.
static bool read_question(struct yaml *y)
{
    if (yaml_char(y) != '?' || !yaml_is_space(y->text[y->p.at + 1]))
        return false;
    y->p.at++;
    yaml_skip(y, true);
    return true;
}

// Reads the value of a key, from its colon.
static void read_pair(struct yaml *y, const struct flow *f, struct yaml_members *m,
                      const struct yaml_key *key)
{
    struct yaml_target target = yaml_member_target(y, m, key);
    struct value value = value_null();
    if (yaml_char(y) == ':') {
        y->p.at++;
        yaml_skip(y, true);
        flow_compose(y, f, target);
        value = y->node.value;
    }
    yaml_member_store(y, m, key, value);
}

static void read_entry(struct yaml *y, struct flow *f)
{
    struct yaml_target target = {SLICE_EMPTY, YAML_NO_ROW};
    size_t rows = yaml_rows(y);
    if (!f->mapping)
        target = yaml_item_target(y, f->path, f->list, &y->p);
    size_t inner = yaml_rows(y);
    bool question = read_question(y);
    struct yaml_position start = y->p;
    flow_compose(y, f, target);
    struct yaml_key key = {.at = start};
    struct value first = y->node.value;
    struct slice tag = y->node.tag;
    yaml_skip(y, true);
    bool pair = question || (y->p.line == start.line && yaml_char(y) == ':');
    if (!f->mapping && !pair) {
        yaml_item_store(y, f->list, first);
        return;
    }
    yaml_drop_rows(y, f->mapping ? rows : inner);
    y->node.value = first;
    y->node.tag = tag;
    yaml_key_take(y, &key, &start);
    // Without a colon the value is null: the text goes on with a comma or the end.
    struct yaml_members own = {.path = target.path};
    struct yaml_members *m = f->mapping ? &f->m : &own;
    if (!f->mapping && !yaml_members_begin(y, &own, target.path))
        return;
    if (!pair) {
        yaml_member_target(y, m, &key);
        yaml_member_store(y, m, &key, value_null());
    } else
        read_pair(y, f, m, &key);
    if (!f->mapping) {
        yaml_members_end(y, &own);
        yaml_item_store(y, f->list, own.value);
    }
}

static bool open_flow(struct yaml *y, struct flow *f)
{
    size_t start = y->p.at;
    f->mapping = yaml_char(y) == '{';
    f->close = f->mapping ? '}' : ']';
    if (!yaml_open_collection(y, start))
        return false;
    yaml_open_anchor(y);
    if (f->mapping && !yaml_members_begin(y, &f->m, f->path))
        return false;
    if (!f->mapping)
        f->list = value_array(y->arena, 0);
    if (!f->mapping && f->list.type != VALUE_ARRAY)
        return yaml_fail_memory(y);
    y->p.at++;
    return true;
}

static bool not_closed(struct yaml *y, const struct flow *f, size_t start)
{
    return f->mapping
               ? yaml_fail(y, start, ERROR_SYNTAX,
                           "add } or the comma that is missing; a value that starts with { needs "
                           "quotes",
                           "the mapping opened with { here is not closed")
               : yaml_fail(y, start, ERROR_SYNTAX, "add ] or the comma that is missing",
                           "the list opened with [ here is not closed");
}

bool yaml_read_flow(struct yaml *y, struct slice path, int indent)
{
    if (yaml_char(y) != '[' && yaml_char(y) != '{')
        return false;
    struct yaml_node own = y->node;
    struct flow f = {.indent = indent, .path = path};
    size_t start = y->p.at;
    if (!open_flow(y, &f))
        return false;
    for (bool next = true; yaml_char(y); next = yaml_char(y) == ',', y->p.at += next) {
        yaml_skip(y, true);
        if (yaml_char(y) == f.close) {
            y->p.at++;
            if (f.mapping)
                yaml_members_end(y, &f.m);
            own.kind = f.mapping ? YAML_MAPPING : YAML_SEQUENCE;
            own.value = f.mapping ? f.m.value : f.list;
            y->node = own;
            yaml_close_collection(y);
            return true;
        }
        if (!next)
            return not_closed(y, &f, start);
        // js-yaml 3 reads nothing as null.
        if (yaml_char(y) == ',' && y->version >= 4)
            return yaml_fail(y, y->p.at, ERROR_SYNTAX,
                             "remove the comma, or write \"\" or null before it",
                             "a value is missing before this comma");
        if (yaml_char(y))
            read_entry(y, &f);
        yaml_skip(y, true);
    }
    return not_closed(y, &f, start);
}
