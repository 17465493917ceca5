// SPDX-License-Identifier: MIT
//
// Manual pages in mdoc, from the tables of commands, options and settings.
#include "line.h"

// mdoc would read a leading dot or quote as a request, a backslash as an escape, and in request
// lines a word of two or three letters as another request.
static void write_words(FILE *out, const char *words)
{
    bool line_start = true;
    for (; words && *words; words++) {
        if (line_start && (*words == '.' || *words == '\''))
            fputs("\\&", out);
        if (*words == '\\')
            fputs("\\e", out);
        else if (*words == '-')
            fputs("\\-", out);
        else
            fputc(*words, out);
        // A new sentence begins a new line, for correct spacing.
        if (*words == '.' && words[1] == ' ' && words[2] >= 'A' && words[2] <= 'Z')
            fputc(*++words == ' ' ? '\n' : *words, out);
        line_start = *words == '\n';
    }
    fputc('\n', out);
}

static void begin_manual(FILE *out, const char *title, const char *section, const char *name,
                         const char *doc)
{
    fprintf(out,
            ".Dd November 25, 2026\n.Dt %s %s\n.Os guidanced " GUIDANCED_VERSION "\n.Sh NAME\n",
            title, section);
    fprintf(out, ".Nm %s\n.Nd ", name);
    // The line of a name ends without a full stop.
    size_t length = strlen(doc);
    char line[160];
    snprintf(line, sizeof line, "%.*s", (int)(length - (doc[length - 1] == '.')), doc);
    write_words(out, line);
}

static void write_option(FILE *out, const char *name, const char *argument, const char *doc,
                         bool repeatable)
{
    fprintf(out, ".It Fl \\-%s", name);
    if (argument && *argument)
        fprintf(out, " Ar %s", argument);
    fputc('\n', out);
    write_words(out, doc);
    if (repeatable)
        write_words(out, "May be given several times.");
}

static void options(FILE *out, const struct command_option *rows)
{
    for (; rows && rows->name; rows++)
        write_option(out, rows->name, rows->argument, rows->doc, rows->repeatable);
}

static void exit_status(FILE *out)
{
    fputs(".Sh EXIT STATUS\n.Bl -tag -width 4n -compact\n"
          ".It 0\nfine\n"
          ".It 1\na problem was found: a broken page, an unhealthy server\n"
          ".It 2\nwrong usage or configuration\n"
          ".It 3\ncould not start\n.El\n",
          out);
}

static void print_command(const struct command *command, FILE *out)
{
    char name[64];
    snprintf(name, sizeof name, "guidanced\\-%s", command->name);
    begin_manual(out, "GUIDANCED", "1", name, command->doc);
    fputs(".Sh SYNOPSIS\n.Nm guidanced\n", out);
    write_words(out, command->synopsis);
    fputs(".Sh DESCRIPTION\n", out);
    write_words(out, command->details ? command->details : command->doc);
    fputs(".Sh OPTIONS\n.Bl -tag -width indent\n", out);
    options(out, command->options);
    if (command->takes_site)
        options(out, COMMAND_SITE_OPTIONS);
    write_option(out, "help", NULL, "Prints the options.", false);
    fputs(".El\n", out);
    if (command->takes_site)
        fputs(".Pp\nEvery setting of\n.Xr guidance.yaml 5\nthat is not a mapping is also an "
              "option.\n",
              out);
    exit_status(out);
    fputs(".Sh SEE ALSO\n.Xr guidanced 1", out);
    fputs(command->takes_site ? " ,\n.Xr guidance.yaml 5\n" : "\n", out);
}

// The command whose name is next in the alphabet; NULL after the last.
static const struct command *first_after(const char *name)
{
    const struct command *first = NULL;
    for (const struct command *command = COMMANDS; command->name; command++)
        if ((!name || strcmp(command->name, name) > 0) &&
            (!first || strcmp(command->name, first->name) < 0))
            first = command;
    return first;
}

static void print_overview(FILE *out)
{
    begin_manual(out, "GUIDANCED", "1", "guidanced",
                 "Serves a guidance site from its Markdown pages and Nunjucks layouts.");
    fputs(".Sh SYNOPSIS\n.Nm guidanced\n.Ar COMMAND\n.Op Ar OPTION ...\n.Op Ar ARGUMENT ...\n"
          ".Sh COMMANDS\n.Bl -tag -width indent\n",
          out);
    for (const struct command *command = COMMANDS; command->name; command++) {
        fprintf(out, ".It Cm %s\n", command->name);
        write_words(out, command->doc);
    }
    fputs(".El\n.Sh OPTIONS\n.Bl -tag -width indent\n", out);
    write_option(out, "version", NULL, "Prints the version, and those of the libraries.", false);
    write_option(out, "help", NULL, "Prints the commands.", false);
    write_option(out, "completion", "bash|zsh|fish", "Prints completions for the shell.", false);
    write_option(out, "man", "NAME", "Prints a manual page: a command's, or guidance.yaml.", false);
    fputs(".El\n", out);
    exit_status(out);
    fputs(".Sh SEE ALSO\n", out);
    for (const struct command *command = first_after(NULL); command;
         command = first_after(command->name))
        fprintf(out, ".Xr guidanced\\-%s 1 ,\n", command->name);
    fputs(".Xr guidance.yaml 5\n", out);
}

static void print_settings(FILE *out)
{
    begin_manual(out, "GUIDANCE.YAML", "5", "guidance.yaml",
                 "settings of a site served by guidanced");
    fputs(".Sh DESCRIPTION\nA site is a directory with this file.\nEvery key can be left out; an "
          "unknown one is an\nerror that names the nearest known one.\nA key with a dot is within "
          "a mapping.\nIn rising precedence, a setting may be in the file, in the "
          "environment, where\n.Va limits.page_bytes\nis\n.Ev GUIDANCED_LIMITS_PAGE_BYTES ,\nor on "
          "the command line, where it is\n.Fl \\-limits\\-page\\-bytes .\nIn texts, ${NAME} and "
          "${NAME:\\-default} stand for the environment.\n.Sh SETTINGS\n.Bl -tag -width indent\n",
          out);
    for (const struct settings_row *row = settings_rows(); row->key; row++) {
        fprintf(out, ".It Va %s\n", row->key);
        write_words(out, row->doc);
        if (row->fallback && *row->fallback) {
            fputs("Default:\n", out);
            write_words(out, row->fallback);
        }
    }
    fputs(".El\n.Sh SEE ALSO\n.Xr guidanced 1 ,\n.Xr guidanced\\-serve 1\n", out);
}

bool command_print_man(const char *name, FILE *out)
{
    const struct command *command = command_find(name);
    if (command)
        print_command(command, out);
    else if (strcmp(name, "guidanced") == 0)
        print_overview(out);
    else if (strcmp(name, "guidance.yaml") == 0)
        print_settings(out);
    else
        return false;
    return true;
}
