// SPDX-License-Identifier: MIT
//
// The text between braces: whether it counts, and its attributes. Only double quotation marks
// count; the value of `{k='v'}` includes the single ones.
#include "attributes.h"

enum { SHORTEST = 3 }; // "{a}"

// An unescaped quotation mark; the older version ignores them.
static bool is_quote(struct slice text, size_t at)
{
    size_t slashes = 0;
    if (text.ptr[at] != '"')
        return false;
    while (slashes < at && text.ptr[at - 1 - slashes] == '\\')
        slashes++;
    return slashes % 2 == 0;
}

// The first '}' from `from` on.
static size_t find_right(const struct tree *tree, struct slice text, size_t from)
{
    bool quoted = false;
    for (size_t i = from; i < text.len; i++) {
        if (attributes_as_new(tree) && is_quote(text, i))
            quoted = !quoted;
        else if (!quoted && text.ptr[i] == '}')
            return i;
    }
    return SIZE_MAX;
}

size_t braces_left(const struct tree *tree, struct slice text)
{
    size_t found = SIZE_MAX;
    bool quoted = false;
    for (size_t i = 0; i < text.len; i++) {
        if (attributes_as_new(tree) && is_quote(text, i))
            quoted = !quoted;
        else if (!quoted && text.ptr[i] == '{')
            found = i;
    }
    return found;
}

// Whether text[start … end] is long enough to say something.
static bool is_long_enough(struct slice text, size_t start, size_t end)
{
    char first = start + 1 < text.len ? text.ptr[start + 1] : '\0';
    return end - start + 1 >= SHORTEST + (size_t)(first == '.' || first == '#');
}

bool braces_match(const struct tree *tree, struct slice text, enum braces_where where)
{
    size_t start = 0, end = SIZE_MAX, last = text.len - 1;
    if (text.len < SHORTEST)
        return false;
    if (where == BRACES_AT_END) {
        start = braces_left(tree, text);
        end = start == SIZE_MAX ? SIZE_MAX : find_right(tree, text, start + 2);
        end = end == last ? end : SIZE_MAX;
    } else if (text.ptr[0] == '{') {
        end = where == BRACES_AT_START ? find_right(tree, text, 2) : last;
        bool doubled = where == BRACES_AT_START && end < last && text.ptr[end + 1] == '}';
        if (doubled || (end != SIZE_MAX && text.ptr[end] != '}'))
            end = SIZE_MAX;
    }
    return end != SIZE_MAX && is_long_enough(text, start, end);
}

// ---- attributes ----

struct reader {
    struct tree *tree;
    cmark_node *node;
    struct buffer key, value;
    bool in_value, quoted;
};

static void finish_pair(struct reader *r)
{
    struct slice key = arena_copy(r->tree->arena, buffer_slice(&r->key));
    struct slice value = arena_copy(r->tree->arena, buffer_slice(&r->value));
    bool joined = slice_equal(key, SLICE("class")) || slice_equal(key, SLICE("css-module"));
    if (key.len && joined)
        tree_join_attribute(r->tree, r->node, key, value);
    else if (key.len && attributes_as_new(r->tree))
        tree_set_attribute(r->tree, r->node, key, value);
    else if (key.len)
        tree_add_attribute(r->tree, r->node, key, value);
    r->key = buffer_create(r->tree->arena, 0);
    r->value = buffer_create(r->tree->arena, 0);
    r->in_value = false;
}

// ".a", "..a" or "#a" instead of a key. Returns the number of characters.
static size_t read_class_mark(struct reader *r, struct slice text, size_t at)
{
    char c = text.ptr[at];
    if (r->key.len || (c != '.' && c != '#'))
        return 0;
    bool module = c == '.' && at + 1 < text.len && text.ptr[at + 1] == '.';
    buffer_append_cstr(&r->key, c == '#' ? "id" : module ? "css-module" : "class");
    r->in_value = true;
    return module ? 2 : 1;
}

static bool is_key_char(char c)
{
    return !strchr("\t\n\f />\"'=", c);
}

// One character other than a closing brace or a mark.
static void read_char(struct reader *r, struct slice text, size_t at)
{
    char c = text.ptr[at];
    bool quote = attributes_as_new(r->tree) ? is_quote(text, at) : c == '"';
    if (quote && (r->quoted || !r->value.len))
        r->quoted = !r->quoted;
    else if (c == ' ' && !r->quoted) {
        if (r->key.len)
            finish_pair(r);
    } else if (r->in_value)
        buffer_append_byte(&r->value, c);
    else if (is_key_char(c))
        buffer_append_byte(&r->key, c);
}

void braces_apply(struct tree *tree, cmark_node *node, struct slice text, size_t start)
{
    struct reader r = {.tree = tree,
                       .node = node,
                       .key = buffer_create(tree->arena, 0),
                       .value = buffer_create(tree->arena, 0)};
    for (size_t i = start + 1; i < text.len;) {
        if (text.ptr[i] == '}' && !(r.quoted && attributes_as_new(tree))) {
            finish_pair(&r);
            return;
        }
        if (text.ptr[i] == '=' && !r.in_value) {
            r.in_value = true;
            i++;
            continue;
        }
        size_t mark = read_class_mark(&r, text, i);
        if (!mark)
            read_char(&r, text, i);
        i += mark ? mark : 1;
    }
}
