// SPDX-License-Identifier: MIT
//
// `guidanced feedback export`: what readers have said, for a spreadsheet or a program.
#include "base/clock.h"
#include "command.h"

struct export
{
    struct buffer out;
    bool json;
    size_t count;
};

// RFC 4180. A cell that a spreadsheet would take for a formula gets an apostrophe in front.
static void csv_cell(struct buffer *out, struct slice text)
{
    buffer_append_cstr(out, ",\"");
    if (text.len && strchr("=+-@\t\r", text.ptr[0]))
        buffer_append_byte(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            buffer_append_byte(out, '"');
        buffer_append_byte(out, text.ptr[i]);
    }
    buffer_append_byte(out, '"');
}

static void json_field(struct buffer *out, const char *name, struct slice text)
{
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, text);
}

static bool write_entry(void *state, const struct feedback_entry *entry)
{
    struct export *export = state;
    struct buffer *out = &export->out;
    const struct {
        const char *name;
        struct slice text;
    } fields[] = {{"page", entry->page}, {"useful", entry->useful}, {"comment", entry->comment}};
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
        else
            csv_cell(out, fields[i].text);
    }
    buffer_append_cstr(out, export->json ? "}" : "\r\n");
    export->count++;
    return !out->failed;
}

static int print(const struct command_line *line, struct feedback *feedback, bool json)
{
    struct export export = {.out = buffer_create(line->arena, 0), .json = json};
    struct error error = {0};
    buffer_append_cstr(&export.out, json ? "[" : "id,at,page,useful,comment\r\n");
    bool ok = feedback_each(feedback, write_entry, &export, &error);
    buffer_append_cstr(&export.out, json ? "]\n" : "");
    if (!ok)
        command_print_error(&error);
    return ok && command_write(buffer_slice(&export.out)) ? COMMAND_OK : COMMAND_BAD;
}

int command_feedback(const struct command_line *line)
{
    const char *format = command_option(line, "format");
    bool json = format && strcmp(format, "json") == 0;
    if (strcmp(line->arguments[0], "export") != 0 ||
        (format && !json && strcmp(format, "csv") != 0)) {
        fprintf(stderr, "usage: guidanced %s\n", line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct settings *settings = command_settings(line);
    struct error error = {0};
    if (!settings)
        return COMMAND_USAGE;
    struct feedback *feedback = feedback_open(settings->feedback.file.full.ptr, &error);
    if (!feedback) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    int code = print(line, feedback, json);
    feedback_close(feedback);
    return code;
}
