// SPDX-License-Identifier: MIT
//
// Shell completions from the table of commands: the commands, their options and settings, and the
// values of options.
#include "line.h"

// An option, or a setting typed as one.
struct word {
    const char *name;
    const char *argument; // NULL or "" for none
    const char *doc;
};

enum takes { TAKES_NOTHING, TAKES_CHOICE, TAKES_DIRECTORY, TAKES_FILE, TAKES_TEXT };

static enum takes argument_kind(const char *argument)
{
    if (!argument || !*argument)
        return TAKES_NOTHING;
    if (strchr(argument, '|'))
        return TAKES_CHOICE;
    if (strcmp(argument, "DIR") == 0)
        return TAKES_DIRECTORY;
    if (strcmp(argument, "FILE") == 0 || strcmp(argument, "PATH") == 0)
        return TAKES_FILE;
    return TAKES_TEXT;
}

// An option of a command hides the setting of that name: `check --watch`.
static bool is_own_option(const struct command *command, const char *name)
{
    for (const struct command_option *o = command->options; o && o->name; o++)
        if (strcmp(o->name, name) == 0)
            return true;
    return false;
}

// Calls fn for every option and setting of the command.
static void each_word(const struct command *command, FILE *out,
                      void (*fn)(FILE *out, const struct command *command, const struct word *word))
{
    const struct command_option *tables[] = {command->options,
                                             command->takes_site ? COMMAND_SITE_OPTIONS : NULL};
    for (size_t i = 0; i < 2; i++)
        for (const struct command_option *o = tables[i]; o && o->name; o++)
            fn(out, command, &(struct word){o->name, o->argument, o->doc});
    const struct settings_row *row = command->takes_site ? settings_rows() : NULL;
    for (; row && row->key; row++) {
        char name[64];
        if (!command_takes_setting(row))
            continue;
        settings_flag_name(row->key, name, sizeof name);
        if (!is_own_option(command, name))
            fn(out, command, &(struct word){name, command_type_name(row->type), row->doc});
    }
    fn(out, command, &(struct word){"help", NULL, "Prints the options."});
}

// "text|json" as words.
static void choices(FILE *out, const char *argument)
{
    for (; *argument; argument++)
        fputc(*argument == '|' ? ' ' : *argument, out);
}

// ---- bash ----

static void bash_word(FILE *out, const struct command *command, const struct word *word)
{
    (void)command;
    fprintf(out, "--%s ", word->name);
}

static void bash_value(FILE *out, const struct command *command, const struct word *word)
{
    enum takes kind = argument_kind(word->argument);
    if (kind == TAKES_NOTHING)
        return;
    fprintf(out, "    %s:--%s) ", command->name, word->name);
    if (kind == TAKES_CHOICE) {
        fputs("words='", out);
        choices(out, word->argument);
        fputs("'", out);
    } else
        fputs(kind == TAKES_DIRECTORY ? "kind=-d" : kind == TAKES_FILE ? "kind=-f" : ":", out);
    fputs("; found=1 ;;\n", out);
}

static void bash(FILE *out)
{
    fputs("_guidanced() {\n  local word=${COMP_WORDS[COMP_CWORD]} before= words= kind= found=\n"
          "  local command=${COMP_WORDS[1]}\n"
          "  [ \"$COMP_CWORD\" -gt 1 ] && before=${COMP_WORDS[COMP_CWORD-1]}\n"
          "  case $command:$before in\n",
          out);
    for (const struct command *command = COMMANDS; command->name; command++)
        each_word(command, out, bash_value);
    fputs("  esac\n  if [ \"$COMP_CWORD\" -le 1 ]; then\n    words='", out);
    for (const struct command *command = COMMANDS; command->name; command++)
        fprintf(out, "%s ", command->name);
    fputs("--version --help --man --completion'\n  elif [ -z \"$found\" ]; then\n"
          "    case $command in\n",
          out);
    for (const struct command *command = COMMANDS; command->name; command++) {
        fprintf(out, "    %s) words='", command->name);
        each_word(command, out, bash_word);
        fputs("'; kind=-f ;;\n", out);
    }
    fputs("    esac\n  fi\n  COMPREPLY=($(compgen -W \"$words\" $kind -- \"$word\"))\n}\n"
          "complete -F _guidanced guidanced\n",
          out);
}

// ---- zsh ----

// Text within single quotes and a bracket of _arguments.
static void zsh_text(FILE *out, const char *words)
{
    for (; *words; words++) {
        if (*words == '\'')
            fputs("'\\'", out);
        if (*words == '[' || *words == ']' || *words == ':' || *words == '\\')
            fputc('\\', out);
        fputc(*words, out);
    }
}

static void zsh_word(FILE *out, const struct command *command, const struct word *word)
{
    (void)command;
    fprintf(out, "        '--%s[", word->name);
    zsh_text(out, word->doc);
    fputc(']', out);
    switch (argument_kind(word->argument)) {
    case TAKES_NOTHING:
        break;
    case TAKES_CHOICE:
        fprintf(out, ":%s:(", word->name);
        choices(out, word->argument);
        fputc(')', out);
        break;
    case TAKES_DIRECTORY:
        fprintf(out, ":%s:_files -/", word->name);
        break;
    case TAKES_FILE:
        fprintf(out, ":%s:_files", word->name);
        break;
    case TAKES_TEXT:
        fprintf(out, ":%s: ", word->name);
        break;
    }
    fputs("' \\\n", out);
}

static void zsh(FILE *out)
{
    fputs("#compdef guidanced\n_guidanced() {\n  local -a commands\n  commands=(\n", out);
    for (const struct command *command = COMMANDS; command->name; command++) {
        fprintf(out, "    '%s:", command->name);
        zsh_text(out, command->doc);
        fputs("'\n", out);
    }
    fputs("  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
          "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n",
          out);
    for (const struct command *command = COMMANDS; command->name; command++) {
        fprintf(out, "    %s)\n      _arguments \\\n", command->name);
        each_word(command, out, zsh_word);
        fputs("        '*: :_files' ;;\n", out);
    }
    fputs("  esac\n}\nif [ \"$funcstack[1]\" = _guidanced ]; then _guidanced \"$@\"; "
          "else compdef _guidanced guidanced; fi\n",
          out);
}

// ---- fish ----

static void fish_text(FILE *out, const char *words)
{
    fputc('\'', out);
    for (; *words; words++) {
        if (*words == '\'' || *words == '\\')
            fputc('\\', out);
        fputc(*words, out);
    }
    fputc('\'', out);
}

static void fish_word(FILE *out, const struct command *command, const struct word *word)
{
    enum takes kind = argument_kind(word->argument);
    fprintf(out, "complete -c guidanced -n '__fish_seen_subcommand_from %s' -l %s", command->name,
            word->name);
    if (kind == TAKES_CHOICE) {
        fputs(" -x -a '", out);
        choices(out, word->argument);
        fputs("'", out);
    } else if (kind == TAKES_DIRECTORY)
        fputs(" -x -a '(__fish_complete_directories)'", out);
    else if (kind != TAKES_NOTHING)
        fputs(kind == TAKES_FILE ? " -r -F" : " -x", out);
    fputs(" -d ", out);
    fish_text(out, word->doc);
    fputc('\n', out);
}

static void fish(FILE *out)
{
    for (const struct command *command = COMMANDS; command->name; command++) {
        fprintf(out, "complete -c guidanced -f -n __fish_use_subcommand -a %s -d ", command->name);
        fish_text(out, command->doc);
        fputc('\n', out);
        each_word(command, out, fish_word);
    }
}

bool command_print_completion(const char *shell, FILE *out)
{
    static const struct {
        const char *shell;
        void (*print)(FILE *out);
    } SHELLS[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
    for (size_t i = 0; i < sizeof SHELLS / sizeof *SHELLS; i++)
        if (strcmp(SHELLS[i].shell, shell) == 0) {
            SHELLS[i].print(out);
            return true;
        }
    return false;
}
