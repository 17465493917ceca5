// SPDX-License-Identifier: MIT
//
// libyaml's complaints in terms of what was probably meant. The rows are tried in order; a row
// matches by the beginning of the problem and, where given, of the context and by the character at
// the place.
#include "value/yaml.h"

static const struct {
    const char *problem;
    const char *context;    // NULL: any
    const char *characters; // NULL: any
    struct yaml_complaint complaint;
} ROWS[] = {
    {"mapping values are not allowed",
     NULL,
     NULL,
     {"a colon followed by a space inside an unquoted value",
      "put the value in quotes, or check the indentation", false}},
    {"found character that cannot start",
     NULL,
     "\t",
     {"a tab where YAML wants spaces", "tabs cannot indent YAML: use spaces", false}},
    {"found character that cannot start",
     NULL,
     "@`",
     {"an unquoted value cannot start with @ or `", "put the value in quotes", false}},
    {"found character that cannot start",
     NULL,
     "%",
     {"an unquoted value cannot start with %", "put the value in quotes", false}},
    {"found character that cannot start",
     NULL,
     NULL,
     {"this character cannot start a value", "put the value in quotes", false}},
    {"found a tab character",
     NULL,
     NULL,
     {"a tab where YAML wants spaces", "tabs cannot indent YAML: use spaces", false}},
    {"could not find expected ':'",
     NULL,
     NULL,
     {"a key without a colon", "write \"key: value\"; a value of several lines is indented", true}},
    {"found unexpected end of stream",
     "while scanning a quoted scalar",
     NULL,
     {"the quote opened here is not closed", "close it, or double a quote that is part of the text",
      true}},
    {"found unexpected document indicator",
     "while scanning a quoted scalar",
     NULL,
     {"the quote opened here is not closed", NULL, true}},
    {"found unknown escape character",
     NULL,
     NULL,
     {"unknown escape in a double-quoted text", "write \\\\ for a backslash, or use single quotes",
      false}},
    {"did not find expected hexdecimal number",
     NULL,
     NULL,
     {"an escape in a double-quoted text lacks its hexadecimal digits",
      "write \\\\ for a backslash, or use single quotes", false}},
    {"did not find expected alphabetic or numeric character",
     "while scanning an alias",
     NULL,
     {"an unquoted value cannot start with *", "put the value in quotes", true}},
    {"did not find expected alphabetic or numeric character",
     "while scanning an anchor",
     NULL,
     {"an unquoted value cannot start with &", "put the value in quotes", true}},
    {"did not find expected key",
     "while parsing a block mapping",
     NULL,
     {"a key is expected here", "check the indentation, and quotes within the value above", false}},
    {"did not find expected '-' indicator",
     NULL,
     NULL,
     {"a list item (\"- …\") is expected here", "check the indentation", false}},
    {"did not find expected ',' or ']'",
     NULL,
     NULL,
     {"the list opened with [ here is not closed", "add ] or the comma that is missing", true}},
    {"did not find expected ',' or '}'",
     NULL,
     NULL,
     {"the mapping opened with { here is not closed",
      "add } or the comma that is missing; a value that starts with { needs quotes", true}},
    {"block sequence entries are not allowed",
     NULL,
     NULL,
     {"a list item (\"- …\") cannot stand here", "start the list on a line of its own", false}},
    {"block mapping is not allowed",
     NULL,
     NULL,
     {"a mapping cannot start here", "start it on a line of its own", false}},
    {"mapping keys are not allowed",
     NULL,
     NULL,
     {"a key cannot stand here", "check the indentation", false}},
    {"did not find expected comment or line break",
     NULL,
     NULL,
     {"text behind the mark of a block text (| or >)", "start the text on the next line", false}},
    {"found undefined tag handle",
     NULL,
     NULL,
     {"unknown tag", "an unquoted value cannot start with !: put it in quotes", false}},
    {"did not find expected whitespace or line break",
     NULL,
     NULL,
     {"unknown tag", "an unquoted value cannot start with !: put it in quotes", false}},
    {"control characters are not allowed",
     NULL,
     NULL,
     {"a control character in the text", "take it away; in double quotes it can be an escape",
      false}},
    {"did not find expected <document start>",
     NULL,
     NULL,
     {"the text goes on behind its end", "check the indentation and the quotes of the line above",
      false}},
    {"did not find expected node content", NULL, NULL, {"a value is expected here", NULL, false}},
};

static bool begins(const char *text, const char *beginning)
{
    return text && strncmp(text, beginning, strlen(beginning)) == 0;
}

struct yaml_complaint yaml_explain(const char *problem, const char *context, char character)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        bool same = begins(problem, ROWS[i].problem) &&
                    (!ROWS[i].context || begins(context, ROWS[i].context)) &&
                    (!ROWS[i].characters || (character && strchr(ROWS[i].characters, character)));
        if (same)
            return ROWS[i].complaint;
    }
    return (struct yaml_complaint){.message = problem ? problem : "the YAML cannot be read"};
}
