// SPDX-License-Identifier: MIT
//
// `guidanced feedback ship`: copies a replica's feedback to the replicas' shared store. A separate
// process, since the server opens no connections: next to each replica, or started by a timer.
//
//   feedback file ─batch─▶ store ─stored─▶ marked as sent in the file
//
// An entry is marked once the store has committed it, so none is lost; a shipper that dies before
// the mark sends again, and the store recognises the uid, so none is doubled. Standard output
// cannot: there a batch may come twice, with the same uids.
#include "feedback_ship.h"

#include "base/clock.h"
#include "store/postgres.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    PAUSE_S = 2,       // between two reads of the file
    RETRY_MAX_S = 5,   // after failures, from one second on
    LAST_S = 20,       // to send the rest when told to stop
    TAIL_MIN = 1 << 20 // bytes of a file's end looked at first
};

struct ship {
    const char *to;
    const char *path; // of the feedback
    struct feedback *feedback;
    struct postgres *postgres;
    int fd;            // of a file to append to; -1: not open
    struct slice tail; // its last lines, which may already contain the first batch
    struct arena *tail_arena;
    uint64_t sent;
    bool complained;
};

// ---- a file of JSON lines ----

static void append_field(struct buffer *out, const char *name, struct slice text)
{
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, text);
}

static void append_line(struct buffer *out, const struct feedback_entry *entry)
{
    buffer_printf(out, "{\"uid\":\"%.*s\",\"at\":\"", SLICE_ARG(entry->uid));
    clock_append_iso(out, (double)entry->at * 1000);
    buffer_append_byte(out, '"');
    append_field(out, "site", entry->site);
    append_field(out, "replica", entry->replica);
    append_field(out, "page", entry->page);
    append_field(out, "useful", entry->useful);
    append_field(out, "comment", entry->comment);
    buffer_append_cstr(out, "}\n");
}

static size_t count_lines(struct slice text)
{
    size_t count = 0;
    for (size_t at = 0; (at = slice_find_byte(text, '\n', at)) != SIZE_MAX; at++)
        count++;
    return count;
}

// The end of the file, with as many lines as a batch.
static bool read_tail(struct ship *ship, off_t size, struct error *error)
{
    for (size_t window = TAIL_MIN;; window *= 4) {
        size_t len = size > (off_t)window ? window : (size_t)size;
        char *text = arena_alloc(ship->tail_arena, len + 1);
        if (!text)
            return error_memory(error);
        ssize_t got = pread(ship->fd, text, len, size - (off_t)len);
        if (got != (ssize_t)len)
            return error_set(error, ERROR_IO, "%s cannot be read", ship->to);
        ship->tail = slice_of(text, len);
        if ((off_t)len == size || count_lines(ship->tail) > FEEDBACK_BATCH)
            return true;
        arena_reset(ship->tail_arena, 0);
    }
}

// An incomplete line belongs to an unmarked entry, which will be sent again.
static bool cut_torn_line(struct ship *ship, off_t size, struct error *error)
{
    size_t end = ship->tail.len;
    while (end && ship->tail.ptr[end - 1] != '\n')
        end--;
    off_t whole = size - (off_t)(ship->tail.len - end);
    if (whole != size && ftruncate(ship->fd, whole) != 0)
        return error_set(error, ERROR_IO, "cannot truncate %s to its last whole line: %s", ship->to,
                         strerror(errno));
    ship->tail.len = end;
    return true;
}

static bool open_ship_file(struct ship *ship, struct error *error)
{
    struct stat st;
    ship->fd = open(ship->to, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (ship->fd < 0 || fstat(ship->fd, &st) != 0)
        return error_set(error, ERROR_IO, "%s cannot be opened: %s", ship->to, strerror(errno));
    if (flock(ship->fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? error_set(error, ERROR_IO, "another process is shipping to %s", ship->to)
                   : error_set(error, ERROR_IO, "%s cannot be locked: %s", ship->to,
                               strerror(errno));
    ship->tail_arena = arena_create(0, 0);
    if (!ship->tail_arena)
        return error_memory(error);
    return read_tail(ship, st.st_size, error) && cut_torn_line(ship, st.st_size, error);
}

static void close_file(struct ship *ship)
{
    if (ship->fd >= 0)
        close(ship->fd);
    ship->fd = -1;
    arena_destroy(ship->tail_arena);
    ship->tail_arena = NULL;
    ship->tail = SLICE_EMPTY;
}

static bool is_in_tail(const struct ship *ship, const struct feedback_entry *entry)
{
    char start[64];
    snprintf(start, sizeof start, "{\"uid\":\"%.*s\"", SLICE_ARG(entry->uid));
    return ship->tail.len && slice_find(ship->tail, slice_from_cstr(start), 0) != SIZE_MAX;
}

// After fsync fails, the kernel takes the lines for written: they would be read from its memory, be
// marked as sent, and never reach the disk. So they are cut off, to be written anew.
static bool append_durably(int fd, struct slice lines)
{
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0)
        return false;
    if (file_write_all(fd, lines) && fsync(fd) == 0)
        return true;
    int code = errno;
    int cut = ftruncate(fd, size); // where the disk does not let us, the next fsync may tell
    (void)cut;
    errno = code;
    return false;
}

static bool write_lines(struct ship *ship, struct slice lines, struct error *error)
{
    if (strcmp(ship->to, "-") == 0)
        return (command_write(lines) && fflush(stdout) == 0) ||
               error_set(error, ERROR_IO, "standard output cannot be written");
    return append_durably(ship->fd, lines) ||
           error_set(error, ERROR_IO, "%s cannot be written: %s", ship->to, strerror(errno));
}

static bool send_lines(struct ship *ship, const struct feedback_entry *entries, size_t count,
                       struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; arena && i < count; i++)
        if (!is_in_tail(ship, &entries[i]))
            append_line(&out, &entries[i]);
    bool ok =
        arena && !out.failed ? write_lines(ship, buffer_slice(&out), error) : error_memory(error);
    arena_destroy(arena);
    if (ok)
        ship->tail = SLICE_EMPTY; // later batches cannot be there
    return ok;
}

// ---- sending ----

static bool send_batch(void *state, const struct feedback_entry *entries, size_t count,
                       struct error *error)
{
    struct ship *ship = state;
    return ship->postgres ? postgres_add(ship->postgres, entries, count, error)
                          : send_lines(ship, entries, count, error);
}

static bool open_store(struct ship *ship, struct error *error)
{
    if (ship->postgres || ship->fd >= 0 || strcmp(ship->to, "-") == 0)
        return true;
    if (!postgres_is_url(ship->to))
        return open_ship_file(ship, error);
    ship->postgres = postgres_open(ship->to, error);
    return ship->postgres && postgres_prepare(ship->postgres, error);
}

static void close_store(struct ship *ship)
{
    postgres_close(ship->postgres);
    ship->postgres = NULL;
    close_file(ship);
}

// The file now at the path: if it is moved away, the server makes a new one.
static bool open_feedback(struct ship *ship, struct error *error)
{
    if (ship->feedback && feedback_is_there(ship->feedback))
        return true;
    feedback_close(ship->feedback);
    ship->feedback = feedback_open(ship->path, error);
    return ship->feedback != NULL;
}

// Sends until nothing is waiting.
static bool send_all(struct ship *ship, struct error *error)
{
    size_t count = 0;
    bool ok = open_feedback(ship, error) && open_store(ship, error);
    do {
        ok = ok && feedback_send(ship->feedback, send_batch, ship, &count, error);
        ship->sent += ok ? count : 0;
    } while (ok && count);
    if (!ok)
        close_store(ship);
    return ok;
}

// Only once for a lasting fault.
static void tell_outcome(struct ship *ship, bool ok, const struct error *error)
{
    if (!ok && !ship->complained)
        command_print_error(error);
    else if (ok && ship->complained)
        fputs("guidanced: feedback can be shipped again\n", stderr);
    ship->complained = !ok;
}

// True if a signal ended the pause.
static bool pause_for(unsigned seconds, const sigset_t *signals)
{
    const struct timespec time = {.tv_sec = seconds};
    return sigtimedwait(signals, NULL, &time) > 0;
}

static void follow_outbox(struct ship *ship, const sigset_t *signals)
{
    unsigned pause = 1;
    do {
        struct error error = {0};
        bool ok = send_all(ship, &error);
        tell_outcome(ship, ok, &error);
        pause = ok ? PAUSE_S : pause * 2 < RETRY_MAX_S ? pause * 2 : RETRY_MAX_S;
    } while (!pause_for(pause, signals));
}

// Sends what has arrived until the end, when the server is already gone.
static bool send_last(struct ship *ship, bool retries, struct error *error)
{
    uint64_t until = clock_monotonic_ns() + LAST_S * UINT64_C(1000000000);
    for (;;) {
        *error = (struct error){0};
        if (send_all(ship, error))
            return true;
        if (!retries || clock_monotonic_ns() >= until)
            return false;
        sleep(1);
    }
}

static int report_shipped(struct ship *ship, bool ok, const struct error *error)
{
    struct feedback_outbox outbox = {0};
    if (!ok)
        command_print_error(error);
    if (ship->feedback)
        feedback_outbox(ship->feedback, &outbox, NULL);
    fprintf(stderr, "guidanced: %llu %s of feedback shipped, %lld left\n",
            (unsigned long long)ship->sent, count_word(ship->sent, "entry", "entries"),
            (long long)outbox.unsent);
    return ok ? COMMAND_OK : COMMAND_BAD;
}

// Other users of the machine see the command line.
static void warn_of_password(const char *to)
{
    const char *user = strstr(to, "://"), *at = user ? strchr(user, '@') : NULL;
    const char *colon = user ? strchr(user + 3, ':') : NULL;
    if (postgres_is_url(to) && at && colon && colon < at)
        fputs("guidanced: warning: the password in --to can be seen by every user of this machine; "
              "use PGPASSFILE\n",
              stderr);
}

int feedback_ship(const char *path, const char *to, bool follows)
{
    struct ship ship = {.to = to, .path = path, .fd = -1};
    struct error error = {0};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    warn_of_password(to);
    if (follows) {
        sigprocmask(SIG_BLOCK, &signals, NULL);
        follow_outbox(&ship, &signals);
    }
    bool ok = send_last(&ship, follows, &error);
    int code = report_shipped(&ship, ok, &error);
    close_store(&ship);
    feedback_close(ship.feedback);
    return code;
}
