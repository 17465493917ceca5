// SPDX-License-Identifier: MIT
//
// The table of settings.def: the properties of each setting, and the offset of its field.
#include "settings.h"

#include <stddef.h>

#define SCOPE_NAME(scope) SETTINGS_OF_##scope
#define SCOPE_ROW(scope)  SCOPE_NAME(scope)

static const struct settings_row ROWS[] = {
#define SETTING(field, type, fallback, doc)                                                        \
    {#field,                                                                                       \
     SETTINGS_##type,                                                                              \
     fallback,                                                                                     \
     doc,                                                                                          \
     SECTION,                                                                                      \
     SCOPE_ROW(SCOPE),                                                                             \
     offsetof(struct settings, field),                                                             \
     sizeof(((struct settings *)0)->field)},
#define GROUP(group)
#define MEMBER(group, field, type, fallback, doc) SETTING(group.field, type, fallback, doc)
#define END(group)
#include "settings.def"
#undef SETTING
#undef GROUP
#undef MEMBER
#undef END
    {0},
};

const struct settings_row *settings_rows(void)
{
    return ROWS;
}

const char *settings_type_name(enum settings_type type)
{
    static const char *const NAMES[] = {
        [SETTINGS_TEXT] = "text",           [SETTINGS_PATH] = "path",
        [SETTINGS_BOOLEAN] = "true, false", [SETTINGS_INTEGER] = "number",
        [SETTINGS_SIZE] = "size",           [SETTINGS_DURATION] = "duration",
        [SETTINGS_LIST] = "list",           [SETTINGS_OBJECT] = "mapping",
        [SETTINGS_VALUE] = "any",
    };
    return NAMES[type];
}

void settings_environment_name(const char *key, char *out, size_t size)
{
    static const char PREFIX[] = "GUIDANCED_";
    size_t n = sizeof PREFIX - 1;
    memcpy(out, PREFIX, n);
    for (; *key && n + 1 < size; key++)
        out[n++] = *key == '.' ? '_' : *key >= 'a' && *key <= 'z' ? (char)(*key - 32) : *key;
    out[n] = '\0';
}

void settings_flag_name(const char *key, char *out, size_t size)
{
    size_t i = 0;
    for (; key[i] && i + 1 < size; i++)
        out[i] = key[i] == '.' || key[i] == '_' ? '-' : key[i];
    out[i] = '\0';
}

static void append_cell(struct buffer *out, const char *text)
{
    for (; *text; text++)
        buffer_append_cstr(out, *text == '|' ? "\\|" : (char[]){*text, '\0'});
}

void settings_write_reference(struct buffer *out)
{
    const char *section = NULL;
    for (const struct settings_row *row = ROWS; row->key; row++) {
        if (!section || strcmp(section, row->section) != 0)
            buffer_printf(out,
                          "%s## %s\n\n| key | type | default | meaning |\n"
                          "| --- | --- | --- | --- |\n",
                          section ? "\n" : "", row->section);
        section = row->section;
        buffer_printf(out, "| `%s` | %s | ", row->key, settings_type_name(row->type));
        if (row->fallback && *row->fallback)
            buffer_printf(out, "`%s`", row->fallback);
        buffer_append_cstr(out, " | ");
        append_cell(out, row->doc);
        buffer_append_cstr(out, " |\n");
    }
}
