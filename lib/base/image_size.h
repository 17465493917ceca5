// SPDX-License-Identifier: MIT
//
// The size of an image, from its first bytes. Nothing is decoded.
//
// Thread-safety: pure functions.
#ifndef GUIDANCED_BASE_IMAGE_SIZE_H
#define GUIDANCED_BASE_IMAGE_SIZE_H

#include "slice.h"

struct image_size {
    uint32_t width, height; // in pixels, as shown: a photograph may be turned
};
// Of a PNG, JPEG, GIF, WebP, AVIF or SVG. False for anything else, for a damaged header, and for an
// SVG without a size of its own, which takes that of its place.
bool image_size_read(struct slice file, struct image_size *size);

#endif
