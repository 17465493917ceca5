// SPDX-License-Identifier: MIT
//
// Parsing a command line, and printing help, completions and man pages.
#ifndef GUIDANCED_SERVER_COMMANDS_LINE_H
#define GUIDANCED_SERVER_COMMANDS_LINE_H

#include "command.h"

extern const struct command_option COMMAND_SITE_OPTIONS[]; // common to commands that take a site

// Parses argv[2…] of `command`. COMMAND_OK: run it. Otherwise *done is true: stop with that exit
// code (help or an error has been printed, on the right stream).
int command_line_parse(const struct command *command, int argc, char **argv,
                       struct command_line *line, bool *done);

const struct command *command_find(const char *name);
// The nearest command's name, or NULL.
const char *command_nearest(const char *name);

// Whether a setting can be given as an option, and the placeholder for its value ("SIZE").
bool command_takes_setting(const struct settings_row *row);
const char *command_type_name(enum settings_type type);

void command_print_usage(FILE *out);
void command_print_help(const struct command *command, FILE *out);
// Manual pages in mdoc: one per command in section 1; guidanced(1), which lists them; and
// guidance.yaml(5), with every setting. False if there is no such page.
bool command_print_man(const char *name, FILE *out);
// A completion script for "bash", "zsh" or "fish"; false for another shell.
bool command_print_completion(const char *shell, FILE *out);

#endif
