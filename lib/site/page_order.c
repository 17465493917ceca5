// SPDX-License-Identifier: MIT
//
// In which order sources become pages and collections are filled.
//
// A pagination over a collection needs the collection first, and its pages belong to collections
// themselves. A collection of the configuration – a function, or a row of `collections` in
// guidance.yaml – is filled once, from the pages that exist by then. So the order decides which
// pages it has, and it is Eleventy's: a depth-first walk over a graph, from what depends on others
// to what they depend on. Before Eleventy 3.1 there are four graphs, one after the other, since
// then one graph, in which stages are nodes. Sources: Eleventy's TemplateMap, and TemplateDepGraph
// from 3.1 on; dependency-graph's overallOrder.
#include "scripts.h"

// ---- a graph ----

struct node {
    struct slice collection; // or a stage, "[keys]"
    struct source *source;   // NULL: a collection or stage
    struct node **needs;     // in the order in which they were found
    size_t need_count, need_capacity;
    bool needed; // by another node
    enum { UNSEEN, ON_PATH, DONE } state;
};

struct graph {
    struct arena *arena;
    struct node **nodes;
    size_t count, capacity;
    struct map collections;
    bool failed; // out of memory
};

static struct node *add_node(struct graph *graph, struct slice collection, struct source *source)
{
    struct node *node = arena_zalloc(graph->arena, 1, sizeof *node);
    if (!node ||
        !arena_room(graph->arena, &graph->nodes, graph->count, &graph->capacity, sizeof(void *))) {
        graph->failed = true;
        return NULL;
    }
    *node = (struct node){.collection = collection, .source = source};
    graph->nodes[graph->count++] = node;
    return node;
}

static struct node *collection_node(struct graph *graph, struct slice name)
{
    struct node *node = map_get(&graph->collections, name);
    if (node || !(node = add_node(graph, name, NULL)))
        return node;
    graph->failed |= !map_put(&graph->collections, name, node);
    return node;
}

// Twice is no harm: the walk goes by the first.
static void depend(struct graph *graph, struct node *from, struct node *on)
{
    if (!from || !on ||
        !arena_room(graph->arena, &from->needs, from->need_count, &from->need_capacity,
                    sizeof(void *))) {
        graph->failed = true;
        return;
    }
    from->needs[from->need_count++] = on;
    on->needed = true;
}

// ---- what a source needs, and where its pages belong ----

// A collection by this name is filled by the configuration.
static bool is_configured(const struct site *site, struct slice name)
{
    return scripts_has_collection(site, name) ||
           (value_is(site->settings->collections, VALUE_OBJECT) &&
            value_has(NULL, site->settings->collections, name));
}

struct ties {
    struct source *source;
    struct slice over;     // the collection that it is a pagination over, or "collections"; ""
    struct value imports;  // eleventyImport.collections
    struct value tags;     // of its pages
    struct value excludes; // eleventyExcludeFromCollections
};

static struct ties ties_of(struct site *site, struct source *source)
{
    struct layout *layout = NULL;
    struct error ignored = {0}; // it is reported with the source's pages
    if (!source->error)
        templates_layout_of(site, source, &layout, &ignored);
    struct value data = cascade_data(site, source, layout);
    struct ties ties = {.source = source, .imports = value_undefined(), .tags = value_undefined()};
    if (!value_is(data, VALUE_OBJECT))
        return ties;
    struct value import = value_get(NULL, data, SLICE("eleventyImport"));
    ties.over = pagination_collection(data);
    if (value_is(import, VALUE_OBJECT))
        ties.imports = value_get(NULL, import, SLICE("collections"));
    ties.tags = value_get(NULL, data, SLICE("tags"));
    ties.excludes = value_get(NULL, data, SLICE("eleventyExcludeFromCollections"));
    return ties;
}

static struct slice text_at(struct site *site, struct value list, uint32_t i)
{
    struct value_realm realm = value_realm_create(site->scratch);
    return value_to_text(&realm, value_item(NULL, list, i));
}

bool page_order_needs_collections(const struct source *source)
{
    const struct value of[] = {source->front_matter, source->directory_data};
    for (size_t i = 0; i < 2; i++)
        if (value_is(of[i], VALUE_OBJECT) &&
            (pagination_collection(of[i]).len || value_has(NULL, of[i], SLICE("eleventyImport"))))
            return true;
    return false;
}

// ---- Eleventy 3.1: one graph ----

// Each needs the one before.
enum stage { BASIC, CONFIGURED, NAMES, ALL, STAGES };
static const struct slice STAGE_NAMES[STAGES] = {
    {"[basic]", 7}, {"[userconfig]", 12}, {"[keys]", 6}, {"all", 3}};

static struct node *stage_node(struct graph *graph, enum stage stage)
{
    return collection_node(graph, STAGE_NAMES[stage]);
}

struct adding {
    struct site *site;
    struct graph *graph;
    struct node *node; // the source's
    bool configured;   // it needs a collection of the configuration
    bool all;          // it needs `all`
};

static void join_collection(struct adding *a, struct slice name)
{
    if (a->all && slice_equal(name, SLICE("all")))
        return; // it cannot need it and be in it
    struct node *collection = collection_node(a->graph, name);
    if (!a->all && !slice_equal(name, SLICE("all")) && !is_configured(a->site, name))
        depend(a->graph, stage_node(a->graph, a->configured ? NAMES : BASIC), collection);
    depend(a->graph, collection, a->node);
}

static void join_all(struct adding *a, const struct ties *ties)
{
    bool configured = false;
    if (collections_exclude_all(a->site, ties->excludes))
        return;
    if (!collections_exclude(ties->excludes, VALUE_LITERAL("all")))
        join_collection(a, SLICE("all"));
    for (uint32_t i = 0; i < value_length(NULL, ties->tags); i++) {
        struct slice tag = text_at(a->site, ties->tags, i);
        if (collections_exclude(ties->excludes, value_item(NULL, ties->tags, i)))
            continue;
        join_collection(a, tag);
        configured |= is_configured(a->site, tag);
    }
    if (configured)
        depend(a->graph, stage_node(a->graph, CONFIGURED), a->node);
}

// A stage that is needed makes the source part of the next.
static void need(struct adding *a, struct slice name)
{
    depend(a->graph, a->node, collection_node(a->graph, name));
    for (enum stage stage = CONFIGURED; stage + 1 < STAGES; stage++)
        if (slice_equal(name, STAGE_NAMES[stage]))
            depend(a->graph, stage_node(a->graph, stage + 1), a->node);
}

static void add_entry(struct site *site, struct graph *graph, const struct ties *ties)
{
    struct slice over =
        slice_equal(ties->over, SLICE("collections")) ? STAGE_NAMES[NAMES] : ties->over;
    uint32_t imports = value_length(NULL, ties->imports);
    struct adding a = {
        .site = site, .graph = graph, .node = add_node(graph, SLICE(""), ties->source)};
    a.configured = is_configured(site, over);
    a.all = slice_equal(over, SLICE("all"));
    for (uint32_t i = 0; i < imports; i++) {
        struct slice name = text_at(site, ties->imports, i);
        a.configured |= is_configured(site, name);
        a.all |= slice_equal(name, SLICE("all"));
    }
    if (!over.len && !imports)
        depend(graph, stage_node(graph, BASIC), a.node);
    join_all(&a, ties);
    if (over.len)
        need(&a, over);
    for (uint32_t i = 0; i < imports; i++)
        need(&a, text_at(site, ties->imports, i));
    if (a.configured)
        need(&a, STAGE_NAMES[CONFIGURED]);
}

// ---- before: four graphs ----

enum before { TAGGED, OVER_CONFIGURED, OVER_NAMES, OVER_ALL, GRAPHS };

static enum before graph_of(const struct site *site, const struct ties *ties)
{
    return slice_equal(ties->over, SLICE("collections")) ? OVER_NAMES
           : slice_equal(ties->over, SLICE("all"))       ? OVER_ALL
           : is_configured(site, ties->over)             ? OVER_CONFIGURED
                                                         : TAGGED;
}

static void add_entry_before(struct site *site, struct graph *graph, const struct ties *ties,
                             enum before which)
{
    struct node *node = add_node(graph, SLICE(""), ties->source);
    if (ties->over.len && which <= OVER_CONFIGURED)
        depend(graph, node, collection_node(graph, ties->over));
    if (!collections_exclude_all(site, ties->excludes)) {
        depend(graph, collection_node(graph, SLICE("all")), node);
        for (uint32_t i = 0; which <= OVER_CONFIGURED && i < value_length(NULL, ties->tags); i++)
            depend(graph, collection_node(graph, text_at(site, ties->tags, i)), node);
    }
    for (uint32_t i = 0; i < value_length(NULL, ties->imports); i++)
        depend(graph, node, collection_node(graph, text_at(site, ties->imports, i)));
}

// ---- the walk ----

struct visit {
    struct node *node;
    bool entered; // what it needs is above it
};

struct walk {
    struct site *site;
    struct visit *todo;
    size_t count, capacity;
    struct page_order *order;
};

static bool push(struct walk *walk, struct node *node)
{
    if (!arena_room(walk->site->scratch, &walk->todo, walk->count, &walk->capacity,
                    sizeof *walk->todo))
        return false;
    walk->todo[walk->count++] = (struct visit){node, false};
    return true;
}

static bool add_step(struct site *site, struct page_order *order, struct source *source,
                     struct slice collection)
{
    if (!arena_room(site->scratch, &order->steps, order->count, &order->capacity,
                    sizeof *order->steps))
        return false;
    order->steps[order->count++] =
        (struct page_step){source, collection, !source && is_configured(site, collection)};
    return true;
}

static bool finish_node(struct walk *walk, struct node *node)
{
    struct slice name = node->collection;
    node->state = DONE;
    if (slice_equal(name, STAGE_NAMES[NAMES]))
        name = STAGE_NAMES[ALL];
    return (!node->source && slice_starts_with(name, SLICE("["))) ||
           add_step(walk->site, walk->order, node->source, name);
}

// What a node needs comes before it, except where they need each other.
static bool walk_from(struct walk *walk, struct node *start)
{
    if (!push(walk, start))
        return false;
    while (walk->count) {
        struct visit *top = &walk->todo[walk->count - 1];
        struct node *node = top->node;
        if (top->entered || node->state != UNSEEN) {
            walk->count--;
            if (top->entered && !finish_node(walk, node))
                return false;
            continue;
        }
        top->entered = true;
        node->state = ON_PATH;
        for (size_t i = node->need_count; i-- > 0;)
            if (!push(walk, node->needs[i]))
                return false;
    }
    return true;
}

// From what nothing needs, then from what is left: circles.
static bool walk_graph(struct site *site, const struct graph *graph, struct page_order *order)
{
    struct walk walk = {.site = site, .order = order};
    for (int left = 0; left < 2; left++)
        for (size_t i = 0; i < graph->count; i++)
            if ((left || !graph->nodes[i]->needed) && !walk_from(&walk, graph->nodes[i]))
                return false;
    return !graph->failed;
}

// ---- the order ----

typedef bool name_fn(void *state, struct slice name);

// The collections of the configuration: those of guidance.yaml, then the functions.
static bool each_configured(const struct site *site, name_fn *visit, void *state)
{
    struct value rules = site->settings->collections, functions = scripts_say(site, "collections");
    for (uint32_t i = 0; value_is(rules, VALUE_OBJECT) && i < rules.object->count; i++)
        if (!visit(state, rules.object->keys[i].text))
            return false;
    for (uint32_t i = 0; i < value_length(NULL, functions); i++)
        if (!visit(state, value_text(value_item(NULL, functions, i))))
            return false;
    return true;
}

static bool name_in_stage(void *state, struct slice name)
{
    struct graph *graph = state;
    if (!slice_equal(name, STAGE_NAMES[ALL]))
        depend(graph, stage_node(graph, NAMES), collection_node(graph, name));
    return !graph->failed;
}

static bool name_node(void *state, struct slice name)
{
    return collection_node(state, name) != NULL;
}

static bool order_newer(struct site *site, const struct ties *ties, struct page_order *order)
{
    struct graph graph = {.arena = site->scratch, .collections = map_create(site->scratch)};
    for (enum stage stage = ALL; stage > BASIC; stage--)
        depend(&graph, stage_node(&graph, stage), stage_node(&graph, stage - 1));
    for (size_t i = 0; i < site->sources.count; i++)
        add_entry(site, &graph, &ties[i]);
    return each_configured(site, name_in_stage, &graph) && walk_graph(site, &graph, order) &&
           add_step(site, order, NULL, STAGE_NAMES[ALL]);
}

static bool order_before(struct site *site, const struct ties *ties, struct page_order *order,
                         enum before which)
{
    struct graph graph = {.arena = site->scratch, .collections = map_create(site->scratch)};
    if (which <= OVER_CONFIGURED)
        collection_node(&graph, STAGE_NAMES[ALL]);
    if (which == OVER_CONFIGURED && !each_configured(site, name_node, &graph))
        return false;
    for (size_t i = 0; i < site->sources.count; i++) {
        if (graph_of(site, &ties[i]) != which)
            continue;
        collection_node(&graph, STAGE_NAMES[ALL]);
        add_entry_before(site, &graph, &ties[i], which);
    }
    return walk_graph(site, &graph, order);
}

struct filling {
    struct site *site;
    struct page_order *order;
};

static bool add_filling(void *state, struct slice name)
{
    const struct filling *filling = state;
    return add_step(filling->site, filling->order, NULL, name);
}

// Without paginations over collections: all pages, then the collections.
static bool order_plainly(struct site *site, struct page_order *order)
{
    for (size_t i = 0; i < site->sources.count; i++)
        if (!add_step(site, order, site->sources.entries[i].value, SLICE_EMPTY))
            return false;
    return each_configured(site, add_filling, &(struct filling){site, order});
}

static bool order_by_ties(struct site *site, struct page_order *order)
{
    struct ties *ties = arena_alloc(site->scratch, site->sources.count * sizeof *ties);
    for (size_t i = 0; ties && i < site->sources.count; i++)
        ties[i] = ties_of(site, site->sources.entries[i].value);
    if (!ties || scripts_version(site) >= SCRIPTS_VERSION(3, 1))
        return ties && order_newer(site, ties, order);
    bool ok = true;
    for (enum before which = TAGGED; ok && which < GRAPHS; which++)
        ok = order_before(site, ties, order, which);
    return ok;
}

bool page_order(struct site *site, struct page_order *order, struct error *error)
{
    *order = (struct page_order){.plain = true};
    for (size_t i = 0; i < site->sources.count; i++)
        order->plain &= !page_order_needs_collections(site->sources.entries[i].value);
    return (order->plain ? order_plainly(site, order) : order_by_ties(site, order)) ||
           error_memory(error);
}
