// SPDX-License-Identifier: MIT
//
// Common to every kind of tree.
#include "tree.h"

struct tree *tree_open(const struct tree_source *source, bool noting, struct error *error)
{
    return source->kind->open(source, noting, error);
}

void tree_close(struct tree *tree)
{
    if (tree)
        tree->kind->close(tree);
}

bool tree_list(struct tree *tree, struct slice directory, tree_list_fn fn, void *state,
               struct error *error)
{
    return tree->kind->list(tree, directory, fn, state, error);
}

bool tree_look(struct tree *tree, struct slice path, struct file_info *info, struct error *error)
{
    return tree->kind->look(tree, path, info, error);
}

unsigned tree_failures(const struct tree *tree, struct error *first)
{
    return tree->kind->failures ? tree->kind->failures(tree, first) : 0;
}

bool tree_has(struct tree *tree, struct slice path)
{
    struct file_info info;
    return tree_look(tree, path, &info, NULL);
}

bool tree_has_file(struct tree *tree, struct slice path)
{
    struct file_info info;
    return tree_look(tree, path, &info, NULL) && info.is_regular;
}

int tree_open_file(struct tree *tree, struct slice path, struct file_info *info,
                   struct error *error)
{
    return tree->kind->open_file(tree, path, info, error);
}

bool tree_read(struct tree *tree, struct arena *arena, struct slice path, size_t max,
               struct slice *out, struct file_info *info, struct error *error)
{
    struct file_info own;
    return tree->kind->read(tree, arena, path, max, out, info ? info : &own, error);
}

bool tree_read_text(struct tree *tree, struct arena *arena, struct slice path, struct slice shown,
                    size_t max, struct slice *out, struct file_info *info, struct error *error)
{
    if (!tree_read(tree, arena, path, max, out, info, error))
        return false;
    if (text_is_utf8(*out, shown, error))
        return true;
    *out = SLICE_EMPTY;
    return false;
}

bool tree_unchanged(struct tree *tree, bool all)
{
    return tree->kind->unchanged(tree, all);
}

void tree_settle(struct tree *tree)
{
    tree->kind->settle(tree);
}

const struct tree_refusal *tree_refusals(const struct tree *tree, size_t *count)
{
    return tree->kind->refusals(tree, count);
}

void tree_each_ground(const struct tree *tree, tree_path_fn fn, void *state)
{
    tree->kind->each_ground(tree, fn, state);
}
