// SPDX-License-Identifier: MIT
//
// `serve --print-config`: every setting, its value and its source.
#include "origins.h"

static void print_origin(const struct settings_origins *origins, const struct setting *setting,
                         struct buffer *out)
{
    char name[96];
    switch (setting->origin) {
    case DEFAULT:
        buffer_append_cstr(out, "default");
        break;
    case FROM_BASE:
        buffer_printf(out, "%.*s:%u", SLICE_ARG(origins->shown), setting->line);
        break;
    case FROM_FILE:
        buffer_printf(out, "%.*s:%u", SLICE_ARG(origins->file), setting->line);
        break;
    case FROM_ENVIRONMENT:
        settings_environment_name(setting->row->key, name, sizeof name);
        buffer_printf(out, "environment %s", name);
        break;
    case FROM_FLAG:
        settings_flag_name(setting->row->key, name, sizeof name);
        buffer_printf(out, "flag --%s", name);
        break;
    }
}

void settings_print(const struct settings *settings, struct buffer *out)
{
    const struct settings_origins *origins = settings->origins;
    struct error ignored = {0};
    for (size_t i = 0; i < origins->count; i++) {
        const struct setting *setting = &origins->rows[i];
        bool secret = strcmp(setting->row->key, "tls.key") == 0 ||
                      strcmp(setting->row->key, "reload_token") == 0;
        buffer_printf(out, "%s: ", setting->row->key);
        if (value_is(setting->value, VALUE_UNDEFINED))
            buffer_append_cstr(out, "null");
        else if (secret)
            buffer_append_cstr(out, "(set)");
        else
            value_to_json(NULL, out, setting->value, 0, &ignored);
        buffer_append_cstr(out, "  # ");
        print_origin(origins, setting, out);
        buffer_append_byte(out, '\n');
    }
}
