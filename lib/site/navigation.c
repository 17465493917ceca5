// SPDX-License-Identifier: MIT
//
// Entries, their order, and breadcrumbs.
#include "navigation.h"

#include <math.h>

// Pages with one parent, in the order of the list.
struct node_list {
    uint32_t *nodes;
    size_t count, capacity;
};

static struct value entry_member(const struct navigation *nav, struct value object,
                                 struct slice key)
{
    return value_is(object, VALUE_OBJECT) ? value_get(nav->realm, object, key) : value_undefined();
}

static struct value data_of(const struct navigation *nav, uint32_t node)
{
    return entry_member(nav, value_item(nav->realm, nav->nodes, node), SLICE("data"));
}

static struct value rule_of(const struct navigation *nav, uint32_t node)
{
    return entry_member(nav, data_of(nav, node), SLICE("eleventyNavigation"));
}

static struct slice navigation_text(struct value v)
{
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

// A key as a text: `key: 2024` is a number to YAML. ptr NULL: not usable as a key. The newer plugin
// fails on numbers; the navigation prepared at load accepts them, and they are reported there.
static struct slice key_text(const struct navigation *nav, struct value v)
{
    struct value_realm realm = value_realm_create(nav->arena);
    bool number = value_is(v, VALUE_NUMBER) && (nav->old || !nav->realm);
    return number ? value_to_text(&realm, v) : navigation_text(v);
}

static bool append_node(struct navigation *nav, struct node_list *list, uint32_t node)
{
    if (!arena_room(nav->scratch, &list->nodes, list->count, &list->capacity, sizeof node))
        return error_memory(nav->error);
    list->nodes[list->count++] = node;
    return true;
}

bool navigation_open(struct navigation *nav, struct value nodes)
{
    nav->nodes = nodes;
    nav->by_parent = map_create(nav->scratch);
    nav->branches = map_create(nav->arena);
    for (uint32_t i = 0; i < value_length(nav->realm, nodes); i++) {
        struct value rule = rule_of(nav, i);
        if (!value_truthy(rule))
            continue;
        struct value parent = entry_member(nav, rule, SLICE("parent"));
        struct slice key = value_truthy(parent) ? key_text(nav, parent) : SLICE("");
        if (!key.ptr)
            continue; // nothing has such a parent
        struct node_list *list = map_get(&nav->by_parent, key);
        if (!list) {
            list = arena_zalloc(nav->scratch, 1, sizeof *list);
            if (!list || !map_put(&nav->by_parent, key, list))
                return error_memory(nav->error);
        }
        if (!append_node(nav, list, i))
            return false;
    }
    return true;
}

// ---- entries ----

static void set_entry_member(struct navigation *nav, struct value object, struct slice key,
                             struct value v)
{
    if (!value_set(nav->realm, nav->scratch, object, key, v))
        error_memory(nav->error);
}

// The page's own URL. The older plugin fails if there is no page.
static struct value page_url(struct navigation *nav, uint32_t node)
{
    struct value page = entry_member(nav, data_of(nav, node), SLICE("page"));
    if (nav->old && value_is_nullish(page))
        error_set(nav->error, ERROR_RUNTIME, "an entry of the navigation has no page");
    return entry_member(nav, page, SLICE("url"));
}

// The parts of an entry.
struct parts {
    struct value data, url, key, parent;
    const struct value_object *rule; // NULL: not an object
    bool below;
};

static struct value compose_entry(struct navigation *nav, const struct parts *parts)
{
    enum { OURS = 6 }; // data, url, pluginType, parentKey, title, children
    uint32_t count = parts->rule ? parts->rule->count : 0;
    struct value entry = value_object_within(nav->arena, nav->scratch, count + OURS);
    if (!nav->old)
        set_entry_member(nav, entry, SLICE("data"), parts->data);
    for (uint32_t i = 0; i < count; i++)
        set_entry_member(nav, entry, parts->rule->keys[i].text, parts->rule->values[i]);
    if (nav->old || value_truthy(parts->url))
        set_entry_member(nav, entry, SLICE("url"), parts->url);
    set_entry_member(nav, entry, SLICE("pluginType"), VALUE_LITERAL("eleventy-navigation"));
    if (parts->below)
        set_entry_member(nav, entry, SLICE("parentKey"), parts->parent);
    return entry;
}

// ---- entries of the same shape ----

// The usual entry: data, the page's own members (none of the following), url, pluginType, parentKey
// if below a key, title, children.
enum { BEFORE_RULE = 1, BEHIND_RULE = 4 };

static bool is_model(struct value model, const struct parts *parts)
{
    const struct value_object *object = model.object;
    uint32_t count = parts->rule->count;
    bool alike = object->count == BEFORE_RULE + count + BEHIND_RULE + parts->below;
    for (uint32_t i = 0; alike && i < count; i++)
        alike = object->keys[i + BEFORE_RULE].hash == parts->rule->keys[i].hash &&
                slice_equal(object->keys[i + BEFORE_RULE].text, parts->rule->keys[i].text);
    return alike;
}

static struct value make_model(struct navigation *nav, const struct parts *parts)
{
    static const struct slice BEHIND[] = {
        {"url", 3}, {"pluginType", 10}, {"parentKey", 9}, {"title", 5}, {"children", 8}};
    struct value model = value_object(nav->arena), none = value_undefined();
    set_entry_member(nav, model, SLICE("data"), none);
    for (uint32_t i = 0; i < parts->rule->count; i++)
        set_entry_member(nav, model, parts->rule->keys[i].text, none);
    for (size_t i = 0; i < sizeof BEHIND / sizeof *BEHIND; i++)
        if (parts->below || !slice_equal(BEHIND[i], SLICE("parentKey")))
            set_entry_member(nav, model, BEHIND[i], none);
    return value_settle(nav->shapes, model) && is_model(model, parts) ? model : none;
}

// undefined: not a usual entry.
static struct value find_model(struct navigation *nav, const struct parts *parts)
{
    for (unsigned i = 0; i < nav->model_count; i++)
        if (is_model(nav->models[i], parts))
            return nav->models[i];
    if (nav->model_count == NAVIGATION_MODELS_MAX)
        return value_undefined();
    struct value model = make_model(nav, parts);
    if (value_is(model, VALUE_OBJECT))
        nav->models[nav->model_count++] = model;
    return model;
}

static struct value copy_model(struct navigation *nav, const struct parts *parts)
{
    struct value model = find_model(nav, parts);
    struct value entry =
        value_is(model, VALUE_OBJECT) ? value_copy(nav->arena, model) : value_undefined();
    if (!value_is(entry, VALUE_OBJECT))
        return entry;
    struct value *values = entry.object->values;
    *values++ = parts->data;
    memcpy(values, parts->rule->values, parts->rule->count * sizeof *values);
    values += parts->rule->count;
    *values++ = parts->url;
    *values++ = VALUE_LITERAL("eleventy-navigation");
    if (parts->below)
        *values++ = parts->parent;
    *values = parts->key; // the title
    return entry;
}

static struct value make_entry(struct navigation *nav, uint32_t node, bool below)
{
    struct value rule = rule_of(nav, node);
    struct parts parts = {.data = data_of(nav, node),
                          .url = entry_member(nav, rule, SLICE("url")),
                          .key = entry_member(nav, rule, SLICE("key")),
                          .parent = entry_member(nav, rule, SLICE("parent")),
                          .below = below};
    if (value_is(rule, VALUE_OBJECT))
        parts.rule = value_object_view(nav->realm, rule);
    if (nav->old ? !value_truthy(parts.url) : value_is_nullish(parts.url))
        parts.url = page_url(nav, node);
    bool usual = nav->shapes && !nav->old && parts.rule && value_truthy(parts.url) &&
                 value_is(parts.key, VALUE_STRING) && value_text(parts.key).len;
    struct value entry = usual ? copy_model(nav, &parts) : value_undefined();
    return value_is(entry, VALUE_OBJECT) ? entry : compose_entry(nav, &parts);
}

// The plugin's comparison: pinned entries first, then by order; entries without one come last.
static double compare_entries(void *state, struct value a, struct value b)
{
    struct navigation *nav = state;
    bool pinned_a = value_truthy(entry_member(nav, a, SLICE("pinned")));
    bool pinned_b = value_truthy(entry_member(nav, b, SLICE("pinned")));
    struct value order_a = entry_member(nav, a, SLICE("order")),
                 order_b = entry_member(nav, b, SLICE("order"));
    struct value_realm own = value_realm_create(nav->arena);
    struct value_realm *realm = nav->realm ? nav->realm : &own;
    if (nav->old || (pinned_a && pinned_b)) {
        double x = value_truthy(order_a) ? value_to_number(realm, order_a) : 0;
        double y = value_truthy(order_b) ? value_to_number(realm, order_b) : 0;
        return x - y;
    }
    bool none_a = !pinned_a && value_is(order_a, VALUE_UNDEFINED);
    bool none_b = !pinned_b && value_is(order_b, VALUE_UNDEFINED);
    if (none_a || none_b)
        return none_a && none_b ? 0 : none_b ? -1 : 1;
    double x = pinned_a ? -INFINITY : value_to_number(realm, order_a);
    double y = pinned_b ? -INFINITY : value_to_number(realm, order_b);
    return x - y;
}

static void finish_entry(struct navigation *nav, struct value entry)
{
    struct value key = entry_member(nav, entry, SLICE("key"));
    if (!value_truthy(entry_member(nav, entry, SLICE("title"))))
        set_entry_member(nav, entry, SLICE("title"), key);
    if (!value_truthy(key))
        return;
    struct slice text = key_text(nav, key);
    if (text.ptr)
        set_entry_member(nav, entry, SLICE("children"), navigation_below(nav, text));
    else if (nav->realm)
        error_set(nav->error, ERROR_RUNTIME, "eleventyNavigation.key must be a text");
}

static bool append_entries(struct navigation *nav, struct value list, const struct node_list *nodes,
                           bool below)
{
    for (size_t i = 0; nodes && i < nodes->count; i++)
        if (!value_push(nav->realm, nav->arena, list, make_entry(nav, nodes->nodes[i], below)))
            return error_memory(nav->error);
    return true;
}

// Groups by parent are in the order of their first page; by_parent keeps it.
static bool append_groups(struct navigation *nav, struct value list, struct slice key,
                          const struct node_list *nodes)
{
    if (!key.len || nav->old || slice_find_byte(key, ',', 0) == SIZE_MAX)
        return append_entries(nav, list, nodes, key.len > 0);
    for (size_t i = 0; i < nav->by_parent.count; i++) {
        struct slice rest = key, part;
        bool wanted = false;
        while (slice_split(&rest, ',', &part))
            wanted |= part.len && slice_equal(part, nav->by_parent.entries[i].key);
        if (wanted && !append_entries(nav, list, nav->by_parent.entries[i].value, true))
            return false;
    }
    return true;
}

static struct value make_list(struct navigation *nav, struct slice key)
{
    const struct node_list *nodes = map_get(&nav->by_parent, key);
    struct value list = value_array(nav->arena, nodes ? (uint32_t)nodes->count : 0);
    if (!value_is(list, VALUE_ARRAY) || !append_groups(nav, list, key, nodes))
        return value_undefined();
    struct value_array *array = list.array;
    struct value *spare = arena_alloc(nav->scratch, (array->count + 1) * sizeof *spare);
    if (!spare) {
        error_memory(nav->error);
        return value_undefined();
    }
    value_sort(array->items, spare, array->count, compare_entries, nav);
    for (uint32_t i = 0; i < array->count && !error_is_set(nav->error); i++) {
        finish_entry(nav, array->items[i]);
        if (nav->shapes && !value_settle(nav->shapes, array->items[i]))
            error_memory(nav->error);
    }
    return list;
}

static struct branch *make_branch(struct navigation *nav, struct slice key)
{
    struct branch *branch = navigation_branch(nav, key);
    if (branch)
        return branch;
    branch = arena_zalloc(nav->arena, 1, sizeof *branch);
    if (branch && map_put(&nav->branches, key, branch))
        return branch;
    error_memory(nav->error);
    return NULL;
}

struct value navigation_below(struct navigation *nav, struct slice key)
{
    struct branch *branch = make_branch(nav, key);
    if (!branch || value_is(branch->below, VALUE_ARRAY))
        return branch ? branch->below : value_undefined();
    if (branch->began || nav->depth == NAVIGATION_DEPTH_MAX) {
        // The plugin would recurse for ever (or very deeply); here the branch ends.
        nav->cycle = nav->cycle.len ? nav->cycle : key;
        return value_array(nav->arena, 1);
    }
    branch->began = true;
    nav->depth++;
    branch->below = make_list(nav, key);
    nav->depth--;
    return branch->below;
}

// ---- the graph, and breadcrumbs ----

static bool add_parent(struct navigation *nav, struct branch *node, struct slice parent)
{
    for (size_t i = 0; i < node->count; i++)
        if (slice_equal(node->parents[i], parent))
            return true;
    struct slice *grown = arena_grow(nav->arena, node->parents, node->count * sizeof *grown,
                                     (node->count + 1) * sizeof *grown);
    if (!grown)
        return error_memory(nav->error);
    node->parents = grown;
    grown[node->count++] = parent;
    return true;
}

static bool add_nodes(struct navigation *nav, struct value list, const struct slice *parent)
{
    for (uint32_t i = 0; i < value_length(nav->realm, list); i++) {
        struct value entry = value_item(nav->realm, list, i);
        struct slice key = key_text(nav, entry_member(nav, entry, SLICE("key")));
        struct branch *node = make_branch(nav, key);
        if (!node)
            return false;
        if (value_is(node->entry, VALUE_UNDEFINED))
            node->entry = entry;
        if (parent && !add_parent(nav, node, *parent))
            return false;
        // The entries below a key are the same for all entries with that key.
        struct value children = entry_member(nav, entry, SLICE("children"));
        if (!value_is(children, VALUE_ARRAY) || node->spread)
            continue;
        node->spread = true;
        if (!add_nodes(nav, children, &key))
            return false;
    }
    return true;
}

bool navigation_graph(struct navigation *nav)
{
    if (nav->has_graph)
        return true;
    nav->has_graph = true;
    return add_nodes(nav, navigation_below(nav, SLICE("")), NULL);
}

static const struct branch *reached(const struct navigation *nav, struct slice key)
{
    const struct branch *branch = navigation_branch(nav, key);
    return branch && value_is(branch->entry, VALUE_OBJECT) ? branch : NULL;
}

bool navigation_reaches(const struct navigation *nav, struct slice key)
{
    return reached(nav, key) != NULL;
}

struct trail {
    struct navigation *nav;
    struct arena *arena; // of the request
    struct map seen;
    struct value keys;
};

// The ancestors of a key, each after its own ancestors.
static void visit_key(struct trail *trail, struct slice key, unsigned depth)
{
    const struct branch *node = reached(trail->nav, key);
    if (!node || depth > NAVIGATION_DEPTH_MAX)
        return;
    for (size_t i = 0; i < node->count; i++) {
        if (map_find(&trail->seen, node->parents[i]) ||
            !map_put(&trail->seen, node->parents[i], trail))
            continue;
        visit_key(trail, node->parents[i], depth + 1);
        value_push(NULL, trail->arena, trail->keys, value_string(node->parents[i]));
    }
}

static struct value crumb(struct value_call *call, const struct navigation *nav, struct slice key)
{
    struct value copy = value_object(call->realm->arena);
    const struct branch *node = reached(nav, key);
    const struct value_object *view = node ? value_object_view(call->realm, node->entry) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++)
        if (!slice_equal(view->keys[i].text, SLICE("children")))
            value_set(NULL, call->realm->arena, copy, view->keys[i].text, view->values[i]);
    value_set(NULL, call->realm->arena, copy, SLICE("_isBreadcrumb"), value_boolean(true));
    return copy;
}

static bool navigation_option(struct value_call *call, struct value options, struct slice name)
{
    // Nunjucks' keyword arguments are also an object; Liquid passes a list of names.
    for (uint32_t i = 0; value_is(options, VALUE_ARRAY) && i < value_length(call->realm, options);
         i++)
        if (value_strict_equal(value_item(call->realm, options, i), value_string(name)))
            return true;
    return value_is(options, VALUE_OBJECT) && value_truthy(value_get(call->realm, options, name));
}

static struct value breadcrumb(struct value_call *call, struct navigation *nav)
{
    struct value key = value_arg(call, 1), options = value_arg(call, 2);
    struct arena *arena = call->realm->arena;
    bool none = value_is_nullish(key);
    struct slice text = none ? SLICE("") : value_to_text(call->realm, key);
    // In the plugin's graph an entry without a key is under the name of the missing value.
    bool known = (none || text.len) && reached(nav, text);
    struct value crumbs = value_array(arena, 4);
    if (known && none)
        return crumbs;
    if (!known) {
        if (!navigation_option(call, options, SLICE("allowMissing")))
            error_set(call->error, ERROR_RUNTIME,
                      "eleventyNavigationBreadcrumb: there is no key %.*s",
                      SLICE_ARG(value_to_text(call->realm, key)));
        error_hint(call->error, "pass allowMissing: true, or give a page that key");
        return crumbs;
    }
    struct trail trail = {nav, arena, map_create(arena), value_array(arena, 4)};
    map_put(&trail.seen, text, nav);
    visit_key(&trail, text, 0);
    if (navigation_option(call, options, SLICE("includeSelf")))
        value_push(NULL, arena, trail.keys, value_string(text));
    for (uint32_t i = 0; i < value_length(NULL, trail.keys); i++)
        value_push(NULL, arena, crumbs,
                   crumb(call, nav, value_text(value_item(NULL, trail.keys, i))));
    return crumbs;
}

// ---- the filters ----

static bool is_old(const struct value_call *call)
{
    const struct site *site = site_of(call);
    return site && navigation_is_old(site);
}

// The prepared navigation for the site's own collections.all, else one made for the call.
static struct navigation *open(struct value_call *call, struct navigation *own)
{
    const struct site *site = site_of(call);
    struct value nodes = value_arg(call, 0);
    if (site && site->navigation && value_is(nodes, VALUE_ARRAY) &&
        value_array_view(call->realm, nodes) == site->navigation->frozen)
        return site->navigation;
    *own = (struct navigation){.realm = call->realm,
                               .arena = call->realm->arena,
                               .scratch = call->realm->arena,
                               .error = call->error,
                               .old = is_old(call)};
    return navigation_open(own, nodes) ? own : NULL;
}

// Whether the list is a selection of the site's own pages.
static bool is_of_site(struct value_call *call)
{
    const struct site *site = site_of(call);
    struct value first = value_item(call->realm, value_arg(call, 0), 0);
    struct value data = value_is(first, VALUE_OBJECT) ? value_get(call->realm, first, SLICE("data"))
                                                      : value_undefined();
    return value_is(data, VALUE_OBJECT) &&
           value_get(call->realm, data, SLICE("collections")).object == site->collections.object;
}

// The site's pages with cyclic keys are reported at load, and served. Other lists fail, as with the
// plugin, which recurses without end.
static struct value checked(struct value_call *call, const struct navigation *nav, struct value v)
{
    if (!nav->realm || !nav->cycle.len || is_of_site(call))
        return v;
    error_set(call->error, ERROR_RUNTIME, "the navigation key %.*s is its own ancestor",
              SLICE_ARG(nav->cycle));
    error_hint(call->error, "remove the parent from one of the entries");
    return value_undefined();
}

static struct value filter_navigation(struct value_call *call)
{
    struct navigation own, *nav = open(call, &own);
    struct value key = value_arg(call, 1);
    if (!nav)
        return value_undefined();
    struct slice text = value_truthy(key) ? key_text(nav, key) : SLICE("");
    if (!text.ptr) {
        error_set(call->error, ERROR_RUNTIME, "eleventyNavigation: the key must be a text");
        return value_undefined();
    }
    const struct branch *known = navigation_branch(nav, text);
    if (known && value_is(known->below, VALUE_ARRAY))
        return known->below;
    if (nav != &own) {
        // The prepared one is shared, and complete except for keys without pages below them.
        own = (struct navigation){.realm = call->realm,
                                  .arena = call->realm->arena,
                                  .scratch = call->realm->arena,
                                  .error = call->error,
                                  .old = is_old(call)};
        if (!navigation_open(&own, value_arg(call, 0)))
            return value_undefined();
    }
    return checked(call, &own, navigation_below(&own, text));
}

static struct value filter_breadcrumb(struct value_call *call)
{
    struct navigation own, *nav = open(call, &own);
    if (!nav || (!nav->has_graph && !navigation_graph(nav)))
        return value_undefined();
    return checked(call, nav, breadcrumb(call, nav));
}

static const struct template_builtin FILTERS[] = {
    {"eleventyNavigation", filter_navigation, "collection | eleventyNavigation(key)",
     "The entries below a key, sorted, each with its children.", false, NULL},
    {"eleventyNavigationBreadcrumb", filter_breadcrumb,
     "collection | eleventyNavigationBreadcrumb(key, {includeSelf, allowMissing})",
     "The entries from the top down to a key.", false, NULL},
    {"eleventyNavigationToHtml", navigation_to_html, "entries | eleventyNavigationToHtml(options)",
     "The entries as nested HTML lists.", false, NULL},
    {"eleventyNavigationToMarkdown", navigation_to_markdown,
     "entries | eleventyNavigationToMarkdown(options)", "The entries as nested Markdown lists.",
     false, NULL},
};

const struct template_builtin *navigation_filters(size_t *count)
{
    *count = sizeof FILTERS / sizeof *FILTERS;
    return FILTERS;
}
