// SPDX-License-Identifier: MIT
//
// libmicrohttpd, and nothing above it: starting and stopping the daemon, and turning its callbacks
// into a struct request. Each worker thread reuses finished exchanges with their arenas, so that a
// warm worker allocates nothing.
#include "base/clock.h"
#include "exchange.h"
#include "guard.h"
#include "tls.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

// A connection's memory holds a response's fields, and this much of libmicrohttpd's: the guard's
// short head, a status line, Date, Content-Length. Half of all is room for a piece of a body. After
// each request all of it is cleared, so it should not be larger.
enum { OWN_MEMORY = 1024 };

// A worker thread belongs to one daemon, so a list per thread needs no lock.
static _Thread_local struct exchange *free_exchanges;
static _Thread_local unsigned worker_number; // from 1; 0: not numbered yet

// ---- exchanges ----

static struct exchange *make_exchange(struct http_server *server)
{
    const struct http_limits *limits = &server->options.limits;
    struct exchange *exchange = calloc(1, sizeof *exchange);
    if (!exchange)
        return NULL;
    exchange->arena = arena_create(limits->arena_keep_bytes, limits->arena_limit_bytes);
    if (!exchange->arena) {
        free(exchange);
        return NULL;
    }
    exchange->server = server;
    struct exchange *head = atomic_load(&server->made);
    do
        exchange->next_made = head;
    while (!atomic_compare_exchange_weak(&server->made, &head, exchange));
    return exchange;
}

static void append_hex(char *out, uint64_t number, unsigned digits)
{
    static const char DIGITS[] = "0123456789abcdef";
    for (unsigned i = digits; i > 0; i--, number >>= 4)
        out[i - 1] = DIGITS[number & 15];
}

static void name_request(struct http_server *server, struct request *request)
{
    append_hex(request->id, server->id_seed, 16);
    append_hex(request->id + 16, atomic_fetch_add(&server->next_id, 1), 8);
    request->id[24] = '\0';
}

static struct exchange *take_exchange(struct http_server *server)
{
    struct exchange *exchange = free_exchanges;
    if (exchange)
        free_exchanges = exchange->next_free;
    else
        exchange = make_exchange(server);
    if (!exchange)
        return NULL;
    invariant(exchange->server == server && !arena_used(exchange->arena));
    if (!worker_number)
        worker_number = atomic_fetch_add(&server->workers, 1) + 1;
    exchange->started = exchange->answered = exchange->waits = false;
    exchange->sent = 0;
    exchange->fd = -1;
    memset(&exchange->response, 0, sizeof exchange->response);
    struct request *request = &exchange->request;
    request->arena = exchange->arena;
    request->header_count = 0;
    request->body = request->query = request->target = request->path = SLICE_EMPTY;
    request->method_text = request->version = SLICE_EMPTY;
    request->started_ns = clock_monotonic_ns();
    request->worker = worker_number - 1;
    request->admin = server->options.admin;
    request->tls = server->options.tls;
    name_request(server, request);
    atomic_fetch_add(&server->in_flight, 1);
    return exchange;
}

static void note_arena(struct exchange *exchange, size_t used)
{
    struct http_server *server = exchange->server;
    uint64_t highest = atomic_load_explicit(&server->arena_highest, memory_order_relaxed);
    while (used > highest && !atomic_compare_exchange_weak(&server->arena_highest, &highest, used))
        continue;
    size_t held = arena_held(exchange->arena);
    if (held == exchange->held)
        return;
    atomic_fetch_add_explicit(&server->arena_held, held - exchange->held, memory_order_relaxed);
    exchange->held = held;
}

static void give_back_exchange(struct exchange *exchange)
{
    struct http_server *server = exchange->server;
    invariant(atomic_load(&server->in_flight) > 0 && exchange != free_exchanges);
    atomic_fetch_sub(&server->in_flight, 1);
    size_t used = arena_used(exchange->arena);
    arena_reset(exchange->arena, server->options.limits.arena_keep_bytes);
    note_arena(exchange, used);
    exchange->next_free = free_exchanges;
    free_exchanges = exchange;
}

// ---- from callbacks to a request ----

static int descriptor(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

// MHD has read the first line of the guard's head: take the client's own.
static void *on_target(void *state, const char *target, struct MHD_Connection *connection)
{
    (void)target;
    struct exchange *exchange = take_exchange(state);
    if (!exchange)
        return NULL;
    exchange->fd = descriptor(connection);
    exchange->verdict = guard_take_head(exchange->fd, &exchange->request);
    return exchange;
}

// inet_ntop uses printf, which is noticeable on so short a path.
static void write_ipv4(char *out, const struct in_addr *address)
{
    const unsigned char *bytes = (const unsigned char *)address;
    for (int i = 0; i < 4; i++) {
        unsigned byte = bytes[i];
        if (byte >= 100)
            *out++ = (char)('0' + byte / 100);
        if (byte >= 10)
            *out++ = (char)('0' + byte / 10 % 10);
        *out++ = (char)('0' + byte % 10);
        *out++ = i < 3 ? '.' : '\0';
    }
}

static void read_client(struct request *request, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *address = info ? info->client_addr : NULL;
    request->client[0] = '\0';
    if (address && address->sa_family == AF_INET)
        write_ipv4(request->client, &((const struct sockaddr_in *)(const void *)address)->sin_addr);
    else if (address && address->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
                  request->client, sizeof request->client);
    else
        memcpy(request->client, "unix:", sizeof "unix:");
}

static enum http_method method_of(struct slice text)
{
    static const struct {
        const char *name;
        enum http_method method;
    } METHODS[] = {
        {"GET", HTTP_GET}, {"HEAD", HTTP_HEAD}, {"POST", HTTP_POST}, {"OPTIONS", HTTP_OPTIONS}};
    for (size_t i = 0; i < sizeof METHODS / sizeof *METHODS; i++)
        if (slice_equal(text, slice_from_cstr(METHODS[i].name)))
            return METHODS[i].method;
    return HTTP_METHOD_OTHER;
}

// 0 if the request may be answered, else the status to refuse it with.
static int read_request(struct exchange *exchange, struct MHD_Connection *connection)
{
    struct request *request = &exchange->request;
    request->method = method_of(request->method_text);
    read_client(request, connection);
    if (!exchange->verdict && !http_normalise_path(exchange->arena, request->path, &request->path))
        return arena_failed(exchange->arena) ? 503 : 400;
    return exchange->verdict;
}

// At once, since each time it grew the smaller copy would stay in the arena. The guard has checked
// the number.
static void reserve_body(struct exchange *exchange)
{
    struct slice digits = request_header(&exchange->request, SLICE("Content-Length"));
    size_t length = 0, max = exchange->body.max;
    for (size_t i = 0; i < digits.len && length <= max; i++)
        length = length * 10 + (size_t)(digits.ptr[i] - '0');
    if (length <= max)
        buffer_reserve(&exchange->body, length);
}

static enum MHD_Result refuse_request(struct exchange *exchange, struct MHD_Connection *connection,
                                      int status)
{
    const struct http_options *options = &exchange->server->options;
    struct response *response = &exchange->response;
    response_text(&exchange->request, response, status, SLICE("text/plain; charset=utf-8"),
                  arena_printf(exchange->arena, "%d %s\n", status, http_reason(status)));
    response->close = true;
    if (options->refused)
        options->refused(options->state, &exchange->request, response);
    return http_send(exchange, connection);
}

// Suspends the connection before anything can resume it.
static enum MHD_Result put_to_sleep(struct exchange *exchange, struct MHD_Connection *connection)
{
    struct http_wait *wait = exchange->response.wait;
    wait->connection = connection;
    exchange->waits = true;
    MHD_suspend_connection(connection);
    wait->begin(wait->state, wait);
    return MHD_YES;
}

void http_continue(struct http_wait *wait)
{
    MHD_resume_connection(wait->connection);
}

// libmicrohttpd would close the connection without a word.
static bool fields_fit(const struct exchange *exchange)
{
    const struct response *response = &exchange->response;
    const struct http_options *options = &exchange->server->options;
    struct error error = {0};
    size_t length = http_field_bytes(SLICE("Content-Type"), response->content_type) +
                    http_field_bytes(SLICE("Cache-Control"), response->cache_control);
    for (size_t i = 0; i < response->header_count; i++)
        length += http_field_bytes(response->headers[i].name, response->headers[i].value);
    if (length <= options->limits.fields_bytes)
        return true;
    error_set(&error, ERROR_LIMIT, "the response's fields take %zu bytes; there is room for %zu",
              length, options->limits.fields_bytes);
    error_hint(&error, "shorten `headers` in guidance.yaml, or the page's address");
    log_request_error(options->log, LOG_ERROR, slice_from_cstr(exchange->request.id), &error);
    return false;
}

// 0: as it is. What a handler had no memory for is missing from its response: a field, or what it
// asked of the site.
static int judge_response(const struct exchange *exchange)
{
    const struct response *response = &exchange->response;
    if (arena_failed(exchange->arena) && response->status < 500 && !response->stream)
        return 503;
    return fields_fit(exchange) ? 0 : 500;
}

static enum MHD_Result send_answer(struct exchange *exchange, struct MHD_Connection *connection)
{
    struct response *response = &exchange->response;
    if (response->wait)
        return put_to_sleep(exchange, connection);
    int status = judge_response(exchange);
    if (!status)
        return http_send(exchange, connection);
    *response = (struct response){.route = response->route};
    return refuse_request(exchange, connection, status);
}

// The body is complete, too long, or absent.
static enum MHD_Result answer(struct exchange *exchange, struct MHD_Connection *connection)
{
    const struct http_options *options = &exchange->server->options;
    const struct buffer *body = &exchange->body;
    int status = body->overflow ? 413 : body->failed ? 503 : guard_verdict(exchange->fd);
    if (status)
        return refuse_request(exchange, connection, status);
    exchange->request.body = buffer_slice(&exchange->body);
    options->handler(options->state, &exchange->request, &exchange->response);
    return send_answer(exchange, connection);
}

static enum MHD_Result answer_at_last(struct exchange *exchange, struct MHD_Connection *connection)
{
    struct http_wait *wait = exchange->response.wait;
    exchange->waits = false;
    exchange->response.wait = NULL;
    wait->end(wait->state, &exchange->request, &exchange->response);
    return send_answer(exchange, connection);
}

// MHD calls this once for the head, then for each piece of the body, then at its end, and again
// after a suspension.
static enum MHD_Result on_request(void *state, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **context)
{
    struct http_server *server = state;
    struct exchange *exchange = *context;
    (void)url, (void)method, (void)version; // from the guard's head
    if (!exchange)
        return MHD_NO; // out of memory: the connection is closed
    if (exchange->answered) {
        *upload_size = 0; // the rest of a body that was refused
        return MHD_YES;
    }
    if (!exchange->started) {
        exchange->started = true;
        exchange->body = buffer_create(exchange->arena, server->options.limits.body_bytes);
        int status = read_request(exchange, connection);
        if (status)
            return refuse_request(exchange, connection, status);
        reserve_body(exchange);
        return MHD_YES;
    }
    if (*upload_size) {
        buffer_append(&exchange->body, slice_of(upload, *upload_size));
        *upload_size = 0;
        return MHD_YES;
    }
    if (exchange->waits)
        return answer_at_last(exchange, connection);
    return answer(exchange, connection);
}

static void on_completed(void *state, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct http_server *server = state;
    struct exchange *exchange = *context;
    (void)connection;
    if (!exchange)
        return;
    *context = NULL;
    guard_answered(exchange->fd);
    if (server->options.done && exchange->response.status)
        server->options.done(server->options.state, &exchange->request, &exchange->response,
                             exchange->sent, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
    give_back_exchange(exchange);
}

static void on_connection(void *state, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    (void)context;
    struct http_server *server = state;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        atomic_fetch_add(&server->connections, 1);
        guard_open(descriptor(connection), &server->options.limits);
    } else {
        atomic_fetch_sub(&server->connections, 1);
        guard_close(descriptor(connection));
    }
}

__attribute__((format(printf, 2, 0))) static void on_mhd_log(void *state, const char *format,
                                                             va_list args)
{
    struct http_server *server = state;
    char text[512];
    vsnprintf(text, sizeof text, format, args);
    log_write(server->options.log, LOG_DEBUG, "libmicrohttpd: %.*s",
              SLICE_ARG(slice_trim(slice_from_cstr(text))));
}

// ---- start and stop ----

static struct MHD_Daemon *start_daemon(struct http_server *server)
{
    const struct http_options *options = &server->options;
    const struct http_limits *limits = &options->limits;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    if (options->tls)
        flags |= MHD_USE_TLS;
    if (options->waits)
        flags |= MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem items[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_mhd_log, server},
        {MHD_OPTION_LISTEN_SOCKET, options->socket->fd, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)limits->threads, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)limits->connections, NULL},
        {MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)limits->connections_per_address, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)((limits->idle_timeout_ms + 999) / 1000), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)(OWN_MEMORY + limits->fields_bytes), NULL},
        // Its input comes from the guard; it must refuse nothing.
        {MHD_OPTION_STRICT_FOR_CLIENT, 0, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_completed, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, server},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    size_t last = sizeof items / sizeof *items - 3;
    if (options->tls) {
        items[last] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK2, 0,
                                              (void *)(uintptr_t)tls_certificate};
        items[last + 1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                                  (void *)(uintptr_t)TLS_PRIORITIES};
    }
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, server, MHD_OPTION_ARRAY, items,
                            MHD_OPTION_END);
}

struct http_server *http_start(const struct http_options *options, struct error *error)
{
    struct http_server *server = calloc(1, sizeof *server);
    if (!server) {
        error_memory(error);
        return NULL;
    }
    server->options = *options;
    pthread_mutex_init(&server->streams_lock, NULL);
    if (getrandom(&server->id_seed, sizeof server->id_seed, 0) != sizeof server->id_seed)
        server->id_seed = clock_monotonic_ns();
    server->daemon = wire_open() ? start_daemon(server) : NULL;
    if (!server->daemon) {
        error_set(error, ERROR_IO, "cannot start libmicrohttpd: %s", strerror(errno));
        free(server);
        return NULL;
    }
    return server;
}

static void quiesce(struct http_server *server)
{
    if (server->options.socket->fd < 0)
        return;
    MHD_quiesce_daemon(server->daemon);
    http_close(server->options.socket);
}

unsigned http_connections(const struct http_server *server)
{
    return atomic_load(&((struct http_server *)(uintptr_t)server)->connections);
}

unsigned http_in_flight(const struct http_server *server)
{
    return atomic_load(&((struct http_server *)(uintptr_t)server)->in_flight);
}

void http_arenas(const struct http_server *server, uint64_t *held, uint64_t *highest)
{
    struct http_server *figures = (struct http_server *)(uintptr_t)server;
    *held = atomic_load(&figures->arena_held);
    *highest = atomic_load(&figures->arena_highest);
}

void http_drain(struct http_server *server, unsigned wait_ms)
{
    quiesce(server);
    http_end_streams(server);
    uint64_t deadline = clock_monotonic_ns() + (uint64_t)wait_ms * 1000000;
    while (http_in_flight(server) && clock_monotonic_ns() < deadline)
        usleep(2000);
}

void http_stop(struct http_server *server)
{
    if (!server)
        return;
    quiesce(server);
    http_end_streams(server); // suspended connections cannot be stopped
    MHD_stop_daemon(server->daemon);
    http_prepared_free(server);
    for (struct exchange *exchange = atomic_load(&server->made); exchange;) {
        struct exchange *next = exchange->next_made;
        arena_destroy(exchange->arena);
        free(exchange);
        exchange = next;
    }
    free(server);
}
