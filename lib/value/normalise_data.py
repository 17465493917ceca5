#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes normalise_data.c from Python's Unicode database: python3 normalise_data.py > normalise_data.c

Canonical decompositions below U+3000 (scripts that letters with accents come from; the
compatibility ideographs above are left out) and the combining classes of the same range.
"""
import unicodedata as u

LAST = 0x3000


def decompositions():
    for cp in range(LAST):
        parts = u.decomposition(chr(cp))
        if parts and not parts.startswith("<"):
            codes = [int(p, 16) for p in parts.split()] + [0]
            composes = u.normalize("NFC", chr(cp)) == chr(cp)
            yield cp, codes[0], codes[1], int(composes)


def classes():
    start = None
    for cp in range(LAST + 1):
        c = u.combining(chr(cp)) if cp < LAST else 0
        if start and c != start[1]:
            yield start[0], cp - 1, start[1]
            start = None
        if c and not start:
            start = (cp, c)


def rows(items, form, per_line):
    items = [form % item for item in items]
    for i in range(0, len(items), per_line):
        print("    " + " ".join(items[i : i + per_line]))


print("// SPDX-License-Identifier: MIT")
print("//")
print("// Written by normalise_data.py from Unicode %s. Do not edit." % u.unidata_version)
print('#include "value/normalise_data.h"')
print()
print("// clang-format off")
print("const struct decomposition DECOMPOSITIONS[] = {")
rows(decompositions(), "{0x%04x, 0x%04x, 0x%04x, %d},", 4)
print("};")
print("const size_t DECOMPOSITION_COUNT = sizeof DECOMPOSITIONS / sizeof *DECOMPOSITIONS;")
print()
print("const struct combining_range COMBINING[] = {")
rows(classes(), "{0x%04x, 0x%04x, %d},", 4)
print("};")
print("const size_t COMBINING_COUNT = sizeof COMBINING / sizeof *COMBINING;")
