// SPDX-License-Identifier: MIT
//
// Content codings: choosing one (RFC 9110 §12.5.3) and applying it (gzip by libdeflate, br, zstd).
#include "http.h"

#include <brotli/encode.h>
#include <libdeflate.h>
#include <pthread.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdlib.h>
#include <zstd.h>

static const char *const NAMES[] = {
    [HTTP_GZIP] = "gzip", [HTTP_BROTLI] = "br", [HTTP_ZSTD] = "zstd"};
enum { CODINGS = 3 };
// Our preference if the client accepts several equally: the fastest to make.
static const enum http_coding PREFERENCE[CODINGS] = {HTTP_ZSTD, HTTP_BROTLI, HTTP_GZIP};

const char *http_coding_name(enum http_coding coding)
{
    return coding == HTTP_IDENTITY ? "identity" : NAMES[coding];
}

// A qvalue in thousandths (§12.4.2); 1000 if there is none, -1 if it is malformed.
static int parse_weight(struct slice parameters)
{
    struct slice text = slice_trim(parameters);
    if (!text.len)
        return 1000;
    if (text.len < 3 || (text.ptr[0] | 0x20) != 'q' || text.ptr[1] != '=' || text.len > 7)
        return -1;
    if (text.ptr[2] != '0' && text.ptr[2] != '1')
        return -1;
    int weight = (text.ptr[2] - '0') * 1000, unit = 100;
    for (size_t i = 4; i < text.len; i++, unit /= 10) {
        if (text.ptr[3] != '.' || text.ptr[i] < '0' || text.ptr[i] > '9')
            return -1;
        weight += (text.ptr[i] - '0') * unit;
    }
    return weight > 1000 ? -1 : weight;
}

struct weights {
    int coding[CODINGS];
    int identity;
    int any; // "*"
};

static void read_member(struct slice member, struct weights *weights)
{
    size_t semicolon = slice_find_byte(member, ';', 0);
    struct slice name = slice_trim(slice_sub(member, 0, semicolon));
    int weight =
        semicolon == SIZE_MAX ? 1000 : parse_weight(slice_sub(member, semicolon + 1, SIZE_MAX));
    if (weight < 0)
        return;
    if (slice_equal_ignore_case(name, SLICE("x-gzip")))
        name = SLICE("gzip");
    if (slice_equal(name, SLICE("*")))
        weights->any = weight;
    else if (slice_equal_ignore_case(name, SLICE("identity")))
        weights->identity = weight;
    for (size_t i = 0; i < CODINGS; i++)
        if (slice_equal_ignore_case(name, slice_from_cstr(NAMES[i])))
            weights->coding[i] = weight;
}

enum http_coding http_negotiate_coding(struct slice accept_encoding, unsigned offered,
                                       bool *acceptable)
{
    struct weights weights = {{-1, -1, -1}, -1, -1};
    struct slice rest = accept_encoding, member;
    while (slice_split(&rest, ',', &member))
        read_member(member, &weights);
    int best = 0;
    enum http_coding choice = HTTP_IDENTITY;
    for (size_t i = 0; i < CODINGS; i++) {
        enum http_coding coding = PREFERENCE[i];
        int weight = weights.coding[coding] >= 0 ? weights.coding[coding] : weights.any;
        if ((offered & 1u << coding) && weight > best) {
            best = weight;
            choice = coding;
        }
    }
    // Identity is acceptable unless it is refused, by name or by "*;q=0".
    bool refused = weights.identity == 0 || (weights.identity < 0 && weights.any == 0);
    *acceptable = choice != HTTP_IDENTITY || !refused;
    return weights.identity > best ? HTTP_IDENTITY : choice;
}

// ---- encoding ----

// Brotli allocates its tables for each text. From malloc, they would be pages that the kernel must
// clear, which takes longer than compressing; here they come from reused memory, and from malloc
// what does not fit. Brotli ends the process if it gets nothing: so it is left by a jump, and what
// it holds then is freed.
struct scratch {
    char *memory;
    size_t size, used;
    size_t wanted; // by the current text
    struct scratch_block *blocks;
    jmp_buf exhausted;
};
struct scratch_block {
    struct scratch_block *next, **link;
    _Alignas(max_align_t) char data[];
};

// The encoders have tables of some hundred kilobytes: made once per thread, and freed with it.
struct encoders {
    struct libdeflate_compressor *deflate[HTTP_EFFORTS]; // by effort
    ZSTD_CCtx *zstd;
    struct scratch scratch;
};
static pthread_key_t encoders_key;
static pthread_once_t encoders_once = PTHREAD_ONCE_INIT;

static void free_encoders(void *state)
{
    struct encoders *encoders = state;
    for (size_t i = 0; i < HTTP_EFFORTS; i++)
        if (encoders->deflate[i])
            libdeflate_free_compressor(encoders->deflate[i]);
    ZSTD_freeCCtx(encoders->zstd);
    free(encoders->scratch.memory);
    free(encoders);
}

static void make_coding_key(void)
{
    pthread_key_create(&encoders_key, free_encoders);
}

static struct encoders *thread_encoders(void)
{
    pthread_once(&encoders_once, make_coding_key);
    struct encoders *encoders = pthread_getspecific(encoders_key);
    if (encoders)
        return encoders;
    encoders = calloc(1, sizeof *encoders);
    if (encoders)
        pthread_setspecific(encoders_key, encoders);
    return encoders;
}

typedef size_t (*encoder)(struct encoders *encoders, struct slice text, char *out, size_t room,
                          enum http_effort effort); // bytes written, 0 on failure

// Levels by coding and effort. HTTP_GOOD is where more time gains little: a 40 kB page takes about
// a millisecond.
static const int LEVELS[CODINGS][HTTP_EFFORTS] = {
    [HTTP_GZIP] = {1, 9, 12}, [HTTP_BROTLI] = {1, 6, 11}, [HTTP_ZSTD] = {1, 9, 19}};

static size_t encode_gzip(struct encoders *encoders, struct slice text, char *out, size_t room,
                          enum http_effort effort)
{
    struct libdeflate_compressor **slot = &encoders->deflate[effort];
    if (!*slot)
        *slot = libdeflate_alloc_compressor(LEVELS[HTTP_GZIP][effort]);
    return *slot ? libdeflate_gzip_compress(*slot, text.ptr, text.len, out, room) : 0;
}

static void *scratch_alloc(void *state, size_t size)
{
    struct scratch *scratch = state;
    size_t rounded = (size + 63) / 64 * 64;
    scratch->wanted += rounded;
    if (rounded <= scratch->size - scratch->used) {
        scratch->used += rounded;
        return scratch->memory + (scratch->used - rounded);
    }
    struct scratch_block *block = malloc(sizeof *block + size);
    if (!block)
        longjmp(scratch->exhausted, 1);
    *block = (struct scratch_block){scratch->blocks, &scratch->blocks};
    if (block->next)
        block->next->link = &block->next;
    scratch->blocks = block;
    return block->data;
}

static void free_block(struct scratch_block *block)
{
    *block->link = block->next;
    if (block->next)
        block->next->link = block->link;
    free(block);
}

static void scratch_free(void *state, void *memory)
{
    const struct scratch *scratch = state;
    uintptr_t at = (uintptr_t)memory, start = (uintptr_t)scratch->memory;
    if (memory && (at < start || at >= start + scratch->size))
        free_block((struct scratch_block *)((char *)memory - sizeof(struct scratch_block)));
}

// Sized for the next text by the last one's need, within reason.
static void scratch_reset(struct scratch *scratch)
{
    enum { SCRATCH_MAX = 1 << 20 };
    if (scratch->wanted > scratch->size && scratch->wanted <= SCRATCH_MAX) {
        free(scratch->memory);
        scratch->memory = malloc(scratch->wanted);
        scratch->size = scratch->memory ? scratch->wanted : 0;
    }
    scratch->used = scratch->wanted = 0;
}

static size_t compress_brotli(struct scratch *scratch, struct slice text, char *out, size_t room,
                              enum http_effort effort)
{
    const uint8_t *next = (const uint8_t *)text.ptr;
    uint8_t *end = (uint8_t *)out;
    size_t left = text.len, free_room = room;
    BrotliEncoderState *state = BrotliEncoderCreateInstance(scratch_alloc, scratch_free, scratch);
    if (!state)
        return 0;
    BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, (uint32_t)LEVELS[HTTP_BROTLI][effort]);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_MODE, BROTLI_MODE_TEXT);
    BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT,
                              text.len < UINT32_MAX ? (uint32_t)text.len : UINT32_MAX);
    bool ok = BrotliEncoderCompressStream(state, BROTLI_OPERATION_FINISH, &left, &next, &free_room,
                                          &end, NULL) &&
              BrotliEncoderIsFinished(state);
    BrotliEncoderDestroyInstance(state);
    return ok ? room - free_room : 0;
}

static size_t encode_brotli(struct encoders *encoders, struct slice text, char *out, size_t room,
                            enum http_effort effort)
{
    struct scratch *scratch = &encoders->scratch;
    scratch_reset(scratch);
    if (setjmp(scratch->exhausted) == 0)
        return compress_brotli(scratch, text, out, room, effort);
    for (struct scratch_block *block = scratch->blocks, *next; block; block = next) {
        next = block->next;
        free(block);
    }
    scratch->blocks = NULL;
    return 0;
}

static size_t encode_zstd(struct encoders *encoders, struct slice text, char *out, size_t room,
                          enum http_effort effort)
{
    if (!encoders->zstd)
        encoders->zstd = ZSTD_createCCtx();
    if (!encoders->zstd)
        return 0;
    size_t n =
        ZSTD_compressCCtx(encoders->zstd, out, room, text.ptr, text.len, LEVELS[HTTP_ZSTD][effort]);
    return ZSTD_isError(n) ? 0 : n;
}

static const encoder ENCODERS[] = {
    [HTTP_GZIP] = encode_gzip, [HTTP_BROTLI] = encode_brotli, [HTTP_ZSTD] = encode_zstd};

// The parts as one text, without a copy if there is only one.
static struct slice join(struct arena *arena, const struct slice *parts, size_t count)
{
    if (count == 1)
        return parts[0];
    struct template_output output = {.parts = (struct slice *)parts, .count = count};
    for (size_t i = 0; i < count; i++)
        output.length += parts[i].len;
    return template_output_text(arena, &output);
}

struct slice http_encode(struct arena *arena, enum http_coding coding, const struct slice *parts,
                         size_t count, enum http_effort effort)
{
    struct encoders *encoders = thread_encoders();
    struct slice text = join(arena, parts, count);
    char *out = text.len ? arena_alloc_text(arena, text.len) : NULL;
    if (!encoders || coding == HTTP_IDENTITY || !out)
        return SLICE_EMPTY;
    // With room for less than the text: a form that is not smaller is useless.
    size_t n = ENCODERS[coding](encoders, text, out, text.len - 1, effort);
    return n ? slice_of(out, n) : SLICE_EMPTY;
}
