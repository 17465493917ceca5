// SPDX-License-Identifier: MIT
//
// `guidanced serve`: start, wait for signals, stop.
//
//   settings ─▶ logs ─▶ cache ─▶ sandbox ─▶ first load ─▶ listeners ─▶ "serving" ─▶ signals
#include "base/clock.h"
#include "command.h"
#include "reload.h"
#include "sandbox.h"
#include "systemd.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

struct daemon {
    struct server server;
    struct reloader *reloader;
    struct arena *arena;
    const struct settings *settings;
    const char *tls_certificate, *tls_key; // PEM; NULL without TLS
};

// ---- logs ----

static struct log *open_log(const struct settings *settings, struct error *error)
{
    struct slice path = settings_path(settings, "log.file");
    enum log_level level = LOG_INFO;
    if (!log_level_parse(settings_text(settings, "log.level"), &level)) {
        error_set(error, ERROR_CONFIG, "log.level must be debug, info, warning or error");
        return NULL;
    }
    return log_create(path.len ? path.ptr : NULL, level,
                      slice_equal(settings_text(settings, "log.format"), SLICE("json")), error);
}

static bool open_logs(struct daemon *daemon, struct error *error)
{
    const struct settings *settings = daemon->settings;
    struct slice access = settings_path(settings, "log.access_file");
    daemon->server.log = open_log(settings, error);
    if (!daemon->server.log)
        return false;
    daemon->server.log_queries = settings_boolean(settings, "log.queries");
    daemon->server.access_json =
        slice_equal(settings_text(settings, "log.access_format"), SLICE("json"));
    if (!settings_boolean(settings, "log.access"))
        return true;
    daemon->server.access_log = log_create(access.len ? access.ptr : NULL, LOG_INFO, false, error);
    return daemon->server.access_log != NULL;
}

// ---- the databases ----

// The cache holds sources: of another program's version or another site they are of no use.
static struct slice fingerprint(const struct daemon *daemon)
{
    return arena_printf(daemon->arena, "guidanced %s %s %016llx", GUIDANCED_VERSION, __DATE__,
                        (unsigned long long)file_hash(settings_directory(daemon->settings)));
}

static const char *cache_path(const struct daemon *daemon)
{
    struct slice text = settings_text(daemon->settings, "cache");
    if (slice_equal(text, SLICE(":memory:")))
        return ":memory:";
    return path_join(daemon->arena, settings_directory(daemon->settings), text).ptr;
}

static bool open_databases(struct daemon *daemon, struct error *error)
{
    struct server *server = &daemon->server;
    struct slice mark = fingerprint(daemon);
    server->store = store_open(cache_path(daemon), mark, server->log, error);
    if (!server->store)
        return false;
    if (!settings_boolean(daemon->settings, "feedback.enabled"))
        return true;
    struct error feedback = {0};
    server->feedback =
        feedback_open(settings_path(daemon->settings, "feedback.file").ptr, &feedback);
    int64_t days = settings_integer(daemon->settings, "feedback.retention_days");
    if (!server->feedback) // readers can still read; the form says that it cannot be used
        log_error(server->log, LOG_ERROR, &feedback);
    else if (days)
        feedback_retain(server->feedback, (unsigned)days, &feedback);
    return true;
}

// ---- the sandbox ----

static const char *directory_of(struct daemon *daemon, const char *path)
{
    return arena_cstr(daemon->arena, path_directory(slice_from_cstr(path)));
}

static void add_path(const char **list, size_t *count, const char *path)
{
    if (path && *path && *count < SANDBOX_PATHS_MAX)
        list[(*count)++] = path;
}

// Directories the settings name may lie elsewhere, or be links.
static void add_site_paths(struct daemon *daemon, struct sandbox_policy *policy)
{
    const struct settings *settings = daemon->settings;
    struct slice root = settings_directory(settings);
    static const char *const KEYS[] = {"input", "includes", "layouts", "search.synonyms"};
    add_path(policy->read, &policy->read_count, root.ptr);
    add_path(policy->read, &policy->read_count, settings_file(settings).ptr);
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        add_path(policy->read, &policy->read_count, settings_path(settings, KEYS[i]).ptr);
    struct value list = settings_value(settings, "template_paths");
    for (uint32_t i = 0; i < value_length(NULL, list); i++)
        add_path(policy->read, &policy->read_count,
                 path_join(daemon->arena, root, value_text(value_item(NULL, list, i))).ptr);
    struct value map = settings_value(settings, "passthrough");
    const struct value_object *view =
        value_is(map, VALUE_OBJECT) ? value_object_view(NULL, map) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++)
        if (value_is(view->members[i].value, VALUE_STRING))
            add_path(policy->read, &policy->read_count,
                     path_join(daemon->arena, root, value_text(view->members[i].value)).ptr);
}

static void enter_sandbox(struct daemon *daemon)
{
    const struct settings *settings = daemon->settings;
    struct sandbox_policy policy = {0};
    static const char *const SYSTEM[] = {"/etc/localtime", "/usr/lib",     "/usr/share/zoneinfo",
                                         "/proc/self",     "/dev/urandom", "/dev/null"};
    if (!settings_boolean(settings, "sandbox")) {
        log_write(daemon->server.log, LOG_WARNING, "the sandbox is off");
        return;
    }
    for (size_t i = 0; i < sizeof SYSTEM / sizeof *SYSTEM; i++)
        add_path(policy.read, &policy.read_count, SYSTEM[i]);
    add_site_paths(daemon, &policy);
    add_path(policy.write, &policy.write_count, directory_of(daemon, cache_path(daemon)));
    static const char *const LISTENERS[] = {"listen", "admin_listen"};
    for (size_t i = 0; i < sizeof LISTENERS / sizeof *LISTENERS; i++) {
        struct slice address = settings_text(settings, LISTENERS[i]);
        if (slice_starts_with(address, SLICE("unix:")))
            add_path(policy.write, &policy.write_count, directory_of(daemon, address.ptr + 5));
    }
    static const char *const WRITTEN[] = {"feedback.file", "log.file", "log.access_file"};
    for (size_t i = 0; i < sizeof WRITTEN / sizeof *WRITTEN; i++) {
        struct slice path = settings_path(settings, WRITTEN[i]);
        if (path.len)
            add_path(policy.write, &policy.write_count, directory_of(daemon, path.ptr));
    }
    struct sandbox_result result = sandbox_enter(&policy);
    log_write(daemon->server.log, result.landlock_abi && result.seccomp ? LOG_INFO : LOG_WARNING,
              "sandbox: no new privileges %s, landlock %s (ABI %d), seccomp %s",
              result.no_new_privileges ? "yes" : "no", result.landlock_abi ? "yes" : "no",
              result.landlock_abi, result.seccomp ? "yes" : "no");
}

// ---- listeners ----

static struct http_limits read_limits(const struct settings *s)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t threads = settings_integer(s, "threads");
    if (threads <= 0)
        threads = processors > 0 ? processors : 1;
    return (struct http_limits){
        .threads = (unsigned)(threads > 64 ? 64 : threads),
        .connections = (unsigned)settings_integer(s, "limits.connections"),
        .connections_per_address = (unsigned)settings_integer(s, "limits.connections_per_address"),
        .target_bytes = (size_t)settings_integer(s, "limits.target_bytes"),
        .header_bytes = (size_t)settings_integer(s, "limits.header_bytes"),
        .body_bytes = (size_t)settings_integer(s, "limits.body_bytes"),
        .header_timeout_ms = (unsigned)settings_integer(s, "limits.header_timeout"),
        .idle_timeout_ms = (unsigned)settings_integer(s, "limits.idle_timeout"),
        .request_timeout_ms = (unsigned)settings_integer(s, "limits.request_timeout"),
        .arena_keep_bytes = 512 << 10,
        .arena_limit_bytes = 128 << 20,
    };
}

// Read before the sandbox is entered: keys lie outside the site.
static bool read_tls(struct daemon *daemon, struct error *error)
{
    struct slice certificate = settings_path(daemon->settings, "tls.certificate"), text;
    struct slice key = settings_path(daemon->settings, "tls.key");
    if (!certificate.len)
        return true;
    if (!key.len)
        return error_set(error, ERROR_CONFIG, "tls.certificate needs tls.key");
    if (!file_read(daemon->arena, certificate.ptr, 1 << 20, &text, error))
        return false;
    daemon->tls_certificate = text.ptr;
    if (!file_read(daemon->arena, key.ptr, 1 << 20, &text, error))
        return false;
    daemon->tls_key = text.ptr;
    return true;
}

static bool listen_on(struct daemon *daemon, const char *setting, bool admin, int socket,
                      _Atomic(struct http_server *) *out, struct error *error)
{
    struct slice address = settings_text(daemon->settings, setting);
    struct http_options options = {.listen = address.ptr,
                                   .socket = socket,
                                   .admin = admin,
                                   .limits = read_limits(daemon->settings),
                                   .log = daemon->server.log,
                                   .handler = server_handle,
                                   .done = server_done,
                                   .state = &daemon->server};
    if (admin)
        options.limits.threads = 1;
    options.tls_certificate = admin ? NULL : daemon->tls_certificate;
    options.tls_key = admin ? NULL : daemon->tls_key;
    struct http_server *started = http_start(&options, error);
    atomic_store(out, started);
    return started != NULL;
}

static bool start_listeners(struct daemon *daemon, struct error *error)
{
    bool admin = settings_text(daemon->settings, "admin_listen").len > 0;
    daemon->server.separate_admin = admin;
    return listen_on(daemon, "listen", false, systemd_socket(), &daemon->server.main, error) &&
           (!admin || listen_on(daemon, "admin_listen", true, -1, &daemon->server.admin, error));
}

// ---- signals ----

static void block_signals(sigset_t *set)
{
    static const int SIGNALS[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++)
        sigaddset(set, SIGNALS[i]);
    // Blocked before any thread starts, so that all threads have it and sigtimedwait gets them.
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void reopen_logs(struct server *server)
{
    struct error error = {0};
    if (!log_reopen(server->log, &error) || !log_reopen(server->access_log, &error))
        log_error(server->log, LOG_ERROR, &error);
    log_write(server->log, LOG_INFO, "logs reopened");
}

// Returns on SIGTERM and SIGINT.
static void wait_for_stop(struct daemon *daemon, const sigset_t *set)
{
    for (;;) {
        struct timespec tick = {.tv_sec = 1};
        int number = sigtimedwait(set, NULL, &tick);
        systemd_watchdog();
        switch (number) {
        case SIGTERM:
        case SIGINT:
            return;
        case SIGHUP:
            atomic_store(&daemon->server.reload_wanted, true);
            break;
        case SIGUSR1:
            reopen_logs(&daemon->server);
            break;
        case SIGCHLD: // as PID 1, orphans are ours to bury
            while (waitpid(-1, NULL, WNOHANG) > 0)
                continue;
            break;
        default:
            break;
        }
    }
}

// Readiness fails first; then the listener closes; then requests in flight end. A second signal
// cuts the waiting short.
static void drain(struct daemon *daemon, const sigset_t *set)
{
    struct server *server = &daemon->server;
    int64_t delay = settings_integer(daemon->settings, "drain_delay");
    int64_t timeout = settings_integer(daemon->settings, "drain_timeout");
    struct timespec wait = {.tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000};
    systemd_notify("STOPPING=1");
    log_write(server->log, LOG_INFO, "draining");
    atomic_store(&server->draining, true);
    if (delay)
        sigtimedwait(set, NULL, &wait);
    http_stop(server->main, (unsigned)timeout);
    http_stop(server->admin, 0);
}

// ---- start and stop ----

static bool start(struct daemon *daemon, struct error *error)
{
    struct server *server = &daemon->server;
    if (!proxies_read(&server->proxies, daemon->settings, error) ||
        !server_prepare_headers(server, daemon->arena, error) || !open_databases(daemon, error) ||
        !read_tls(daemon, error))
        return false;
    enter_sandbox(daemon);
    daemon->reloader = reloader_start(server, error);
    if (!daemon->reloader || !start_listeners(daemon, error))
        return false;
    if (settings_boolean(daemon->settings, "sandbox") && !sandbox_close_sockets())
        log_write(server->log, LOG_WARNING, "sandbox: sockets may still be made");
    return true;
}

static void stop(struct daemon *daemon)
{
    struct server *server = &daemon->server;
    reloader_stop(daemon->reloader);
    for (size_t i = 0; i < SERVER_WORKERS_MAX; i++)
        store_reader_close(server->readers[i]);
    store_close(server->store);
    feedback_close(server->feedback);
    log_destroy(server->access_log);
    log_destroy(server->log);
}

static void announce(struct daemon *daemon)
{
    bool tls = settings_is_set(daemon->settings, "tls.certificate");
    printf("guidanced: serving %.*s at http%s://%s/\n",
           SLICE_ARG(settings_text(daemon->settings, "name")), tls ? "s" : "",
           http_address(daemon->server.main));
    fflush(stdout);
    systemd_notify("READY=1");
}

static int run(struct daemon *daemon)
{
    struct error error = {0};
    sigset_t set;
    block_signals(&set);
    bool started = open_logs(daemon, &error) && start(daemon, &error);
    if (started) {
        announce(daemon);
        wait_for_stop(daemon, &set);
        drain(daemon, &set);
        log_write(daemon->server.log, LOG_INFO, "stopped");
    } else {
        command_print_error(&error);
        http_stop(daemon->server.main, 0);
    }
    stop(daemon);
    return started ? COMMAND_OK : COMMAND_FAILED;
}

static int print_config(const struct command_line *line, const struct settings *settings)
{
    struct buffer out = buffer_create(line->arena, 0);
    settings_print(settings, &out);
    return command_write(buffer_slice(&out)) ? COMMAND_OK : COMMAND_BAD;
}

int command_serve(const struct command_line *line)
{
    struct settings *settings = command_settings(line);
    if (!settings)
        return COMMAND_USAGE;
    if (command_has(line, "print-config"))
        return print_config(line, settings);
    if (command_has(line, "check")) {
        int code = command_check(line);
        if (code != COMMAND_OK)
            return code;
    }
    struct daemon *daemon = calloc(1, sizeof *daemon);
    if (!daemon)
        return COMMAND_FAILED;
    daemon->arena = line->arena;
    daemon->settings = daemon->server.settings = settings;
    daemon->server.development = settings_boolean(settings, "dev");
    int code = run(daemon);
    free(daemon);
    return code;
}
