// SPDX-License-Identifier: MIT
//
// The parts of rendering done by the site's own JavaScript: template languages other than Nunjucks,
// a Markdown library that ours does not equal, transforms of the finished page. The scope is the
// one entered by the render.
#include "scripts.h"

static bool ask_text(const struct site *site, const struct script_question *question,
                     struct arena *arena, struct slice *out, struct error *error)
{
    struct value answer;
    struct script_view none;
    const struct script_scope *scope = script_enter(NULL);
    if (!scope) {
        scripts_enter(&none, site, NULL, arena, NULL, 0);
        scope = &none.scope;
    } else
        script_enter(scope);
    bool ok = script_ask(site->scripts->script, question, scope, arena, &answer, error);
    if (scope == &none.scope)
        scripts_leave(&none);
    if (!ok)
        return false;
    struct value_realm texts = value_realm_create(arena);
    *out = value_is_nullish(answer) ? SLICE_EMPTY : value_to_text(&texts, answer);
    return true;
}

bool scripts_markdown(const struct site *site, struct slice text, struct arena *arena,
                      struct slice *html, struct error *error)
{
    const struct value args[] = {value_string(text)};
    struct script_question question = {.operation = "markdown", .args = args, .argc = 1};
    return ask_text(site, &question, arena, html, error);
}

bool scripts_render(const struct site *site, struct slice file, struct slice engine,
                    struct slice text, struct arena *arena, struct slice *out, struct error *error)
{
    const struct value args[] = {value_string(engine), value_string(text)};
    // The host resolves its includes; their content is in the salt.
    struct script_question question = {.operation = "render",
                                       .name = file,
                                       .args = args,
                                       .argc = 2,
                                       .salt = site->scripts->includes_hash};
    return ask_text(site, &question, arena, out, error);
}

bool scripts_lint(const struct site *site, struct slice text, struct arena *arena,
                  struct error *error)
{
    const struct value args[] = {value_string(text)};
    struct slice nothing;
    struct script_question question = {.operation = "lint", .args = args, .argc = 1};
    return ask_text(site, &question, arena, &nothing, error);
}

bool scripts_transform(const struct site *site, struct slice text, struct arena *arena,
                       struct slice *out, struct error *error)
{
    const struct value args[] = {value_string(text)};
    struct script_question question = {.operation = "transform", .args = args, .argc = 1};
    return ask_text(site, &question, arena, out, error);
}
