// SPDX-License-Identifier: MIT
//
// `guidanced serve`: start, wait for signals, stop.
//
//   settings ─▶ sockets, key ─▶ user ─▶ logs, cache ─▶ sandbox ─▶ listeners ─▶ load ─▶ "serving"
//
// Steps that need rights come first, then the rights are given up, and only then is anything read
// that others have written. An admin listener answers from the beginning, and the public one once
// the site is loaded: earlier connections wait in the queue of its socket. Without an admin
// listener, the public one answers from the beginning, with 503 for pages.
#include "base/address.h"
#include "base/clock.h"
#include "command.h"
#include "server/cache.h"
#include "server/certificates.h"
#include "server/changes.h"
#include "server/deferred.h"
#include "server/http/guard.h"
#include "server/outputs.h"
#include "server/privileges.h"
#include "server/reload.h"
#include "server/sandbox.h"
#include "server/scripting.h"
#include "server/stores.h"
#include "server/systemd.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct daemon {
    struct server server;
    struct metrics metrics;
    struct reloader *reloader;
    struct arena *arena;
    const struct command_line *line;
    struct settings *settings;
    struct http_socket sockets[2];     // public and admin
    unsigned connections;              // of the public listener, at most
    struct certificates *certificates; // NULL: no TLS
};

enum { PUBLIC, ADMIN };
enum { DRAIN_STEP_MS = 100 };
// Descriptors besides the public listener's connections: in all, and per worker, which has two
// databases open and two more for waiting. CONNECTIONS_MIN: always allowed, and for the admin
// listener.
enum { RESERVE = 128 + 64, RESERVE_OF_WORKER = 8, CONNECTIONS_MIN = 64 };
// And for each loaded site among several: its watch, databases, memory file; and per worker.
enum { RESERVE_OF_SITE = 12, RESERVE_OF_SITE_WORKER = 4 };

// ---- listeners ----

static struct http_limits read_limits(const struct settings *s)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int64_t threads = s->threads;
    if (threads <= 0)
        threads = processors > 0 ? processors : 1;
    return (struct http_limits){
        .threads = (unsigned)(threads > 64 ? 64 : threads),
        .connections = s->limits.connections,
        .connections_per_address = s->limits.connections_per_address,
        .target_bytes = s->limits.target_bytes,
        .header_bytes = s->limits.header_bytes,
        .body_bytes = s->limits.body_bytes,
        .header_timeout_ms = s->limits.header_timeout,
        .idle_timeout_ms = s->limits.idle_timeout,
        .request_timeout_ms = s->limits.request_timeout,
        .send_rate = s->limits.send_rate,
        .arena_keep_bytes = 512 << 10,
        .arena_limit_bytes = 128 << 20,
    };
}

static bool has_admin(const struct daemon *daemon)
{
    return daemon->settings->admin_listen.len > 0;
}

static bool open_socket(struct daemon *daemon, int which, struct slice address, struct error *error)
{
    int inherited = systemd_socket(which == ADMIN ? "admin" : NULL);
    if (inherited >= 0) {
        http_adopt(inherited, &daemon->sockets[which]);
        return true;
    }
    return http_listen(address.ptr, &daemon->sockets[which], error);
}

// Each connection takes a descriptor. Others are reserved for what must work when all connections
// are taken: files of the site, databases, logs. If there are too few for both, fewer connections
// are allowed.
static void share_descriptors(struct daemon *daemon)
{
    rlim_t workers = daemon->server.workers;
    rlim_t reserve = RESERVE + RESERVE_OF_WORKER * workers;
    if (daemon->server.sites) {
        size_t most = daemon->settings->site_count;
        size_t all = hosts_count(sites_hosts(daemon->server.sites));
        bool may_grow = value_length(NULL, daemon->settings->site_roots) > 0;
        reserve += (most < all || may_grow ? most : all) *
                   (RESERVE_OF_SITE + RESERVE_OF_SITE_WORKER * workers);
    }
    rlim_t wanted = (rlim_t)daemon->settings->limits.connections + reserve;
    struct rlimit limit;
    daemon->connections = daemon->settings->limits.connections;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= wanted)
        return;
    daemon->connections = limit.rlim_cur > reserve + CONNECTIONS_MIN
                              ? (unsigned)(limit.rlim_cur - reserve)
                              : CONNECTIONS_MIN;
    log_write(daemon->server.log, LOG_WARNING,
              "%llu file descriptors are allowed, too few for limits.connections: there are %u",
              (unsigned long long)limit.rlim_cur, daemon->connections);
}

static bool open_sockets(struct daemon *daemon, struct error *error)
{
    return open_socket(daemon, PUBLIC, daemon->settings->listen, error) &&
           (!has_admin(daemon) ||
            open_socket(daemon, ADMIN, daemon->settings->admin_listen, error));
}

// Those of the settings, tags for caches, a redirect's Location, which repeats the target, and what
// else a page has; and those of settings that are not known yet, of one site among several or of a
// branch.
static size_t room_for_fields(const struct server *server)
{
    enum { OWN = 2048, OF_OTHERS = 12 << 10, TARGET_MAX = 64 << 10 };
    const struct settings *settings = server->settings;
    size_t target = settings->limits.target_bytes;
    size_t room = OWN + (target < TARGET_MAX ? target : TARGET_MAX);
    room += settings->cdn.tags.len ? OUTPUTS_TAGS_MAX : 0;
    room += server->sites || server->previews ? OF_OTHERS : 0;
    for (size_t i = 0; i < server->header_count; i++)
        room += http_field_bytes(server->headers[i].name, server->headers[i].value);
    return room;
}

static bool serve_on(struct daemon *daemon, int which, struct error *error)
{
    bool admin = which == ADMIN;
    struct http_options options = {
        .socket = &daemon->sockets[which],
        .tls = !admin && daemon->certificates != NULL,
        .waits = daemon->server.development || daemon->server.mailbox != NULL ||
                 daemon->server.deferred != NULL || daemon->server.slow != NULL ||
                 daemon->server.previews != NULL || daemon->server.sites != NULL,
        .admin = admin,
        .limits = read_limits(daemon->settings),
        .log = daemon->server.log,
        .handler = server_handle,
        .refused = server_refuse,
        .done = server_done,
        .state = &daemon->server};
    options.limits.connections = daemon->connections;
    options.limits.fields_bytes = room_for_fields(&daemon->server);
    if (admin) {
        options.limits.threads = 1;
        options.limits.connections = CONNECTIONS_MIN;
    }
    struct http_server *started = http_start(&options, error);
    atomic_store(admin ? &daemon->server.admin : &daemon->server.main, started);
    return started != NULL;
}

// ---- signals ----

// Signals without meaning here that would end the process: timers, input, power, file size limits
// (the write fails anyway), and real-time signals.
static void ignore_signals(void)
{
    static const int IGNORED[] = {SIGPIPE, SIGALRM, SIGVTALRM, SIGPROF,
                                  SIGIO,   SIGPWR,  SIGXFSZ,   SIGSTKFLT};
    for (size_t i = 0; i < sizeof IGNORED / sizeof *IGNORED; i++)
        signal(IGNORED[i], SIG_IGN);
    for (int number = SIGRTMIN; number <= SIGRTMAX; number++)
        signal(number, SIG_IGN);
}

static void block_signals(sigset_t *set)
{
    static const int SIGNALS[] = {
        SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGCHLD, RELOAD_FIRST_SIGNAL};
    ignore_signals();
    sigemptyset(set);
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++)
        sigaddset(set, SIGNALS[i]);
    // Blocked before any thread starts, so that all threads inherit it and sigtimedwait gets them.
    pthread_sigmask(SIG_BLOCK, set, NULL);
}

// The settings of a process with several sites: which there are, and their certificates. The rest
// needs a restart.
static void renew_sites(struct daemon *daemon)
{
    struct server *server = &daemon->server;
    struct error error = {0};
    struct arena *arena = arena_create(0, 0);
    struct settings *settings =
        arena ? command_read_settings(daemon->line, arena, false, NULL, &error) : NULL;
    if (!arena)
        error_memory(&error);
    if (settings && sites_renew(server->sites, settings, &error)) {
        certificates_rename(daemon->certificates, settings, server->log);
        atomic_store(&server->last_reload_ok, true);
    } else
        server_note_reload_error(server, &error);
    arena_destroy(arena);
}

static void reload_all(struct daemon *daemon)
{
    struct error error = {0};
    if (certificates_read(daemon->certificates, daemon->server.log, &error)) {
        if (daemon->certificates)
            log_write(daemon->server.log, LOG_INFO, "certificate read again");
    } else
        log_error(daemon->server.log, LOG_ERROR, &error);
    atomic_store(&daemon->server.reload_wanted, true);
    sites_reload(daemon->server.sites);
}

// The next signal, or 0 after a second without one. Also does the once-a-second work.
static int wait_for_signal(struct daemon *daemon, const sigset_t *set)
{
    unsigned tick_ms = systemd_watchdog();
    struct timespec tick = {.tv_sec = tick_ms / 1000, .tv_nsec = tick_ms % 1000 * 1000000};
    int number = sigtimedwait(set, NULL, &tick);
    guard_reap();
    logs_tick(&daemon->server);
    mailbox_tick(daemon->server.mailbox);
    sites_tick(daemon->server.sites);
    deferred_tick(daemon->server.deferred);
    deferred_tick(daemon->server.slow);
    if (number < 0) {
        live_beat(&daemon->server);
        certificates_tick(daemon->certificates, daemon->server.log);
    }
    if (daemon->server.sites && sites_are_stale(daemon->server.sites))
        renew_sites(daemon);
    return number < 0 ? 0 : number;
}

static void act_on(struct daemon *daemon, int number)
{
    switch (number) {
    case SIGHUP:
        reload_all(daemon);
        break;
    case SIGUSR1:
        logs_reopen(&daemon->server);
        break;
    case SIGCHLD: // as PID 1 we must reap orphans
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        break;
    default:
        break;
    }
}

static bool is_stop(int number)
{
    return number == SIGTERM || number == SIGINT || number == SIGQUIT;
}

// False and error: it cannot go on; whoever supervises the service starts it again.
static bool wait_for_stop(struct daemon *daemon, const sigset_t *set, struct error *error)
{
    for (int number = 0; !is_stop(number); number = wait_for_signal(daemon, set)) {
        act_on(daemon, number);
        if (!certificates_usable(daemon->certificates, error))
            return false;
    }
    return true;
}

// True when the site is loaded; false if it cannot be (error set), or if told to stop.
static bool wait_for_site(struct daemon *daemon, const sigset_t *set, struct error *error)
{
    if (daemon->server.sites)
        return true;
    for (int number = 0; !is_stop(number); number = wait_for_signal(daemon, set)) {
        act_on(daemon, number);
        enum reloader_state state = reloader_state(daemon->reloader, error);
        if (state != RELOADER_LOADING)
            return state == RELOADER_LOADED;
    }
    return false;
}

// Readiness fails first; then the listener closes; then requests in flight end. A second signal
// cuts the wait short.
static void drain(struct daemon *daemon, const sigset_t *set)
{
    struct server *server = &daemon->server;
    int64_t delay = daemon->settings->drain_delay;
    int64_t timeout = daemon->settings->drain_timeout;
    struct timespec wait = {.tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000};
    systemd_notify("STOPPING=1");
    log_write(server->log, LOG_INFO, "draining");
    atomic_store(&server->draining, true);
    if (delay)
        sigtimedwait(set, NULL, &wait);
    uint64_t end_ns = clock_monotonic_ns() + (uint64_t)timeout * 1000000;
    do {
        http_drain(server->main, timeout < DRAIN_STEP_MS ? (unsigned)timeout : DRAIN_STEP_MS);
        mailbox_tick(server->mailbox);
        sites_tick(server->sites);
        deferred_tick(server->deferred);
        deferred_tick(server->slow);
    } while (http_in_flight(server->main) && clock_monotonic_ns() < end_ns);
}

// ---- start and stop ----

static bool give_up_rights(struct daemon *daemon, struct error *error)
{
    const struct settings *settings = daemon->settings;
    struct slice user = settings->user;
    return (!user.len && !settings->sandbox) || privileges_drop(user, error);
}

static bool enter_sandbox(struct daemon *daemon, struct error *error)
{
    struct sandbox_policy policy;
    if (!daemon->settings->sandbox) {
        log_write(daemon->server.log, LOG_WARNING, "the sandbox is off");
        return true;
    }
    if (geteuid() == 0)
        log_write(daemon->server.log, LOG_WARNING,
                  "runs as root, though without capabilities; set `user` to change that");
    struct arena *arena = arena_create(0, 0);
    if (!arena)
        return error_memory(error);
    if (!sandbox_policy_read(arena, &daemon->server, &policy, error)) {
        arena_destroy(arena);
        return false;
    }
    if (policy.cut)
        log_write(daemon->server.log, LOG_WARNING,
                  "links lead to more places than the sandbox allows; some cannot be read");
    struct sandbox_result result = sandbox_enter(&policy);
    arena_destroy(arena);
    bool whole = result.landlock_abi && result.seccomp && result.no_dumps;
    log_write(daemon->server.log, whole ? LOG_INFO : LOG_WARNING,
              "sandbox: no new privileges %s, landlock %s (ABI %d), seccomp %s, no core dumps %s",
              result.no_new_privileges ? "yes" : "no", result.landlock_abi ? "yes" : "no",
              result.landlock_abi, result.seccomp ? "yes" : "no", result.no_dumps ? "yes" : "no");
    return true;
}

// The site's URL is where it listens, unless the settings set it.
static bool follow_socket(const struct daemon *daemon, struct settings *settings,
                          struct error *error)
{
    struct slice bound = slice_from_cstr(daemon->sockets[PUBLIC].address);
    struct address ignored;
    return !address_parse(bound, &ignored, NULL) || settings_listens_at(settings, bound, error);
}

static bool start_previews(struct server *server, struct error *error)
{
    server->changes = changes_create(server);
    return (server->changes || error_memory(error)) && previews_start(server->previews, error) &&
           changes_start(server->changes, error);
}

// Worker numbers count down from the last but one.
static bool start_deferred(struct daemon *daemon, struct error *error)
{
    enum { SLOW_MS = 30000 };
    struct server *server = &daemon->server;
    struct deferred_options options = {.answer = server_answer,
                                       .threads = DEFERRED_THREADS_MAX,
                                       .worker = SERVER_WORKERS_MAX - 2,
                                       .patience_ms = (unsigned)daemon->settings->script.timeout};
    if (server->script || server->preview_script)
        server->deferred = deferred_start(&options, error);
    options.worker -= options.threads;
    options.threads = 2;
    options.patience_ms = SLOW_MS;
    const struct settings *settings = daemon->settings;
    bool previews = value_length(NULL, settings->git.preview_networks) > 0 ||
                    value_length(NULL, settings->git.preview_audience) > 0;
    bool reports =
        has_admin(daemon) || value_length(NULL, daemon->settings->access.report_audience) > 0;
    if ((reports || previews || server->sites) && !error_is_set(error))
        server->slow = deferred_start(&options, error);
    return !error_is_set(error);
}

static bool open_certificates(struct daemon *daemon, struct error *error)
{
    daemon->certificates = certificates_open(daemon->settings, daemon->server.workers, error);
    return daemon->certificates || !error_is_set(error);
}

static void confine_certificates(struct daemon *daemon)
{
    struct error error = {0};
    if (!certificates_confine(daemon->certificates, &error))
        log_error(daemon->server.log, LOG_WARNING, &error);
}

// What may be done only while the process has its rights.
static bool take_rights(struct daemon *daemon, struct error *error)
{
    struct server *server = &daemon->server;
    server->separate_admin = has_admin(daemon);
    server->workers = read_limits(daemon->settings).threads;
    return proxies_read(&server->proxies, daemon->settings, error) &&
           access_read(&server->access, daemon->settings, error) &&
           server_prepare_headers(server, daemon->arena, error) && open_sockets(daemon, error) &&
           follow_socket(daemon, daemon->settings, error) && open_certificates(daemon, error) &&
           give_up_rights(daemon, error) && logs_open(server, daemon->settings, error);
}

// The site's own, or what is needed to find one of several.
static bool open_site(struct daemon *daemon, struct error *error)
{
    struct server *server = &daemon->server;
    server->program = cache_program();
    server->sites = sites_create(server, daemon->arena, error);
    if (server->sites || error_is_set(error))
        return !error_is_set(error);
    if (!stores_open(server, daemon->arena, server->workers, error))
        return false;
    server->script = scripting_start(daemon->settings, daemon->arena, server->log, error);
    if (!error_is_set(error))
        server->preview_script =
            scripting_start_previews(daemon->settings, daemon->arena, server->log, error);
    return !error_is_set(error);
}

static bool start_site(struct daemon *daemon, struct error *error)
{
    struct server *server = &daemon->server;
    if (server->sites)
        return sites_start(server->sites, error);
    server->previews = previews_create(server, error);
    if (error_is_set(error) || (server->previews && !start_previews(server, error)))
        return false;
    daemon->reloader = reloader_start(server, error);
    return daemon->reloader != NULL;
}

static bool start_daemon(struct daemon *daemon, struct error *error)
{
    struct server *server = &daemon->server;
    if (!take_rights(daemon, error) || !open_site(daemon, error))
        return false;
    certificates_report(daemon->certificates, server->log);
    confine_certificates(daemon);
    share_descriptors(daemon);
    if (!enter_sandbox(daemon, error) || !logs_start(server, error) || !stores_start(server, error))
        return false;
    scripting_remember(server->script, server->store);
    return start_deferred(daemon, error) && start_site(daemon, error) &&
           serve_on(daemon, has_admin(daemon) ? ADMIN : PUBLIC, error);
}

static void stop(struct daemon *daemon)
{
    struct server *server = &daemon->server;
    script_stop(server->script);
    script_stop(server->preview_script);
    deferred_stop(server->slow);
    deferred_stop(server->deferred); // suspended connections cannot be stopped
    mailbox_close(server->mailbox);  // nor can these
    changes_close(server->changes);
    previews_close(server->previews);
    sites_close(server->sites);
    http_stop(server->admin); // first: it reads the other's counters
    http_stop(server->main);
    http_close(&daemon->sockets[PUBLIC]);
    http_close(&daemon->sockets[ADMIN]);
    sites_destroy(server->sites);
    changes_destroy(server->changes);
    previews_destroy(server->previews);
    reloader_stop(daemon->reloader);
    scripting_remember(server->script, NULL);
    script_destroy(server->script);
    script_destroy(server->preview_script);
    stores_close(server);
    logs_close(server);
    certificates_close(daemon->certificates);
}

// A terminal shows it as a link to click, in bold (OSC 8, which other terminals ignore).
static struct slice as_link(struct arena *arena, struct slice url)
{
    const char *terminal = getenv("TERM");
    if (!isatty(STDOUT_FILENO) || getenv("NO_COLOR") || !terminal || strcmp(terminal, "dumb") == 0)
        return url;
    return arena_printf(arena, "\033]8;;%.*s\033\\\033[1m%.*s\033[0m\033]8;;\033\\", SLICE_ARG(url),
                        SLICE_ARG(url));
}

static struct slice count_text(struct arena *arena, size_t sites)
{
    return arena_printf(arena, "%zu %s", sites, count_word(sites, "site", "sites"));
}

// The URL for a browser on this machine, with a note if it listens more widely.
static void announce(struct daemon *daemon)
{
    const char *scheme = daemon->settings->tls.certificate.text.len ? "https" : "http";
    struct address address;
    char authority[300] = "";
    struct slice bound = slice_from_cstr(daemon->sockets[PUBLIC].address);
    struct slice name = daemon->settings->name;
    if (daemon->server.sites)
        name = count_text(daemon->arena, hosts_count(sites_hosts(daemon->server.sites)));
    if (address_parse(bound, &address, NULL))
        address_write_authority(&address, authority, sizeof authority);
    if (!authority[0] || address.path[0])
        printf("guidanced: serving %.*s at %.*s (%s)\n", SLICE_ARG(name), SLICE_ARG(bound), scheme);
    else
        printf("guidanced: serving %.*s at %.*s%s\n", SLICE_ARG(name),
               SLICE_ARG(as_link(daemon->arena,
                                 arena_printf(daemon->arena, "%s://%s/", scheme, authority))),
               slice_starts_with(slice_from_cstr(authority), SLICE("localhost:"))
                   ? " (every address of this machine)"
                   : "");
    fflush(stdout);
    systemd_notify("READY=1");
}

static int run_daemon(struct daemon *daemon)
{
    struct error error = {0};
    sigset_t set;
    block_signals(&set);
    bool serving = start_daemon(daemon, &error) && wait_for_site(daemon, &set, &error) &&
                   (atomic_load(&daemon->server.main) || serve_on(daemon, PUBLIC, &error));
    if (serving) {
        // Whoever waits for the announcement finds in the log what came before it.
        log_flush(daemon->server.log);
        announce(daemon);
        if (!wait_for_stop(daemon, &set, &error))
            log_error(daemon->server.log, LOG_ERROR, &error);
        drain(daemon, &set);
    }
    if (error_is_set(&error))
        command_print_error(&error);
    else
        log_write(daemon->server.log, LOG_INFO, "stopped");
    stop(daemon);
    return error_is_set(&error) ? COMMAND_FAILED : COMMAND_OK;
}

static int print_config(const struct command_line *line, const struct settings *settings)
{
    struct buffer out = buffer_create(line->arena, 0);
    settings_print(settings, &out);
    return command_print(&out);
}

static const struct settings *read_again(void *state, struct arena *arena, struct error *error)
{
    const struct daemon *daemon = state;
    struct settings *settings = command_read_settings(daemon->line, arena, false, NULL, error);
    return settings && follow_socket(daemon, settings, error) ? settings : NULL;
}

static const struct settings *read_commit(void *state, const struct object_id *commit,
                                          struct arena *arena, struct error *error)
{
    const struct daemon *daemon = state;
    const struct command_line *line = daemon->line;
    const char *site = command_option(line, "site");
    struct settings_reading reading = {.site = site ? site : ".",
                                       .config = command_option(line, "config"),
                                       .flags = line->flags,
                                       .flag_count = line->flag_count};
    struct settings *settings = preview_settings(daemon->settings, &reading, commit, arena, error);
    return settings && follow_socket(daemon, settings, error) ? settings : NULL;
}

int command_serve(const struct command_line *line)
{
    struct settings *settings = command_settings(line);
    if (!settings)
        return COMMAND_USAGE;
    if (command_has(line, "print-config"))
        return print_config(line, settings);
    if (command_has(line, "check") && settings_have_sites(settings)) {
        fputs("guidanced serve: check each site: guidanced check --site DIR\n", stderr);
        return COMMAND_USAGE;
    }
    if (command_has(line, "check")) {
        int code = command_check(line);
        if (code != COMMAND_OK)
            return code;
    }
    struct daemon *daemon = calloc(1, sizeof *daemon);
    if (!daemon) {
        fputs("guidanced serve: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    daemon->sockets[PUBLIC].fd = daemon->sockets[ADMIN].fd = -1;
    daemon->arena = line->arena;
    daemon->line = line;
    daemon->settings = settings;
    daemon->server.settings = settings;
    daemon->server.process = &daemon->server;
    daemon->server.metrics = &daemon->metrics;
    pthread_mutex_init(&daemon->server.reload_error_lock, NULL);
    daemon->server.read_settings = read_again;
    daemon->server.read_settings_at = read_commit;
    daemon->server.read_settings_state = daemon;
    daemon->server.development = settings->dev;
    daemon->server.started_s = clock_wall_ms() / 1000;
    int code = run_daemon(daemon);
    free(daemon);
    return code;
}
