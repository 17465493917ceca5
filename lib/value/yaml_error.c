// SPDX-License-Identifier: MIT
//
// Errors in a YAML text, in terms of what was probably meant.
#include "value/yaml.h"

#include <stdarg.h>
#include <stdio.h>

static void fail_at(struct yaml *y, size_t at)
{
    y->failed = true;
    y->p.at = y->length;
    error_at_offset(y->error, y->file, y->source, at < y->source.len ? at : y->source.len);
    if (y->error)
        y->error->place.line += y->first_line - 1;
}

bool yaml_fail(struct yaml *y, size_t at, enum error_code code, const char *hint,
               const char *format, ...)
{
    if (y->failed)
        return false;
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    error_set(y->error, code, "%s", message);
    if (hint)
        error_hint(y->error, "%s", hint);
    fail_at(y, at);
    return false;
}

bool yaml_fail_memory(struct yaml *y)
{
    if (!y->failed)
        error_memory(y->error);
    y->failed = true;
    y->p.at = y->length;
    return false;
}

// By the first byte of the unexpected text. The last row matches everything.
static const struct {
    const char *bytes;
    const char *message, *hint;
} STRAYS[] = {
    {":", "a colon followed by a space inside an unquoted value",
     "put the value in quotes, or check the indentation"},
    {"\t", "a tab where YAML needs spaces", "tabs cannot indent YAML: use spaces"},
    {"@`", "an unquoted value cannot start with @ or `", "put the value in quotes"},
    {"%", "an unquoted value cannot start with %", "put the value in quotes"},
    {",]}", "this character cannot start a value", "put the value in quotes"},
    {"-", "a list item (\"- …\") is not allowed here",
     "start the list on a line of its own, and check its indentation"},
    {NULL, "a key is expected here", "check the indentation, and quotes within the value above"},
};

bool yaml_fail_stray(struct yaml *y)
{
    size_t row = 0;
    while (STRAYS[row].bytes && !(yaml_char(y) && strchr(STRAYS[row].bytes, yaml_char(y))))
        row++;
    return yaml_fail(y, y->p.at, ERROR_SYNTAX, STRAYS[row].hint, "%s", STRAYS[row].message);
}
