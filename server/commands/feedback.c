// SPDX-License-Identifier: MIT
//
// `guidanced feedback`: exports feedback for a spreadsheet or a program, from the site's file or
// from the replicas' shared store; and copies and restores that file.
#include "base/clock.h"
#include "feedback_ship.h"
#include "store/postgres.h"

struct export
{
    struct buffer out;
    bool json;
    size_t count;
};

static void json_field(struct buffer *out, const char *name, struct slice text)
{
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, text);
}

static bool write_feedback_entry(void *state, const struct feedback_entry *entry)
{
    struct export *export = state;
    struct buffer *out = &export->out;
    const struct {
        const char *name;
        struct slice text;
    } fields[] = {{"page", entry->page}, {"useful", entry->useful}, {"comment", entry->comment},
                  {"uid", entry->uid},   {"site", entry->site},     {"replica", entry->replica}};
    if (export->json)
        buffer_printf(out, "%s{\"id\":%lld,\"at\":\"", export->count ? ",\n" : "",
                      (long long)entry->id);
    else
        buffer_printf(out, "%lld,", (long long)entry->id);
    clock_append_iso(out, (double)entry->at * 1000);
    if (export->json)
        buffer_append_byte(out, '"');
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (export->json)
            json_field(out, fields[i].name, fields[i].text);
        else {
            buffer_append_byte(out, ',');
            buffer_append_csv(out, fields[i].text);
        }
    }
    buffer_append_cstr(out, export->json ? "}" : "\r\n");
    export->count++;
    return !out->failed;
}

static void export_head(struct export *export)
{
    buffer_append_cstr(&export->out,
                       export->json ? "[" : "id,at,page,useful,comment,uid,site,replica\r\n");
}

static int export_end(struct export *export, bool ok, const struct error *error)
{
    buffer_append_cstr(&export->out, export->json ? "]\n" : "");
    if (!ok)
        command_print_error(error);
    return ok ? command_print(&export->out) : COMMAND_BAD;
}

static bool export_postgres(const char *from, struct export *export, struct error *error)
{
    struct postgres *postgres = postgres_open(from, error);
    bool ok = postgres && postgres_each(postgres, write_feedback_entry, export, error);
    postgres_close(postgres);
    return ok;
}

static bool export_file(const char *path, struct export *export, struct error *error)
{
    struct feedback *feedback = feedback_open(path, error);
    bool ok = feedback && feedback_each(feedback, write_feedback_entry, export, error);
    feedback_close(feedback);
    return ok;
}

static int run_export(const struct command_line *line, const char *path)
{
    const char *format = command_option(line, "format"), *from = command_option(line, "from");
    struct export export = {.out = buffer_create(line->arena, 0),
                            .json = format && strcmp(format, "json") == 0};
    struct error error = {0};
    export_head(&export);
    bool ok = from ? export_postgres(from, &export, &error) : export_file(path, &export, &error);
    return export_end(&export, ok, &error);
}

static int run_ship(const struct command_line *line, const char *path)
{
    return feedback_ship(path, command_option(line, "to"), command_has(line, "follow"));
}

// ---- backup and restore ----

static int run_backup(const struct command_line *line, const char *path)
{
    struct error error = {0};
    struct feedback *feedback = feedback_open(path, &error);
    bool ok = feedback && feedback_backup(feedback, line->arguments[1], &error);
    feedback_close(feedback);
    if (!ok)
        command_print_error(&error);
    return ok ? COMMAND_OK : COMMAND_BAD;
}

static int run_restore(const struct command_line *line, const char *path)
{
    struct error error = {0};
    int64_t added = 0;
    struct feedback *feedback = feedback_open(path, &error);
    bool ok = feedback && feedback_restore(feedback, line->arguments[1], &added, &error);
    feedback_close(feedback);
    if (!ok)
        command_print_error(&error);
    else
        printf("%lld %s restored\n", (long long)added,
               count_word((uint64_t)added, "entry", "entries"));
    return ok ? COMMAND_OK : COMMAND_BAD;
}

// ---- the actions ----

static const struct action {
    const char *name;
    size_t arguments;  // including the name
    const char *needs; // an option, or NULL
    int (*run)(const struct command_line *line, const char *path);
} ACTIONS[] = {
    {"export", 1, NULL, run_export},
    {"ship", 1, "to", run_ship},
    {"backup", 2, NULL, run_backup},
    {"restore", 2, NULL, run_restore},
};

// NULL if there is none, or its arguments are wrong.
static const struct action *find_action(const struct command_line *line)
{
    const char *format = command_option(line, "format"), *from = command_option(line, "from");
    if ((format && strcmp(format, "json") != 0 && strcmp(format, "csv") != 0) ||
        (from && !postgres_is_url(from)))
        return NULL;
    for (size_t i = 0; i < sizeof ACTIONS / sizeof *ACTIONS; i++)
        if (strcmp(line->arguments[0], ACTIONS[i].name) == 0)
            return line->argument_count == ACTIONS[i].arguments &&
                           (!ACTIONS[i].needs || command_has(line, ACTIONS[i].needs))
                       ? &ACTIONS[i]
                       : NULL;
    return NULL;
}

int command_feedback(const struct command_line *line)
{
    const struct action *action = find_action(line);
    if (!action) {
        fprintf(stderr, "usage: guidanced %s\n", line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct settings *settings = command_settings(line);
    return settings ? action->run(line, settings->feedback.file.full.ptr) : COMMAND_USAGE;
}
