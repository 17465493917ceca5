// SPDX-License-Identifier: MIT
//
// One question with one host: sends the message, and until the answer comes, receives lines for the
// log and requests for data of the scope. The daemon's time to answer those does not count as the
// host's.
#include "host.h"

#include "base/clock.h"

static const struct value_limits LIMITS = {
    .bytes = CHANNEL_MESSAGE_MAX, .depth = 3 * CODEC_DEPTH_MAX, .nodes = 2 * CODEC_VALUES_MAX};

static struct value message_member(struct value wire, struct slice name)
{
    return value_get(NULL, wire, name);
}

static struct slice message_text(struct value wire, struct slice name)
{
    struct value v = message_member(wire, name);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

static unsigned number_member(struct value wire, struct slice name)
{
    struct value v = message_member(wire, name);
    return value_is(v, VALUE_NUMBER) && v.number >= 1 && v.number < 1e9 ? (unsigned)v.number : 0;
}

static enum conversation_outcome broken(struct conversation *c, const char *what)
{
    error_set(c->error, ERROR_SYNTAX, "the host sent an invalid message: %s", what);
    return CONVERSATION_BROKEN;
}

static enum conversation_outcome after(struct conversation *c, enum channel_outcome outcome)
{
    switch (outcome) {
    case CHANNEL_LATE:
        return CONVERSATION_LATE;
    case CHANNEL_TOO_LONG:
        return broken(c, "a message of more than 64 MiB");
    case CHANNEL_MEMORY:
        error_memory(c->error);
        return CONVERSATION_BROKEN;
    default:
        return CONVERSATION_LOST;
    }
}

// ---- the function's requests ----

struct wanted {
    struct conversation *c;
    struct value request;
    struct value found; // written out whole
    struct slice failure;
    struct error error;
};

static bool read_id(struct wanted *w, uint32_t *id)
{
    struct value n = message_member(w->request, SLICE("id"));
    *id = value_is(n, VALUE_NUMBER) && n.number >= 0 && n.number <= UINT32_MAX ? (uint32_t)n.number
                                                                               : UINT32_MAX;
    return *id != UINT32_MAX;
}

static void resolve_wanted(struct wanted *w, enum script_reference_kind kind)
{
    const struct script_scope *scope = w->c->scope;
    uint32_t id = 0;
    if (scope->resolve && (kind == SCRIPT_COLLECTIONS || read_id(w, &id)))
        w->found = scope->resolve(scope->state, kind, id);
}

static void get_variable(struct wanted *w)
{
    const struct script_scope *scope = w->c->scope;
    if (scope->variable)
        w->found = scope->variable(scope->state, message_text(w->request, SLICE("name")));
}

static void get_names(struct wanted *w)
{
    if (w->c->scope->names)
        w->found = w->c->scope->names(w->c->scope->state);
}

// An item without the part that needs rendering the page, which is fetched separately. Only the
// form for the host omits it: an answer that refers to the page means the item itself.
static struct value without_content(struct value item, struct arena *arena)
{
    if (!value_is(item, VALUE_OBJECT))
        return item;
    struct value shown = value_object_sized(arena, item.object->count);
    for (uint32_t i = 0; i < item.object->count; i++) {
        struct value v = item.object->values[i];
        bool rendered = (v.flags & VALUE_GETTER) && !(v.flags & VALUE_LAZY);
        if (!rendered && !value_set(NULL, arena, shown, item.object->keys[i].text, v))
            return value_undefined();
    }
    return shown;
}

static void get_page(struct wanted *w)
{
    struct slice part = message_text(w->request, SLICE("m"));
    resolve_wanted(w, slice_equal(part, SLICE("data"))   ? SCRIPT_PAGE_DATA
                      : slice_equal(part, SLICE("page")) ? SCRIPT_PAGE_PAGE
                                                         : SCRIPT_PAGE);
    w->found = without_content(w->found, w->c->arena);
}

static void get_content(struct wanted *w)
{
    const struct script_scope *scope = w->c->scope;
    struct slice html;
    uint32_t id;
    if (!scope->content || !read_id(w, &id))
        w->failure = SLICE("there is no such page");
    else if (scope->content(scope->state, id, &html, &w->error))
        w->found = value_string(html);
    else
        w->failure = slice_from_cstr(error_is_set(&w->error) ? w->error.message : "no content");
}

static void get_written(struct wanted *w)
{
    const struct script_scope *scope = w->c->scope;
    struct slice text;
    uint32_t number;
    if (scope->written && read_id(w, &number) && scope->written(scope->state, number, &text))
        w->found = value_string(text);
}

static void get_pages(struct wanted *w)
{
    if (w->c->scope->pages)
        w->found = w->c->scope->pages(w->c->scope->state);
}

static void get_addresses(struct wanted *w)
{
    if (w->c->scope->addresses)
        w->found = w->c->scope->addresses(w->c->scope->state);
}

// The names of collections, or with a name its list.
static void get_collections(struct wanted *w)
{
    struct value_realm *realm = w->c->realm;
    struct value name = message_member(w->request, SLICE("name"));
    resolve_wanted(w, SCRIPT_COLLECTIONS);
    struct value all = w->found;
    if (!value_is(all, VALUE_OBJECT))
        return;
    if (value_is(name, VALUE_STRING)) {
        w->found = encode_member(realm, all, value_get(realm, all, value_text(name)), &w->error);
        return;
    }
    const struct value_object *view = value_object_view(realm, all);
    w->found = value_array(realm->arena, view->count);
    for (uint32_t i = 0; i < view->count; i++)
        value_push(NULL, realm->arena, w->found, value_string(view->keys[i].text));
}

static void get_frozen(struct wanted *w)
{
    resolve_wanted(w, SCRIPT_FROZEN);
}

static bool find_wanted(struct wanted *w, struct slice what)
{
    static const struct {
        const char *name;
        void (*get)(struct wanted *w);
    } GETS[] = {
        {"variable", get_variable}, {"names", get_names},         {"page", get_page},
        {"content", get_content},   {"pages", get_pages},         {"collections", get_collections},
        {"frozen", get_frozen},     {"addresses", get_addresses}, {"written", get_written},
    };
    for (size_t i = 0; i < sizeof GETS / sizeof *GETS; i++)
        if (slice_equal(what, slice_from_cstr(GETS[i].name))) {
            if (w->c->scope)
                GETS[i].get(w);
            return true;
        }
    return false;
}

// The requested value is written out, with references inside it. A variable or a collection may
// itself be a value that the scope refers to.
static bool is_named_question(struct slice what)
{
    return slice_equal(what, SLICE("variable")) || slice_equal(what, SLICE("collections"));
}

static enum conversation_outcome reply(struct conversation *c, struct wanted *w, bool whole)
{
    struct buffer out = buffer_create(c->arena, CHANNEL_MESSAGE_MAX - 1);
    struct encoding encoding = {
        .scope = c->scope, .realm = c->realm, .out = &out, .told = &c->told, .error = &w->error};
    buffer_append(&out, SLICE("{\"value\":"));
    bool ok =
        !w->failure.len && !error_is_set(&w->error) && encode_value(&encoding, w->found, whole);
    buffer_append_byte(&out, '}');
    if (!ok || out.failed) {
        struct slice why = w->failure.len ? w->failure : slice_from_cstr(w->error.message);
        out = buffer_create(c->arena, 0);
        buffer_append(&out, SLICE("{\"error\":"));
        buffer_append_json_string(&out, why);
        buffer_append_byte(&out, '}');
    }
    if (out.failed) {
        error_memory(c->error);
        return CONVERSATION_BROKEN;
    }
    enum channel_outcome sent = channel_send(&c->host->channel, buffer_slice(&out), c->deadline);
    return sent == CHANNEL_OK ? CONVERSATION_ANSWERED : after(c, sent);
}

static enum conversation_outcome answer_get(struct conversation *c, struct value request)
{
    struct slice what = message_text(request, SLICE("get"));
    struct wanted w = {.c = c, .request = request, .found = value_undefined()};
    uint64_t from = clock_monotonic_ns();
    if (!find_wanted(&w, what))
        return broken(c, "an unknown request");
    c->deadline += clock_monotonic_ns() - from;
    return reply(c, &w, !is_named_question(what));
}

// ---- messages from the host ----

static void take_log(struct conversation *c, struct value message)
{
    struct slice level = message_text(message, SLICE("level"));
    enum log_level as = LOG_INFO;
    log_level_parse(level, &as);
    channel_log(&c->host->channel, as, message_text(message, SLICE("log")));
}

// The root is of no use to a reader of the message.
static struct slice short_path(const struct script *script, struct slice path)
{
    struct slice root = script->reads_of.root;
    if (slice_starts_with(path, SLICE("file://")))
        path = slice_sub(path, 7, path.len);
    bool below = slice_starts_with(path, root) && path.len > root.len && path.ptr[root.len] == '/';
    return below ? slice_sub(path, root.len + 1, path.len) : path;
}

static enum conversation_outcome take_failure(struct conversation *c, struct value failure)
{
    char what[128];
    if (!value_is(failure, VALUE_OBJECT))
        return broken(c, "an error that is not one");
    struct slice code = message_text(failure, SLICE("code"));
    if (slice_equal(code, SLICE("unknown-question")))
        return CONVERSATION_UNKNOWN;
    if (slice_equal(code, SLICE("stale")))
        return CONVERSATION_STALE;
    struct slice name = message_text(failure, SLICE("name"));
    struct slice message = message_text(failure, SLICE("message"));
    bool named = name.len && !slice_equal(name, SLICE("Error"));
    question_describe(c->question, what, sizeof what);
    error_set(c->error, ERROR_RUNTIME, "%s failed: %.*s%s%.*s", what,
              named ? (int)(name.len < 60 ? name.len : 60) : 0, named ? name.ptr : "",
              named ? ": " : "", SLICE_ARG(message));
    struct slice file = message_text(failure, SLICE("file"));
    if (file.len)
        error_at(c->error, short_path(c->script, file), number_member(failure, SLICE("line")),
                 number_member(failure, SLICE("column")));
    struct slice hint = message_text(failure, SLICE("hint"));
    if (hint.len)
        error_hint(c->error, "%.*s", SLICE_ARG(hint));
    return CONVERSATION_FAILED;
}

static enum conversation_outcome take_answer(struct conversation *c, struct value message)
{
    struct value number = message_member(message, SLICE("answer"));
    struct value failure = message_member(message, SLICE("error"));
    if (!value_is(number, VALUE_NUMBER) || number.number != (double)c->number)
        return broken(c, "an answer to another question");
    if (!value_is(failure, VALUE_UNDEFINED))
        return take_failure(c, failure);
    if (!value_has(NULL, message, SLICE("value")))
        return broken(c, "an answer without a value");
    c->answer = message;
    return CONVERSATION_ANSWERED;
}

// Reads a message; *more: it was not the answer.
static enum conversation_outcome take_message(struct conversation *c, struct slice text, bool *more)
{
    struct error error = {0};
    struct value message = value_from_json(c->arena, SLICE("host"), text, &LIMITS, &error);
    channel_taken(&c->host->channel);
    if (error_is_set(&error) || !value_is(message, VALUE_OBJECT))
        return broken(c, error_is_set(&error) ? error.message : "no object");
    *more = true;
    if (value_has(NULL, message, SLICE("get")))
        return answer_get(c, message);
    *more = value_has(NULL, message, SLICE("log"));
    if (*more) {
        take_log(c, message);
        return CONVERSATION_ANSWERED;
    }
    return take_answer(c, message);
}

enum conversation_outcome converse(struct conversation *c, struct slice message)
{
    enum channel_outcome wired = channel_send(&c->host->channel, message, c->deadline);
    enum conversation_outcome outcome = CONVERSATION_ANSWERED;
    bool more = true;
    while (wired == CHANNEL_OK && outcome == CONVERSATION_ANSWERED && more) {
        struct slice text;
        struct arena_mark mark = arena_mark(c->arena);
        more = false;
        wired = channel_receive(&c->host->channel, &text, c->deadline);
        if (wired == CHANNEL_OK)
            outcome = take_message(c, text, &more);
        // Intermediate messages are dropped.
        if (more)
            arena_rewind(c->arena, mark);
    }
    return wired == CHANNEL_OK ? outcome : after(c, wired);
}
