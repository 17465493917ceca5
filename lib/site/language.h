// SPDX-License-Identifier: MIT
//
// Template languages turn a template's text into Markdown or HTML: a page's own, a layout's or a
// string's. Nunjucks is built in; any other is an engine of the site's own JavaScript. Adding a
// language takes two functions and a row in language.c.
//
// Threads: only the loader compiles; any thread may render, since that writes only to the realm's
// arena.
#ifndef GUIDANCED_SITE_LANGUAGE_H
#define GUIDANCED_SITE_LANGUAGE_H

#include "site.h"

// A text and its language. The caller owns the slices.
struct language_text {
    struct slice engine; // as templateEngineOverride names it; "": Nunjucks
    struct slice name;   // what other templates call it; "": nothing
    struct slice file;   // relative to the site, for errors
    struct slice text;
    struct slice prelude; // template text that is compiled before it
    unsigned line;        // of the file, where the text begins
    // Set by language_compile(), in the arena of the site's templates; NULL if the language renders
    // from the text.
    const struct template *template;
};

// Whether each render needs the text; otherwise the compiled template is enough.
bool language_needs_text(const struct language_text *text);
// Compiles, if the language does that. A text goes to the site's own Nunjucks (`engine` becomes
// "njk") if its tags are written otherwise than ours, if it uses shortcodes that keep something
// between calls, or if the site has custom tags and ours cannot compile it: then `error` says why.
bool language_compile(struct site *site, struct language_text *text, struct error *error);
// The output may point into the template and the realm's arena.
bool language_render(const struct site *site, const struct language_text *text,
                     const struct template_context *context, struct value_realm *realm,
                     struct template_output *output, struct error *error);
// Makes an output of one text.
bool language_output(struct arena *arena, struct slice text, struct template_output *output,
                     struct error *error);

#endif
