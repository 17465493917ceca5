// SPDX-License-Identifier: MIT
//
// "::: name", blocks, ":::": a division with a class, as in markdown-it-container 3 and 4. The
// setting is a list of names, or an object from names to classes.
#include "extension.h"

enum { SHORTEST = 3 };

static size_t count_colons(struct slice text)
{
    size_t count = 0;
    while (count < text.len && text.ptr[count] == ':')
        count++;
    return count;
}

// The first word after the colons.
static struct slice container_name(struct slice text)
{
    text = tree_trim(slice_sub(text, count_colons(text), text.len));
    size_t space = slice_find_byte(text, ' ', 0);
    return space == SIZE_MAX ? text : slice_sub(text, 0, space);
}

// The class of a name; ptr NULL: there is no such container.
static struct slice class_of(const struct tree *tree, struct slice name)
{
    struct value v = tree->options->extensions[MARKDOWN_containers];
    if (value_is(v, VALUE_OBJECT)) {
        struct value class = name.len ? value_get(NULL, v, name) : value_undefined();
        return value_is(class, VALUE_STRING) ? value_text(class) : (struct slice){0};
    }
    for (uint32_t i = 0; i < value_length(NULL, v); i++)
        if (slice_equal(value_text(value_item(NULL, v, i)), name))
            return name;
    return (struct slice){0};
}

static bool is_closing(const struct blocks *b, int line, size_t colons)
{
    struct slice text = blocks_line(b, line);
    size_t at = count_colons(text);
    if (at < colons || blocks_is_deep(b, line))
        return false;
    while (at < text.len && blocks_is_space(text.ptr[at]))
        at++;
    return at == text.len;
}

// The line that closes it; if it is never closed, the line after it, and *closed is false.
static int find_container_end(const struct blocks *b, int line, int end, size_t colons,
                              bool *closed)
{
    int next = line + 1;
    *closed = false;
    for (; next < end; next++) {
        if (!blocks_is_empty(b, next) && b->lines[next].indent < b->indent)
            break;
        if ((*closed = is_closing(b, next, colons)))
            break;
    }
    return next;
}

static cmark_node *add_division(struct blocks *b, int line, struct slice class)
{
    struct tree_element *element = arena_zalloc(b->tree->arena, 1, sizeof *element);
    cmark_node *node = blocks_add_custom(b, TREE_BLOCKS, line);
    if (!element || !node) {
        error_memory(b->tree->error);
        return NULL;
    }
    *element = (struct tree_element){.name = "div", .class = class};
    tree_attributes(b->tree, node)->element = element;
    return node;
}

static bool container(struct blocks *b, int line, int end, bool silent)
{
    struct slice text = blocks_line(b, line);
    size_t colons = count_colons(text);
    bool closed;
    if (colons < SHORTEST)
        return false;
    struct slice class = class_of(b->tree, container_name(text));
    if (!class.ptr || silent)
        return class.ptr != NULL;
    int last = find_container_end(b, line, end, colons, &closed), max = b->max;
    cmark_node *outer = b->parent;
    enum block_parent within = b->within;
    b->parent = add_division(b, line, class);
    b->within = PARENT_OTHER;
    b->max = last;
    if (b->parent)
        blocks_tokenize(b, line + 1, last);
    b->parent = outer;
    b->within = within;
    b->max = max;
    b->line = last + closed;
    return true;
}

// Names, or names with their classes.
static bool accepts(struct value v)
{
    if (value_is(v, VALUE_OBJECT)) {
        const struct value_object *view = value_object_view(NULL, v);
        for (uint32_t i = 0; i < view->count; i++)
            if (!value_is(view->values[i], VALUE_STRING))
                return false;
        return true;
    }
    for (uint32_t i = 0; i < value_length(NULL, v); i++)
        if (!value_is(value_item(NULL, v, i), VALUE_STRING))
            return false;
    return value_is(v, VALUE_ARRAY);
}

const struct extension EXTENSION_containers = {
    .accepts = accepts,
    .wanted = ", a list of names, or names with their classes",
    .block = {container, ENDS_PARAGRAPH | ENDS_REFERENCE | ENDS_QUOTE | ENDS_LIST},
    .before = block_fence,
};
