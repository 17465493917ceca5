// SPDX-License-Identifier: MIT
//
// Finding and compiling the templates of a set. A template is compiled under the set's mutex on
// first use; later uses find it without a lock.
#include "set.h"

#include "base/file.h"

static struct set_entry *find_entry(struct template_set *set, struct slice name, uint64_t hash)
{
    struct set_entry *entry =
        atomic_load_explicit(&set->buckets[hash % SET_BUCKETS], memory_order_acquire);
    while (entry && !(entry->hash == hash && slice_equal(entry->name, name)))
        entry = entry->next;
    return entry;
}

static void publish_entry(struct template_set *set, struct set_entry *entry)
{
    _Atomic(struct set_entry *) *bucket = &set->buckets[entry->hash % SET_BUCKETS];
    entry->next = atomic_load_explicit(bucket, memory_order_relaxed);
    atomic_store_explicit(bucket, entry, memory_order_release);
}

static bool is_shortcode(void *state, struct slice name, bool *paired)
{
    const struct callable *callable = set_shortcode(state, name);
    if (callable)
        *paired = callable->paired;
    return callable != NULL;
}

struct parser_input set_parser_input(struct template_set *set, struct slice file,
                                     struct slice source, unsigned first_line)
{
    return (struct parser_input){
        .file = file,
        .source = source,
        .first_line = first_line,
        .trim_blocks = set->options.trim_blocks,
        .lstrip_blocks = set->options.lstrip_blocks,
        .tags = set->options.tags,
        .shortcode = is_shortcode,
        .state = set,
    };
}

static bool parse_parts(struct compile_input *input, struct slice prelude, struct error *error)
{
    struct parser_input text =
        set_parser_input(input->set, input->file, input->source, input->first_line);
    if (prelude.len) {
        struct parser_input front = set_parser_input(input->set, SLICE("prelude"), prelude, 1);
        input->prelude = template_parse(input->scratch, &front, error);
        if (!input->prelude)
            return false;
    }
    input->root = template_parse(input->scratch, &text, error);
    return input->root != NULL;
}

// Mutex held.
static struct template *compile(struct compile_input *input, struct slice prelude,
                                struct error *error)
{
    input->scratch = arena_create(0, 0);
    if (!input->scratch) {
        error_memory(error);
        return NULL;
    }
    struct template *template = NULL;
    if (parse_parts(input, prelude, error))
        template = compiler_run(input, error);
    if (!template)
        set_tell_memory(arena_failed(input->scratch) ? input->scratch : input->arena, error);
    arena_destroy(input->scratch);
    return template;
}

const struct template *template_compile(struct template_set *set, struct slice name,
                                        struct slice file, struct slice source, unsigned first_line,
                                        struct slice prelude, struct error *error)
{
    struct error local = {.code = ERROR_NONE};
    struct compile_input input = {.set = set,
                                  .arena = set->arena,
                                  .source = source,
                                  .first_line = first_line ? first_line : 1};
    pthread_mutex_lock(&set->mutex);
    input.name = arena_copy(set->arena, name);
    input.file = arena_copy(set->arena, file);
    struct template *template = compile(&input, prelude, error ? error : &local);
    arena_forgive(set->arena);
    pthread_mutex_unlock(&set->mutex);
    return template;
}

// Mutex held: no other thread can have published it meanwhile. A template that does not compile
// gets an entry too, so that it is not compiled again for every request; but not for want of
// memory, of which there may be enough the next time.
static struct set_entry *load_entry(struct template_set *set, struct slice name, uint64_t hash,
                                    struct error *error)
{
    struct set_entry *entry = find_entry(set, name, hash);
    if (entry || !set->options.loader)
        return entry;
    struct compile_input input = {.set = set, .arena = set->arena, .first_line = 1};
    if (!set->options.loader(set->options.loader_state, set->arena, name, &input.source,
                             &input.file, error)) {
        if (arena_failed(set->arena)) // it may be there
            set_tell_memory(set->arena, error);
        return NULL;
    }
    entry = arena_zalloc(set->arena, 1, sizeof *entry);
    input.name = arena_copy(set->arena, name);
    if (!entry || !input.name.ptr) {
        error_memory(error);
        return NULL;
    }
    entry->name = input.name;
    entry->hash = hash;
    entry->template = compile(&input, SLICE_EMPTY, &entry->error);
    if (entry->error.code == ERROR_MEMORY) {
        *error = entry->error;
        return NULL;
    }
    publish_entry(set, entry);
    return entry;
}

bool set_find(struct template_set *set, struct slice name, const struct template **out,
              struct error *error)
{
    uint64_t hash = slice_hash(name);
    struct set_entry *entry = find_entry(set, name, hash);
    if (!entry) {
        pthread_mutex_lock(&set->mutex);
        entry = load_entry(set, name, hash, error);
        arena_forgive(set->arena);
        pthread_mutex_unlock(&set->mutex);
    }
    if (entry && !entry->template && !error_is_set(error))
        *error = entry->error;
    *out = entry ? entry->template : NULL;
    return *out != NULL;
}

// ---- what is there instead ----

static struct slice nearest_template(struct template_set *set, struct slice name)
{
    struct slice best = SLICE_EMPTY;
    size_t limit = name.len / 3;
    for (size_t i = 0; i < SET_BUCKETS && limit > 0; i++) {
        struct set_entry *entry = atomic_load_explicit(&set->buckets[i], memory_order_acquire);
        for (; entry; entry = entry->next) {
            size_t distance = slice_distance(name, entry->name, limit);
            if (distance <= limit) {
                best = entry->name;
                limit = distance ? distance - 1 : 0;
            }
        }
    }
    return best;
}

void set_not_found(struct template_set *set, struct slice name, struct error *error)
{
    error_set(error, ERROR_NOT_FOUND, "template not found: %.*s", SLICE_ARG(name));
    const struct template_options *options = &set->options;
    char suggested[160];
    struct slice near;
    if (options->suggest &&
        options->suggest(options->loader_state, name, suggested, sizeof suggested))
        near = slice_from_cstr(suggested);
    else
        near = nearest_template(set, name);
    if (near.len)
        error_hint(error, "did you mean `%.*s`?", SLICE_ARG(near));
    else
        error_hint(error, "names are looked up in the template search paths; only names that start "
                          "with ./ or ../ are relative to the including template");
}

const struct template *template_get(struct template_set *set, struct slice name,
                                    struct error *error)
{
    struct error local = {.code = ERROR_NONE};
    const struct template *template = NULL;
    if (!error)
        error = &local;
    if (!set_find(set, name, &template, error) && !error_is_set(error))
        set_not_found(set, name, error);
    return template;
}

const struct template_reference *template_references(const struct template *template, size_t *count,
                                                     bool *computed)
{
    *count = template->reference_count;
    *computed = template->computed_references;
    return template->references;
}

struct slice template_name(const struct template *template)
{
    return template->name;
}

struct slice template_file(const struct template *template)
{
    return template->file;
}
