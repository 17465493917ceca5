// SPDX-License-Identifier: MIT
//
// Headers of images. A number that is beyond the end reads as 0, and a size of 0 is none.
// Sources: PNG 11.2.2, ITU-T T.81 B.2.2 and Exif 2.3 (JPEG), GIF89a 18, RFC 9649 (WebP), ISO/IEC
// 23008-12 6.5.3 (`ispe` of AVIF), SVG 2 8.2.
#include "image_size.h"

#include "slice.h"
#include "tag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static uint32_t byte_at(struct slice file, size_t at)
{
    return at < file.len ? (unsigned char)file.ptr[at] : 0;
}

// `bytes` of them, the most significant first.
static uint32_t big(struct slice file, size_t at, unsigned bytes)
{
    uint32_t number = 0;
    for (unsigned i = 0; i < bytes; i++)
        number = number << 8 | byte_at(file, at + i);
    return number;
}

static uint32_t little(struct slice file, size_t at, unsigned bytes)
{
    uint32_t number = 0;
    for (unsigned i = bytes; i > 0; i--)
        number = number << 8 | byte_at(file, at + i - 1);
    return number;
}

static bool begins_at(struct slice file, size_t at, const char *text)
{
    return slice_starts_with(slice_sub(file, at, file.len), slice_from_cstr(text));
}

static bool read_png(struct slice file, struct image_size *size)
{
    *size = (struct image_size){big(file, 16, 4), big(file, 20, 4)};
    return begins_at(file, 0, "\x89PNG\r\n\x1a\n") && begins_at(file, 12, "IHDR");
}

static bool read_gif(struct slice file, struct image_size *size)
{
    *size = (struct image_size){little(file, 6, 2), little(file, 8, 2)};
    return begins_at(file, 0, "GIF87a") || begins_at(file, 0, "GIF89a");
}

// ---- JPEG ----

// Whether an Exif segment says that the picture lies on its side (orientations 5 to 8).
static bool lies_on_its_side(struct slice segment)
{
    enum { TIFF = 6, ENTRY = 12, ORIENTATION = 0x112 };
    if (!begins_at(segment, 0, "Exif"))
        return false;
    uint32_t (*number)(struct slice, size_t, unsigned) =
        byte_at(segment, TIFF) == 'I' ? little : big;
    size_t at = TIFF + (size_t)number(segment, TIFF + 4, 4);
    uint32_t count = at < segment.len ? number(segment, at, 2) : 0;
    for (at += 2; count > 0 && at + ENTRY <= segment.len; count--, at += ENTRY)
        if (number(segment, at, 2) == ORIENTATION)
            return number(segment, at + 8, 2) >= 5;
    return false;
}

// SOF0 to SOF15, without DHT, JPG and DAC, which are numbered among them.
static bool is_frame(uint32_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static bool read_jpeg(struct slice file, struct image_size *size)
{
    bool turned = false;
    if (big(file, 0, 2) != 0xffd8)
        return false;
    for (size_t at = 2; at + 4 <= file.len && byte_at(file, at) == 0xff;) {
        uint32_t marker = byte_at(file, at + 1), length = big(file, at + 2, 2);
        if (marker == 0xff) { // a fill byte
            at++;
            continue;
        }
        if (is_frame(marker)) {
            uint32_t height = big(file, at + 5, 2), width = big(file, at + 7, 2);
            *size =
                turned ? (struct image_size){height, width} : (struct image_size){width, height};
            return true;
        }
        if (marker == 0xe1)
            turned |= lies_on_its_side(slice_sub(file, at + 4, at + 2 + length));
        if (length < 2)
            return false;
        at += 2 + (size_t)length;
    }
    return false;
}

// ---- WebP and AVIF ----

static bool read_webp(struct slice file, struct image_size *size)
{
    if (!begins_at(file, 0, "RIFF") || !begins_at(file, 8, "WEBP"))
        return false;
    if (begins_at(file, 12, "VP8X"))
        *size = (struct image_size){little(file, 24, 3) + 1, little(file, 27, 3) + 1};
    else if (begins_at(file, 12, "VP8L")) {
        uint32_t bits = little(file, 21, 4);
        *size = (struct image_size){(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1};
    } else
        *size = (struct image_size){little(file, 26, 2) & 0x3fff, little(file, 28, 2) & 0x3fff};
    return file.len >= 30;
}

// Each item has a property with its size; the picture is the largest.
static bool read_avif(struct slice file, struct image_size *size)
{
    enum { HEAD_MAX = 64 << 10 };
    struct slice head = slice_sub(file, 0, HEAD_MAX);
    *size = (struct image_size){0};
    if (!begins_at(file, 4, "ftypavi"))
        return false;
    for (size_t at = slice_find(head, SLICE("ispe"), 0); at != SIZE_MAX;
         at = slice_find(head, SLICE("ispe"), at + 4)) {
        struct image_size item = {big(head, at + 8, 4), big(head, at + 12, 4)};
        if (item.width > size->width)
            *size = item;
    }
    return true;
}

// ---- SVG ----

// A length in pixels; 0: in other units, or none.
static uint32_t pixels(struct slice tag, const char *attribute)
{
    struct slice name = slice_from_cstr(attribute);
    size_t at = slice_find(tag, name, 0);
    if (at == SIZE_MAX || at + name.len + 1 >= tag.len)
        return 0;
    char text[16] = {0}, *end;
    struct slice value = slice_sub(tag, at + name.len + 1, at + name.len + 1 + sizeof text - 1);
    memcpy(text, value.ptr, value.len);
    double number = strtod(text, &end);
    bool whole = *end == '"' || *end == '\'' || strncmp(end, "px", 2) == 0;
    return whole && number >= 1 && number < 1e6 ? (uint32_t)lround(number) : 0;
}

static bool read_svg(struct slice file, struct image_size *size)
{
    enum { HEAD_MAX = 4 << 10 };
    size_t at = slice_find(slice_sub(file, 0, HEAD_MAX), SLICE("<svg"), 0);
    size_t end = at == SIZE_MAX ? SIZE_MAX : tag_end(file, at + 4);
    if (end == SIZE_MAX)
        return false;
    struct slice tag = slice_sub(file, at, end);
    *size = (struct image_size){pixels(tag, " width="), pixels(tag, " height=")};
    return true;
}

bool image_size_read(struct slice file, struct image_size *size)
{
    static bool (*const FORMATS[])(struct slice file, struct image_size * size) = {
        read_png, read_jpeg, read_gif, read_webp, read_avif, read_svg};
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (FORMATS[i](file, size))
            return size->width && size->height;
    return false;
}
