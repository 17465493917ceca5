// SPDX-License-Identifier: MIT
//
// Refs of a repository, the commits they lead to, and the files that store them.
#include "repository_inside.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 512, ID_LEAST = 7 };

// ---- one name ----

// Branches before tags: "main" means the one that moves.
static const char *const PATTERNS[] = {
    "refs/heads/%s",
    "refs/tags/%s",
    "refs/remotes/origin/%s",
    "refs/remotes/%s",
};

static bool peel(git_reference *reference, git_oid *out)
{
    git_object *object = NULL;
    bool ok = git_reference_peel(&object, reference, GIT_OBJECT_COMMIT) == 0;
    if (ok)
        *out = *git_object_id(object);
    git_object_free(object);
    return ok;
}

static bool find_ref(git_repository *git, const char *name, git_oid *out)
{
    git_reference *reference = NULL;
    bool ok = git_reference_is_valid_name(name) &&
              git_reference_lookup(&reference, git, name) == 0 && peel(reference, out);
    git_reference_free(reference);
    return ok;
}

static bool find_name(git_repository *git, const char *name, git_oid *out)
{
    char full[NAME_MAX_BYTES + 32];
    if (strncmp(name, "refs/", 5) == 0 || strcmp(name, "HEAD") == 0)
        return find_ref(git, name, out);
    for (size_t i = 0; i < sizeof PATTERNS / sizeof *PATTERNS; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        int n = snprintf(full, sizeof full, PATTERNS[i], name);
#pragma GCC diagnostic pop
        if (n > 0 && (size_t)n < sizeof full && find_ref(git, full, out))
            return true;
    }
    return false;
}

static bool find_id(git_repository *git, const char *text, git_oid *out)
{
    size_t length = strlen(text);
    git_oid prefix, whole;
    git_odb *odb = NULL;
    git_commit *commit = NULL;
    if (length < ID_LEAST || length > GIT_OID_HEXSZ || strspn(text, "0123456789abcdef") != length ||
        git_oid_fromstrn(&prefix, text, length) != 0 || git_repository_odb(&odb, git) != 0)
        return false;
    // Read by its whole name: what is cut short is noticed there (repository_loose.c).
    bool ok = git_odb_exists_prefix(&whole, odb, &prefix, length) == 0 &&
              git_commit_lookup(&commit, git, &whole) == 0;
    if (ok)
        *out = whole;
    git_commit_free(commit);
    git_odb_free(odb);
    return ok;
}

static bool find_expression(git_repository *git, const char *text, git_oid *out)
{
    git_object *object = NULL, *commit = NULL;
    bool ok = git_revparse_single(&object, git, text) == 0 &&
              git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0;
    if (ok)
        *out = *git_object_id(commit);
    git_object_free(commit);
    git_object_free(object);
    return ok;
}

bool repository_resolve(struct repository *r, struct slice ref, bool expression,
                        struct object_id *commit, struct error *error)
{
    char name[NAME_MAX_BYTES + 1];
    git_oid oid;
    if (!ref.len || ref.len > NAME_MAX_BYTES || memchr(ref.ptr, '\0', ref.len))
        return error_set(error, ERROR_NOT_FOUND, "no branch, tag or commit has that name");
    memcpy(name, ref.ptr, ref.len);
    name[ref.len] = '\0';
    if (!repository_lock(r, error))
        return false;
    bool ok = find_name(r->git, name, &oid) || find_id(r->git, name, &oid) ||
              (expression && find_expression(r->git, name, &oid));
    bool empty = !ok && git_repository_is_empty(r->git) == 1;
    repository_unlock(r);
    if (ok) {
        *commit = repository_id(&oid);
        return true;
    }
    error_set(error, ERROR_NOT_FOUND, "%s has no branch, tag or commit %s", r->path, name);
    error_hint(error, empty ? "nothing has been pushed to it yet"
                            : "git branch --all lists what there is");
    return false;
}

// ---- all names ----

struct refs {
    struct repository *r;
    const char *prefix;
    struct arena *arena;
    struct ref {
        struct slice name;
        struct object_id commit;
    } * rows;
    size_t count, capacity;
};

static bool add_ref(struct refs *refs, const char *name)
{
    git_oid oid;
    size_t length = strlen(refs->prefix);
    if (strncmp(name, refs->prefix, length) != 0 || !find_ref(refs->r->git, name, &oid))
        return true;
    struct ref *grown =
        arena_room(refs->arena, refs->rows, refs->count, &refs->capacity, sizeof *grown);
    if (!grown)
        return false;
    refs->rows = grown;
    struct slice copy = arena_copy(refs->arena, slice_from_cstr(name + length));
    grown[refs->count++] = (struct ref){copy, repository_id(&oid)};
    return copy.ptr != NULL;
}

static int by_name(const void *a, const void *b)
{
    return slice_compare(((const struct ref *)a)->name, ((const struct ref *)b)->name);
}

static bool read_refs(struct refs *refs)
{
    git_strarray names = {0};
    bool ok = git_reference_list(&names, refs->r->git) == 0;
    refs->rows = NULL;
    refs->count = refs->capacity = 0;
    for (size_t i = 0; ok && i < names.count; i++)
        ok = add_ref(refs, names.strings[i]);
    git_strarray_dispose(&names);
    if (ok && refs->count)
        qsort(refs->rows, refs->count, sizeof *refs->rows, by_name);
    return ok;
}

bool repository_each_ref(struct repository *r, repository_ref_fn fn, void *state,
                         struct error *error)
{
    static const char *const PREFIXES[] = {"refs/heads/", "refs/remotes/", "refs/tags/"};
    struct arena *arena = arena_create(0, 0);
    bool ok = arena || error_memory(error), more = true;
    for (size_t p = 0; ok && more && p < sizeof PREFIXES / sizeof *PREFIXES; p++) {
        struct refs refs = {.r = r, .prefix = PREFIXES[p], .arena = arena};
        ok = repository_lock(r, error);
        if (!ok)
            break;
        ok = read_refs(&refs) || error_set(error, ERROR_IO, "cannot list the refs of %s", r->path);
        repository_unlock(r);
        for (size_t i = 0; ok && more && i < refs.count; i++)
            more = fn(state, refs.rows[i].name.ptr, &refs.rows[i].commit);
    }
    arena_destroy(arena);
    return ok;
}

// ---- the graph ----

struct tips {
    git_oid *ids;
    size_t count, capacity;
    struct arena *arena;
};

static bool add_tip(void *state, const char *name, const struct object_id *commit)
{
    struct tips *tips = state;
    (void)name;
    git_oid *grown =
        arena_room(tips->arena, tips->ids, tips->count, &tips->capacity, sizeof *grown);
    if (!grown)
        return false;
    tips->ids = grown;
    grown[tips->count++] = repository_oid(commit);
    return true;
}

bool repository_is_reachable(struct repository *r, const struct object_id *commit)
{
    git_oid oid = repository_oid(commit);
    struct arena *arena = arena_create(0, 0);
    struct tips tips = {.arena = arena};
    bool reachable = false;
    if (arena && repository_each_ref(r, add_tip, &tips, NULL) && repository_lock(r, NULL)) {
        reachable =
            tips.count && git_graph_reachable_from_any(r->git, &oid, tips.ids, tips.count) == 1;
        repository_unlock(r);
    }
    arena_destroy(arena);
    return reachable;
}

bool repository_is_shallow(struct repository *r)
{
    bool shallow = false;
    if (repository_lock(r, NULL)) {
        shallow = git_repository_is_shallow(r->git) == 1;
        repository_unlock(r);
    }
    return shallow;
}

bool repository_merge_base(struct repository *r, const struct object_id *a,
                           const struct object_id *b, struct object_id *base)
{
    git_oid first = repository_oid(a), second = repository_oid(b), out;
    if (!repository_lock(r, NULL))
        return false;
    bool ok = git_merge_base(&out, r->git, &first, &second) == 0;
    repository_unlock(r);
    if (ok)
        *base = repository_id(&out);
    return ok;
}

// ---- places ----

static struct slice without_slash(struct slice path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

void repository_each_ground(struct repository *r, tree_path_fn fn, void *state)
{
    struct arena *arena = arena_create(0, 0);
    if (arena && repository_lock(r, NULL)) {
        struct slice own = arena_copy(arena, slice_from_cstr(git_repository_path(r->git)));
        struct slice common = arena_copy(arena, slice_from_cstr(git_repository_commondir(r->git)));
        struct slice real = arena_copy(arena, slice_from_cstr(r->real));
        repository_unlock(r);
        struct slice link = path_join(arena, real, SLICE(".git")); // of a worktree: a file
        const struct slice all[] = {own, common, link};
        for (size_t i = 0; i < sizeof all / sizeof *all; i++)
            if (all[i].ptr && file_exists(all[i].ptr))
                fn(state, all[i].ptr);
        repository_each_alternate(arena, path_join(arena, common, SLICE("objects")), fn, state);
    }
    arena_destroy(arena);
}

bool repository_head_files(struct repository *r, struct arena *arena, struct slice paths[2])
{
    if (!repository_lock(r, NULL))
        return false;
    struct slice own = slice_from_cstr(git_repository_path(r->git));
    paths[0] = path_join(arena, own, SLICE("HEAD"));
    paths[1] = path_join(arena, own, SLICE("logs/HEAD"));
    repository_unlock(r);
    return paths[0].ptr && paths[1].ptr;
}

bool repository_watch_source(struct repository *r, struct arena *arena, struct tree_source *out)
{
    if (!repository_lock(r, NULL))
        return false;
    struct slice common =
        arena_copy(arena, without_slash(slice_from_cstr(git_repository_commondir(r->git))));
    repository_unlock(r);
    struct slice given = arena_copy(arena, slice_from_cstr(r->path));
    // Also HEADs of worktrees, since a link may switch between them.
    const struct slice names[] = {SLICE("refs"), SLICE("packed-refs"), SLICE("HEAD"),
                                  SLICE("worktrees")};
    enum { NAMES = sizeof names / sizeof *names };
    struct slice *places = arena_alloc(arena, sizeof names);
    for (size_t i = 0; places && i < NAMES; i++)
        places[i] = path_join(arena, common, names[i]);
    *out = (struct tree_source){.kind = &TREE_DIRECTORY,
                                .root = common,
                                .given = given,
                                .places = places,
                                .place_count = NAMES};
    return places && common.ptr && given.ptr && places[NAMES - 1].ptr;
}
