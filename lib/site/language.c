// SPDX-License-Identifier: MIT
#include "language.h"

#include "making.h"
#include "scripts.h"

static bool compile_nunjucks(struct site *site, struct language_text *text, struct error *error)
{
    text->template = template_compile(site->templates, text->name, text->file, text->text,
                                      text->line, text->prelude, error);
    return text->template != NULL;
}

static bool render_nunjucks(const struct site *site, const struct language_text *text,
                            const struct template_context *context, struct value_realm *realm,
                            struct template_output *output, struct error *error)
{
    (void)site;
    return template_render(text->template, context, realm, output, error);
}

// The host sees the context that scripts_enter() was given.
static bool render_on_host(const struct site *site, const struct language_text *text,
                           const struct template_context *context, struct value_realm *realm,
                           struct template_output *output, struct error *error)
{
    struct slice rendered;
    (void)context;
    return scripts_render(site, text->file, text->engine, text->text, realm->arena, &rendered,
                          error) &&
           language_output(realm->arena, rendered, output, error);
}

static const struct language {
    const char *engine; // NULL: any that no row before names
    bool (*compile)(struct site *site, struct language_text *text, struct error *error); // or NULL
    bool (*render)(const struct site *site, const struct language_text *text,
                   const struct template_context *context, struct value_realm *realm,
                   struct template_output *output, struct error *error);
} LANGUAGES[] = {
    {"", compile_nunjucks, render_nunjucks},
    {NULL, NULL, render_on_host},
};

static const struct language *language_row(const struct language_text *text)
{
    const struct language *language = LANGUAGES;
    while (language->engine && !slice_equal(text->engine, slice_from_cstr(language->engine)))
        language++;
    return language;
}

bool language_needs_text(const struct language_text *text)
{
    return !language_row(text)->compile;
}

bool language_compile(struct site *site, struct language_text *text, struct error *error)
{
    bool theirs = site->scripts && site->scripts->delimiters;
    if (!text->template && !text->engine.len && (theirs || scripts_keep(site, text->text)))
        text->engine = SLICE("njk");
    const struct language *language = language_row(text);
    if (text->template || !language->compile || language->compile(site, text, error))
        return true;
    if (!site->scripts || !site->scripts->tags || error->code == ERROR_MEMORY)
        return false;
    // The site's own Nunjucks may know tags that ours does not.
    text->engine = SLICE("njk");
    return true;
}

bool source_compile(struct site *site, struct source *source, struct error *error)
{
    struct language_text text = {
        .engine = source->engine,
        .name = source->path,
        .file = source->path,
        .prelude = source->syntax & SYNTAX_MARKDOWN ? site->prelude : SLICE_EMPTY,
        .line = source->body_line,
        .template = source->template,
    };
    if (source->plain)
        return true;
    if (!language_needs_text(&text) && !text.template)
        text.text = source_resident_body(source);
    if (!language_compile(site, &text, error))
        return false;
    if (error_is_set(error))
        log_write(site->log, LOG_INFO, "%.*s is rendered by the site's own Nunjucks: %s",
                  SLICE_ARG(source->path), error->message);
    memset(error, 0, sizeof *error);
    // A source that snapshots share has been compiled before, and is being read.
    if (!slice_equal(source->engine, text.engine))
        source->engine = text.engine;
    if (source->template != text.template)
        source->template = text.template;
    return true;
}

bool language_render(const struct site *site, const struct language_text *text,
                     const struct template_context *context, struct value_realm *realm,
                     struct template_output *output, struct error *error)
{
    return language_row(text)->render(site, text, context, realm, output, error);
}

bool language_output(struct arena *arena, struct slice text, struct template_output *output,
                     struct error *error)
{
    struct slice *part = arena_alloc(arena, sizeof *part);
    if (!part)
        return error_memory(error);
    *part = text;
    *output = (struct template_output){.parts = part, .count = 1, .length = text.len};
    return true;
}
