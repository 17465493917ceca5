// SPDX-License-Identifier: MIT
//
// --help, from the table of commands. Manual pages (man.c) and completions (completion.c) are
// printed from the same rows.
#include "line.h"

void command_print_usage(FILE *out)
{
    fputs("usage: guidanced COMMAND [OPTION]… [ARGUMENT]…\n\n"
          "Serves a guidance site from its Markdown pages and Nunjucks layouts.\n\ncommands:\n",
          out);
    for (const struct command *command = COMMANDS; command->name; command++)
        fprintf(out, "  %-12s %s\n", command->name, command->doc);
    fputs("\n`guidanced COMMAND --help` explains a command; `guidanced --version` prints the "
          "version.\n"
          "exit codes: 0 fine, 1 a problem was found, 2 wrong usage or configuration, "
          "3 could not start\n",
          out);
}

static void print_option(FILE *out, const struct command_option *option)
{
    char left[80];
    snprintf(left, sizeof left, "--%s%s%s", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    fprintf(out, "  %-28s %s%s\n", left, option->doc, option->repeatable ? " Repeatable." : "");
}

static void print_options(FILE *out, const struct command_option *options)
{
    for (; options && options->name; options++)
        print_option(out, options);
}

static const char *const TYPE_NAMES[] = {
    [SETTINGS_TEXT] = "TEXT", [SETTINGS_PATH] = "PATH", [SETTINGS_BOOLEAN] = "true|false",
    [SETTINGS_INTEGER] = "N", [SETTINGS_SIZE] = "SIZE", [SETTINGS_DURATION] = "DURATION",
    [SETTINGS_LIST] = "LIST", [SETTINGS_OBJECT] = "",   [SETTINGS_VALUE] = "",
};

bool command_takes_setting(const struct settings_row *row)
{
    return row->type != SETTINGS_OBJECT && row->type != SETTINGS_VALUE;
}

const char *command_type_name(enum settings_type type)
{
    return TYPE_NAMES[type];
}

static void print_settings(FILE *out)
{
    fputs("\nsettings (guidance.yaml, then GUIDANCED_… in the environment, then these):\n", out);
    for (const struct settings_row *row = settings_rows(); row->key; row++) {
        if (!command_takes_setting(row))
            continue;
        char name[64], left[96];
        settings_flag_name(row->key, name, sizeof name);
        snprintf(left, sizeof left, "--%s %s", name, command_type_name(row->type));
        fprintf(out, "  %-36s %s", left, row->doc);
        if (row->fallback && *row->fallback)
            fprintf(out, " [%s]", row->fallback);
        fputc('\n', out);
    }
}

void command_print_help(const struct command *command, FILE *out)
{
    fprintf(out, "usage: guidanced %s\n\n%s\n", command->synopsis, command->doc);
    if (command->details)
        fprintf(out, "\n%s\n", command->details);
    fputs("\noptions:\n", out);
    print_options(out, command->options);
    if (command->takes_site)
        print_options(out, COMMAND_SITE_OPTIONS);
    fprintf(out, "  %-28s %s\n", "-h, --help", "Prints this.");
    if (strcmp(command->name, "serve") == 0)
        print_settings(out);
    else if (command->takes_site)
        fputs("\nEvery setting is an option as well; `guidanced serve --help` lists them.\n", out);
}
