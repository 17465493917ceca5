// SPDX-License-Identifier: MIT
//
// The types of what the host says about the configuration. A configuration is JavaScript: any
// option may be of any type, and Eleventy takes many of them without a look. Here each has its row,
// so that a wrong one is an error that names the option, and the rest of the loader may rely on it.
#include "scripts.h"

// Where the values of a row are.
enum place {
    OWN,    // the member itself
    MEMBER, // `part` of the member, an object
    EACH,   // each value of the member, an object
    ROWS,   // `part` of each item of the member, a list
};

// Unless it is NAME, a value may also be missing.
enum kind { NAME, TEXT, TEXT_OR_TRUE, TEXT_OR_FALSE, TEXTS };

static const char *const KINDS[] = {
    [NAME] = "a text",           [TEXT] = "a text",
    [TEXT_OR_TRUE] = "a text",   [TEXT_OR_FALSE] = "a text or false",
    [TEXTS] = "a list of texts",
};

static const struct option_row {
    const char *member, *part;
    enum place place;
    enum kind kind;
    const char *option; // as the configuration's author writes it
} OPTIONS[] = {
    {"pathPrefix", NULL, OWN, TEXT, "pathPrefix"},
    {"templateFormats", NULL, OWN, TEXTS, "templateFormats"},
    {"markdownTemplateEngine", NULL, OWN, TEXT_OR_FALSE, "markdownTemplateEngine"},
    {"htmlTemplateEngine", NULL, OWN, TEXT_OR_FALSE, "htmlTemplateEngine"},
    {"filters", "name", ROWS, NAME, "the name of addFilter"},
    {"shortcodes", "name", ROWS, NAME, "the name of addShortcode"},
    {"keepers", NULL, OWN, TEXTS, "the names of addShortcode"},
    {"nunjucks", "paths", MEMBER, TEXTS, "the search paths of setLibrary"},
    {"nunjucks", "tags", MEMBER, TEXTS, "the tags of addNunjucksTag"},
    {"collections", NULL, OWN, TEXTS, "the names of addCollection"},
    {"layoutAliases", NULL, EACH, TEXT, "the file of addLayoutAlias"},
    {"passthrough", "from", ROWS, NAME, "the path of addPassthroughCopy"},
    {"passthrough", "to", ROWS, TEXT_OR_TRUE, "the target of addPassthroughCopy"},
    {"ignores", NULL, OWN, TEXTS, "ignores"},
    {"virtualTemplates", "path", ROWS, NAME, "the path of addTemplate"},
    {"transforms", NULL, OWN, TEXTS, "the names of addTransform"},
    {"linters", NULL, OWN, TEXTS, "the names of addLinter"},
    {"preprocessors", "extensions", ROWS, TEXTS, "the file extensions of addPreprocessor"},
    {"dataExtensions", NULL, OWN, TEXTS, "the extensions of addDataExtension"},
    {"dataFileSuffixes", NULL, OWN, TEXTS, "dataFileSuffixes"},
    {"dataFileBaseName", NULL, OWN, TEXT, "the name of setDataFileBaseName"},
    {"extensions", "ext", ROWS, NAME, "the extension of addExtension"},
    {"extensions", "key", ROWS, TEXT, "the key of addExtension"},
    {"extensions", "outputFileExtension", ROWS, TEXT, "outputFileExtension of addExtension"},
    {"frontMatter", "separator", MEMBER, TEXT, "excerpt_separator of setFrontMatterParsingOptions"},
    {"frontMatter", "alias", MEMBER, TEXT, "excerpt_alias of setFrontMatterParsingOptions"},
    {"events", NULL, OWN, TEXTS, "the names of events"},
};

// Options that are not followed, and what is read as if they were not there. What their author
// means would be missed – who may see a page, too – so one that says something else is an error.
static const struct refused_row {
    const char *member, *part, *usual;
    const char *option, *hint;
} REFUSED[] = {
    {"keys", "layout", "layout", "keys.layout", "write `layout` in pages and data"},
    {"keys", "permalink", "permalink", "keys.permalink", "write `permalink` in pages and data"},
    {"keys", "computed", "eleventyComputed", "keys.computed",
     "write `eleventyComputed` in pages and data"},
    {"keys", "engineOverride", "templateEngineOverride", "keys.engineOverride",
     "write `templateEngineOverride` in pages"},
    {"frontMatter", "delimiters", "---", "delimiters of setFrontMatterParsingOptions",
     "begin and end front matter with ---"},
    {"frontMatter", "language", "yaml", "language of setFrontMatterParsingOptions",
     "name the language in each file, as ---json"},
};

static bool are_texts(struct value list)
{
    for (uint32_t i = 0; i < value_length(NULL, list); i++)
        if (!value_is(value_item(NULL, list, i), VALUE_STRING))
            return false;
    return value_is(list, VALUE_ARRAY);
}

static bool is_of_kind(struct value v, enum kind kind)
{
    bool flag = value_is(v, VALUE_BOOLEAN);
    if (value_is(v, VALUE_STRING))
        return kind != TEXTS;
    if (value_is_nullish(v))
        return kind != NAME;
    return kind == TEXTS ? are_texts(v)
                         : flag && kind == (value_truthy(v) ? TEXT_OR_TRUE : TEXT_OR_FALSE);
}

static bool check_option_value(const struct option_row *row, struct value v, struct error *error)
{
    return is_of_kind(v, row->kind) || error_set(error, ERROR_CONFIG, "%s must be %s, not %s",
                                                 row->option, KINDS[row->kind], scripts_kind(v));
}

static bool check_each(const struct option_row *row, struct value object, struct error *error)
{
    const struct value_object *view =
        value_is(object, VALUE_OBJECT) ? value_object_view(NULL, object) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++)
        if (!check_option_value(row, view->values[i], error))
            return false;
    return true;
}

static bool check_rows(const struct option_row *row, struct value list, struct error *error)
{
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct value item = value_item(NULL, list, i);
        if (!check_option_value(row, value_get(NULL, item, slice_from_cstr(row->part)), error))
            return false;
    }
    return true;
}

static bool check_option(const struct option_row *row, struct value v, struct error *error)
{
    switch (row->place) {
    case EACH:
        return check_each(row, v, error);
    case ROWS:
        return check_rows(row, v, error);
    case MEMBER:
        return check_option_value(row, value_get(NULL, v, slice_from_cstr(row->part)), error);
    default:
        return check_option_value(row, v, error);
    }
}

const char *scripts_kind(struct value v)
{
    static const char *const NAMES[] = {
        [VALUE_UNDEFINED] = "undefined", [VALUE_NULL] = "null",     [VALUE_BOOLEAN] = "a boolean",
        [VALUE_NUMBER] = "a number",     [VALUE_STRING] = "a text", [VALUE_ARRAY] = "a list",
        [VALUE_FUNCTION] = "a function",
    };
    const char *name = v.type < sizeof NAMES / sizeof *NAMES ? NAMES[v.type] : NULL;
    return name ? name : "an object";
}

static bool says_more(const struct refused_row *row, struct value v)
{
    if (value_is(v, VALUE_ARRAY)) {
        for (uint32_t i = 0; i < value_length(NULL, v); i++)
            if (says_more(row, value_item(NULL, v, i)))
                return true;
        return false;
    }
    return value_truthy(v) &&
           !(value_is(v, VALUE_STRING) && slice_equal(value_text(v), slice_from_cstr(row->usual)));
}

static bool refuse_option(const struct refused_row *row, struct error *error)
{
    error_set(error, ERROR_CONFIG, "%s is not supported", row->option);
    error_hint(error, "%s", row->hint);
    return false;
}

static bool check_refused(struct value description, struct error *error)
{
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        const struct refused_row *row = &REFUSED[i];
        struct value object = value_get(NULL, description, slice_from_cstr(row->member));
        if (value_is(object, VALUE_OBJECT) &&
            says_more(row, value_get(NULL, object, slice_from_cstr(row->part))))
            return refuse_option(row, error);
    }
    return true;
}

bool scripts_check_description(struct value description, struct error *error)
{
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        struct value v = value_get(NULL, description, slice_from_cstr(OPTIONS[i].member));
        if (!check_option(&OPTIONS[i], v, error))
            return false;
    }
    return check_refused(description, error);
}
