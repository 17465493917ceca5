// SPDX-License-Identifier: MIT
//
// Headers of images: each format's, every beginning of it, and what is none. That real encoders'
// files are read is in tests/e2e/images.mjs.
#include "base/image_size.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// A header as bytes, and its size; 0: none.
static const struct {
    const char *name;
    const char bytes[96];
    size_t length;
    uint32_t width, height;
} HEADERS[] = {
    {"PNG", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06", 26, 640, 480},
    {"PNG of no width", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\x01\xe0", 24, 0, 0},
    {"GIF", "GIF89a\x80\x02\xe0\x01", 10, 640, 480},
    {"JPEG", "\xff\xd8\xff\xe0\0\x04zz\xff\xff\xc2\0\x11\x08\x01\xe0\x02\x80\x03", 19, 640, 480},
    {"JPEG on its side",
     "\xff\xd8\xff\xe1\0\x22"
     "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
     "\xff\xc0\0\x11\x08\x01\xe0\x02\x80\x03",
     50, 480, 640},
    {"JPEG whose segment is no segment", "\xff\xd8\xff\xe0\0\0\xff\xc0\0\x11\x08\x01\xe0\x02\x80",
     15, 0, 0},
    {"WebP, lossy", "RIFF\x30\0\0\0WEBPVP8 \x24\0\0\0\x10\x02\0\x9d\x01*\x80\x02\xe0\x01", 30, 640,
     480},
    {"WebP, lossless", "RIFF\x30\0\0\0WEBPVP8L\x24\0\0\0/\x7f\xc2\x77\0\0\0\0\0\0", 30, 640, 480},
    {"WebP, extended", "RIFF\x30\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0", 30, 640,
     480},
    {"AVIF, its thumbnail first",
     "\0\0\0\x1c"
     "ftypavif\0\0\0\x14ispe\0\0\0\0\0\0\0\xa0\0\0\0\x78\0\0\0\x14ispe\0\0\0\0\0\0\x02\x80\0\0\x01"
     "\xe0",
     52, 640, 480},
    {"SVG", "<?xml version=\"1.0\"?><svg width=\"640\" height='480px'>", 53, 640, 480},
    {"SVG that takes its place", "<svg viewBox=\"0 0 640 480\">", 27, 0, 0},
    {"SVG in per cent", "<svg width=\"100%\" height=\"480\">", 31, 0, 0},
    {"SVG with a line", "<svg viewBox=\"0 0 1 1\" stroke-width=\"640\" height=\"2\">", 54, 0, 0},
    {"a text", "GIF is a format.", 16, 0, 0},
    {"nothing", "", 0, 0, 0},
};

static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++) {
        struct image_size size = {0};
        bool read = image_size_read(slice_of(HEADERS[i].bytes, HEADERS[i].length), &size);
        print_message("%s\n", HEADERS[i].name);
        assert_int_equal(read, HEADERS[i].width > 0);
        if (read) {
            assert_int_equal(size.width, HEADERS[i].width);
            assert_int_equal(size.height, HEADERS[i].height);
        }
    }
}

// Each in memory of its own, so that a sanitizer sees a read beyond it.
static void test_beginnings(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof HEADERS / sizeof *HEADERS; i++)
        for (size_t length = 0; length < HEADERS[i].length; length++) {
            char *copy = malloc(length + 1);
            struct image_size size;
            assert_non_null(copy);
            char *bytes = realloc(copy, length ? length : 1);
            memcpy(bytes, HEADERS[i].bytes, length);
            bool read = image_size_read(slice_of(bytes, length), &size);
            assert_true(!read || (size.width && size.height));
            free(bytes);
        }
}

// Headers with any bytes changed end, and never give a size of 0.
static void test_damaged(void **state)
{
    (void)state;
    uint32_t random = 1;
    for (int n = 0; n < 200000; n++) {
        size_t i = (size_t)n % (sizeof HEADERS / sizeof *HEADERS);
        char bytes[96];
        struct image_size size;
        memcpy(bytes, HEADERS[i].bytes, sizeof bytes);
        for (int k = 0; k < 4; k++) {
            random = random * 1664525 + 1013904223;
            if (HEADERS[i].length)
                bytes[(random >> 8) % HEADERS[i].length] = (char)(random >> 24);
        }
        bool read = image_size_read(slice_of(bytes, HEADERS[i].length), &size);
        assert_true(!read || (size.width && size.height));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_headers),
                                       cmocka_unit_test(test_beginnings),
                                       cmocka_unit_test(test_damaged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
