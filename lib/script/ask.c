// SPDX-License-Identifier: MIT
//
// The way of a question: it is hashed, looked up among the answers, and asked of a host only if no
// answer is known. A host's answer is kept before the next turn, so that others waiting with the
// same question find it.
#include "host.h"

#include "base/clock.h"

#include <stdio.h>

enum { RESTARTS_MAX = 3 };

// ---- known answers ----

// Files that the function wrote below the scratch directory: if they are gone, it must write them
// again, if a host can be asked.
static bool has_files(const struct asking *asking)
{
    struct arena *arena = asking->question->realm->arena;
    struct slice scratch = slice_from_cstr(asking->script->options.scratch);
    struct value effects = asking->effects;
    for (uint32_t i = 0; value_is(effects, VALUE_ARRAY) && i < value_length(NULL, effects); i++) {
        struct value effect = value_item(NULL, effects, i), file = value_undefined();
        if (value_is(effect, VALUE_OBJECT))
            file = value_get(NULL, effect, SLICE("file"));
        struct slice path = SLICE_EMPTY;
        if (value_is(file, VALUE_STRING))
            path = path_join(arena, scratch, value_text(file));
        if (path.ptr && !file_exists(path.ptr))
            return false;
    }
    return true;
}

static bool replay_answer(struct asking *asking, struct key place, struct slice record)
{
    struct replaying r = {.asker = &asking->script->asker,
                          .scope = asking->scope,
                          .arena = asking->arena,
                          .own = {.identity = place.place},
                          .at = record.ptr,
                          .end = record.ptr + record.len};
    if (!replay_text(&r, &r.own.q) || !replay_text(&r, &r.own.question) ||
        !replay_value(&r, &asking->answer))
        return false;
    r.count = 0; // effects are counted on their own
    return replay_value(&r, &asking->effects);
}

static bool is_known_question(struct asking *asking)
{
    struct viewer viewer = {asking->scope, asking->question->realm, asking->tree->files};
    struct slice record;
    struct key place;
    if (!asking->keep ||
        !answers_find(asking->script->answers, asking->key, &viewer, &place, &record) ||
        !replay_answer(asking, place, record) || (asking->script->starter && !has_files(asking)))
        return false;
    asking->place = place;
    return true;
}

// ---- unknown answers ----

// The first arguments, as written in JavaScript.
static void show_args(const struct question *question, char *out, size_t size)
{
    size_t at = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < question->argc && at + 8 < size; i++) {
        struct buffer text = buffer_create(question->realm->arena, 0);
        struct error error = {0};
        if (!value_to_json(question->realm, &text, question->args[i], 0, &error) || !text.len)
            buffer_append_cstr(&text, "…");
        int n = snprintf(out + at, size - at, "%s%.*s%s", i ? ", " : "",
                         (int)(text.len < 60 ? text.len : 60), text.ptr ? text.ptr : "",
                         text.len > 60 ? "…" : "");
        at += n > 0 && (size_t)n < size - at ? (size_t)n : size - at - 1;
    }
}

static bool is_not_prepared(struct asking *asking)
{
    char what[128], args[256];
    question_describe(asking->question, what, sizeof what);
    show_args(asking->question, args, sizeof args);
    error_set(asking->error, ERROR_NOT_FOUND,
              "%s was not called with (%s) when the site was prepared, and node is not available",
              what, args);
    error_hint(
        asking->error,
        "prepare the site again, or install node and name in script.fresh what runs each time");
    return false;
}

static void count_time(struct script *script, uint64_t ns)
{
    pthread_mutex_lock(&script->lock);
    script->status.asked_ns += ns;
    pthread_mutex_unlock(&script->lock);
}

// A question that is put off is asked by another thread soon.
static void count_answer(struct script *script, bool asked, bool ok, const struct error *error)
{
    if (!ok && script_was_put_off())
        return;
    pthread_mutex_lock(&script->lock);
    script->status.asked += asked;
    script->status.remembered += !asked && ok;
    script->status.failed += !ok;
    if (!ok && error->code == ERROR_AWAY)
        script->status.last = *error;
    else if (asked)
        error_clear(&script->status.last);
    pthread_mutex_unlock(&script->lock);
}

// Once it is our turn, look again: the same question may just have been answered.
static bool ask_in_turn(struct asking *asking, bool *asked, bool *again)
{
    if (culprits_has(asking->script, asking->key, asking->error) || !turn_may_wait(asking->error))
        return false;
    struct host *host = turn_take(asking->script, asking->error);
    if (!host)
        return false;
    *asked = !is_known_question(asking);
    uint64_t from = clock_monotonic_ns();
    bool ok = !*asked || host_ask(host, asking, again);
    turn_leave(asking->script, host);
    count_time(asking->script, *asked ? clock_monotonic_ns() - from : 0);
    return ok;
}

static bool settle_asking(struct asking *asking, bool *again)
{
    struct script *script = asking->script;
    bool asked = false;
    *again = false;
    bool ok = is_known_question(asking) ||
              (script->starter ? ask_in_turn(asking, &asked, again) : is_not_prepared(asking));
    if (!*again)
        count_answer(script, asked, ok, asking->error);
    if (ok)
        script_note_written(script, asking->effects);
    return ok;
}

// ---- the edition of the configuration ----

static bool edition_is_known(const struct asking *asking, struct key *edition)
{
    struct script *script = asking->script;
    const struct script_tree *tree = asking->tree;
    pthread_mutex_lock(&script->lock);
    bool known = tree->edition_generation == atomic_load(&script->generation);
    *edition = tree->edition;
    if (known && error_is_set(&tree->edition_error))
        *asking->error = tree->edition_error;
    pthread_mutex_unlock(&script->lock);
    return known;
}

static bool find_edition(struct asking *asking, struct key *edition)
{
    struct script *script = asking->script;
    struct script_tree *tree = asking->tree;
    uint64_t generation = atomic_load(&script->generation);
    const struct question question = {.operation = SLICE("open"),
                                      .name = slice_from_cstr(tree->config),
                                      .function = value_undefined(),
                                      .self = value_undefined(),
                                      .realm = asking->question->realm};
    struct asking opening = {.script = script,
                             .question = &question,
                             .tree = tree,
                             .arena = asking->question->realm->arena,
                             .config = {.place = tree->program},
                             .keep = true,
                             .q = SLICE("open"),
                             .error = asking->error};
    bool again;
    if (!question_key(&question, NULL, opening.config.place, &opening.key, asking->error) ||
        !settle_asking(&opening, &again))
        return false;
    *edition = opening.place;
    pthread_mutex_lock(&script->lock);
    tree->edition = opening.place;
    tree->edition_generation = generation;
    error_clear(&tree->edition_error);
    pthread_mutex_unlock(&script->lock);
    return true;
}

static bool read_edition(struct asking *asking, struct key *edition)
{
    return edition_is_known(asking, edition) ? !error_is_set(asking->error)
                                             : find_edition(asking, edition);
}

// ---- asking ----

static bool ask_with_config(struct asking *asking)
{
    const struct script_scope *scope = asking->scope;
    bool is_open = slice_equal(asking->question->operation, SLICE("open"));
    bool again = true, ok = false;
    asking->config = (struct key){.place = asking->tree->program};
    asking->pinned = !is_open && scope && scope->edition.place;
    if (asking->pinned)
        asking->config = (struct key){scope->edition.place, scope->edition.check};
    for (int i = 0; again && i < RESTARTS_MAX; i++) {
        if (!is_open && !asking->pinned && !read_edition(asking, &asking->config))
            return false;
        if (!question_key(asking->question, asking->scope, asking->config.place, &asking->key,
                          asking->error))
            return false;
        ok = settle_asking(asking, &again);
    }
    if (again)
        error_set(asking->error, ERROR_AWAY, "the configuration keeps changing while it is read");
    return ok;
}

static bool name_question(struct asking *asking)
{
    bool is_open = slice_equal(asking->question->operation, SLICE("open"));
    asking->q =
        is_open ? SLICE("open")
                : arena_printf(asking->question->realm->arena, "%llx",
                               (unsigned long long)atomic_fetch_add(&asking->script->number, 1));
    return asking->q.ptr || error_memory(asking->error);
}

bool ask_is_fresh(const struct script *script, struct slice name)
{
    for (size_t i = 0; name.len && script->options.fresh[i]; i++)
        if (slice_equal(name, slice_from_cstr(script->options.fresh[i])))
            return true;
    return false;
}

bool ask_question(struct script *script, const struct question *question,
                  const struct script_scope *scope, struct arena *arena, struct value *answer,
                  struct value *effects, struct error *error)
{
    struct error own = {0};
    struct asking asking = {.script = script,
                            .question = question,
                            .scope = scope,
                            .tree = scope && scope->tree ? scope->tree : script->directory,
                            .arena = arena,
                            .keep = !ask_is_fresh(script, question->name),
                            .error = &own};
    bool ok = asking.tree ? name_question(&asking) && ask_with_config(&asking)
                          : error_set(&own, ERROR_CONFIG, "JavaScript is asked about no commit");
    *answer = ok ? asking.answer : value_undefined();
    if (effects)
        *effects = ok ? asking.effects : value_undefined();
    if (!ok && error && !error_is_set(error))
        *error = own;
    return ok;
}
