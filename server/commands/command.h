// SPDX-License-Identifier: MIT
//
// The subcommands of the program. A command is a row: name, synopsis, options, one function. Help,
// shell completions and man pages are printed from these rows.
#ifndef GUIDANCED_SERVER_COMMANDS_COMMAND_H
#define GUIDANCED_SERVER_COMMANDS_COMMAND_H

#include "check/check.h"
#include "site/revision.h"
#include "site/site.h"

#include <stdio.h>

// The same for all commands; part of the interface (README).
enum command_exit {
    COMMAND_OK = 0,
    COMMAND_BAD = 1,    // a problem was found
    COMMAND_USAGE = 2,  // wrong usage or configuration
    COMMAND_FAILED = 3, // could not start
};

struct command_option {
    const char *name;     // "trim-blocks"
    const char *argument; // "DIR", or NULL for a flag without one
    const char *doc;      // one sentence
    bool repeatable;
};

enum { COMMAND_VALUES_MAX = 64 };

// The parsed command line.
struct command_line {
    const struct command *command;
    struct repository **repository; // named by the settings, once opened; main's
    struct arena *arena;            // lives as long as the command
    struct {
        const struct command_option *option;
        const char *text; // "" for a flag
    } values[COMMAND_VALUES_MAX];
    size_t value_count;
    const char *arguments[COMMAND_VALUES_MAX]; // anything but options
    size_t argument_count;
    struct settings_flag flags[COMMAND_VALUES_MAX]; // --key=value of settings rows
    size_t flag_count;
};

// SITES: also a guidance.yaml with `sites`.
enum command_site { COMMAND_NO_SITE, COMMAND_SITE, COMMAND_SITES };

struct command {
    const char *name;
    const char *synopsis;                 // "render [--site DIR] URL"
    const char *doc;                      // one sentence
    const char *details;                  // paragraphs for --help and the man page
    const struct command_option *options; // ended by a row with name NULL; --site and the settings
                                          // are common to those with takes_site
    enum command_site takes_site;
    unsigned arguments_min, arguments_max;
    int (*run)(const struct command_line *line);
};

// All commands, ended by a row with name NULL.
extern const struct command COMMANDS[];

// The text of an option, or NULL; for flags use command_has. The last one wins.
const char *command_option(const struct command_line *line, const char *name);
bool command_has(const struct command_line *line, const char *name);

// Loads the settings of --site (default ".") or --git, printing problems to standard error. NULL on
// failure.
struct settings *command_settings(const struct command_line *line);
// The same without printing, repeatable: into another arena, from the ref's commit at that time.
struct settings *command_read_settings(const struct command_line *line, struct arena *arena,
                                       bool optional, struct buffer *others, struct error *error);
// Whether the site is a directory, where files can be written; prints an error if not.
bool command_is_directory(const struct command_line *line, const struct settings *settings);
// Loads the site of the settings, without a cache. Prints errors and returns NULL on failure; the
// caller releases the site.
struct site *command_site(const struct command_line *line, const struct settings *settings,
                          bool development);
// Prints the errors of the load: pages and files that are not served at all, and two that claim the
// same URL. Returns how many there are.
unsigned command_print_problems(const struct site *site);
// site_load with the site's own JavaScript, which ends with the site. `arena` outlives it.
struct site *command_load(const struct site_load_options *options, struct arena *arena,
                          struct error *error);
// Prints an error as error_format writes it.
void command_print_error(const struct error *error);
// Writes a text to standard output; false if that fails (closed pipe).
bool command_write(struct slice text);
// Writes the whole of a buffer, or says why not. COMMAND_OK or COMMAND_BAD.
int command_print(const struct buffer *out);

// The whole of standard input, at most COMMAND_INPUT_MAX bytes; ptr is never NULL.
enum { COMMAND_INPUT_MAX = 64 << 20 };
bool command_read_stdin(struct arena *arena, struct slice *out, struct error *error);

// Batches: calls fn for every line of standard input that is not blank, with an arena that is reset
// after each. Returns an exit code.
int command_each_line(const struct command_line *line, void *state,
                      void (*fn)(const struct command_line *line, void *state, struct arena *arena,
                                 struct slice text));
// Prints {"id":id,key:output} or {"id":id,"error":…} as a line.
void command_answer(struct arena *arena, struct value id, const char *key, struct slice output,
                    const struct error *error);

int command_serve(const struct command_line *line);
int command_check(const struct command_line *line);
int command_render(const struct command_line *line);
int command_report(const struct command_line *line);
int command_build(const struct command_line *line);
int command_prepare(const struct command_line *line);
int command_check_prepared(const struct command_line *line); // `check --prepared`
int command_routes(const struct command_line *line);
int command_template(const struct command_line *line);
int command_markdown(const struct command_line *line);
int command_healthcheck(const struct command_line *line);
int command_move(const struct command_line *line);
int command_new(const struct command_line *line);
int command_init(const struct command_line *line);
int command_feedback(const struct command_line *line);

#endif
