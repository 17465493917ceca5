// SPDX-License-Identifier: MIT
//
// The program: a command, or one of the few words that are none.
#include "server/commands/line.h"
#include "server/commands/reference.h"

#include <cmark.h>
#include <microhttpd.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <sqlite3.h>
#include <yaml.h>
#include <zstd.h>

static int print_version(void)
{
    printf("guidanced %s\nlibmicrohttpd %s\ncmark %s\nlibyaml %s\nSQLite %s\nzstd %s\n",
           GUIDANCED_VERSION, MHD_get_version(), cmark_version_string(), yaml_get_version_string(),
           sqlite3_libversion(), ZSTD_versionString());
    char pcre[64] = "";
    if (pcre2_config_8(PCRE2_CONFIG_VERSION, NULL) < (int)sizeof pcre)
        pcre2_config_8(PCRE2_CONFIG_VERSION, pcre);
    printf("PCRE2 %s\n", pcre);
    return COMMAND_OK;
}

static int unknown_command(const char *name)
{
    fprintf(stderr, "guidanced: unknown command: %s\n", name);
    const char *nearest = command_nearest(name);
    if (nearest)
        fprintf(stderr, "did you mean `guidanced %s`?\n", nearest);
    fputs("`guidanced --help` lists the commands.\n", stderr);
    return COMMAND_USAGE;
}

static int print_man(const char *name)
{
    return command_print_man(name ? name : "guidanced", stdout) ? COMMAND_OK
                                                                : unknown_command(name);
}

// --help, --version, --completion SHELL, --man COMMAND, --reference TABLE.
static int run_word(const char *word, const char *argument)
{
    if (strcmp(word, "--version") == 0)
        return print_version();
    if (strcmp(word, "--man") == 0)
        return print_man(argument);
    if (strcmp(word, "--reference") == 0)
        return reference_print(argument);
    if (strcmp(word, "--completion") == 0)
        return command_print_completion(argument ? argument : "bash", stdout) ? COMMAND_OK
                                                                              : COMMAND_USAGE;
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        command_print_usage(stdout);
        return COMMAND_OK;
    }
    return unknown_command(word);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        command_print_usage(stderr);
        return COMMAND_USAGE;
    }
    const struct command *command = command_find(argv[1]);
    if (!command)
        return run_word(argv[1], argc > 2 ? argv[2] : NULL);
    struct command_line line = {.arena = arena_create(0, 0)};
    if (!line.arena)
        return COMMAND_FAILED;
    bool done = false;
    int code = command_line_parse(command, argc, argv, &line, &done);
    if (!done)
        code = command->run(&line);
    arena_destroy(line.arena);
    return fflush(stdout) == 0 ? code : COMMAND_BAD;
}
