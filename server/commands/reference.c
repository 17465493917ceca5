// SPDX-License-Identifier: MIT
//
// The tables in the documentation, a row each.
#include "reference.h"

#include "check.h"
#include "markdown/markdown.h"
#include "server/metrics.h"
#include "server/sandbox_calls.h"

static void write_rule_table(struct buffer *out)
{
    write_rules(out, true);
}

static void write_rule_options(struct buffer *out)
{
    buffer_append_cstr(out, "| rule | option | what it says | value | without it |\n"
                            "| --- | --- | --- | --- | --- |\n");
    for (const struct site_rule_option *row = site_rule_options(); row->rule; row++) {
        buffer_printf(out, "| `%s` | `%s` | %s | ", row->rule, row->name, row->doc);
        if (row->type == SITE_OPTION_NUMBER)
            buffer_printf(out, "%.0f to %.0f | %.0f |\n", row->least, row->most, row->usual);
        else
            buffer_printf(out, "%s | none |\n",
                          row->type == SITE_OPTION_TEXTS ? "list of texts" : "mapping");
    }
}

#define KEYS_OF(name, group)                                                                       \
    static void write_##name(struct buffer *out)                                                   \
    {                                                                                              \
        site_write_keys(out, SITE_KEYS_##group);                                                   \
    }
KEYS_OF(page, PAGE)
KEYS_OF(life, LIFE)
KEYS_OF(address, ADDRESS)
KEYS_OF(place, PLACE)
KEYS_OF(layouts, LAYOUTS)
KEYS_OF(builders, BUILDERS)

static const struct {
    const char *name;
    void (*write)(struct buffer *out);
} REFERENCES[] = {
    {"front-matter", site_write_key_model},
    {"front-matter-page", write_page},
    {"front-matter-life", write_life},
    {"front-matter-address", write_address},
    {"front-matter-place", write_place},
    {"front-matter-layouts", write_layouts},
    {"front-matter-builders", write_builders},
    {"markdown-extensions", markdown_write_reference},
    {"metrics", metrics_write_reference},
    {"rules", write_rule_table},
    {"rule-options", write_rule_options},
    {"settings", settings_write_reference},
    {"system-calls", sandbox_calls_write_reference},
};
enum { REFERENCE_COUNT = sizeof REFERENCES / sizeof *REFERENCES };

static int print_reference(void (*write)(struct buffer *out))
{
    struct arena *arena = arena_create(0, 0);
    if (!arena)
        return COMMAND_FAILED;
    struct buffer out = buffer_create(arena, 0);
    write(&out);
    int code = command_print(&out);
    arena_destroy(arena);
    return code;
}

int reference_print(const char *name)
{
    for (size_t i = 0; name && i < REFERENCE_COUNT; i++)
        if (strcmp(REFERENCES[i].name, name) == 0)
            return print_reference(REFERENCES[i].write);
    fputs("guidanced --reference prints one of:", stderr);
    for (size_t i = 0; i < REFERENCE_COUNT; i++)
        fprintf(stderr, " %s", REFERENCES[i].name);
    fputc('\n', stderr);
    return COMMAND_USAGE;
}
