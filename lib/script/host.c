// SPDX-License-Identifier: MIT
//
// Hosts, from their start to their end. A host is started for a question, opened with the site's
// configuration, and used until it ends, is ended for what it did, or has loaded a module that has
// since changed.
#include "host.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

// Loading a configuration and its plugins takes longer than answering.
enum { OPEN_SHARE = 4 };
static const unsigned BACK_OFF_MS = 100, BACK_OFF_MAX_MS = 30000;

static const uint64_t MS = 1000000;

// ---- the end ----

struct death {
    enum starter_end end;
    int status;
    char last[CHANNEL_LAST_MAX]; // its last output
};

// `death` may be NULL.
static void end_process(struct script *script, struct host *host, struct death *death)
{
    int status = 0;
    enum starter_end end = starter_end(script->starter, host->pid, &status);
    // Its last output says why.
    channel_finish(&host->channel);
    if (death) {
        *death = (struct death){.end = end, .status = status};
        memcpy(death->last, host->channel.last, sizeof death->last);
    }
    channel_close(&host->channel);
    host->pid = 0;
    host->module_count = host->module_capacity = 0;
    host->modules = NULL;
    arena_reset(host->arena, 0);
}

void host_end(struct script *script, struct host *host)
{
    if (host->pid)
        end_process(script, host, NULL);
}

static unsigned back_off_of(unsigned failures)
{
    unsigned shift = failures > 2 ? failures - 2 : 0;
    unsigned ms = shift < 10 ? BACK_OFF_MS << shift : BACK_OFF_MAX_MS;
    return failures < 2 ? 0 : ms < BACK_OFF_MAX_MS ? ms : BACK_OFF_MAX_MS;
}

static void say_why(struct death death, char *out, size_t size)
{
    int status = death.status;
    if (death.end == STARTER_MEMORY)
        snprintf(out, size, "it took more memory than script.memory allows");
    else if (death.end == STARTER_THREADS)
        snprintf(out, size, "it started too many threads");
    else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT)
        snprintf(out, size, "it aborted, as node does when its memory is used up");
    else if (WIFSIGNALED(status))
        snprintf(out, size, "it was killed by signal %d", WTERMSIG(status));
    else
        snprintf(out, size, "it ended with code %d", WEXITSTATUS(status));
}

// Ends it for what it did, or records its end.
static struct death note_death(struct script *script, struct host *host, const char *what)
{
    struct death death = {0};
    char why[128];
    int pid = host->pid;
    end_process(script, host, &death);
    if (death.end == STARTER_IDLE) {
        log_write(script->log, LOG_DEBUG, "JavaScript: host %d was idle and has ended", pid);
        return death;
    }
    pthread_mutex_lock(&script->lock);
    unsigned rest = back_off_of(++script->failures);
    script->status.deaths++;
    script->retry_at = clock_monotonic_ns() + rest * MS;
    pthread_mutex_unlock(&script->lock);
    if (death.end == STARTER_TOLD)
        snprintf(why, sizeof why, "it was stopped for what it did");
    else
        say_why(death, why, sizeof why);
    log_write(script->log, LOG_WARNING, "JavaScript: host %d ended when asked for %s: %s%s%s", pid,
              what, why, rest ? "; the next start waits" : "",
              atomic_load(&script->stopped) ? "; the server ends" : "");
    return death;
}

// ---- loaded modules ----

static void note_module(struct host *host, struct slice path)
{
    path = arena_copy(host->arena, path);
    if (!path.ptr || !arena_room(host->arena, &host->modules, host->module_count,
                                 &host->module_capacity, sizeof *host->modules))
        return;
    host->modules[host->module_count++] =
        (struct module_state){path, files_state(host->tree->files, path)};
}

static void note_modules(struct host *host, const struct reads *modules)
{
    for (size_t i = 0; i < modules->count; i++)
        note_module(host, modules->items[i].text);
}

static bool has_changed(struct script *script, struct host *host)
{
    uint64_t generation = atomic_load(&script->generation);
    if (host->generation == generation)
        return false;
    host->generation = generation;
    for (size_t i = 0; i < host->module_count; i++)
        if (files_state(host->tree->files, host->modules[i].path) != host->modules[i].state)
            return true;
    return false;
}

// ---- the start ----

static bool may_start(struct script *script, struct error *error)
{
    pthread_mutex_lock(&script->lock);
    uint64_t now = clock_monotonic_ns(), at = script->retry_at;
    unsigned failures = script->failures;
    struct error last = script->status.last;
    pthread_mutex_unlock(&script->lock);
    if (failures < 2 || now >= at)
        return true;
    error_set(error, ERROR_AWAY, "JavaScript pauses for %u ms: its host ended %u times: %.300s",
              (unsigned)((at - now) / MS) + 1, failures,
              error_is_set(&last) ? last.message : "no reason is known");
    return false;
}

static void say_confined(struct script *script, const struct starter_host *started)
{
    if (!started->landlock_abi)
        log_write(script->log, LOG_WARNING,
                  "JavaScript: the kernel has no Landlock: the site's JavaScript can read "
                  "everything this user can");
    if (!started->confined)
        log_write(script->log, LOG_WARNING,
                  "JavaScript: the kernel does not filter system calls: the site's JavaScript can "
                  "start programs and open connections");
}

// Gives a tree its turn: hosts of another have had theirs. One that waits for this very question
// cannot be ended, but nothing of one snapshot asks in two trees.
static bool place_tree(struct script *script, const struct host *host, struct script_tree *tree,
                       struct error *error)
{
    for (size_t i = 0; i < HOSTS_MAX; i++) {
        struct host *other = &script->hosts[i];
        if (!other->pid || other->tree == tree)
            continue;
        if (other < host)
            return error_set(error, ERROR_AWAY, "JavaScript is being asked about another commit");
        host_end(script, other);
    }
    return trees_place(tree, error);
}

static bool start_host(struct script *script, struct host *host, struct script_tree *tree,
                       struct error *error)
{
    struct starter_host started = {0};
    if (atomic_load(&script->stopped))
        return error_set(error, ERROR_AWAY, "JavaScript has stopped: the server is ending");
    if (!may_start(script, error) || !place_tree(script, host, tree, error) ||
        !starter_start(script->starter, &started, error))
        return false;
    host->tree = tree;
    channel_open(&host->channel, started.socket, started.output, script->log);
    host->restarts = atomic_load(&script->restarts);
    host->generation = atomic_load(&script->generation);
    host->config = (struct key){0};
    host->pid = started.pid;
    // What it may read was determined at its start (jail.h).
    note_module(host, SLICE("."));
    pthread_mutex_lock(&script->lock);
    bool first = script->status.starts++ == 0;
    script->status.landlock_abi = started.landlock_abi;
    script->status.confined = started.confined;
    pthread_mutex_unlock(&script->lock);
    if (first)
        say_confined(script, &started);
    log_write(script->log, LOG_INFO, "JavaScript: host %d started (Landlock ABI %d, calls %s)",
              started.pid, started.landlock_abi, started.confined ? "filtered" : "not filtered");
    return true;
}

// ---- asking ----

static struct conversation begin_conversation(struct host *host, struct asking *asking,
                                              struct arena *arena)
{
    struct script *script = asking->script;
    return (struct conversation){.script = script,
                                 .host = host,
                                 .scope = asking->scope,
                                 .realm = asking->question->realm,
                                 .arena = arena,
                                 .number = atomic_fetch_add(&script->number, 1),
                                 .deadline = clock_monotonic_ns() + script->options.timeout_ms * MS,
                                 .question = asking->question,
                                 .error = asking->error};
}

// Asks again the questions behind functions that the host was told of, each once (repeated), for a
// host that does not know them. Their answers are ignored.
static enum conversation_outcome repeat(struct host *host, struct asking *asking,
                                        const struct told *told, unsigned level,
                                        struct map *repeated);

static enum conversation_outcome ask_once(struct host *host, struct asking *asking,
                                          struct arena *arena, struct conversation *c)
{
    struct slice message;
    *c = begin_conversation(host, asking, arena);
    if (!question_message(asking->question, asking->scope, c->number, asking->q, &c->told, &message,
                          asking->error))
        return CONVERSATION_FAILED;
    return converse(c, message);
}

// What it reads meanwhile may hold functions of further questions that it does not know: it is
// asked anew as long as there are such.
static enum conversation_outcome ask_knowing(struct host *host, struct asking *asking,
                                             struct arena *arena, struct conversation *c,
                                             unsigned level)
{
    struct map repeated = map_create(asking->question->realm->arena);
    for (;;) {
        size_t before = repeated.count;
        enum conversation_outcome outcome = ask_once(host, asking, arena, c);
        if (outcome != CONVERSATION_UNKNOWN)
            return outcome;
        outcome = repeat(host, asking, c->told, level, &repeated);
        if (outcome != CONVERSATION_ANSWERED)
            return outcome;
        if (repeated.count == before) {
            error_set(asking->error, ERROR_SYNTAX, "the host forgets what it was asked");
            return CONVERSATION_BROKEN;
        }
    }
}

static enum conversation_outcome repeat_one(struct host *host, struct asking *asking,
                                            const struct provenance *from, unsigned level)
{
    struct question question;
    struct asking again = *asking;
    struct conversation c;
    again.question = &question;
    again.q = from->q;
    if (!question_replay(&asking->script->asker, asking->scope, from->question,
                         asking->question->realm, &question)) {
        error_set(asking->error, ERROR_RUNTIME,
                  "a function comes from an answer about something that no longer exists");
        return CONVERSATION_FAILED;
    }
    struct arena *arena = arena_create(0, 0);
    if (!arena) {
        error_memory(asking->error);
        return CONVERSATION_FAILED;
    }
    enum conversation_outcome outcome = ask_knowing(host, &again, arena, &c, level + 1);
    arena_destroy(arena);
    return outcome;
}

static enum conversation_outcome repeat(struct host *host, struct asking *asking,
                                        const struct told *told, unsigned level,
                                        struct map *repeated)
{
    if (level == REPEATS_MAX) {
        error_set(asking->error, ERROR_LIMIT, "functions of functions are nested more than %d deep",
                  (int)REPEATS_MAX);
        return CONVERSATION_FAILED;
    }
    enum conversation_outcome outcome = CONVERSATION_ANSWERED;
    for (; told && outcome == CONVERSATION_ANSWERED; told = told->next) {
        if (map_find(repeated, told->provenance->q))
            continue;
        if (!map_put(repeated, told->provenance->q, NULL)) {
            error_memory(asking->error);
            return CONVERSATION_FAILED;
        }
        outcome = repeat_one(host, asking, told->provenance, level);
    }
    return outcome;
}

// ---- checking the answer ----

static bool decode_answer(struct asking *asking, struct value wire, const struct told *told,
                          bool *functions)
{
    struct decoding decoding = {.asker = &asking->script->asker,
                                .scope = asking->scope,
                                .arena = asking->arena,
                                .told = told,
                                .error = asking->error};
    struct value effects = value_get(NULL, wire, SLICE("effects"));
    asking->effects = value_undefined();
    // Functions carry a record with which to ask the question again.
    if (!question_record(asking->question, asking->scope, &asking->record, asking->error))
        return false;
    decoding.own = (struct provenance){asking->q, asking->place.place, asking->record};
    bool ok = decode_value(&decoding, value_get(NULL, wire, SLICE("value")), &asking->answer);
    *functions = decoding.functions;
    decoding.count = 0; // effects are counted on their own
    return ok && (value_is(effects, VALUE_UNDEFINED) ||
                  decode_value(&decoding, effects, &asking->effects));
}

static bool record_answer(struct asking *asking, bool functions, struct buffer *out)
{
    record_text(out, functions ? asking->q : SLICE_EMPTY);
    record_text(out, functions ? asking->record : SLICE_EMPTY);
    const struct value parts[] = {asking->answer, asking->effects};
    for (size_t i = 0; i < 2; i++) {
        struct recording recording = {.scope = asking->scope,
                                      .realm = asking->question->realm,
                                      .out = out,
                                      .own = asking->q,
                                      .seen = map_create(asking->question->realm->arena),
                                      .error = asking->error};
        if (!record_value(&recording, parts[i]))
            return false;
    }
    return !out->failed || error_memory(asking->error);
}

bool host_accept(struct host *host, struct asking *asking, struct value wire,
                 const struct told *told)
{
    struct script *script = asking->script;
    struct reads reads, modules;
    const struct viewer viewer = {asking->scope, asking->question->realm, asking->tree->files};
    struct buffer record = buffer_create(asking->question->realm->arena, 0);
    bool functions;
    if (!reads_decode(asking->question->realm->arena, &script->reads_of,
                      value_get(NULL, wire, SLICE("reads")), &reads, &modules, asking->error) ||
        !answers_place(asking->key, &viewer, &reads, &asking->place, asking->error) ||
        !decode_answer(asking, wire, told, &functions))
        return false;
    note_modules(host, &modules);
    if (!asking->keep)
        return true;
    if (!record_answer(asking, functions, &record))
        return false;
    answers_keep(script->answers, asking->key, &reads, asking->place, buffer_slice(&record));
    return true;
}

// ---- opening ----

static void put_host_member(struct buffer *out, const char *name, const char *text)
{
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, slice_from_cstr(text));
}

static enum conversation_outcome send_open(struct host *host, struct asking *asking,
                                           struct arena *arena, struct conversation *c)
{
    const struct script_options *options = &asking->script->options;
    const struct script_tree *tree = asking->tree;
    struct buffer out = buffer_create(arena, 0);
    *c = begin_conversation(host, asking, arena);
    c->deadline += options->timeout_ms * MS * (OPEN_SHARE - 1);
    buffer_printf(&out, "{\"ask\":%llu,\"op\":\"open\",\"generation\":\"0\",\"q\":",
                  (unsigned long long)c->number);
    buffer_append_json_string(&out, asking->q);
    put_host_member(&out, "root", options->root);
    put_host_member(&out, "config", tree->config);
    put_host_member(&out, "scratch", options->scratch);
    if (tree->input)
        put_host_member(&out, "input", tree->input);
    if (tree->output)
        put_host_member(&out, "output", tree->output);
    if (tree->path_prefix)
        put_host_member(&out, "pathPrefix", tree->path_prefix);
    buffer_append(&out, SLICE(",\"node_modules\":"));
    struct slice modules = path_join(arena, slice_from_cstr(options->root), SLICE("node_modules"));
    buffer_append_json_string(&out, modules);
    buffer_append_byte(&out, '}');
    if (out.failed) {
        error_memory(asking->error);
        return CONVERSATION_FAILED;
    }
    return converse(c, buffer_slice(&out));
}

// The failure of a conversation as an error; false if there is none. A lost or misbehaving host is
// ended.
static bool fails(struct host *host, struct asking *asking, enum conversation_outcome outcome,
                  struct death *death)
{
    char what[128], why[128];
    if (outcome == CONVERSATION_ANSWERED || outcome == CONVERSATION_FAILED)
        return outcome == CONVERSATION_FAILED;
    if (outcome == CONVERSATION_STALE) {
        host_end(asking->script, host);
        return !error_set(asking->error, ERROR_AWAY,
                          "modules of the site keep changing while they are read");
    }
    question_describe(asking->question, what, sizeof what);
    *death = note_death(asking->script, host, what);
    if (outcome == CONVERSATION_LATE) {
        error_set(asking->error, ERROR_AWAY, "%s gave no answer within %u ms", what,
                  asking->script->options.timeout_ms);
        error_hint(asking->error, "script.timeout sets how long a question may take");
    } else if (outcome == CONVERSATION_LOST) {
        say_why(*death, why, sizeof why);
        error_set(asking->error, ERROR_AWAY, "JavaScript ended while it ran %s: %s", what, why);
        if (death->end == STARTER_MEMORY)
            error_hint(asking->error, "script.memory sets how much it may use");
        else if (death->last[0])
            error_hint(asking->error, "its last words: %s", death->last);
    }
    return true;
}

static void note_success(struct script *script)
{
    pthread_mutex_lock(&script->lock);
    script->failures = 0;
    pthread_mutex_unlock(&script->lock);
}

// An unreadable configuration is read again when something may have changed.
static void note_edition(const struct asking *asking, const struct key *edition)
{
    struct script *script = asking->script;
    struct script_tree *tree = asking->tree;
    pthread_mutex_lock(&script->lock);
    tree->edition_generation = atomic_load(&script->generation);
    tree->edition = edition ? *edition : (struct key){0};
    tree->edition_error = edition ? (struct error){0} : *asking->error;
    pthread_mutex_unlock(&script->lock);
}

// The host loads the configuration. `asking` is for that.
static bool open_host(struct host *host, struct asking *asking)
{
    struct script *script = asking->script;
    struct conversation c;
    struct death death;
    struct arena *arena = arena_create(0, 0);
    if (!arena)
        return error_memory(asking->error);
    enum conversation_outcome outcome = send_open(host, asking, arena, &c);
    bool ok = !fails(host, asking, outcome, &death);
    if (ok && !host_accept(host, asking, c.answer, c.told))
        ok = !fails(host, asking, CONVERSATION_BROKEN, &death);
    arena_destroy(arena);
    if (ok)
        host->config = asking->place;
    else
        host_end(script, host);
    if (ok || outcome == CONVERSATION_FAILED)
        note_edition(asking, ok ? &asking->place : NULL);
    return ok;
}

static bool open_for(struct host *host, struct asking *asking)
{
    struct question question = {.operation = SLICE("open"),
                                .name = slice_from_cstr(asking->tree->config),
                                .function = value_undefined(),
                                .self = value_undefined(),
                                .realm = asking->question->realm};
    struct asking opening = {.script = asking->script,
                             .question = &question,
                             .tree = asking->tree,
                             .arena = asking->question->realm->arena,
                             .config = {.place = asking->tree->program},
                             .keep = true,
                             .q = SLICE("open"),
                             .error = asking->error};
    return question_key(&question, NULL, opening.config.place, &opening.key, asking->error) &&
           open_host(host, &opening);
}

static bool is_same_key(struct key a, struct key b)
{
    return a.place == b.place && a.check == b.check;
}

static bool is_ready(struct host *host, const struct asking *asking)
{
    struct script *script = asking->script;
    return host->pid && host->tree == asking->tree &&
           host->restarts == atomic_load(&script->restarts) &&
           is_same_key(host->config, asking->config) && !has_changed(script, host);
}

// An older snapshot asks for an unknown answer: no host can give it any more, since the current one
// has a newer configuration.
static bool is_outdated(const struct asking *asking)
{
    struct script *script = asking->script;
    const struct script_tree *tree = asking->tree;
    pthread_mutex_lock(&script->lock);
    bool outdated =
        asking->pinned && tree->edition_generation && !is_same_key(tree->edition, asking->config);
    pthread_mutex_unlock(&script->lock);
    if (outdated)
        error_set(asking->error, ERROR_AWAY,
                  "the configuration has changed, and has not been asked this before");
    return outdated;
}

static bool make_ready(struct host *host, struct asking *asking, bool *again)
{
    struct script *script = asking->script;
    bool is_open = slice_equal(asking->question->operation, SLICE("open"));
    *again = false;
    if (is_outdated(asking))
        return false;
    if (!is_open && is_ready(host, asking)) {
        starter_idle(script->starter, host->pid, 0);
        channel_begin(&host->channel);
        return true;
    }
    host_end(script, host);
    if (!start_host(script, host, asking->tree, asking->error)) {
        // This says nothing about the asking page: a missing program may come back.
        asking->error->code = is_open ? asking->error->code : ERROR_AWAY;
        return false;
    }
    if (is_open)
        return open_host(host, asking);
    if (!open_for(host, asking))
        return false;
    *again = !is_same_key(host->config, asking->config);
    return !*again;
}

// ---- one question ----

// If a host was ended by someone else or for idleness, or knows that it is out of date, the
// question is not at fault: a new host is asked.
static bool is_worth_another(enum conversation_outcome outcome, struct death death, int attempt)
{
    bool killed = WIFSIGNALED(death.status) && WTERMSIG(death.status) == SIGKILL;
    if (outcome == CONVERSATION_STALE)
        return attempt < 2;
    return outcome == CONVERSATION_LOST && attempt == 0 &&
           (death.end == STARTER_IDLE ||
            (killed && death.end != STARTER_MEMORY && death.end != STARTER_THREADS));
}

// A host killed by someone else is not the question's fault; one that ran out of memory, time or
// threads, crashed, or broke the protocol is taken to be.
static bool is_its_fault(enum conversation_outcome outcome, struct death death)
{
    bool killed = WIFSIGNALED(death.status) && WTERMSIG(death.status) == SIGKILL;
    return outcome == CONVERSATION_LATE || outcome == CONVERSATION_BROKEN ||
           (outcome == CONVERSATION_LOST && death.end != STARTER_IDLE &&
            (!killed || death.end == STARTER_MEMORY || death.end == STARTER_THREADS));
}

static bool ask_host(struct host *host, struct asking *asking, struct arena *arena,
                     enum conversation_outcome *outcome, struct death *death)
{
    struct conversation c;
    *outcome = ask_knowing(host, asking, arena, &c, 0);
    if (*outcome == CONVERSATION_ANSWERED || *outcome == CONVERSATION_FAILED)
        note_success(asking->script);
    if (fails(host, asking, *outcome, death))
        return false;
    if (host_accept(host, asking, c.answer, c.told))
        return true;
    *outcome = CONVERSATION_BROKEN;
    fails(host, asking, *outcome, death);
    return false;
}

bool host_ask(struct host *host, struct asking *asking, bool *again)
{
    bool is_open = slice_equal(asking->question->operation, SLICE("open"));
    for (int attempt = 0;; attempt++) {
        enum conversation_outcome outcome = CONVERSATION_ANSWERED;
        struct death death = {0};
        if (!make_ready(host, asking, again))
            return false;
        struct arena *arena = is_open ? NULL : arena_create(0, 0);
        if (!arena)
            return is_open || error_memory(asking->error);
        bool ok = ask_host(host, asking, arena, &outcome, &death);
        arena_destroy(arena);
        channel_end(&host->channel);
        if (!ok && is_its_fault(outcome, death))
            culprits_note(asking->script, asking->key, asking->error);
        if (ok || !is_worth_another(outcome, death, attempt))
            return ok;
        error_clear(asking->error);
    }
}
