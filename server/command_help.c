// SPDX-License-Identifier: MIT
//
// What the command table says of itself: --help, man pages and shell completions have one source.
#include "command_line.h"

void command_print_usage(FILE *out)
{
    fputs("usage: guidanced COMMAND [OPTION]… [ARGUMENT]…\n\n"
          "Serves a guidance site from its Markdown pages and Nunjucks layouts.\n\ncommands:\n",
          out);
    for (const struct command *command = COMMANDS; command->name; command++)
        fprintf(out, "  %-12s %s\n", command->name, command->doc);
    fputs("\n`guidanced COMMAND --help` tells more; `guidanced --version` the version.\n"
          "exit codes: 0 fine, 1 the thing asked about is bad, 2 wrong usage or configuration, "
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

static bool on_command_line(const struct settings_row *row)
{
    return row->type != SETTINGS_OBJECT && row->type != SETTINGS_VALUE;
}

// "limits.page_bytes" → "limits-page-bytes", as it is typed after "--".
static void flag_name(const struct settings_row *row, char *out, size_t size)
{
    size_t i = 0;
    for (; row->key[i] && i + 1 < size; i++)
        out[i] = row->key[i] == '.' || row->key[i] == '_' ? '-' : row->key[i];
    out[i] = '\0';
}

static void print_settings(FILE *out)
{
    fputs("\nsettings (guidance.yaml, then GUIDANCED_… in the environment, then these):\n", out);
    for (const struct settings_row *row = settings_rows(); row->key; row++) {
        if (!on_command_line(row))
            continue;
        char name[64], left[96];
        flag_name(row, name, sizeof name);
        snprintf(left, sizeof left, "--%s %s", name, TYPE_NAMES[row->type]);
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
    if (command->takes_site)
        print_settings(out);
}

// mdoc would read a leading dot or quote as a request.
static void man_text(FILE *out, const char *text)
{
    bool line_start = true;
    for (; text && *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\\')
            fputs("\\e", out);
        else
            fputc(*text, out);
        line_start = *text == '\n';
    }
    fputc('\n', out);
}

static void man_options(FILE *out, const struct command_option *options)
{
    for (; options && options->name; options++) {
        fprintf(out, ".It Fl \\-%s", options->name);
        if (options->argument)
            fprintf(out, " Ar %s", options->argument);
        fputc('\n', out);
        man_text(out, options->doc);
    }
}

void command_print_man(const struct command *command, FILE *out)
{
    fprintf(out, ".Dd $Mdocdate$\n.Dt GUIDANCED-%s 1\n.Os\n.Sh NAME\n.Nm guidanced-%s\n.Nd ",
            command->name, command->name);
    man_text(out, command->doc);
    fputs(".Sh SYNOPSIS\n.Nm guidanced\n", out);
    man_text(out, command->synopsis);
    fputs(".Sh DESCRIPTION\n", out);
    man_text(out, command->details ? command->details : command->doc);
    fputs(".Sh OPTIONS\n.Bl -tag -width indent\n", out);
    man_options(out, command->options);
    if (command->takes_site) {
        man_options(out, COMMAND_SITE_OPTIONS);
        for (const struct settings_row *row = settings_rows(); row->key; row++) {
            char name[64];
            flag_name(row, name, sizeof name);
            if (!on_command_line(row))
                continue;
            fprintf(out, ".It Fl \\-%s Ar %s\n", name, TYPE_NAMES[row->type]);
            man_text(out, row->doc);
        }
    }
    fputs(".El\n.Sh EXIT STATUS\n0 fine, 1 the thing asked about is bad, 2 wrong usage or\n"
          "configuration, 3 could not start.\n",
          out);
}

// ---- completions ----

static void words(FILE *out, const struct command *command, const char *prefix)
{
    const struct command_option *tables[] = {command->options,
                                             command->takes_site ? COMMAND_SITE_OPTIONS : NULL};
    for (size_t i = 0; i < 2; i++)
        for (const struct command_option *o = tables[i]; o && o->name; o++)
            fprintf(out, "%s%s ", prefix, o->name);
}

static void command_names(FILE *out)
{
    for (const struct command *command = COMMANDS; command->name; command++)
        fprintf(out, "%s ", command->name);
}

static void complete_bash(FILE *out)
{
    fputs("_guidanced() {\n  local word=${COMP_WORDS[COMP_CWORD]} words\n"
          "  case ${COMP_CWORD}:${COMP_WORDS[1]} in\n    1:*) words='",
          out);
    command_names(out);
    fputs("--version --help' ;;\n", out);
    for (const struct command *command = COMMANDS; command->name; command++) {
        fprintf(out, "    *:%s) words='", command->name);
        words(out, command, "--");
        fputs("--help' ;;\n", out);
    }
    fputs("  esac\n  COMPREPLY=($(compgen -W \"$words\" -f -- \"$word\"))\n}\n"
          "complete -F _guidanced guidanced\n",
          out);
}

static void complete_zsh(FILE *out)
{
    fputs("#compdef guidanced\nautoload -U +X bashcompinit && bashcompinit\n", out);
    complete_bash(out);
}

static void complete_fish(FILE *out)
{
    for (const struct command *command = COMMANDS; command->name; command++) {
        fprintf(out, "complete -c guidanced -n __fish_use_subcommand -a %s -d \"%s\"\n",
                command->name, command->doc);
        const struct command_option *tables[] = {command->options,
                                                 command->takes_site ? COMMAND_SITE_OPTIONS : NULL};
        for (size_t i = 0; i < 2; i++)
            for (const struct command_option *o = tables[i]; o && o->name; o++)
                fprintf(out,
                        "complete -c guidanced -n '__fish_seen_subcommand_from %s' -l %s%s "
                        "-d \"%s\"\n",
                        command->name, o->name, o->argument ? " -r" : "", o->doc);
    }
}

bool command_print_completion(const char *shell, FILE *out)
{
    static const struct {
        const char *shell;
        void (*print)(FILE *out);
    } SHELLS[] = {{"bash", complete_bash}, {"zsh", complete_zsh}, {"fish", complete_fish}};
    for (size_t i = 0; i < sizeof SHELLS / sizeof *SHELLS; i++)
        if (strcmp(SHELLS[i].shell, shell) == 0) {
            SHELLS[i].print(out);
            return true;
        }
    return false;
}
