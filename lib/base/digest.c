// SPDX-License-Identifier: MIT
//
// SHA-2 from nettle, which GnuTLS brings anyway.
#include "digest.h"

#include <nettle/base64.h>
#include <nettle/sha2.h>

struct slice digest_integrity(struct arena *arena, enum digest digest, struct slice text)
{
    uint8_t bytes[SHA384_DIGEST_SIZE];
    char encoded[BASE64_ENCODE_RAW_LENGTH(SHA384_DIGEST_SIZE)];
    const uint8_t *input = (const uint8_t *)(text.ptr ? text.ptr : "");
    size_t size = digest == DIGEST_SHA256 ? SHA256_DIGEST_SIZE : SHA384_DIGEST_SIZE;
    if (digest == DIGEST_SHA256) {
        struct sha256_ctx context;
        sha256_init(&context);
        sha256_update(&context, text.len, input);
        sha256_digest(&context, size, bytes);
    } else {
        struct sha384_ctx context;
        sha384_init(&context);
        sha384_update(&context, text.len, input);
        sha384_digest(&context, size, bytes);
    }
    base64_encode_raw(encoded, size, bytes);
    return arena_printf(arena, "%s-%.*s", digest == DIGEST_SHA256 ? "sha256" : "sha384",
                        (int)BASE64_ENCODE_RAW_LENGTH(size), encoded);
}
