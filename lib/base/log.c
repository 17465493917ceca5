// SPDX-License-Identifier: MIT
//
// The application log. Each line is built whole before it is handed to the output (log_output.c),
// so that lines of several threads do not mix.
#include "log.h"

#include "clock.h"
#include "log_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct log {
    struct log_output *output;
    char *path; // NULL: standard error
    enum log_level level;
    enum log_format format;
    bool journal; // lines begin with their priority
    char *site;   // that lines are about, of log_of_site, which shares the output; NULL: all
};

static const char *const LEVELS[] = {"debug", "info", "warning", "error"};
static const char PRIORITIES[] = "7643"; // of syslog(3)

// "device:inode" of the journal's stream, as in systemd.exec(5).
static bool is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat st;
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(fd, &st) == 0 &&
           st.st_dev == device && st.st_ino == inode;
}

static int open_log_file(const char *path, struct error *error)
{
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640) : STDERR_FILENO;
    if (fd < 0)
        error_set(error, ERROR_IO, "cannot open the log %s: %s", path, strerror(errno));
    return fd;
}

struct log *log_create(const char *path, enum log_level level, enum log_format format,
                       struct error *error)
{
    struct log *log = calloc(1, sizeof *log);
    int fd = log ? open_log_file(path, error) : -1;
    if (log && fd >= 0) {
        *log = (struct log){.path = path ? strdup(path) : NULL,
                            .output = log_output_create(fd, path != NULL),
                            .level = level,
                            .format = format,
                            .journal = !path && is_journal(fd)};
        if (log->output && (log->path || !path))
            return log;
        if (!log->output && path)
            close(fd);
    }
    if (!log || fd >= 0)
        error_memory(error);
    log_destroy(log);
    return NULL;
}

struct log *log_of_site(struct log *log, const char *site)
{
    struct log *own = log ? calloc(1, sizeof *own) : NULL;
    if (!own)
        return NULL;
    *own = *log;
    own->path = NULL;
    own->site = strdup(site);
    if (own->site)
        return own;
    free(own);
    return NULL;
}

void log_destroy(struct log *log)
{
    if (!log)
        return;
    if (!log->site)
        log_output_destroy(log->output);
    free(log->site);
    free(log->path);
    free(log);
}

bool log_start(struct log *log, struct error *error)
{
    return !log || log_output_start(log->output, error);
}

void log_flush(struct log *log)
{
    if (log)
        log_output_flush(log->output);
}

uint64_t log_dropped(struct log *log, bool *room)
{
    *room = true;
    return log ? log_output_dropped(log->output, room) : 0;
}

bool log_reopen(struct log *log, struct error *error)
{
    if (!log || !log->path)
        return true;
    int fd = open_log_file(log->path, error);
    if (fd < 0)
        return false;
    log_output_turn(log->output, fd);
    return true;
}

void log_line(struct log *log, struct slice line)
{
    if (log && line.len)
        log_output_put(log->output, line, false);
}

// Each line has its own arena: logging must not depend on whose memory is at hand.
struct line {
    struct arena *arena;
    struct buffer text;
};

// What the Elastic Common Schema calls a field.
static const char *field_name(const struct log *log, const char *name)
{
    static const char *const NAMES[][2] = {
        {"file", "log.origin.file.name"}, {"line", "log.origin.file.line"},
        {"column", "labels.column"},      {"hint", "labels.hint"},
        {"chain", "labels.chain"},        {"request_id", "http.request.id"},
        {"site", "labels.site"}};
    for (size_t i = 0; log->format == LOG_ECS && i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(NAMES[i][0], name) == 0)
            return NAMES[i][1];
    return name;
}

static void append_field(struct log *log, struct buffer *out, const char *name, struct slice value)
{
    if (log->format != LOG_TEXT) {
        buffer_printf(out, ",\"%s\":", field_name(log, name));
        buffer_append_json_string(out, value);
    } else {
        buffer_append_byte(out, ' ');
        if (name[0] != '\0')
            buffer_printf(out, "%s=", name);
        // One event, one line: line breaks are shown as spaces.
        for (size_t i = 0; i < value.len; i++)
            buffer_append_byte(out, (unsigned char)value.ptr[i] < 0x20 ? ' ' : value.ptr[i]);
    }
}

static const char *const STARTS[] = {
    [LOG_TEXT] = "", [LOG_JSON] = "{\"time\":\"", [LOG_ECS] = "{\"@timestamp\":\""};

static bool open_line(struct log *log, enum log_level level, struct line *line)
{
    if (!log || level < log->level)
        return false;
    line->arena = arena_create(4096, 256 << 10);
    if (!line->arena)
        return false;
    line->text = buffer_create(line->arena, 0);
    if (log->journal)
        buffer_printf(&line->text, "<%c>", PRIORITIES[level]);
    buffer_append_cstr(&line->text, STARTS[log->format]);
    clock_append_iso(&line->text, clock_wall_ms());
    buffer_printf(&line->text,
                  log->format == LOG_TEXT   ? " %s"
                  : log->format == LOG_JSON ? "\",\"level\":\"%s\""
                                            : "\",\"log.level\":\"%s\"",
                  LEVELS[level]);
    if (log->format == LOG_ECS)
        buffer_append_cstr(&line->text,
                           ",\"ecs.version\":\"8.11.0\",\"service.name\":\"guidanced\","
                           "\"event.dataset\":\"guidanced.log\"");
    return true;
}

static void close_line(struct log *log, struct line *line)
{
    if (log->site)
        append_field(log, &line->text, "site", slice_from_cstr(log->site));
    buffer_append_cstr(&line->text, log->format != LOG_TEXT ? "}\n" : "\n");
    if (!line->text.failed)
        log_output_put(log->output, buffer_slice(&line->text), true);
    arena_destroy(line->arena);
}

__attribute__((format(printf, 3, 4))) void log_write(struct log *log, enum log_level level,
                                                     const char *format, ...)
{
    struct line line;
    va_list args;
    if (!open_line(log, level, &line))
        return;
    va_start(args, format);
    append_field(log, &line.text, log->format != LOG_TEXT ? "message" : "",
                 arena_vprintf(line.arena, format, args));
    va_end(args);
    close_line(log, &line);
}

// "; included from b.njk:3:4": `first` before the first link, "; " before later ones.
static void append_chain(struct buffer *out, const struct error *error, const char *first)
{
    for (size_t i = 0; i < error->chain_count; i++) {
        const struct error_place *place = &error->chain[i];
        buffer_printf(out, "%s%s %s:%u:%u", i ? "; " : first, error->chain_what[i], place->file,
                      place->line, place->column);
    }
}

void log_error(struct log *log, enum log_level level, const struct error *error)
{
    log_request_error(log, level, SLICE_EMPTY, error);
}

void log_request_error(struct log *log, enum log_level level, struct slice request_id,
                       const struct error *error)
{
    struct line line;
    if (!open_line(log, level, &line))
        return;
    if (log->format == LOG_TEXT) {
        struct buffer text = buffer_create(line.arena, 0);
        error_format_line(error, &text);
        append_chain(&text, error, "; ");
        append_field(log, &line.text, "", buffer_slice(&text));
    } else {
        append_field(log, &line.text, "message", slice_from_cstr(error->message));
        append_field(log, &line.text, "file", slice_from_cstr(error->place.file));
        buffer_printf(&line.text, ",\"%s\":%u,\"%s\":%u", field_name(log, "line"),
                      error->place.line, field_name(log, "column"), error->place.column);
        append_field(log, &line.text, "hint", slice_from_cstr(error->hint));
        struct buffer chain = buffer_create(line.arena, 0);
        append_chain(&chain, error, "");
        append_field(log, &line.text, "chain", buffer_slice(&chain));
    }
    if (request_id.len)
        append_field(log, &line.text, "request_id", request_id);
    close_line(log, &line);
}

bool log_level_parse(struct slice name, enum log_level *level)
{
    for (size_t i = 0; i < sizeof LEVELS / sizeof *LEVELS; i++)
        if (slice_equal(slice_from_cstr(LEVELS[i]), name)) {
            *level = (enum log_level)i;
            return true;
        }
    return false;
}
