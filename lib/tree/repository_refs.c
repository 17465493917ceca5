// SPDX-License-Identifier: MIT
//
// Refs of a repository, the commits they lead to, and the files that store them.
#include "repository_inside.h"

#include <errno.h>
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

// What finds a commit returns a code of libgit2: 0, GIT_ENOTFOUND if there is none, or another if
// that cannot be told. So what cannot be read is never taken for what is not there.
static int none_or(int code)
{
    return code == GIT_EINVALIDSPEC || code == GIT_EPEEL || code == GIT_EAMBIGUOUS ? GIT_ENOTFOUND
                                                                                   : code;
}

static const char *reason(void)
{
    const git_error *why = git_error_last();
    return why && why->message ? why->message : "git does not say why";
}

static int peel(git_reference *reference, git_oid *out)
{
    git_object *object = NULL;
    int code = git_reference_peel(&object, reference, GIT_OBJECT_COMMIT);
    if (code == 0)
        *out = *git_object_id(object);
    git_object_free(object);
    return code;
}

static int find_ref(git_repository *git, const char *name, git_oid *out)
{
    git_reference *reference = NULL;
    if (!git_reference_is_valid_name(name))
        return GIT_ENOTFOUND;
    int code = git_reference_lookup(&reference, git, name);
    if (code == 0)
        code = peel(reference, out);
    git_reference_free(reference);
    return none_or(code);
}

static int find_name(git_repository *git, const char *name, git_oid *out)
{
    char full[NAME_MAX_BYTES + 32];
    int code = GIT_ENOTFOUND;
    if (strncmp(name, "refs/", 5) == 0 || strcmp(name, "HEAD") == 0)
        return find_ref(git, name, out);
    for (size_t i = 0; code == GIT_ENOTFOUND && i < sizeof PATTERNS / sizeof *PATTERNS; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        int n = snprintf(full, sizeof full, PATTERNS[i], name);
#pragma GCC diagnostic pop
        if (n > 0 && (size_t)n < sizeof full)
            code = find_ref(git, full, out);
    }
    return code;
}

static int find_id(git_repository *git, const char *text, git_oid *out)
{
    size_t length = strlen(text);
    git_oid prefix, whole;
    git_odb *odb = NULL;
    git_commit *commit = NULL;
    if (length < ID_LEAST || length > GIT_OID_HEXSZ || strspn(text, "0123456789abcdef") != length)
        return GIT_ENOTFOUND;
    int code = git_oid_fromstrn(&prefix, text, length);
    if (code == 0)
        code = git_repository_odb(&odb, git);
    // Read by its whole name: what is cut short is noticed there (repository_loose.c).
    if (code == 0)
        code = git_odb_exists_prefix(&whole, odb, &prefix, length);
    if (code == 0)
        code = git_commit_lookup(&commit, git, &whole);
    if (code == 0)
        *out = whole;
    git_commit_free(commit);
    git_odb_free(odb);
    return none_or(code);
}

static int find_expression(git_repository *git, const char *text, git_oid *out)
{
    git_object *object = NULL, *commit = NULL;
    int code = git_revparse_single(&object, git, text);
    if (code == 0)
        code = git_object_peel(&commit, object, GIT_OBJECT_COMMIT);
    if (code == 0)
        *out = *git_object_id(commit);
    git_object_free(commit);
    git_object_free(object);
    return none_or(code);
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
    int code = find_name(r->git, name, &oid);
    if (code == GIT_ENOTFOUND)
        code = find_id(r->git, name, &oid);
    if (code == GIT_ENOTFOUND && expression)
        code = find_expression(r->git, name, &oid);
    if (code != 0 && code != GIT_ENOTFOUND)
        error_set(error, ERROR_IO, "cannot read %s of %s: %s", name, r->path, reason());
    bool empty = code == GIT_ENOTFOUND && git_repository_is_empty(r->git) == 1;
    repository_unlock(r);
    if (code == 0)
        *commit = repository_id(&oid);
    if (code != GIT_ENOTFOUND)
        return code == 0;
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
        bool unreadable;
    } * rows;
    size_t count, capacity;
};

static bool add_ref(struct refs *refs, const char *name)
{
    git_oid oid;
    int code = find_ref(refs->r->git, name, &oid);
    if (code == GIT_ENOTFOUND)
        return true;
    if (!arena_room(refs->arena, &refs->rows, refs->count, &refs->capacity, sizeof *refs->rows))
        return false;
    struct slice copy = arena_copy(refs->arena, slice_from_cstr(name + strlen(refs->prefix)));
    refs->rows[refs->count] = (struct ref){.name = copy, .unreadable = code != 0};
    if (code == 0)
        refs->rows[refs->count].commit = repository_id(&oid);
    refs->count++;
    return copy.ptr != NULL;
}

static int by_name(const void *a, const void *b)
{
    return slice_compare(((const struct ref *)a)->name, ((const struct ref *)b)->name);
}

static bool fail_to_list(const struct refs *refs, const char *why, struct error *error)
{
    if (arena_failed(refs->arena))
        return error_memory(error);
    return error_set(error, ERROR_IO, "cannot list the refs of %s: %s", refs->r->path, why);
}

static bool list_names(struct refs *refs, struct map *names, struct error *error)
{
    git_strarray list = {0};
    if (git_reference_list(&list, refs->r->git) != 0)
        return fail_to_list(refs, reason(), error);
    bool ok = true;
    for (size_t i = 0; ok && i < list.count; i++) {
        struct slice name = slice_from_cstr(list.strings[i]);
        if (slice_starts_with(name, slice_from_cstr(refs->prefix)))
            ok = (name = arena_copy(refs->arena, name)).ptr && map_put(names, name, NULL);
    }
    git_strarray_dispose(&list);
    ok = ok && repository_ref_files(refs->r->git, refs->prefix, names);
    return ok || fail_to_list(refs, strerror(errno), error);
}

static bool read_refs(struct refs *refs, struct error *error)
{
    struct map names = map_create(refs->arena);
    if (!list_names(refs, &names, error))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (!add_ref(refs, names.entries[i].key.ptr))
            return error_memory(error);
    if (refs->count)
        qsort(refs->rows, refs->count, sizeof *refs->rows, by_name);
    return true;
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
        ok = read_refs(&refs, error);
        repository_unlock(r);
        for (size_t i = 0; ok && more && i < refs.count; i++)
            more = fn(state, refs.rows[i].name.ptr,
                      refs.rows[i].unreadable ? NULL : &refs.rows[i].commit);
    }
    arena_destroy(arena);
    return ok;
}

// ---- the graph ----

// A shallow clone has not all parents; elsewhere, one that is missing is damage. Under the lock.
static bool is_damage(git_repository *git, int code)
{
    return code < 0 && (code != GIT_ENOTFOUND || !repository_ends_early(git));
}

struct tips {
    git_oid *ids;
    size_t count, capacity;
    struct arena *arena;
    struct slice unreadable; // the first that is
};

static bool add_tip(void *state, const char *name, const struct object_id *commit)
{
    struct tips *tips = state;
    if (!commit) {
        if (!tips->unreadable.ptr)
            tips->unreadable = arena_copy(tips->arena, slice_from_cstr(name));
        return true;
    }
    if (!arena_room(tips->arena, &tips->ids, tips->count, &tips->capacity, sizeof *tips->ids))
        return false;
    tips->ids[tips->count++] = repository_oid(commit);
    return true;
}

bool repository_is_reachable(struct repository *r, const struct object_id *commit,
                             struct error *error)
{
    git_oid oid = repository_oid(commit);
    struct arena *arena = arena_create(0, 0);
    struct tips tips = {.arena = arena};
    int code = 0;
    bool damaged = false;
    bool ok = (arena || error_memory(error)) && repository_each_ref(r, add_tip, &tips, error) &&
              (!arena_failed(arena) || error_memory(error)) && repository_lock(r, error);
    if (ok) {
        code = tips.count ? git_graph_reachable_from_any(r->git, &oid, tips.ids, tips.count) : 0;
        damaged = is_damage(r->git, code);
        repository_unlock(r);
    }
    if (damaged)
        error_set(error, ERROR_IO, "cannot read the history of %s", r->path);
    else if (code != 1 && tips.unreadable.ptr)
        error_set(error, ERROR_IO, "cannot read what %.*s of %s leads to",
                  SLICE_ARG(tips.unreadable), r->path);
    arena_destroy(arena);
    return code == 1;
}

bool repository_is_shallow(struct repository *r)
{
    bool shallow = false;
    if (repository_lock(r, NULL)) {
        shallow = repository_ends_early(r->git);
        repository_unlock(r);
    }
    return shallow;
}

bool repository_shallow_commits(struct repository *r, struct map *commits, struct error *error)
{
    if (!repository_lock(r, error))
        return false;
    bool ok = repository_read_ends(r->git, commits, error);
    repository_unlock(r);
    return ok;
}

bool repository_merge_base(struct repository *r, const struct object_id *a,
                           const struct object_id *b, struct object_id *base, struct error *error)
{
    git_oid first = repository_oid(a), second = repository_oid(b), out;
    if (!repository_lock(r, error))
        return false;
    int code = git_merge_base(&out, r->git, &first, &second);
    repository_unlock(r);
    if (code == 0)
        *base = repository_id(&out);
    else if (code != GIT_ENOTFOUND)
        error_set(error, ERROR_IO, "cannot read the history of %s", r->path);
    return code == 0;
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
