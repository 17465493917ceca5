// SPDX-License-Identifier: MIT
//
// Data that is JavaScript: data files, front matter, the configuration's global data, and
// collections that are functions.
#include "scripts.h"

// Asks with only the layers in scope.
static bool ask(struct site *site, const struct script_question *question,
                const struct value *layers, size_t count, struct value *out, struct value *effects,
                struct error *error)
{
    struct script_view view;
    scripts_enter(&view, site, NULL, site->arena, layers, count);
    bool ok = script_ask_effects(site->scripts->script, question, &view.scope, site->arena, out,
                                 effects, error);
    scripts_leave(&view);
    return ok;
}

bool scripts_data_file(struct site *site, struct slice path, struct value *out, struct error *error)
{
    struct value effects;
    struct script_question question = {.operation = "data"};
    if (!site->scripts)
        return false;
    question.name = path_join(site->arena, scripts_root(site), path);
    return ask(site, &question, NULL, 0, out, &effects, error);
}

bool scripts_custom_data(struct site *site, struct slice path, struct slice extension,
                         struct value *out, struct error *error)
{
    struct value effects;
    const struct value arg = value_string(extension);
    struct script_question question = {.operation = "customdata", .args = &arg, .argc = 1};
    question.name = path_join(site->arena, scripts_root(site), path);
    return ask(site, &question, NULL, 0, out, &effects, error);
}

bool scripts_global_data(struct site *site, struct value *out, struct error *error)
{
    struct value effects;
    struct script_question question = {.operation = "globaldata"};
    *out = value_undefined();
    return !site->scripts || ask(site, &question, NULL, 0, out, &effects, error);
}

bool scripts_front_matter(struct site *site, struct slice path, struct slice language,
                          struct slice text, struct value *out, struct error *error)
{
    struct value effects;
    const struct value args[] = {value_string(language), value_string(text)};
    struct script_question question = {
        .operation = "frontmatter", .name = path, .args = args, .argc = 2};
    if (!site->scripts)
        return false;
    return ask(site, &question, NULL, 0, out, &effects, error);
}

bool scripts_compile(struct site *site, const struct source *source, struct value *out,
                     struct error *error)
{
    struct value effects;
    const struct value args[] = {value_string(source->engine), value_string(source->text)};
    struct script_question question = {
        .operation = "compile", .name = source->path, .args = args, .argc = 2};
    return ask(site, &question, NULL, 0, out, &effects, error);
}

// The `page` that a preprocessor sees, before the page has an address.
static struct value early_page(struct site *site, const struct source *source)
{
    struct value page = value_object(site->scratch);
    struct slice shown = ARENA_JOIN(site->scratch, SLICE("./"), source->path);
    value_set(NULL, site->scratch, page, SLICE("inputPath"), value_string(shown));
    value_set(NULL, site->scratch, page, SLICE("fileSlug"),
              value_string(
                  path_base(slice_sub(source->path, 0, source->path.len - source->extension.len))));
    return page;
}

bool scripts_preprocess(struct site *site, const struct source *source, struct value data,
                        struct slice *text, bool *kept, struct error *error)
{
    struct value answer, effects, own = value_object(site->scratch);
    const struct value args[] = {value_string(*text), value_string(source->path)};
    struct script_question question = {
        .operation = "preprocess", .name = source->path, .args = args, .argc = 2};
    value_set(NULL, site->scratch, own, SLICE("page"), early_page(site, source));
    const struct value layers[] = {own, data};
    *kept = true;
    if (!ask(site, &question, layers, 2, &answer, &effects, error))
        return false;
    *kept = !value_is(answer, VALUE_BOOLEAN) || value_truthy(answer);
    if (value_is(answer, VALUE_STRING)) // the host sees to it, and names the function
        *text = value_text(answer);
    return true;
}

// The page as far as known before its data is complete.
static struct value named_page(struct site *site, const struct site_page *page)
{
    struct value own = early_page(site, page_of(page)->source);
    value_set(NULL, site->scratch, own, SLICE("fileSlug"), value_string(page->file_slug));
    value_set(NULL, site->scratch, own, SLICE("filePathStem"), value_string(page->file_path_stem));
    return own;
}

static bool ask_of_page(struct site *site, const struct site_page *page, const char *operation,
                        struct value arg, struct value *out, struct error *error)
{
    struct value effects, own = value_object(site->scratch);
    struct script_question question = {.operation = operation, .args = &arg, .argc = 1};
    value_set(NULL, site->scratch, own, SLICE("page"), named_page(site, page));
    const struct value layers[] = {own, page->data};
    return ask(site, &question, layers, 2, out, &effects, error);
}

bool scripts_date(struct site *site, const struct site_page *page, struct value date,
                  struct value *out, struct error *error)
{
    *out = value_undefined();
    return !value_truthy(scripts_say(site, "dateParsing")) ||
           ask_of_page(site, page, "date", date, out, error);
}

bool scripts_url(struct site *site, const struct site_page *page, struct slice *url,
                 struct error *error)
{
    struct value answer;
    struct slice path = ARENA_JOIN(site->scratch, SLICE("/"), page->output_path);
    if (!value_truthy(scripts_say(site, "urlTransforms")))
        return true;
    if (!ask_of_page(site, page, "urltransform", value_string(path), &answer, error))
        return false;
    if (!value_is(answer, VALUE_STRING) || !slice_starts_with(value_text(answer), SLICE("/")))
        return error_set(error, ERROR_CONFIG, "addUrlTransform returned no address for %.*s",
                         SLICE_ARG(*url));
    *url = value_text(answer);
    return true;
}

bool scripts_excerpt(struct site *site, struct value front_matter, struct slice *text,
                     struct value *excerpt, struct error *error)
{
    struct value answer, effects;
    const struct value arg = value_string(*text);
    struct script_question question = {.operation = "excerpt", .args = &arg, .argc = 1};
    if (!ask(site, &question, &front_matter, 1, &answer, &effects, error))
        return false;
    if (!value_is(answer, VALUE_OBJECT))
        return true;
    struct value left = value_get(NULL, answer, SLICE("content"));
    *excerpt = value_get(NULL, answer, SLICE("excerpt"));
    if (!value_is(left, VALUE_STRING) ||
        !(value_is_nullish(*excerpt) || value_is(*excerpt, VALUE_STRING)))
        return error_set(error, ERROR_CONFIG,
                         "excerpt of setFrontMatterParsingOptions made %s of the file's %s, not "
                         "a text",
                         scripts_kind(value_is(left, VALUE_STRING) ? *excerpt : left),
                         value_is(left, VALUE_STRING) ? "excerpt" : "content");
    *text = value_text(left);
    return true;
}

bool scripts_call(struct site *site, struct value function, struct value data,
                  const struct script_needs *needs, const struct value *args, uint32_t argc,
                  struct value *out, struct error *error)
{
    struct value_realm realm = value_realm_create(site->arena);
    struct script_view view = {0};
    realm.site = site;
    scripts_enter(&view, site, NULL, site->arena, &data, 1);
    view.needs = needs;
    *out = value_invoke(&realm, function, value_undefined(), args, argc, error);
    scripts_leave(&view);
    return !error_is_set(error);
}

// ---- collections ----

bool scripts_has_collection(const struct site *site, struct slice name)
{
    struct value names = scripts_say(site, "collections");
    for (uint32_t i = 0; i < value_length(NULL, names); i++)
        if (value_strict_equal(value_item(NULL, names, i), value_string(name)))
            return true;
    return false;
}

bool scripts_collection(struct site *site, struct slice name, struct value *list,
                        struct value *effects, struct error *error)
{
    struct script_question question = {
        .operation = "collection", .name = name, .salt = site->scripts->names.site_hash};
    return ask(site, &question, NULL, 0, list, effects, error);
}
