// SPDX-License-Identifier: MIT
//
// Settings from `guidance.yaml`, the environment and the command line, in rising precedence.
//
// Every setting is one row of settings.def: its key, type, default, and one sentence of
// documentation. It is read as a field of struct settings, `settings->limits.page_bytes`, so that a
// misspelt one does not compile. Keys are written in snake case; on the command line
// `--admin-listen`, in the environment `GUIDANCED_ADMIN_LISTEN`, in the file `admin_listen:`;
// nested keys `limits.page_bytes` are GUIDANCED_LIMITS_PAGE_BYTES and --limits-page-bytes.
//
// Thread-safety: immutable after settings_load.
#ifndef GUIDANCED_SETTINGS_SETTINGS_H
#define GUIDANCED_SETTINGS_SETTINGS_H

#include "value/value.h"

enum settings_type {
    SETTINGS_TEXT,
    SETTINGS_PATH, // resolved against the site directory
    SETTINGS_BOOLEAN,
    SETTINGS_INTEGER,
    SETTINGS_SIZE,     // bytes, "64k", "2M", "1G"
    SETTINGS_DURATION, // milliseconds, "5s", "2m", "1h", "300ms"
    SETTINGS_LIST,     // of texts (on the command line and in the environment: comma-separated)
    SETTINGS_OBJECT,   // free-form mapping (passthrough, headers, theme …)
    SETTINGS_VALUE,    // anything
};

// Who has a setting when one process serves several sites.
enum settings_scope { SETTINGS_OF_SITE, SETTINGS_OF_PROCESS };

struct settings_row {
    const char *key;
    enum settings_type type;
    const char *fallback; // as it would be written in YAML; NULL: unset
    const char *doc;
    const char *section; // heading in the reference
    enum settings_scope scope;
    size_t offset, size; // of its field in struct settings
};
// The table, ended by a row with key NULL.
const struct settings_row *settings_rows(void);

// The type's name in the reference: "text", "true, false", "mapping", …
const char *settings_type_name(enum settings_type type);
// GUIDANCED_LIMITS_PAGE_BYTES and limits-page-bytes for `limits.page_bytes`.
void settings_environment_name(const char *key, char *out, size_t size);
void settings_flag_name(const char *key, char *out, size_t size);
// The tables of docs/settings.md.
void settings_write_reference(struct buffer *out);

// A path as written, and absolute, NUL-terminated; ptr NULL: unset.
struct settings_path {
    struct slice text, full;
};

#define SETTINGS_FIELD_TEXT     struct slice // NUL-terminated; ptr NULL: unset
#define SETTINGS_FIELD_PATH     struct settings_path
#define SETTINGS_FIELD_BOOLEAN  bool
#define SETTINGS_FIELD_INTEGER  uint32_t
#define SETTINGS_FIELD_SIZE     size_t
#define SETTINGS_FIELD_DURATION uint32_t
#define SETTINGS_FIELD_LIST     struct value // an array of strings
#define SETTINGS_FIELD_OBJECT   struct value // an object
#define SETTINGS_FIELD_VALUE    struct value

struct repository;

struct settings {
#define SETTING(field, type, fallback, doc)       SETTINGS_FIELD_##type field;
#define GROUP(group)                              struct {
#define MEMBER(group, field, type, fallback, doc) SETTINGS_FIELD_##type field;
#define END(group)                                                                                 \
    }                                                                                              \
    group;
#include "settings.def"
#undef SETTING
#undef GROUP
#undef MEMBER
#undef END
    // Set after reading the settings of a commit (site/revision.h), for reading its files.
    struct repository *repository;    // NULL: the site is a directory
    struct slice revision;            // the commit's id, NUL-terminated; "" for a directory
    struct settings_origins *origins; // where the values come from; private to lib/settings
};

// One flag of the command line: the key of its row ("limits.pages") and text.
struct settings_flag {
    struct slice key;
    struct slice text;
};

// What to read settings from.
struct settings_reading {
    const char *site;   // the site's directory
    const char *config; // instead of guidance.yaml there; NULL: that; "": none
    bool optional;      // guidance.yaml may be missing
    const struct settings_flag *flags;
    size_t flag_count;
    struct buffer *others; // gets errors after the first, as lines; may be NULL
    // Of one site among several in a process: the process's settings, which outlive these. The
    // environment and flags are the process's too, so neither is read, and the site's guidance.yaml
    // must not set what all sites share. `host` is in the default of `url`. NULL: the site has the
    // process for itself.
    const struct settings *process;
    struct slice host;
};

// Reads guidance.yaml, environment and flags. All errors are collected. NULL on failure. Everything
// is in the arena.
struct settings *settings_load(struct arena *arena, const char *site_dir, const char *config_file,
                               bool optional, const struct settings_flag *flags, size_t flag_count,
                               struct buffer *others, struct error *error);
// The same over a guidance.yaml from a commit instead of a file (base NULL: there is none):
// problems call it `name`. Its `git` settings are ignored with a warning: a commit must not decide
// where it is read from or who may see others.
struct settings_base {
    struct slice name, text;
};
struct settings *settings_read(struct arena *arena, const struct settings_base *base,
                               const struct settings_reading *reading, struct error *error);

// Sets the actual listening address, which is the default of `url`: for a port 0 that has become a
// number. settings_load calls it with `listen`. Call it before any other thread reads.
bool settings_listens_at(struct settings *settings, struct slice listen, struct error *error);
// Problems that are not errors, as lines; "" for none.
struct slice settings_warnings(const struct settings *settings);
// A copy with different defaults for unwritten settings: an object by key ("path_prefix"). It
// shares the rest with the original and lives no longer. NULL and error when a value is not of its
// row's type.
struct settings *settings_with_defaults(struct arena *arena, const struct settings *settings,
                                        struct value defaults, struct error *error);

// Whether the file, the environment or a flag sets it. False for an unknown key.
bool settings_is_written(const struct settings *settings, const char *key);

// Whether they are of a process with several sites.
bool settings_have_sites(const struct settings *settings);

// A file of item `number` of `tls.certificates`, absolute, in the arena: key is "certificate",
// "key" or "ocsp". Empty if it is not written.
struct slice settings_certificate_file(const struct settings *settings, struct arena *arena,
                                       uint32_t number, const char *key);

// Directory `number` of `site_roots`, absolute, in the arena.
struct slice settings_site_root(const struct settings *settings, struct arena *arena,
                                uint32_t number);

// Absolute, without links; and as named, also absolute, possibly with links.
struct slice settings_given_directory(const struct settings *settings);
struct slice settings_directory(const struct settings *settings);
struct slice settings_file(const struct settings *settings); // "" if there is none on the machine
// path_prefix without slashes at its end: what goes before a URL of the site; "" for none.
struct slice settings_prefix(const struct settings *settings);
// The path without it; as it is if it does not begin with it.
struct slice settings_below_prefix(const struct settings *settings, struct slice path);
// The name of guidance.yaml: that file, or its name in the commit.
struct slice settings_name(const struct settings *settings);
// The text of guidance.yaml, its path in problems (relative to the site directory if it is below
// that), and the place of a key ("redirects.2.from"): NULL if it is not there.
struct slice settings_source(const struct settings *settings);
struct slice settings_file_shown(const struct settings *settings);
const struct value_place *settings_place(const struct settings *settings, const char *key);
// The whole of guidance.yaml as templates see it (`site`): settings with defaults, and the free
// keys under `globals`.
struct value settings_site_value(const struct settings *settings);

// "key: value  # file:line | environment NAME | flag --x | default", one per line. Secrets masked.
void settings_print(const struct settings *settings, struct buffer *out);

// Sets the revision of a commit once it is known: templates see it as `site.revision`. It is
// copied.
bool settings_set_revision(struct settings *settings, struct repository *repository,
                           struct slice revision, struct error *error);

// Replaces ${NAME} and ${NAME:-default} by the environment. An unset name without default is an
// error with a hint. Returns the text itself if it has none.
bool settings_expand_environment(struct arena *arena, struct slice text, struct slice *out,
                                 struct error *error);

#endif
