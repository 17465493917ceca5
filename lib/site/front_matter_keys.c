// SPDX-License-Identifier: MIT
//
// The table of front_matter.def, and its rows as documentation.
#include "site.h"

static const struct site_key KEYS[] = {
#define KEY(key, group, type, reader, new, doc, example)                                           \
    {key, SITE_KEYS_##group, type, reader, SITE_NEW_##new, doc, example},
#include "front_matter.def"
#undef KEY
    {0},
};

const struct site_key *site_keys(void)
{
    return KEYS;
}

// A page is a template: what looks like a tag is not one.
static void append_example(struct buffer *out, const char *example, bool template)
{
    bool raw = template && example && strstr(example, "{{");
    if (!example)
        buffer_append_cstr(out, template ? "see below" : "");
    else
        buffer_printf(out, "%s`%s`%s", raw ? "{% raw %}" : "", example, raw ? "{% endraw %}" : "");
}

void site_write_keys(struct buffer *out, enum site_key_group group)
{
    buffer_append_cstr(out, "| Key | What it does | Example |\n| --- | --- | --- |\n");
    for (const struct site_key *key = KEYS; key->key; key++) {
        if (key->group != group)
            continue;
        buffer_printf(out, "| `%s` | %s | ", key->key, key->doc);
        append_example(out, key->example, true);
        buffer_append_cstr(out, " |\n");
    }
}

void site_write_key_model(struct buffer *out)
{
    buffer_append_cstr(out, "| Key | Type | Meaning | Read by |\n| --- | --- | --- | --- |\n");
    for (const struct site_key *key = KEYS; key->key; key++)
        buffer_printf(out, "| `%s` | %s | %s | %s |\n", key->key, key->type, key->doc, key->reader);
}
