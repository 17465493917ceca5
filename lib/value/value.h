// SPDX-License-Identifier: MIT
//
// JavaScript-like values: what templates compute with, what front matter and data files hold.
//
// A value is 16 bytes and passed by value. Strings are slices inside it; arrays, objects, functions
// and regular expressions are pointers into an arena. Nothing is reference-counted: a value lives
// as long as the arena it came from (the snapshot's or the request's, docs/architecture.md,
// "Ownership").
//
// Snapshot data is *frozen*: it is shared by all renders and never written. A render that mutates a
// frozen array or object (`items.push(x)`) writes to a copy that its realm makes on the first write
// and substitutes for the original from then on, for this render only. So everything that reads or
// writes arrays and objects goes through the functions below, which take the realm.
//
// Thread-safety: frozen values may be read by many threads; everything else, realms included,
// belongs to one.
//
// Source: ECMA-262, as far as Nunjucks templates can see it.
#ifndef GUIDANCED_VALUE_VALUE_H
#define GUIDANCED_VALUE_VALUE_H

#include "base/error.h"
#include "base/map.h"

enum value_type {
    VALUE_UNDEFINED = 0,
    VALUE_NULL,
    VALUE_BOOLEAN,
    VALUE_NUMBER,
    VALUE_STRING,
    VALUE_ARRAY,
    VALUE_OBJECT,
    VALUE_DATE, // `number` is milliseconds since the epoch, NaN for an invalid date
    VALUE_REGEXP,
    VALUE_FUNCTION,
};

enum value_flag {
    VALUE_SAFE = 1,     // a string that autoescape leaves alone (Nunjucks' SafeString)
    VALUE_ASCII = 2,    // a string known to hold no byte above 0x7f; unset means "not known"
    VALUE_KEYWORDS = 4, // an object that holds the keyword arguments of a call
    VALUE_IMPURE = 8,   // reading this (the request, the clock) makes a render impure
    VALUE_GETTER = 16,  // a function that is called when it is looked up, with the object as self
    VALUE_LAZY = 32,    // a getter of data that is fetched on demand: JSON includes it
    VALUE_ROLLED = 64,  // a date of YAML whose day or hour does not exist: 30 February is 2 March
};

struct value_array;
struct value_object;
struct value_function;
struct value_regexp;
struct value_call;

struct value {
    uint8_t type;  // enum value_type
    uint8_t flags; // enum value_flag, ored
    uint16_t reserved;
    uint32_t len; // bytes of a string
    union {
        const char *text;
        double number; // number, date; boolean as 0 or 1
        struct value_array *array;
        struct value_object *object;
        struct value_function *function;
        struct value_regexp *regexp;
    };
};

_Static_assert(sizeof(struct value) == 16, "in two registers, and copied in two halves");

struct value_array {
    struct value *items;
    uint32_t count;
    uint32_t capacity;
    bool frozen;
    // Named properties in addition to the items (index, input and groups of a match); NULL for
    // most.
    struct value_object *properties;
};

struct value_key {
    struct slice text;
    uint64_t hash; // slice_hash(text)
};

// Members in JavaScript's order: array-index keys in ascending order, then the rest as inserted.
// Objects of the same shape share their keys and the index over them: copy both before adding or
// removing a member.
struct value_object {
    struct value_key *keys;
    struct value *values;
    uint32_t count;
    uint32_t capacity;
    uint32_t *index;     // hash index of 1-based member numbers, NULL while the object is small
    uint32_t index_size; // a power of two
    bool frozen;
    bool shared; // keys and index may be those of other objects too
};

struct value_member {
    struct slice key;
    uint64_t hash;
    struct value value;
};
// Member number i, below the count.
static inline struct value_member value_member_at(const struct value_object *object, uint32_t i)
{
    invariant(i < object->count);
    return (struct value_member){object->keys[i].text, object->keys[i].hash, object->values[i]};
}

// A function a template can call. `call` gets `data` in the call; see struct value_call.
typedef struct value (*value_native)(struct value_call *call);
struct value_function {
    value_native call;
    void *data;
    struct slice name;
    // Properties templates may read off the function; NULL when it has none.
    struct value_object *properties;
    // For an instance of a JavaScript class, known by its properties (script/function.c): its
    // String(). Templates see an object that cannot be called. ptr NULL: a function.
    struct slice instance;
};
// The property of an iterable instance (a Map, a Set) that value_iterated returns.
#define VALUE_ITERATED SLICE("@@iterator")

// Why a render's output may not be what the next one gives.
enum value_impurity {
    VALUE_READ_CLOCK = 1,   // it has read the clock, randomness or what is never the same twice
    VALUE_READ_TEXTS = 2,   // it shows texts of other pages: it holds until one of them is edited
    VALUE_READ_REQUEST = 4, // it holds for requests that are equal in all that templates can see
};

// One render's view of the world. Created by the renderer, on its stack.
struct value_realm {
    struct arena *arena;   // everything the render makes
    struct map overlay;    // frozen pointer bytes → this render's own copy; empty until a write
    unsigned impure;       // bits of enum value_impurity
    double now_ms;         // what "now" is; fixed for the render
    uint64_t random_state; // for the `random` filter
    size_t text_max;       // most bytes of one string (0: 64 MiB); passing it is ERROR_LIMIT
    unsigned depth;        // nesting of conversions and calls, bounded by VALUE_DEPTH_MAX
    void *host;            // the running template VM, for functions that call back into it
    const void *site;      // what the caller renders, for the caller's functions; NULL: unknown
};
enum { VALUE_DEPTH_MAX = 200 };

// What has been read when `v` has been.
static inline unsigned value_impurity(struct value v)
{
    if (!(v.flags & VALUE_IMPURE))
        return 0;
    return v.type == VALUE_FUNCTION ? VALUE_READ_CLOCK : VALUE_READ_REQUEST;
}

// A realm for `arena`; now_ms is 0 until set.
struct value_realm value_realm_create(struct arena *arena);

// A call of a filter, test, global, method or macro. On failure the callee sets *error and returns
// undefined; the caller checks error_is_set(error).
struct value_call {
    struct value_realm *realm;
    struct value self; // `this`; for a filter or test: undefined (its input is args[0])
    const struct value *args;
    uint32_t argc;       // keyword arguments, if any, are the last argument, an object flagged
                         // VALUE_KEYWORDS
    struct error *error; // never NULL
    void *data;          // value_function.data
};

// Argument n, or undefined. (Keyword arguments count as an argument, as in Nunjucks.)
static inline struct value value_arg(const struct value_call *call, uint32_t n)
{
    return n < call->argc ? call->args[n] : (struct value){.type = VALUE_UNDEFINED};
}
// The keyword argument `name`, else argument n unless that is the keywords object, else undefined.
struct value value_arg_named(const struct value_call *call, uint32_t n, struct slice name);
// Number of arguments that are not the keywords object.
uint32_t value_arg_count(const struct value_call *call);

// Calls a function value. Anything else sets an error that says what is not callable.
struct value value_invoke(struct value_realm *realm, struct value function, struct value self,
                          const struct value *args, uint32_t argc, struct error *error);

// ---- making values ----

static inline struct value value_undefined(void)
{
    return (struct value){.type = VALUE_UNDEFINED};
}
static inline struct value value_null(void)
{
    return (struct value){.type = VALUE_NULL};
}
static inline struct value value_boolean(bool b)
{
    return (struct value){.type = VALUE_BOOLEAN, .number = b ? 1 : 0};
}
static inline struct value value_number(double n)
{
    return (struct value){.type = VALUE_NUMBER, .number = n};
}
static inline struct value value_date(double ms)
{
    return (struct value){.type = VALUE_DATE, .number = ms};
}
// The bytes are not copied: they must live as long as the value. UTF-8. Longer than 4 GiB is
// truncated.
static inline struct value value_string(struct slice s)
{
    return (struct value){.type = VALUE_STRING,
                          .len = s.len > UINT32_MAX ? UINT32_MAX : (uint32_t)s.len,
                          .text = s.ptr ? s.ptr : ""};
}
static inline struct value value_safe_string(struct slice s)
{
    struct value v = value_string(s);
    v.flags = VALUE_SAFE;
    return v;
}
#define VALUE_LITERAL(text) value_string(SLICE(text))
// undefined when the arena is exhausted (see arena_failed).
struct value value_array(struct arena *arena, uint32_t capacity);
struct value value_object(struct arena *arena);
// With room for `capacity` members before it grows.
struct value value_object_sized(struct arena *arena, uint32_t capacity);
// The object itself in `arena`, its members in `scratch` until value_settle moves them.
struct value value_object_within(struct arena *arena, struct arena *scratch, uint32_t capacity);
struct value value_function(struct arena *arena, struct slice name, value_native call, void *data);
// Compiles a JavaScript regular expression ("/source/flags", flags of g i m s u y) with PCRE2,
// which the arena frees. Match and depth limits bound the matching.
struct value value_regexp(struct arena *arena, struct slice source, struct slice flags,
                          struct error *error);

// ---- asking and converting ----

static inline bool value_is(struct value v, enum value_type type)
{
    return v.type == type;
}
// undefined or null
static inline bool value_is_nullish(struct value v)
{
    return v.type <= VALUE_NULL;
}
static inline struct slice value_text(struct value v) // of a string only
{
    invariant(v.type == VALUE_STRING);
    return (struct slice){v.text, v.len};
}
// JavaScript's truthiness.
static inline bool value_truthy(struct value v)
{
    if (v.type <= VALUE_NULL)
        return false;
    if (v.type <= VALUE_NUMBER) // or boolean
        return v.number != 0 && v.number == v.number;
    // A SafeString is an object to JavaScript, so even an empty one is truthy.
    return v.type != VALUE_STRING || v.len != 0 || (v.flags & VALUE_SAFE);
}
// typeof: "undefined", "object", "boolean", "number", "string", "function".
struct slice value_typeof(struct value v);

// String(v): numbers in JavaScript's shortest form, arrays joined with commas (null and undefined
// items empty), objects "[object Object]", dates as Date.prototype.toString in UTC.
struct slice value_to_text(struct value_realm *realm, struct value v);
// The same, appended; as `{{ v }}` prints it without escaping (undefined and null print nothing
// with `print_nullish` false, as Nunjucks' suppressValue does).
void value_append_text(struct value_realm *realm, struct buffer *out, struct value v,
                       bool print_nullish);
// Number(v).
double value_to_number(struct value_realm *realm, struct value v);
// ToInt32-like truncation for indices: NaN is 0, clamped to int64.
int64_t value_to_integer(struct value_realm *realm, struct value v);
// Number::toString of ECMA-262 (shortest round trip), and with a radix of 2 to 36.
void value_append_number(struct buffer *out, double number);
void value_append_number_radix(struct buffer *out, double number, int radix);
// parseFloat and parseInt.
double value_parse_float(struct slice text);
double value_parse_int(struct slice text, int radix);

bool value_strict_equal(struct value a, struct value b);                           // ===
bool value_loose_equal(struct value_realm *realm, struct value a, struct value b); // ==
// < and friends: -1, 0, 1, or 2 when a NaN makes every comparison false. Strings compare by
// UTF-16 units.
int value_compare(struct value_realm *realm, struct value a, struct value b);
// Array.prototype.sort: below zero when a goes before b. Stable, and like V8 even for contradictory
// orders. `spare` has room for as many, or is NULL for up to VALUE_RUN_MAX.
enum { VALUE_RUN_MAX = 63 };
typedef double (*value_order)(void *state, struct value a, struct value b);
void value_sort(struct value *items, struct value *spare, uint32_t count, value_order order,
                void *state);
// a + b with JavaScript's rules (string concatenation included; the result is not safe).
struct value value_add(struct value_realm *realm, struct value a, struct value b,
                       struct error *error);
// a ++ of many: concatenates texts; ERROR_LIMIT past realm->text_max.
struct value value_concat(struct value_realm *realm, const struct slice *parts, size_t count,
                          struct error *error);

// ---- arrays and objects, through the realm (realm NULL: no render, frozen means read-only) ----

// The array or object to read: this render's copy if it has written to it.
const struct value_array *value_array_view(struct value_realm *realm, struct value v);
const struct value_object *value_object_view(struct value_realm *realm, struct value v);

// Length of an array, 0 for anything else.
uint32_t value_length(struct value_realm *realm, struct value v);
struct value value_item(struct value_realm *realm, struct value array, uint32_t index);
// Appends or sets (filling a gap with undefined), first copying a frozen array. False: out of
// memory, or frozen without a realm.
bool value_push(struct value_realm *realm, struct arena *arena, struct value array,
                struct value item);
bool value_set_item(struct value_realm *realm, struct value array, uint32_t index,
                    struct value item);
// The array as this render may write it; NULL on failure. Its items may be changed directly.
struct value_array *value_array_own(struct value_realm *realm, struct value v);
struct value_object *value_object_own(struct value_realm *realm, struct value v);

// An object's own member, or undefined. get_hashed saves the hashing for constant keys.
struct value value_get_hashed(struct value_realm *realm, struct value object, struct slice key,
                              uint64_t hash);
static inline struct value value_get(struct value_realm *realm, struct value object,
                                     struct slice key)
{
    return value_get_hashed(realm, object, key, slice_hash(key));
}
bool value_has(struct value_realm *realm, struct value object, struct slice key);
// By a dotted path of keys and array indices, "a.b.0". undefined where it ends early.
struct value value_get_path(struct value_realm *realm, struct value object, struct slice path);
// Sets a member (the key is not copied). False: out of memory, or frozen without a realm.
bool value_set_hashed(struct value_realm *realm, struct arena *arena, struct value object,
                      struct slice key, uint64_t hash, struct value member);
static inline bool value_set(struct value_realm *realm, struct arena *arena, struct value object,
                             struct slice key, struct value member)
{
    return value_set_hashed(realm, arena, object, key, slice_hash(key), member);
}
bool value_delete(struct value_realm *realm, struct value object, struct slice key);

// Property lookup as JavaScript's `object[key]`: own members, length, and the methods of strings,
// arrays, numbers, dates, regular expressions, functions and objects. A method is returned as an
// unbound function: the caller passes `self`. undefined if there is none; undefined and null
// objects give undefined (Nunjucks: memberLookup), never an error.
struct value value_property(struct value_realm *realm, struct value object, struct value key);
// What a loop over an iterable instance of a JavaScript class yields, an array; undefined for all
// else.
struct value value_iterated(struct value_realm *realm, struct value v);

// The member or method with the most similar name, for hints; empty if none is near.
struct slice value_nearest_property(struct value_realm *realm, struct value object,
                                    struct slice name);

// Freezes the value and everything in it, for ever; done once, when a snapshot is complete.
void value_freeze(struct value v);
// A copy in `arena` that shares nothing with the original (functions are shared).
struct value value_clone(struct value_realm *realm, struct arena *arena, struct value v);
// The shapes of objects settled in an arena, by their keys: initialise it as {arena, map}.
struct value_shapes {
    struct arena *arena;
    struct map known;
};
// Moves an object's members to the arena, without spare room, sharing keys with objects of the same
// shape. It may grow afterwards. False when out of memory.
bool value_settle(struct value_shapes *shapes, struct value object);
// An unfrozen object that shares the same members. undefined: out of memory.
struct value value_copy(struct arena *arena, struct value object);
// Eleventy's deep merge: objects are merged member by member, and stay as they are if `over` is
// none; arrays are concatenated; otherwise `over` wins. Returns a value in `arena` that may share
// parts with both.
struct value value_merge(struct arena *arena, struct value under, struct value over);
// The same into the object `target`, which nobody else may hold. `over` must be an object. False
// when out of memory.
bool value_merge_into(struct arena *arena, struct value target, struct value over);

// ---- JSON (RFC 8259) and YAML ----

struct value_limits {
    size_t bytes;     // of the source (0: 16 KiB, the front-matter limit)
    unsigned depth;   // nesting (0: 16)
    unsigned nodes;   // scalars and collections (0: 1,000)
    unsigned aliases; // YAML aliases used (0: 64)
};
// For data files: 16 MiB, 64 deep, a million nodes, 1,024 aliases.
extern const struct value_limits VALUE_DATA_LIMITS;

// Where keys and values are in a YAML source: one row per mapping entry or sequence item.
struct value_place {
    struct slice path; // "eleventyNavigation.parent", "tags.0"; a dot within a key is kept as it is
    unsigned line;     // of the key (or item), from 1
    unsigned column;
    unsigned value_line;
    unsigned value_column;
};
struct value_places {
    struct value_place *rows;
    size_t count;
    size_t capacity;
};
const struct value_place *value_place_find(const struct value_places *places, struct slice path);

// How to read a YAML text. All may be 0.
struct yaml_reading {
    unsigned version;    // of js-yaml, to read as it does: 3 or 4 (0: 4)
    unsigned first_line; // the number of the text's first line in its file (front matter: 2; 0: 1)
    const struct value_limits *limits; // NULL: those of front matter
    struct value_places *places;       // receives the places of keys and values
    struct value_place *tab; // receives the first tab that indents, where version 3 allows it
};
// YAML as js-yaml's default schema reads it: `no` is a string, 2022-12-06 a date in UTC, anchors
// and `<<` merge keys work. Version 3 reads numbers as in YAML 1.1 (0017, 10:00, 1_000) and allows
// tabs that indent. Duplicate keys, custom tags and exceeded limits are errors with a place and a
// hint. how may be NULL. An empty text is null.
struct value value_from_yaml(struct arena *arena, struct slice file, struct slice source,
                             const struct yaml_reading *how, struct error *error);
struct value value_from_json(struct arena *arena, struct slice file, struct slice source,
                             const struct value_limits *limits, struct error *error);
// JSON.stringify(v, null, indent): undefined and functions left out, dates as ISO strings. With
// `escape_html`, < > & become \u escapes. Cycles are cut by VALUE_DEPTH_MAX: false, error set.
bool value_to_json(struct value_realm *realm, struct buffer *out, struct value v, unsigned indent,
                   struct error *error);
// Data as bytes, for the cache of this machine. False: too deep, out of memory, or it contains
// functions or regular expressions.
bool value_pack(struct buffer *out, struct value v);
// The value of packed bytes, exactly as it was. Objects with the same keys share them if `models`,
// zeroed at first, is of the same arena. False if damaged or out of memory.
enum { VALUE_MODELS = 64 };
struct value_models {
    struct value_object *objects[VALUE_MODELS];
};
bool value_unpack(struct arena *arena, struct slice packed, struct value_models *models,
                  struct value *v);

// ---- regular expressions ----

struct value_match {
    size_t start, end;  // byte offsets of the whole match
    size_t group_count; // groups besides the whole
    size_t starts[16];  // of group i + 1; SIZE_MAX when it did not take part
    size_t ends[16];
};
// The first match at or after byte `from`. False: none, or a limit was hit (error set then).
bool value_regexp_match(struct value_realm *realm, struct value regexp, struct slice text,
                        size_t from, struct value_match *match, struct error *error);
bool value_regexp_is_global(struct value regexp);
struct slice value_regexp_source(struct value regexp);
// text.replace(pattern, replacement): pattern a string or regular expression, replacement a string
// with $1 $& $$ or a function. `all`: replaceAll.
struct value value_replace(struct value_realm *realm, struct slice text, struct value pattern,
                           struct value replacement, bool all, struct error *error);

#endif
