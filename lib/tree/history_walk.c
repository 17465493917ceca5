// SPDX-License-Identifier: MIT
//
// The walk. Each waiting commit has the paths followed there, each with the files it leads to. They
// all pass to a parent at once, except those that the commit changed: so a commit costs as much as
// it changes, not as many files as there are.
//
//   waiting, by date ─▶ newest commit ─▶ what it changes ─▶ its files note it ─▶ paths to parents
#include "base/clock.h"
#include "history_inside.h"

// COMMITS_MAX: commits walked; older ones stay unknown. CLOCK_EVERY: commits between two looks at
// the clock. SCRATCH_MAX: bytes for one commit's changes. PARENTS_MAX: of a commit, each once.
enum { COMMITS_MAX = 200000, CLOCK_EVERY = 8, SCRATCH_MAX = 64 << 20, SCRATCH_KEEP = 1 << 20 };
enum { PARENTS_MAX = 256 };

// A path leads to a file, usually to one.
struct track {
    uint32_t file;
    struct track *next;
};

struct node {
    struct repository_commit commit;
    struct object_id id;
    struct map *followed; // paths → struct track (NULL: no longer followed); NULL: none
    uint32_t order;       // in which it was come by
    bool waits;
};

struct file {
    struct slice path;
    struct history_file told;
    uint32_t room, move_room; // in its lists
};

struct history_walk {
    struct repository *repository;
    struct history *known;
    struct object_id commit;
    struct arena *arena, *scratch;
    struct file *files;
    size_t file_count;
    struct map nodes;   // id, as bytes → struct node
    struct node **heap; // that wait, the newest first
    size_t heap_count, heap_room;
    uint32_t order;
    struct history_commit *told; // of which files are
    uint32_t told_count;
    size_t told_room;
    struct map numbers; // id, as bytes → its row in `told`, counted from 1
    struct map ends;    // ids of the commits where a shallow clone ends
    bool ended;         // at one of them
    uint32_t walked;
    struct error error;
    bool failed; // no memory
};

// ---- waiting commits ----

// git's order: by committer date, then in the order they were reached.
static bool goes_before(const struct node *a, const struct node *b)
{
    return a->commit.committer_s != b->commit.committer_s
               ? a->commit.committer_s > b->commit.committer_s
               : a->order < b->order;
}

static void swap_nodes(struct node **a, struct node **b)
{
    struct node *other = *a;
    *a = *b;
    *b = other;
}

static void enqueue_node(struct history_walk *w, struct node *node)
{
    if (node->waits)
        return;
    if (!arena_room(w->arena, &w->heap, w->heap_count, &w->heap_room, sizeof *w->heap)) {
        w->failed = true;
        return;
    }
    node->waits = true;
    node->order = w->order++;
    w->heap[w->heap_count] = node;
    for (size_t i = w->heap_count++; i && goes_before(w->heap[i], w->heap[(i - 1) / 2]);
         i = (i - 1) / 2)
        swap_nodes(&w->heap[i], &w->heap[(i - 1) / 2]);
}

static struct node *take_newest(struct history_walk *w)
{
    struct node *newest = w->heap[0], **heap = w->heap;
    heap[0] = heap[--w->heap_count];
    for (size_t i = 0, child; (child = 2 * i + 1) < w->heap_count; i = child) {
        if (child + 1 < w->heap_count && goes_before(heap[child + 1], heap[child]))
            child++;
        if (!goes_before(heap[child], heap[i]))
            break;
        swap_nodes(&heap[child], &heap[i]);
    }
    newest->waits = false;
    return newest;
}

// The node of a commit, read when first reached; NULL and error on failure.
static struct node *node_of(struct history_walk *w, const struct object_id *id, struct error *error)
{
    struct slice key = object_id_key(id);
    struct node *node = map_get(&w->nodes, key);
    if (node)
        return node;
    node = arena_zalloc(w->arena, 1, sizeof *node);
    if (!node) {
        w->failed = true;
        return NULL;
    }
    node->id = *id;
    if (!repository_commit(w->repository, id, w->arena, &node->commit, error))
        return NULL;
    key = object_id_key(&node->id);
    w->failed |= !map_put(&w->nodes, key, node);
    return node;
}

// ---- followed paths ----

static bool has_track(const struct track *track, uint32_t file)
{
    while (track && track->file != file)
        track = track->next;
    return track != NULL;
}

// The tracks are copied, since they are in another list.
static void follow(struct history_walk *w, struct node *node, struct slice path,
                   const struct track *tracks)
{
    if (!node->followed) {
        node->followed = arena_alloc(w->arena, sizeof *node->followed);
        if (!node->followed) {
            w->failed = true;
            return;
        }
        *node->followed = map_create(w->arena);
    }
    struct track *own = map_get(node->followed, path);
    for (; tracks; tracks = tracks->next) {
        struct track *copy =
            has_track(own, tracks->file) ? NULL : arena_alloc(w->arena, sizeof *copy);
        if (!copy) {
            w->failed |= !has_track(own, tracks->file);
            continue;
        }
        *copy = (struct track){tracks->file, own};
        own = copy;
    }
    w->failed |= own && !map_put(node->followed, path, own);
}

// Passes all to a parent: the smaller set is added to the larger.
static void hand_on(struct history_walk *w, struct map *followed, struct node *to)
{
    struct map *less = followed;
    if (!less)
        return;
    if (!to->followed || to->followed->count < less->count) {
        less = to->followed;
        to->followed = followed;
    }
    for (size_t i = 0; less && i < less->count; i++)
        if (less->entries[i].value)
            follow(w, to, less->entries[i].key, less->entries[i].value);
    enqueue_node(w, to);
}

// ---- files ----

static uint32_t number_of(struct history_walk *w, const struct history_commit *commit)
{
    struct slice key = object_id_key(&commit->id);
    uintptr_t known = (uintptr_t)map_get(&w->numbers, key);
    if (known)
        return (uint32_t)known - 1;
    key = arena_copy(w->arena, key);
    if (!key.ptr ||
        !arena_room(w->arena, &w->told, w->told_count, &w->told_room, sizeof *w->told) ||
        !map_put(&w->numbers, key, (void *)((uintptr_t)w->told_count + 1))) {
        w->failed = true;
        return HISTORY_NONE;
    }
    w->told[w->told_count] = *commit;
    return w->told_count++;
}

static uint32_t number_of_node(struct history_walk *w, const struct node *node)
{
    struct history_commit commit = {node->id, node->commit.author_s, node->commit.author,
                                    node->commit.summary};
    return number_of(w, &commit);
}

static void add_commit(struct history_walk *w, struct file *file, uint32_t number)
{
    struct history_file *told = &file->told;
    size_t room = file->room;
    if (told->count >= HISTORY_KEPT || number == HISTORY_NONE)
        return;
    for (uint32_t i = 0; i < told->count; i++)
        if (told->commits[i] == number)
            return;
    if (!arena_room(w->arena, &told->commits, told->count, &room, sizeof *told->commits)) {
        w->failed = true;
        return;
    }
    file->room = (uint32_t)room;
    told->commits[told->count++] = number;
}

static void add_move(struct history_walk *w, struct file *file, struct slice from, uint32_t number)
{
    struct history_file *told = &file->told;
    size_t room = file->move_room;
    if (told->move_count >= HISTORY_MOVES_KEPT || number == HISTORY_NONE)
        return;
    if (!arena_room(w->arena, &told->moves, told->move_count, &room, sizeof *told->moves)) {
        w->failed = true;
        return;
    }
    file->move_room = (uint32_t)room;
    told->moves[told->move_count++] = (struct history_move){from, number};
}

static void touch(struct history_walk *w, struct node *node, const struct track *track,
                  bool created)
{
    uint32_t number = track ? number_of_node(w, node) : HISTORY_NONE;
    for (; track; track = track->next) {
        struct file *file = &w->files[track->file];
        add_commit(w, file, number);
        if (created && file->told.created == HISTORY_NONE)
            file->told.created = number;
    }
}

// ---- a commit ----

struct collecting {
    struct history_walk *w;
    struct history_changes changes;
};

static bool collect_change(void *state, const struct repository_change *change)
{
    struct collecting *c = state;
    struct arena *scratch = c->w->scratch;
    struct slice path = arena_copy(scratch, change->path);
    if (!path.ptr || !arena_room(scratch, &c->changes.rows, c->changes.count, &c->changes.capacity,
                                 sizeof *c->changes.rows))
        return false;
    struct history_change *row = &c->changes.rows[c->changes.count++];
    *row = (struct history_change){
        .path = path, .from = change->from, .to = change->to, .source = SIZE_MAX};
    if (change->from)
        row->old = *change->from;
    if (change->to)
        row->new = *change->to;
    return true;
}

static struct track *tracks_of(const struct node *node, struct slice path)
{
    return node->followed ? map_get(node->followed, path) : NULL;
}

// Whether the commit added a followed path.
static bool wants_moves(const struct node *node, const struct history_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (!changes->rows[i].from && tracks_of(node, changes->rows[i].path))
            return true;
    return false;
}

// A path that the commit moved is followed at its old place from here on.
static void follow_source(struct history_walk *w, struct node *node, struct node *parent,
                          const struct history_change *change, struct slice source)
{
    struct track *tracks = tracks_of(node, change->path);
    struct slice from = arena_copy(w->arena, source);
    uint32_t number = number_of_node(w, node);
    w->failed |= !from.ptr;
    if (w->failed)
        return;
    for (struct track *track = tracks; track; track = track->next)
        add_move(w, &w->files[track->file], from, number);
    map_find(node->followed, change->path)->value = NULL;
    follow(w, parent, from, tracks);
}

// A commit with one parent, or none (NULL).
static void walk_plain(struct history_walk *w, struct node *node, struct node *parent,
                       struct history_changes *changes)
{
    if (parent && wants_moves(node, changes))
        history_find_moves(w->repository, changes, w->scratch);
    for (size_t i = 0; i < changes->count; i++) {
        struct history_change *change = &changes->rows[i];
        bool moved = change->source != SIZE_MAX;
        struct track *tracks = tracks_of(node, change->path);
        touch(w, node, tracks, !change->from && !moved);
        if (tracks && moved)
            follow_source(w, node, parent, change, changes->rows[change->source].path);
    }
}

static bool has_alike(struct history_walk *w, const struct node *parent,
                      const struct history_change *change)
{
    struct repository_entry entry;
    struct error error = {0};
    bool there = repository_find(w->repository, &parent->commit.tree, change->path, &entry, &error);
    if (!there && error.code != ERROR_NOT_FOUND && !error_is_set(&w->error))
        w->error = error;
    return there ? change->to && object_id_equal(&entry.id, &change->new)
                 : !change->to && error.code == ERROR_NOT_FOUND;
}

// Paths that differ from the first parent: followed in a parent that agrees with the merge; if none
// does, the merge itself made the change, and all parents are followed.
static void walk_merge(struct history_walk *w, struct node *node, struct node **parents,
                       size_t count, struct history_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        struct history_change *change = &changes->rows[i];
        struct map_entry *entry = node->followed ? map_find(node->followed, change->path) : NULL;
        struct track *tracks = entry ? entry->value : NULL;
        size_t same = 1;
        while (tracks && same < count && !has_alike(w, parents[same], change))
            same++;
        if (error_is_set(&w->error))
            return;
        if (!tracks)
            continue;
        if (same < count)
            entry->value = NULL;
        else
            touch(w, node, tracks, false);
        for (size_t p = 1; p < count; p++)
            if (same == count || p == same)
                follow(w, parents[p], entry->key, tracks);
    }
}

static bool has_parent(struct node *const *parents, size_t count, const struct node *parent)
{
    for (size_t i = 0; i < count; i++)
        if (parents[i] == parent)
            return true;
    return false;
}

// The parents, each once; none where a shallow clone ends. False: there are too many, or one cannot
// be read.
static bool find_parents(struct history_walk *w, const struct node *node,
                         struct node *parents[PARENTS_MAX], size_t *count)
{
    bool end = map_find(&w->ends, object_id_key(&node->id)) != NULL;
    *count = 0;
    w->ended |= end;
    for (size_t i = 0; !end && i < node->commit.parent_count; i++) {
        struct node *parent = node_of(w, &node->commit.parents[i], &w->error);
        if (!parent || w->failed)
            return false;
        if (has_parent(parents, *count, parent))
            continue;
        if (*count == PARENTS_MAX)
            return error_set(&w->error, ERROR_LIMIT,
                             "a commit has more than %d parents: its history is not read",
                             PARENTS_MAX);
        parents[(*count)++] = parent;
    }
    return true;
}

static void walk_commit(struct history_walk *w, struct node *node)
{
    struct collecting c = {.w = w};
    struct node *parents[PARENTS_MAX];
    size_t count;
    if (!find_parents(w, node, parents, &count))
        return;
    if (!repository_diff(w->repository, count ? &parents[0]->commit.tree : NULL, &node->commit.tree,
                         collect_change, &c, &w->error)) {
        if (!error_is_set(&w->error))
            error_set(&w->error, ERROR_LIMIT, "a commit changes too much for its history");
        return;
    }
    if (count <= 1)
        walk_plain(w, node, count ? parents[0] : NULL, &c.changes);
    else
        walk_merge(w, node, parents, count, &c.changes);
    if (error_is_set(&w->error))
        return;
    for (size_t p = 1; p < count; p++)
        if (parents[p]->followed)
            enqueue_node(w, parents[p]);
    if (count)
        hand_on(w, node->followed, parents[0]);
}

// ---- what is known ----

static uint32_t take_commit(struct history_walk *w, uint32_t number)
{
    const struct history_commit *row = history_commit_at(w->known, number);
    return row ? number_of(w, row) : HISTORY_NONE;
}

static void take_known(struct history_walk *w, struct file *file, const struct history_file *known)
{
    for (uint32_t i = 0; i < known->count && file->told.count < HISTORY_KEPT; i++)
        add_commit(w, file, take_commit(w, known->commits[i]));
    if (file->told.created == HISTORY_NONE)
        file->told.created = take_commit(w, known->created);
    for (uint32_t i = 0; i < known->move_count; i++)
        add_move(w, file, known->moves[i].from, take_commit(w, known->moves[i].commit));
}

// The commit of the known history: its files need not be followed further.
static void join_known(struct history_walk *w, struct node *node)
{
    struct map *paths = node->followed;
    for (size_t i = 0; paths && i < paths->count; i++) {
        const struct history_file *known = history_find(w->known, paths->entries[i].key);
        if (!known)
            continue;
        for (struct track *track = paths->entries[i].value; track; track = track->next)
            take_known(w, &w->files[track->file], known);
        paths->entries[i].value = NULL;
    }
}

static bool follows_any(const struct node *node)
{
    for (size_t i = 0; node->followed && i < node->followed->count; i++)
        if (node->followed->entries[i].value)
            return true;
    return false;
}

// ---- the walk ----

static bool is_over(struct history_walk *w)
{
    if (w->walked >= COMMITS_MAX && w->heap_count && !error_is_set(&w->error))
        error_set(&w->error, ERROR_LIMIT,
                  "the history has more than %d commits; the older ones are "
                  "not read",
                  COMMITS_MAX);
    return w->failed || !w->heap_count || error_is_set(&w->error);
}

bool history_go_on(struct history_walk *w, uint64_t until_ns, bool (*stop)(void *state),
                   void *state)
{
    for (unsigned i = 1; !is_over(w); i++) {
        struct node *node = take_newest(w);
        w->walked++;
        if (w->known && object_id_equal(&node->id, history_of(w->known)))
            join_known(w, node);
        if (follows_any(node))
            walk_commit(w, node);
        node->followed = NULL;
        arena_reset(w->scratch, SCRATCH_KEEP);
        if (i % CLOCK_EVERY == 0 && !is_over(w) &&
            (clock_monotonic_ns() >= until_ns || (stop && stop(state))))
            return false;
    }
    return true;
}

const struct object_id *history_walk_of(const struct history_walk *walk)
{
    return &walk->commit;
}

// ---- beginning and ending ----

static bool begin_walk(struct history_walk *w, const struct slice *paths, size_t count)
{
    w->files = arena_zalloc(w->arena, count + 1, sizeof *w->files);
    bool ends = w->files && repository_shallow_commits(w->repository, &w->ends, &w->error);
    struct node *first = ends ? node_of(w, &w->commit, &w->error) : NULL;
    if (!w->files || w->failed)
        return false;
    w->file_count = count;
    for (size_t i = 0; i < count; i++) {
        struct track track = {.file = (uint32_t)i};
        w->files[i].path = arena_copy(w->arena, paths[i]);
        w->files[i].told.created = HISTORY_NONE;
        if (!w->files[i].path.ptr)
            return false;
        if (first)
            follow(w, first, w->files[i].path, &track);
    }
    if (first)
        enqueue_node(w, first);
    return !w->failed;
}

struct history_walk *history_begin(struct repository *repository, const struct object_id *commit,
                                   const struct slice *paths, size_t count, struct history *known)
{
    struct arena *arena = arena_create(1 << 18, 0);
    struct history_walk *w = arena ? arena_zalloc(arena, 1, sizeof *w) : NULL;
    if (!w) {
        arena_destroy(arena);
        return NULL;
    }
    *w = (struct history_walk){.repository = repository_retain(repository),
                               .known = known && !known->partial ? history_retain(known) : NULL,
                               .commit = *commit,
                               .arena = arena,
                               .scratch = arena_create(1 << 18, SCRATCH_MAX),
                               .nodes = map_create(arena),
                               .numbers = map_create(arena),
                               .ends = map_create(arena)};
    if (w->scratch && count < HISTORY_NONE && begin_walk(w, paths, count))
        return w;
    history_end(w);
    return NULL;
}

void history_end(struct history_walk *w)
{
    if (!w)
        return;
    repository_release(w->repository);
    history_release(w->known);
    arena_destroy(w->scratch);
    arena_destroy(w->arena);
}

static bool keep_commits(struct history_walk *w, struct history *history)
{
    struct arena *arena = history->arena;
    history->commits = arena_zalloc(arena, w->told_count + 1, sizeof *history->commits);
    history->commit_count = history->commits ? w->told_count : 0;
    for (uint32_t i = 0; i < history->commit_count; i++) {
        const struct history_commit *row = &w->told[i];
        history->commits[i] =
            (struct history_commit){row->id, row->author_s, arena_copy(arena, row->author),
                                    arena_copy(arena, row->summary)};
    }
    return history->commits != NULL;
}

static bool keep_file(struct history *history, const struct file *file)
{
    struct arena *arena = history->arena;
    const struct history_file *told = &file->told;
    struct history_file *copy = arena_alloc(arena, sizeof *copy);
    uint32_t *commits = arena_alloc(arena, (told->count + 1) * sizeof *commits);
    struct history_move *moves = arena_alloc(arena, (told->move_count + 1) * sizeof *moves);
    struct slice path = arena_copy(arena, file->path);
    if (!copy || !commits || !moves || !path.ptr)
        return false;
    *copy = *told;
    copy->commits = commits;
    copy->moves = moves;
    for (uint32_t i = 0; i < told->count; i++)
        commits[i] = told->commits[i];
    for (uint32_t i = 0; i < told->move_count; i++)
        moves[i] =
            (struct history_move){arena_copy(arena, told->moves[i].from), told->moves[i].commit};
    return map_put(&history->files, path, copy);
}

struct history *history_take(struct history_walk *w, struct error *error)
{
    struct history *history = w->failed ? NULL : history_create();
    bool ok = history && keep_commits(w, history);
    if (ok) {
        history->commit = w->commit;
        history->end = w->error;
        // What is too much stays so, whatever happens to the repository.
        history->partial = w->ended || (error_is_set(&w->error) && w->error.code != ERROR_LIMIT);
    }
    for (size_t i = 0; ok && i < w->file_count; i++)
        ok = keep_file(history, &w->files[i]);
    ok = ok && !arena_failed(history->arena);
    if (ok && error_is_set(&w->error))
        *error = w->error;
    history_end(w);
    if (ok)
        return history;
    history_release(history);
    return NULL;
}
