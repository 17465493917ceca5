// SPDX-License-Identifier: MIT
//
// Navigation from `eleventyNavigation`, as from the plugin of that name, but in linear time.
//
// The plugin searches all pages for each key and each breadcrumb. Here the pages are indexed once
// by parent, and the entries below a key are made once and shared. For `collections.all` that
// happens when the site is loaded; a filter called on it only looks up.
//
// Private to lib/site. Source: eleventy-navigation 1.0.5.
#ifndef GUIDANCED_SITE_NAVIGATION_H
#define GUIDANCED_SITE_NAVIGATION_H

#include "scripts.h"
#include "snapshot.h"

enum { NAVIGATION_DEPTH_MAX = 64, NAVIGATION_MODELS_MAX = 8 };

// The entries of one list of pages.
struct navigation {
    struct value_realm *realm; // whose view the pages are read in; NULL at load
    struct arena *arena;
    struct arena *scratch;                      // for temporary data; may be the same
    struct value nodes;                         // the pages (items of a collection)
    struct value_shapes *shapes;                // of the load; NULL in a render
    struct value models[NAVIGATION_MODELS_MAX]; // shapes of entries found, without values
    unsigned model_count;
    struct map by_parent; // parent → struct node_list
    struct map branches;  // key → struct branch; "" is the top
    bool has_graph;
    unsigned depth;
    struct error *error;
    struct slice cycle; // a key that is its own ancestor, "" if there is none
    bool old;           // like version 0.3.5, from Eleventy 1: no `data`, plain order
    const void *frozen; // the array it is prepared for; NULL: none
};

// The state of a key.
struct branch {
    struct value below;    // array of the entries below it; undefined: not made yet
    struct value entry;    // the first one with the key; undefined: none is reachable from the top
    struct slice *parents; // keys it depends on
    uint32_t count;
    bool began;  // `below` is being made, or complete
    bool spread; // the entries below it have been reached
    bool walked; // navigation_prepare.c
};

// Whether the site's plugin is of the old kind: `navigation.old`. A site's configuration says which
// version is installed: 0.3.5 is common with Eleventy 2.
static inline bool navigation_is_old(const struct site *site)
{
    double usual = site->eleventy_version < 3 ? 0 : 1;
    return scripts_major(site, "@11ty/eleventy-navigation", usual) < 1;
}
// Indexes the pages. False: out of memory.
bool navigation_open(struct navigation *nav, struct value nodes);
// The sorted entries below `key` ("" for the top level; several keys separated by commas).
struct value navigation_below(struct navigation *nav, struct slice key);
// Finds all entries reachable from the top.
bool navigation_graph(struct navigation *nav);
// Whether it has found one with that key.
bool navigation_reaches(const struct navigation *nav, struct slice key);
// NULL: unknown key.
static inline struct branch *navigation_branch(const struct navigation *nav, struct slice key)
{
    return map_get(&nav->branches, key);
}

// navigation_html.c
struct value navigation_to_html(struct value_call *call);
struct value navigation_to_markdown(struct value_call *call);

#endif
