// SPDX-License-Identifier: MIT
//
// GOV.UK Frontend's classes for elements that Markdown makes, as users of govuk-markdown expect.
#include "tree.h"

static const struct {
    const char *element;
    const char *class;
} CLASSES[] = {
    {"p", "govuk-body"},
    {"h1", "govuk-heading-xl"},
    {"h2", "govuk-heading-l"},
    {"h3", "govuk-heading-m"},
    {"h4", "govuk-heading-s"},
    {"h5", "govuk-heading-s"},
    {"h6", "govuk-heading-s"},
    {"ul", "govuk-list govuk-list--bullet"},
    {"ol", "govuk-list govuk-list--number"},
    {"a", "govuk-link"},
    {"hr", "govuk-section-break govuk-section-break--xl govuk-section-break--visible"},
    {"blockquote", "govuk-inset-text"},
    {"table", "govuk-table"},
    {"tr", "govuk-table__row"},
    {"th", "govuk-table__header"},
    {"td", "govuk-table__cell"},
    {"code", "app-code-inline"},
};

const char *govuk_class(const char *element)
{
    for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++)
        if (strcmp(CLASSES[i].element, element) == 0)
            return CLASSES[i].class;
    return "";
}
