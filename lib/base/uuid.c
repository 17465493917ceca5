// SPDX-License-Identifier: MIT
//
// UUID version 7: 48 bits of time, then 74 random bits.
#include "uuid.h"

#include <stdio.h>
#include <sys/random.h>

bool uuid_make(int64_t ms, char out[UUID_LENGTH + 1])
{
    unsigned char b[16];
    out[0] = '\0';
    if (getrandom(b, sizeof b, 0) != sizeof b)
        return false;
    uint64_t time = ms > 0 ? (uint64_t)ms : 0;
    for (int i = 0; i < 6; i++)
        b[i] = (unsigned char)(time >> (40 - 8 * i) & 0xff);
    b[6] = (unsigned char)(0x70 | (b[6] & 0x0f)); // version
    b[8] = (unsigned char)(0x80 | (b[8] & 0x3f)); // variant
    snprintf(out, UUID_LENGTH + 1,
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
             b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
             b[15]);
    return true;
}
