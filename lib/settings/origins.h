// SPDX-License-Identifier: MIT
//
// The values of the settings while they are read, and the source of each. Private to lib/settings.
#ifndef GUIDANCED_SETTINGS_ORIGINS_H
#define GUIDANCED_SETTINGS_ORIGINS_H

#include "settings.h"

enum origin { DEFAULT, FROM_BASE, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG };

struct setting {
    const struct settings_row *row;
    struct value value;
    enum origin origin;
    unsigned line; // in guidance.yaml, or the base
};

struct settings_origins {
    struct arena *arena;
    struct slice directory;         // absolute, without links, NUL-terminated
    struct slice given;             // the same, as named
    struct slice process_directory; // of one site among several; else the same as directory
    struct slice file;
    // How messages name guidance.yaml: the base, if there is one.
    struct slice shown;
    struct slice source; // its text
    struct value_places places;
    struct setting *rows; // in the table's order
    size_t count;
    struct map by_key; // key → struct setting
    struct value site; // what templates see
    struct buffer warnings;
};

// ---- convert.c ----

// Converts a value to the row's type, or reports what it must be. `commas`: a list may be one text
// with commas.
bool setting_convert(struct arena *arena, const struct settings_row *row, struct value *v,
                     bool commas, struct error *error);
// ---- rules.c ----

// Whether a converted value is allowed for the setting.
bool setting_check(const struct settings_row *row, struct value v, struct error *error);

// ---- convert.c again ----

// Puts a converted value into its field. False: out of memory.
bool setting_store(struct settings *settings, const struct setting *setting);

#endif
