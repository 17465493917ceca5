// SPDX-License-Identifier: MIT
//
// Parsing a command line, and printing what it could be: help, completions, man pages.
#ifndef GUIDANCED_SERVER_COMMANDS_LINE_H
#define GUIDANCED_SERVER_COMMANDS_LINE_H

#include "command.h"

extern const struct command_option COMMAND_SITE_OPTIONS[]; // common to commands that take a site

// Parses argv[2…] of `command`. COMMAND_OK: run it. Anything else: stop with that exit code (help
// was printed, or the error was, on the stream where it belongs); *done is true then.
int command_line_parse(const struct command *command, int argc, char **argv,
                       struct command_line *line, bool *done);

const struct command *command_find(const char *name);
// The nearest command's name, or NULL.
const char *command_nearest(const char *name);

// Settings that can be given as options, and what stands for the value ("SIZE").
bool command_takes_setting(const struct settings_row *row);
const char *command_type_name(enum settings_type type);

void command_print_usage(FILE *out);
void command_print_help(const struct command *command, FILE *out);
// Pages for man, in mdoc: of a command in section 1; guidanced(1), which leads to them; and
// guidance.yaml(5), with every setting. False when there is no page of the name.
bool command_print_man(const char *name, FILE *out);
// A completion script for "bash", "zsh" or "fish"; false for another shell.
bool command_print_completion(const char *shell, FILE *out);

#endif
