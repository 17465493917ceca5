// SPDX-License-Identifier: MIT
//
// Finds the target of a path in a commit. Links are followed as in the kernel, but within the
// commit: from their folder, part by part, and never out of the site.
#include "commit.h"

#include "parts.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINKS_MAX = 40 }; // as in the kernel

// The way so far: the folders from the root down, and how much of `real` names each.
struct way {
    const struct commit_tree *c;
    const struct folder *folders[FOLDERS_MAX + 2];
    size_t ends[FOLDERS_MAX + 2];
    size_t depth;
    unsigned links;
    const char *why; // why the path is not followed
    struct slice target;
    char rest[PATH_MAX];
    size_t at;
};

bool commit_locate(const struct commit_tree *c, struct slice path, char out[PATH_MAX],
                   struct error *error)
{
    struct slice below = path;
    if (path.len && path.ptr[0] == '/')
        below = parts_below(path, c->source->root);
    if (!below.ptr) {
        error_set(error, ERROR_IO, "%.*s is outside the commit", SLICE_ARG(path));
        error_hint(error, "put files that are not in git below git.overlay");
        return false;
    }
    return path_clean(below, out, PATH_MAX) != SIZE_MAX ||
           error_set(error, ERROR_IO, "the path is too long: %.*s", SLICE_ARG(path));
}

bool commit_beside(const struct commit_tree *c, struct slice path, char out[PATH_MAX])
{
    int n = c->overlay
                ? snprintf(out, PATH_MAX, "%.*s/%.*s", SLICE_ARG(c->beside.root), SLICE_ARG(path))
                : -1;
    return n > 0 && n < PATH_MAX;
}

void commit_refuse(struct commit_tree *c, struct slice path, struct slice target, const char *why)
{
    if (c->settled || c->refusal_count == COMMIT_REFUSALS_MAX)
        return;
    for (size_t i = 0; i < c->refusal_count; i++)
        if (slice_equal(c->refusals[i].path, path))
            return;
    c->refusals[c->refusal_count] =
        (struct tree_refusal){arena_copy(c->arena, path), arena_copy(c->arena, target), why};
    c->refusal_count += c->refusals[c->refusal_count].path.ptr != NULL;
}

bool commit_is_secret(const struct commit_tree *c, struct slice real)
{
    for (size_t i = 0; i < c->secret_count; i++) {
        if (!slice_starts_with(real, c->secrets[i]))
            continue;
        struct slice suffix = slice_sub(real, c->secrets[i].len, real.len);
        for (size_t k = 0; PARTS_BESIDE[k]; k++)
            if (slice_equal(suffix, slice_from_cstr(PARTS_BESIDE[k])))
                return true;
    }
    return false;
}

// The rest of the path after the innermost place that the settings name.
static struct slice behind_place(const struct commit_tree *c, struct slice path)
{
    struct slice best = path;
    for (size_t i = 0; i < c->place_count; i++) {
        struct slice left = parts_below(path, c->places[i]);
        if (left.ptr && left.len < best.len)
            best = left;
    }
    return best;
}

static int by_name(const void *key, const void *leaf)
{
    return slice_compare(*(const struct slice *)key, ((const struct leaf *)leaf)->name);
}

static const struct leaf *leaf_of(const struct folder *folder, struct slice name)
{
    return folder->count
               ? bsearch(&name, folder->leaves, folder->count, sizeof *folder->leaves, by_name)
               : NULL;
}

// ---- part by part ----

static bool stop(struct way *way, const char *why, struct slice target)
{
    way->why = why;
    way->target = target;
    return false;
}

static bool follow_leaf(struct way *way, const struct leaf *link)
{
    char next[PATH_MAX];
    if (++way->links > LINKS_MAX)
        return stop(way, PARTS_NOWHERE, SLICE_EMPTY);
    if (!link->target.len || link->target.ptr[0] == '/' ||
        slice_find_byte(link->target, '\0', 0) != SIZE_MAX)
        return stop(way, PARTS_OUTSIDE, link->target);
    int n = snprintf(next, sizeof next, "%.*s/%s", SLICE_ARG(link->target), way->rest + way->at);
    if (n < 0 || (size_t)n >= sizeof next)
        return stop(way, PARTS_NOWHERE, SLICE_EMPTY);
    memcpy(way->rest, next, (size_t)n + 1);
    way->at = 0;
    way->target = link->target;
    return true;
}

static bool go_up(struct way *way)
{
    if (!way->depth)
        return stop(way, PARTS_OUTSIDE, way->target);
    way->depth--;
    return true;
}

static struct slice next_part(struct way *way)
{
    const char *from = way->rest + way->at + strspn(way->rest + way->at, "/");
    struct slice part = slice_of(from, strcspn(from, "/"));
    way->at = (size_t)(from - way->rest) + part.len;
    return part;
}

static bool add_name(struct way *way, struct found *found, struct slice name)
{
    size_t end = way->ends[way->depth];
    if (end + name.len + 2 > sizeof found->real)
        return false;
    if (end)
        found->real[end++] = '/';
    memcpy(found->real + end, name.ptr, name.len);
    found->real[end + name.len] = '\0';
    return true;
}

// False: it is missing, or way->why says why it is not followed.
static bool walk_path(struct way *way, struct found *found)
{
    for (struct slice part; (part = next_part(way)).len;) {
        if (slice_equal(part, SLICE(".")))
            continue;
        if (slice_equal(part, SLICE(".."))) {
            if (!go_up(way))
                return false;
            continue;
        }
        const struct leaf *leaf = leaf_of(way->folders[way->depth], part);
        if (!leaf || !add_name(way, found, leaf->name))
            return false;
        if (leaf->kind == ENTRY_LINK) {
            if (!follow_leaf(way, leaf))
                return false;
            continue;
        }
        if (leaf->kind != ENTRY_FOLDER) {
            found->leaf = leaf;
            return !next_part(way).len;
        }
        way->depth++;
        way->folders[way->depth] = leaf->folder;
        way->ends[way->depth] = strlen(found->real);
    }
    found->folder = way->folders[way->depth];
    found->real[way->ends[way->depth]] = '\0';
    return true;
}

// ---- what may be read ----

static bool deny(struct commit_tree *c, struct slice path, struct slice target, const char *why,
                 struct error *error)
{
    commit_refuse(c, path, target, why);
    error_set(error, ERROR_IO, "%.*s %s%s%.*s", SLICE_ARG(path), why, target.len ? ": to " : "",
              SLICE_ARG(target));
    if (why == PARTS_OUTSIDE)
        error_hint(error, "put the file itself there, or below git.overlay");
    return false;
}

static bool missing(struct slice path, struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND, "cannot read %.*s: it is not in the commit",
                     SLICE_ARG(path));
}

// Whether the target of a link may be read.
static bool may_read(struct commit_tree *c, const struct way *way, struct slice path,
                     const struct found *found, struct error *error)
{
    struct slice real = slice_from_cstr(found->real);
    bool packages = parts_have(path, part_is_packages);
    if (way->links && !packages && parts_have(behind_place(c, real), part_is_hidden))
        return deny(c, path, real, PARTS_HIDDEN, error);
    if (found->leaf && commit_is_secret(c, real))
        return deny(c, path, SLICE_EMPTY, PARTS_SECRET, error);
    return true;
}

bool commit_follow(const struct commit_tree *c, struct slice path, struct found *found)
{
    struct way way = {.c = c, .folders = {&c->root}};
    *found = (struct found){0};
    if (path.len >= sizeof way.rest)
        return false;
    memcpy(way.rest, path.ptr, path.len);
    return walk_path(&way, found) && !(found->leaf && found->leaf->kind == ENTRY_SUBMODULE);
}

bool commit_find(struct commit_tree *c, struct slice path, struct found *found, struct error *error)
{
    struct way way = {.c = c, .folders = {&c->root}};
    *found = (struct found){0};
    if (path.len >= sizeof way.rest)
        return error_set(error, ERROR_IO, "the path is too long: %.*s", SLICE_ARG(path));
    memcpy(way.rest, path.len ? path.ptr : "", path.len);
    if (parts_have(behind_place(c, path), part_is_hidden)) {
        error_set(error, ERROR_IO, "%.*s is hidden", SLICE_ARG(path));
        error_hint(error, "hidden files are read when guidance.yaml names them");
        return false;
    }
    if (!walk_path(&way, found)) {
        if (!way.why && way.links)
            commit_refuse(c, path, SLICE_EMPTY, PARTS_NOWHERE);
        return way.why ? deny(c, path, way.target, way.why, error) : missing(path, error);
    }
    if (found->leaf && found->leaf->kind == ENTRY_SUBMODULE) {
        commit_refuse(c, path, SLICE_EMPTY, "is a submodule: its files are in another repository");
        return missing(path, error);
    }
    return may_read(c, &way, path, found, error);
}

struct file_info commit_info(const struct commit_tree *c, const struct found *found)
{
    const struct leaf *leaf = found->leaf;
    uint64_t identity = leaf ? slice_hash(object_id_key(&leaf->id)) : 0;
    return (struct file_info){
        .size = leaf ? leaf->blob.size : 0,
        .mtime_ns = c->time_ns,
        .birth_ns = c->time_ns,
        .identity = identity ? identity : 1,
        .is_directory = found->folder != NULL,
        .is_regular = leaf && !found->folder,
    };
}
