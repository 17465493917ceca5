// SPDX-License-Identifier: MIT
//
// Reading an Eleventy project, for `guidanced init --from-eleventy`: three steps, each a file, and
// a fourth that writes:
//
//   configuration (config.c, returned.c, markdown.c) ─┐
//   files that are not Markdown, Nunjucks or YAML (files.c) ─▶ struct project
//        ─▶ guidance.yaml, macros to fill in (write.c), notes
//
// Thread-safety: a project belongs to one thread. Everything is in the arena it was read into.
#ifndef GUIDANCED_ELEVENTY_ELEVENTY_H
#define GUIDANCED_ELEVENTY_ELEVENTY_H

#include "base/file.h"
#include "script/js.h"

// Something that was not carried over.
struct note {
    struct slice file;
    unsigned line;
    struct slice what;
    struct slice instead; // what to do about it
};

// A filter or shortcode that needs a macro.
struct macro {
    struct slice name;
    char kind;                // 'f'ilter, 's'hortcode, 'p'aired shortcode
    struct slice date_format; // of a filter that formats dates, which needs no filling in
};
enum { MACROS_MAX = 256 };
enum { PROJECT_FORMATS = 3 };

struct project {
    struct arena *arena;
    const char *directory;
    struct slice config;     // its name; "" when there is none
    bool installed;          // with its packages, so that its configuration can be run
    struct js_source script; // its text
    struct slice name;
    struct value packages; // of package.json: dependencies of both kinds
    unsigned version;      // Eleventy's major; 0 when it is not known
    struct slice input, includes, layouts, data, output;
    struct {
        struct slice input, output, path_prefix; // "" when not given
    } command;                                   // from the command line that builds it
    // In the form for guidance.yaml: objects and lists, undefined when empty.
    struct value path_prefix, passthrough, globals, nunjucks_globals, collections, markdown, toc;
    struct value template_paths, imports, ignores;
    bool no_markdown_templates, no_gitignore;
    bool formats_named, formats[PROJECT_FORMATS]; // templateFormats, of our languages
    bool trim_blocks, lstrip_blocks, throw_on_undefined, no_autoescape;
    struct macro macros[MACROS_MAX];
    size_t macro_count;
    struct note *notes;
    size_t note_count, note_capacity;
    struct error unread; // the first file that is there and could not be read
};

// Reads the Eleventy project in the directory as text. False, error set (ERROR_NOT_FOUND): it is
// not one.
bool project_read(struct project *project, struct arena *arena, const char *directory,
                  struct error *error);
// Writes its guidance.yaml: for an installed project the name of its configuration, which is run
// from then on; for any other what its text says, and files of macros to fill in.
bool project_write(struct project *project, struct error *error);

// ---- for the files of lib/eleventy ----

// Whether the file is in the project, and its path; one that the disk cannot tell of is remembered
// as unread.
bool project_has(struct project *project, const char *name, struct slice *path);

// Notes what was not carried over, at a token of the configuration. `instead` is printf's.
void project_note(struct project *project, size_t token, struct slice what, const char *instead,
                  ...) __attribute__((format(printf, 4, 5)));
void project_note_file(struct project *project, struct slice file, struct slice what,
                       struct slice instead);
// Sets a member of an object that may still be undefined; appends to such a list.
void project_set(struct project *project, struct value *object, struct slice key, struct value v);
void project_push(struct project *project, struct value *list, struct value v);

// Reads the options of the script in package.json that calls Eleventy, including its configuration.
void project_read_command(struct project *project, struct value scripts);
void project_read_config(struct project *project);
void project_read_returned(struct project *project);
void project_set_directory(struct project *project, struct slice key, struct slice path);
// What templateFormats does not name is ignored; the input directory must be known.
void project_leave_out_formats(struct project *project);
void project_read_markdown(struct project *project);
void project_read_files(struct project *project);

#endif
