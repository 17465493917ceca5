// SPDX-License-Identifier: MIT
//
// Template languages: what turns a template's text into Markdown or HTML, be it a page's own, a
// layout's or a string's. Ours is Nunjucks; any other is an engine of the site's own JavaScript. A
// further language is two functions and a row in language.c.
//
// Threads: compiling is the loader's; rendering may happen anywhere, as it writes to nothing but
// the realm's arena.
#ifndef GUIDANCED_SITE_LANGUAGE_H
#define GUIDANCED_SITE_LANGUAGE_H

#include "site.h"

// A text and its language. The slices belong to whoever made it.
struct language_text {
    struct slice engine; // as templateEngineOverride names it; "": Nunjucks
    struct slice name;   // what other templates call it; "": nothing
    struct slice file;   // relative to the site, for errors
    struct slice text;
    struct slice prelude; // template text that is compiled before it
    unsigned line;        // of the file, where the text begins
    // Of language_compile(), in the arena of the site's templates; NULL where the language renders
    // from the text.
    const struct template *template;
};

// Whether it renders from the text, each time; else from what is compiled.
bool language_needs_text(const struct language_text *text);
// Compiles, where the language does that. What our Nunjucks cannot compile becomes the host's, by
// its engine, on a site with tags of its own; `error` then says why.
bool language_compile(struct site *site, struct language_text *text, struct error *error);
// The output may point into the template and the realm's arena.
bool language_render(const struct site *site, const struct language_text *text,
                     const struct template_context *context, struct value_realm *realm,
                     struct template_output *output, struct error *error);
// Output that is one text.
bool language_output(struct arena *arena, struct slice text, struct template_output *output,
                     struct error *error);

#endif
