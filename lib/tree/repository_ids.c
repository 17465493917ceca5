// SPDX-License-Identifier: MIT
//
// Ids of objects as text.
#include "repository.h"

void repository_write_id(const struct object_id *id, char hex[REPOSITORY_HEX])
{
    static const char DIGITS[] = "0123456789abcdef";
    for (size_t i = 0; i < REPOSITORY_ID; i++) {
        hex[2 * i] = DIGITS[id->bytes[i] >> 4];
        hex[2 * i + 1] = DIGITS[id->bytes[i] & 15];
    }
    hex[REPOSITORY_HEX - 1] = '\0';
}

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool repository_read_id(struct slice hex, struct object_id *id)
{
    if (hex.len != REPOSITORY_HEX - 1)
        return false;
    for (size_t i = 0; i < REPOSITORY_ID; i++) {
        int high = digit(hex.ptr[2 * i]), low = digit(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        id->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}
