// SPDX-License-Identifier: MIT
//
// Parsing of options. Only `--name value`, `--name=value` and `--flag`, plus `--` and `-` for
// standard input; an option that a command does not have may still be a setting.
#include "line.h"

static const struct command_option *find_in(const struct command_option *options, struct slice name)
{
    for (; options && options->name; options++)
        if (slice_equal(slice_from_cstr(options->name), name))
            return options;
    return NULL;
}

static const struct command_option *find_option(const struct command *command, struct slice name)
{
    const struct command_option *option = find_in(command->options, name);
    return option || !command->takes_site ? option : find_in(COMMAND_SITE_OPTIONS, name);
}

// A settings key as typed: '-' and '_' mean the same, and '.' may be written as either.
static bool same_key(const char *key, struct slice typed)
{
    size_t i = 0;
    for (; key[i] && i < typed.len; i++) {
        char a = key[i] == '.' || key[i] == '_' ? '-' : key[i];
        char b = typed.ptr[i] == '.' || typed.ptr[i] == '_' ? '-' : typed.ptr[i];
        if (a != b)
            return false;
    }
    return !key[i] && i == typed.len;
}

static const struct settings_row *find_setting(const struct command *command, struct slice name)
{
    if (!command->takes_site)
        return NULL;
    for (const struct settings_row *row = settings_rows(); row->key; row++)
        if (same_key(row->key, name))
            return row;
    return NULL;
}

static int usage_error(const struct command *command, const char *what, struct slice text)
{
    fprintf(stderr, "guidanced %s: %s: %.*s\nusage: guidanced %s\n", command->name, what,
            SLICE_ARG(text), command->synopsis);
    return COMMAND_USAGE;
}

// "text|json|sarif": one of these. "DIR", "text": any non-empty text.
static bool is_choice(const char *argument)
{
    return strchr(argument, '|') != NULL;
}

static int check_value(const struct command_line *line, const struct command_option *option,
                       const char *text)
{
    struct slice rest = slice_from_cstr(option->argument ? option->argument : ""), word;
    if (!option->argument)
        return COMMAND_OK;
    if (!is_choice(option->argument) && *text)
        return COMMAND_OK;
    while (is_choice(option->argument) && slice_split(&rest, '|', &word))
        if (slice_equal(word, slice_from_cstr(text)))
            return COMMAND_OK;
    fprintf(stderr, "guidanced %s: --%s must be %s%s, and is \"%s\"\n", line->command->name,
            option->name, is_choice(option->argument) ? "one of " : "", option->argument, text);
    return COMMAND_USAGE;
}

// It is unclear which of the two was meant.
static int given_twice(const struct command_line *line, const char *name)
{
    fprintf(stderr, "guidanced %s: --%s is given twice\n", line->command->name, name);
    return COMMAND_USAGE;
}

static int add_value(struct command_line *line, const struct command_option *option,
                     const char *text)
{
    if (!option->repeatable && command_has(line, option->name))
        return given_twice(line, option->name);
    if (check_value(line, option, text) != COMMAND_OK)
        return COMMAND_USAGE;
    if (line->value_count == COMMAND_VALUES_MAX)
        return usage_error(line->command, "too many options", slice_from_cstr(option->name));
    line->values[line->value_count].option = option;
    line->values[line->value_count++].text = text;
    return COMMAND_OK;
}

// `shorter`: the option that is short for the setting; NULL: given by its own name.
static int add_setting(struct command_line *line, const struct settings_row *row,
                       const struct command_option *shorter, const char *text)
{
    char name[64];
    settings_flag_name(row->key, name, sizeof name);
    if (shorter && check_value(line, shorter, text) != COMMAND_OK)
        return COMMAND_USAGE;
    for (size_t i = 0; i < line->flag_count; i++)
        if (slice_equal(line->flags[i].key, slice_from_cstr(row->key)))
            return given_twice(line, shorter ? shorter->name : name);
    if (line->flag_count == COMMAND_VALUES_MAX)
        return usage_error(line->command, "too many options", slice_from_cstr(row->key));
    line->flags[line->flag_count++] =
        (struct settings_flag){slice_from_cstr(row->key), slice_from_cstr(text)};
    return COMMAND_OK;
}

// Options that are shorter names of settings.
static const char *short_for(const char *option)
{
    static const char *const NAMES[][2] = {
        {"git", "git.directory"}, {"ref", "git.ref"}, {"subdirectory", "git.subdirectory"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (strcmp(NAMES[i][0], option) == 0)
            return NAMES[i][1];
    return NULL;
}

static void consider(struct slice typed, const char *name, size_t *best, const char **nearest)
{
    size_t distance = slice_distance(typed, slice_from_cstr(name), *best);
    if (distance >= *best)
        return;
    *best = distance;
    *nearest = name;
}

static int unknown_option(const struct command *command, struct slice name)
{
    size_t best = 4;
    const char *nearest = NULL;
    char flag[64], found[64];
    for (const struct command_option *o = command->options; o && o->name; o++)
        consider(name, o->name, &best, &nearest);
    for (const struct command_option *o = COMMAND_SITE_OPTIONS; command->takes_site && o->name; o++)
        consider(name, o->name, &best, &nearest);
    for (const struct settings_row *row = settings_rows(); command->takes_site && row->key; row++) {
        const char *near = NULL;
        settings_flag_name(row->key, flag, sizeof flag);
        consider(name, flag, &best, &near);
        if (near)
            nearest = memcpy(found, flag, sizeof found);
    }
    fprintf(stderr, "guidanced %s: unknown option: --%.*s\n", command->name, SLICE_ARG(name));
    if (nearest)
        fprintf(stderr, "did you mean --%s?\n", nearest);
    fprintf(stderr, "usage: guidanced %s\n", command->synopsis);
    return COMMAND_USAGE;
}

// One option at argv[*i]; moves *i on when the value is the next word.
static int parse_option(struct command_line *line, int argc, char **argv, int *i)
{
    struct slice word = slice_from_cstr(argv[*i] + 2);
    size_t equals = slice_find_byte(word, '=', 0);
    struct slice name = slice_sub(word, 0, equals);
    const char *inline_value = equals == SIZE_MAX ? NULL : word.ptr + equals + 1;
    const struct command_option *option = find_option(line->command, name);
    const struct settings_row *row = option ? NULL : find_setting(line->command, name);
    if (!option && !row)
        return unknown_option(line->command, name);
    bool wants = row ? row->type != SETTINGS_BOOLEAN : option->argument != NULL;
    if (!wants && option && inline_value)
        return usage_error(line->command, "this option takes no value", slice_from_cstr(argv[*i]));
    const char *text = inline_value;
    if (!text && wants) {
        if (*i + 1 >= argc)
            return usage_error(line->command, "a value is missing", slice_from_cstr(argv[*i]));
        text = argv[++*i];
    }
    // A boolean setting may have its value in the next word.
    if (!text && row && *i + 1 < argc &&
        (strcmp(argv[*i + 1], "true") == 0 || strcmp(argv[*i + 1], "false") == 0))
        text = argv[++*i];
    if (!text)
        text = row ? "true" : "";
    if (option && short_for(option->name))
        row = find_setting(line->command, slice_from_cstr(short_for(option->name)));
    return row ? add_setting(line, row, option, text) : add_value(line, option, text);
}

// The name of argument n, from the synopsis after the command: words without brackets.
static struct slice argument_name(const struct command *command, size_t n)
{
    struct slice rest = slice_from_cstr(command->synopsis), word;
    slice_split(&rest, ' ', &word); // the command
    for (int depth = 0; slice_split(&rest, ' ', &word);) {
        bool optional = depth > 0 || slice_starts_with(word, SLICE("["));
        for (size_t i = 0; i < word.len; i++)
            depth += (word.ptr[i] == '[') - (word.ptr[i] == ']');
        if (!optional && n-- == 0)
            return word;
    }
    return SLICE_EMPTY;
}

static int check_arguments(const struct command_line *line)
{
    const struct command *command = line->command;
    if (line->argument_count < command->arguments_min)
        return usage_error(command, "an argument is missing",
                           argument_name(command, line->argument_count));
    if (line->argument_count > command->arguments_max)
        return usage_error(command, "too many arguments",
                           slice_from_cstr(line->arguments[command->arguments_max]));
    return COMMAND_OK;
}

int command_line_parse(const struct command *command, int argc, char **argv,
                       struct command_line *line, bool *done)
{
    line->command = command;
    bool options = true;
    int code = COMMAND_OK;
    for (int i = 2; i < argc && code == COMMAND_OK; i++) {
        const char *word = argv[i];
        if (options && (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)) {
            command_print_help(command, stdout);
            *done = true;
            return COMMAND_OK;
        }
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (options && word[0] == '-' && word[1] == '-')
            code = parse_option(line, argc, argv, &i);
        else if (options && word[0] == '-' && word[1])
            code = usage_error(command, "unknown option", slice_from_cstr(word));
        else if (line->argument_count < COMMAND_VALUES_MAX)
            line->arguments[line->argument_count++] = word;
    }
    if (code == COMMAND_OK)
        code = check_arguments(line);
    *done = code != COMMAND_OK;
    return code;
}
