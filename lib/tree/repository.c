// SPDX-License-Identifier: MIT
//
// The repository by libgit2: all that is known of that library is in this file, in
// repository_refs.c, repository_diff.c and repository_loose.c.
#include "repository_inside.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// REMEMBERED_MAX: blobs whose size is remembered. POINTER_MAX: a Git LFS pointer is shorter.
// CACHE_BYTES: objects that libgit2 keeps; its own choice is 256 MB.
enum { REMEMBERED_MAX = 1 << 18, POINTER_MAX = 1024, CACHE_BYTES = 16 << 20 };

// ---- the library ----

// libgit2 counts its users, but its options are for all of them and have no lock: so they are set
// by the first, before another thread has a repository.
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;

// The machine's and the user's configuration may name programs and other files, so none is read.
// The owner of the files does not matter, since nothing of theirs is run.
static bool set_library_options(void)
{
    static const int LEVELS[] = {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG,
                                 GIT_CONFIG_LEVEL_GLOBAL, GIT_CONFIG_LEVEL_PROGRAMDATA};
    const char *extensions[] = {"partialclone", "worktreeconfig"};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof LEVELS / sizeof *LEVELS; i++)
        ok = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, LEVELS[i], "") == 0;
    return ok && git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0) == 0 &&
           git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)CACHE_BYTES) == 0 &&
           git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions, (size_t)2) == 0;
}

static bool start_library(struct error *error)
{
    pthread_mutex_lock(&library_lock);
    int users = git_libgit2_init();
    bool ok = users > 1 || (users == 1 && set_library_options());
    if (!ok && users > 0)
        git_libgit2_shutdown();
    pthread_mutex_unlock(&library_lock);
    return ok || error_set(error, ERROR_IO, "cannot start libgit2");
}

static void leave_library(void)
{
    pthread_mutex_lock(&library_lock);
    git_libgit2_shutdown();
    pthread_mutex_unlock(&library_lock);
}

const char *repository_version(void)
{
    static char text[32];
    int major = 0, minor = 0, revision = 0;
    git_libgit2_version(&major, &minor, &revision);
    snprintf(text, sizeof text, "%d.%d.%d", major, minor, revision);
    return text;
}

// ---- errors ----

static bool says(const char *text, const char *word)
{
    return text && strstr(text, word);
}

// Explains why a repository cannot be opened.
static bool refuse_repository(const char *path, struct error *error)
{
    const git_error *why = git_error_last();
    const char *text = why ? why->message : "unknown";
    if (says(text, "objectformat"))
        error_set(error, ERROR_CONFIG,
                  "the repository %s names its objects by SHA-256, which libgit2 %s cannot read",
                  path, repository_version());
    else if (says(text, "refstorage"))
        error_set(error, ERROR_CONFIG,
                  "the repository %s keeps its refs as reftable, which libgit2 %s cannot read",
                  path, repository_version());
    else
        error_set(error, ERROR_CONFIG, "cannot open the repository %s: %s", path,
                  text ? text : "no reason is known");
    if (says(text, "could not find"))
        error_hint(error, "name a bare repository, a clone or a worktree itself, not a directory "
                          "in it; --subdirectory names where the site is");
    return false;
}

// An object that is needed and cannot be read.
bool repository_fail(struct repository *r, const git_oid *id, int code, struct error *error)
{
    const git_error *why = git_error_last();
    char hex[GIT_OID_HEXSZ + 1] = "";
    git_oid_tostr(hex, sizeof hex, id);
    if (code != GIT_ENOTFOUND)
        error_set(error, ERROR_IO, "cannot read the object %s of the repository %s: %s", hex,
                  r->path, why ? why->message : "unknown");
    else
        error_set(error, ERROR_IO, "the object %s is not in the repository %s", hex, r->path);
    if (r->partial)
        error_hint(error, "it is a partial clone: fetch with --refetch --no-filter");
    else if (code == GIT_ENOTFOUND && repository_ends_early(r->git))
        error_hint(error, "it is a shallow clone: git fetch --unshallow");
    else
        error_hint(error, "git fsck says more; fetch the repository again");
    return false;
}

// ---- opening ----

// git_config_foreach_match would have the names looked for, but loses memory for each (1.5.1).
static int note_promisor(const git_config_entry *entry, void *state)
{
    bool *partial = state;
    struct slice name = slice_from_cstr(entry->name);
    bool promises =
        slice_equal(name, SLICE("extensions.partialclone")) ||
        (slice_starts_with(name, SLICE("remote.")) && slice_ends_with(name, SLICE(".promisor")));
    *partial |= promises && strcmp(entry->value ? entry->value : "", "false") != 0;
    return 0;
}

static bool is_partial(git_repository *git)
{
    git_config *config = NULL;
    bool partial = false;
    if (git_repository_config_snapshot(&config, git) == 0)
        git_config_foreach(config, note_promisor, &partial);
    git_config_free(config);
    return partial;
}

// Follows the path again; if it leads elsewhere, opens the repository there instead. Under the
// lock.
static bool open_again(struct repository *r, struct error *error)
{
    char *real = realpath(r->path, NULL);
    git_repository *git = NULL;
    if (r->git && real && r->real && strcmp(real, r->real) == 0) {
        free(real);
        return true;
    }
    if (git_repository_open_ext(&git, real ? real : r->path, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) !=
        0) {
        free(real);
        return refuse_repository(r->path, error);
    }
    if (!repository_read_loose(git)) {
        git_repository_free(git);
        free(real);
        return error_set(error, ERROR_CONFIG, "the repository %s has no objects to be read",
                         r->path);
    }
    git_repository_free(r->git);
    free(r->real);
    r->git = git;
    r->real = real;
    r->partial = is_partial(git);
    return true;
}

bool repository_lock(struct repository *r, struct error *error)
{
    pthread_mutex_lock(&r->lock);
    if (open_again(r, error))
        return true;
    pthread_mutex_unlock(&r->lock);
    return false;
}

void repository_unlock(struct repository *r)
{
    pthread_mutex_unlock(&r->lock);
}

static struct repository *create_repository(const char *path)
{
    struct repository *r = calloc(1, sizeof *r);
    struct arena *arena = arena_create(0, 0);
    char *copy = strdup(path);
    if (r && arena && copy) {
        *r = (struct repository){.path = copy, .arena = arena, .blobs = map_create(arena)};
        pthread_mutex_init(&r->lock, NULL);
        atomic_init(&r->references, 1);
        return r;
    }
    free(r);
    free(copy);
    arena_destroy(arena);
    return NULL;
}

struct repository *repository_open(const char *path, struct error *error)
{
    if (!start_library(error))
        return NULL;
    struct repository *r = create_repository(path);
    if (!r) {
        leave_library();
        error_memory(error);
        return NULL;
    }
    if (repository_lock(r, error)) {
        repository_unlock(r);
        return r;
    }
    repository_release(r);
    return NULL;
}

struct repository *repository_retain(struct repository *repository)
{
    atomic_fetch_add(&repository->references, 1);
    return repository;
}

void repository_release(struct repository *repository)
{
    if (!repository || atomic_fetch_sub(&repository->references, 1) != 1)
        return;
    git_repository_free(repository->git);
    arena_destroy(repository->arena);
    pthread_mutex_destroy(&repository->lock);
    free(repository->path);
    free(repository->real);
    free(repository);
    leave_library();
}

// ---- objects ----

git_oid repository_oid(const struct object_id *id)
{
    git_oid oid;
    git_oid_fromraw(&oid, id->bytes);
    return oid;
}

struct object_id repository_id(const git_oid *oid)
{
    struct object_id id;
    memcpy(id.bytes, oid->id, sizeof id.bytes);
    return id;
}

// What cannot be asked is left to the reading, which says why.
bool repository_check_length(struct repository *r, const git_oid *oid, size_t max,
                             struct error *error)
{
    git_odb *odb = NULL;
    git_object_t type;
    size_t size = 0;
    char hex[GIT_OID_HEXSZ + 1];
    if (git_repository_odb(&odb, r->git) != 0 || git_odb_read_header(&size, &type, odb, oid) != 0)
        size = 0;
    git_odb_free(odb);
    git_oid_tostr(hex, sizeof hex, oid);
    return size <= max || error_set(error, ERROR_LIMIT,
                                    "the object %s of the repository %s is %zu bytes long; at most "
                                    "%zu are read",
                                    hex, r->path, size, max);
}

// git writes down the encoding of a commit that is not in UTF-8, if it was told (i18n.
// commitEncoding). Other encodings than the one below are rare.
static bool is_latin1(const char *encoding)
{
    static const char *const NAMES[] = {"ISO-8859-1", "ISO8859-1", "latin1", "latin-1"};
    for (size_t i = 0; encoding && i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_equal_ignore_case(slice_from_cstr(encoding), slice_from_cstr(NAMES[i])))
            return true;
    return false;
}

// A text of a commit, which may be any bytes, as the UTF-8 that all texts are. What is none of it
// becomes U+FFFD.
static struct slice copy_commit_text(struct arena *arena, const char *text, const char *encoding)
{
    struct slice bytes = slice_from_cstr(text ? text : "");
    bool latin1 = is_latin1(encoding) && !utf8_is_ascii(bytes);
    if (!latin1 && utf8_find_invalid(bytes) == SIZE_MAX)
        return arena_copy(arena, bytes);
    struct buffer out = buffer_create(arena, 0);
    for (size_t at = 0; at < bytes.len;)
        utf8_append(&out, latin1 ? (unsigned char)bytes.ptr[at++] : utf8_decode(bytes, &at));
    return out.failed ? SLICE_EMPTY : buffer_slice(&out);
}

static bool copy_commit(git_commit *commit, struct arena *arena, struct repository_commit *out)
{
    size_t count = git_commit_parentcount(commit);
    struct object_id *parents = arena_alloc(arena, (count + 1) * sizeof *parents);
    const git_signature *author = git_commit_author(commit);
    const char *encoding = git_commit_message_encoding(commit);
    for (size_t i = 0; parents && i < count; i++)
        parents[i] = repository_id(git_commit_parent_id(commit, (unsigned)i));
    *out = (struct repository_commit){
        .tree = repository_id(git_commit_tree_id(commit)),
        .author = copy_commit_text(arena, author->name, encoding),
        .summary = copy_commit_text(arena, git_commit_summary(commit), encoding),
        .author_s = author->when.time,
        .committer_s = git_commit_time(commit),
        .parents = parents,
        .parent_count = count,
    };
    return parents && out->author.ptr && out->summary.ptr;
}

bool repository_commit(struct repository *r, const struct object_id *id, struct arena *arena,
                       struct repository_commit *out, struct error *error)
{
    git_oid oid = repository_oid(id);
    git_commit *commit = NULL;
    if (!repository_lock(r, error))
        return false;
    bool ok = repository_check_length(r, &oid, COMMIT_MAX, error);
    int code = ok ? git_commit_lookup(&commit, r->git, &oid) : 0;
    if (ok)
        ok = code == 0 ? copy_commit(commit, arena, out) || error_memory(error)
                       : repository_fail(r, &oid, code, error);
    git_commit_free(commit);
    repository_unlock(r);
    return ok;
}

static struct repository_entry entry_of(const git_tree_entry *entry)
{
    struct repository_entry out = {.name = slice_from_cstr(git_tree_entry_name(entry)),
                                   .id = repository_id(git_tree_entry_id(entry))};
    switch (git_tree_entry_filemode(entry)) {
    case GIT_FILEMODE_TREE:
        out.kind = ENTRY_FOLDER;
        break;
    case GIT_FILEMODE_LINK:
        out.kind = ENTRY_LINK;
        break;
    case GIT_FILEMODE_COMMIT:
        out.kind = ENTRY_SUBMODULE;
        break;
    case GIT_FILEMODE_BLOB_EXECUTABLE:
        out.executable = true;
        out.kind = ENTRY_FILE;
        break;
    default:
        out.kind = ENTRY_FILE;
        break;
    }
    return out;
}

bool repository_each_entry(struct repository *r, const struct object_id *tree,
                           repository_entry_fn fn, void *state, struct error *error)
{
    git_oid oid = repository_oid(tree);
    git_tree *object = NULL;
    if (!repository_lock(r, error))
        return false;
    bool ok = repository_check_length(r, &oid, TREE_MAX, error);
    int code = ok ? git_tree_lookup(&object, r->git, &oid) : 0;
    ok = ok && (code == 0 || repository_fail(r, &oid, code, error));
    repository_unlock(r);
    // The object holds all its entries: the repository is not asked.
    for (size_t i = 0; ok && i < git_tree_entrycount(object); i++) {
        struct repository_entry entry = entry_of(git_tree_entry_byindex(object, i));
        ok = fn(state, &entry);
    }
    git_tree_free(object);
    return ok;
}

static bool is_pointer(struct slice content)
{
    return slice_starts_with(content, SLICE("version https://git-lfs.github.com/spec/"));
}

// Under the lock.
static bool look_at_blob(struct repository *r, const git_oid *oid, struct repository_blob *out,
                         struct error *error)
{
    git_odb *odb = NULL;
    git_object_t type = GIT_OBJECT_INVALID;
    size_t size = 0;
    int code = git_repository_odb(&odb, r->git);
    code = code ? code : git_odb_read_header(&size, &type, odb, oid);
    git_odb_object *object = NULL;
    if (code == 0 && type == GIT_OBJECT_BLOB && size <= POINTER_MAX)
        code = git_odb_read(&object, odb, oid);
    out->size = size;
    out->pointer =
        object && is_pointer(slice_of(git_odb_object_data(object), git_odb_object_size(object)));
    git_odb_object_free(object);
    git_odb_free(odb);
    if (code == 0 && type == GIT_OBJECT_BLOB)
        return true;
    return code ? repository_fail(r, oid, code, error)
                : error_set(error, ERROR_IO, "an object of %s is not a blob", r->path);
}

// Under the lock. What does not fit is asked again.
static void remember_blob(struct repository *r, const struct object_id *id,
                          const struct repository_blob *blob)
{
    if (r->blobs.count >= REMEMBERED_MAX) {
        arena_reset(r->arena, 0);
        r->blobs = map_create(r->arena);
    }
    struct repository_blob *copy = arena_alloc(r->arena, sizeof *copy);
    struct slice key = arena_copy(r->arena, object_id_key(id));
    if (!copy || !key.ptr)
        return;
    *copy = *blob;
    map_put(&r->blobs, key, copy);
}

bool repository_look(struct repository *r, const struct object_id *blob,
                     struct repository_blob *out, struct error *error)
{
    git_oid oid = repository_oid(blob);
    if (!repository_lock(r, error))
        return false;
    const struct repository_blob *known = map_get(&r->blobs, object_id_key(blob));
    bool ok = known || look_at_blob(r, &oid, out, error);
    if (known)
        *out = *known;
    else if (ok)
        remember_blob(r, blob, out);
    repository_unlock(r);
    return ok;
}

static bool copy_blob(struct repository *r, const git_oid *oid, struct arena *arena,
                      struct slice *out, struct error *error)
{
    git_blob *blob = NULL;
    int code = git_blob_lookup(&blob, r->git, oid);
    if (code)
        return repository_fail(r, oid, code, error);
    size_t size = (size_t)git_blob_rawsize(blob);
    char *text = arena_alloc_text(arena, size + 1);
    if (text) {
        memcpy(text, size ? git_blob_rawcontent(blob) : "", size);
        text[size] = '\0';
        *out = slice_of(text, size);
    }
    git_blob_free(blob);
    return text || error_memory(error);
}

bool repository_read(struct repository *r, const struct object_id *blob, struct arena *arena,
                     size_t max, struct slice *out, struct error *error)
{
    git_oid oid = repository_oid(blob);
    struct repository_blob known;
    if (!repository_look(r, blob, &known, error))
        return false;
    if (known.size > max)
        return error_set(error, ERROR_LIMIT, "it is %llu bytes long; at most %zu are read",
                         (unsigned long long)known.size, max);
    if (!repository_lock(r, error))
        return false;
    bool ok = copy_blob(r, &oid, arena, out, error);
    repository_unlock(r);
    return ok;
}
