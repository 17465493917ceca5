// SPDX-License-Identifier: MIT
//
// The rules of check, one row each: name, severity, what holds, why it matters, how to mend it.
// `check --rules`, docs/check.md and SARIF are printed from this table.
#include "findings.h"

static const struct site_rule RULES[] = {
    // ---- pages that cannot be made ----
    {"front-matter", SITE_ERROR, "Front matter is YAML that can be read.",
     "A page whose front matter cannot be read is not served.",
     "write keys and values as `key: value`, a line each"},
    {"date-unreadable", SITE_ERROR, "Dates of the front matter can be read.",
     "With a `publishAt` or `expireAt` that cannot be read, the page is hidden from readers.",
     "write it as 2027-05-01, 2027-05-01T09:00 or 2027-05-01T09:00+01:00"},
    {"flag-unreadable", SITE_ERROR, "`draft` and `searchable` are true or false.",
     "With a `draft` that cannot be read, the page is hidden from readers.", "write true or false"},
    {"data-file", SITE_ERROR, "Data files can be read.",
     "Every page may need them, so the site is not loaded without them.",
     "mend the file at the place that is named"},
    {"layout-missing", SITE_ERROR, "The layout of a page exists.",
     "A page without its layout is not served.", "name a layout that is there"},
    {"include-missing", SITE_ERROR, "Templates that are included, imported or extended exist.",
     "The page is not served when it comes to that line.", "name a template that is there"},
    {"component-missing", SITE_ERROR, "Components that are called exist.",
     "The page is not served.", "name a component that is there"},
    {"template", SITE_ERROR, "Templates compile and run.", "The page is not served.",
     "mend the template at the place that is named"},
    {"pagination", SITE_ERROR, "Pagination names a list and a size.", "The page is not served.",
     "give pagination `data` and `size`"},
    {"permalink", SITE_ERROR, "A permalink is a path or false.", "The page has no address.",
     "write it as /a/path/, or false"},
    {"permalink-clash", SITE_ERROR, "No two pages have one URL.", "Only one of the two is served.",
     "give one of the two another permalink"},
    // ---- navigation ----
    {"navigation-key", SITE_WARNING, "A navigation key is a text.",
     "Pages that name it as their parent do not find it.", "put it into quotes"},
    {"navigation-parent", SITE_ERROR, "A navigation parent is a key of a page.",
     "The page does not appear in the navigation.", "name the key of the page above"},
    {"navigation-cycle", SITE_ERROR, "No page is its own ancestor in the navigation.",
     "The pages of the circle do not appear in the navigation.",
     "take the parent of one of them out"},
    {"navigation-repeated", SITE_WARNING,
     "Pages that share a navigation key agree on its parent and URL.",
     "The first of them wins, and the others' breadcrumbs lead elsewhere.",
     "give the page a key of its own, or the same url and parent"},
    {"navigation-url", SITE_ERROR, "A URL in the navigation is one that the site answers.",
     "The navigation and breadcrumbs lead to an error.", "name the URL of a page"},
    {"orphan", SITE_WARNING, "A page is in the navigation or linked from another.",
     "Readers who do not search cannot find it.",
     "link to it, or give it an eleventyNavigation key"},
    // ---- redirects and settings ----
    {"redirect", SITE_ERROR, "Redirects are complete.", "The redirect is left out.",
     "write {from: /old/, to: /new/, status: 301}"},
    {"redirect-loop", SITE_ERROR, "Redirects end at a page.",
     "A browser that follows them gives up with an error.", "lead one of them to a page"},
    {"redirect-target", SITE_ERROR, "Redirects lead to URLs that the site answers.",
     "Readers are sent to an error.", "lead it to the page's address of today"},
    {"redirect-shadowed", SITE_WARNING, "No page stands at the address of a redirect.",
     "The redirect is never used.", "take the redirect out, or move the page"},
    {"passthrough", SITE_WARNING, "Directories served as they are exist.",
     "Their files are missing from the site.", "build the assets first, or take the line out"},
    {"check-setting", SITE_WARNING, "What guidance.yaml says of checks names rules and severities.",
     "A setting that is misspelt has no effect.",
     "name a rule of `guidanced check --rules`, and error, warning, note or off"},
    {"check-comment", SITE_WARNING, "A comment that silences a rule names it, and gives a reason.",
     "Without a reason, nobody knows later whether it still holds.",
     "write <!-- check-ignore RULE: reason -->"},
    // ---- JavaScript ----
    {"javascript-data", SITE_WARNING, "Data files are YAML or JSON.",
     "JavaScript is not run, so its data is missing.", "convert it by the command in the hint"},
    {"javascript-template", SITE_WARNING, "Pages are Markdown or Nunjucks.",
     "JavaScript is not run, so the page is missing.", "write the page as Markdown or Nunjucks"},
    // ---- encoding ----
    {"encoding", SITE_ERROR, "Files and their names are UTF-8.",
     "What is not cannot be shown as its author wrote it.", "save the file as UTF-8"},
    {"asset-encoding", SITE_WARNING, "Texts that are served as they are, are UTF-8.",
     "It is sent without saying so, and browsers may guess wrong.", "save the file as UTF-8"},
    {"byte-order-mark", SITE_WARNING, "Files begin without a byte-order mark.",
     "Programs that do not expect it take it for text.", "save the file as UTF-8 without it"},
    {"mojibake", SITE_WARNING, "Text is encoded once.", "Readers see rubbish in place of a letter.",
     "save the file as UTF-8"},
    // ---- links ----
    {"link-empty", SITE_ERROR, "A link leads somewhere.",
     "It takes readers back to where they are.", "put the address into it"},
    {"link-text", SITE_WARNING, "A link's text says where it leads.",
     "Screen readers list links by their text alone.", "say in the text what readers will find"},
    {"link-broken", SITE_ERROR, "Links and images lead to pages and files that exist.",
     "Readers get an error.", "lead it to a page or file that is there"},
    {"link-anchor", SITE_ERROR, "The part of a page that a link names exists.",
     "Readers arrive at the top of the page.", "name the id of a heading of that page"},
    {"target-blank", SITE_WARNING,
     "A link to a new tab has rel=\"noopener\" or rel=\"noreferrer\".",
     "In older browsers the page that opens can steer this one.",
     "add rel=\"noopener noreferrer\""},
    // ---- front matter ----
    {"title-missing", SITE_ERROR, "A page has a title.",
     "It is the heading, the name of the tab and of the search result.",
     "write title: in its front matter"},
    {"title-repeated", SITE_WARNING, "No two pages have the same title.",
     "In tabs and search results the two cannot be told apart.",
     "say in each title what is different"},
    {"description-missing", SITE_WARNING, "A page has a description.",
     "Search engines and lists of pages have nothing to show.",
     "write description: in its front matter, one sentence"},
    {"description-repeated", SITE_WARNING, "No two pages have the same description.",
     "In search results the two cannot be told apart.",
     "say in each description what the page is for"},
    {"front-matter-key", SITE_WARNING, "Front-matter keys are written as the site knows them.",
     "A key that is misspelt has no effect, and nobody is told.", "write the key that is meant"},
    {"date-future", SITE_WARNING, "Dates of publishing and updating have come.",
     "Readers see a date that cannot be right.",
     "correct it; a page that is to appear later says publishAt"},
    {"review-overdue", SITE_WARNING, "Pages are reviewed by the date they say.",
     "Guidance that nobody has looked at may be wrong by now.",
     "read it again, then set reviewBy to the next date"},
    // ---- what readers see ----
    {"heading-skipped", SITE_WARNING, "Heading levels follow each other.",
     "Screen readers navigate by levels: a missing one looks like missing text.",
     "use the level below the heading before it"},
    {"heading-repeated", SITE_WARNING, "A page has one heading of the first level.",
     "Screen readers take it for the title; the layout shows `title` as one.", "make it level 2"},
    {"markdown-foreign", SITE_WARNING, "Markdown of other tools does not show as text.",
     "Readers see the marks in place of what they stand for.", "write it as this site has it"},
    {"image-alt", SITE_ERROR, "Images have an alternative text.",
     "Who cannot see the image learns nothing of it.",
     "describe it; one that only decorates is written with alt=\"\" in HTML"},
    {"table-header", SITE_WARNING, "Tables have header cells.",
     "Screen readers read them out with each cell.", "write the first row as headers"},
    {"placeholder", SITE_WARNING, "No text is left that was to be replaced.",
     "Readers see it as it stands.", "write what belongs here, or take it out"},
    // ---- what nobody uses ----
    {"unused-include", SITE_NOTE, "Templates are used.", "It is kept up to date for nothing.",
     "delete it, or include it"},
    {"unused-data", SITE_NOTE, "Data files are used.", "It is kept up to date for nothing.",
     "delete it, or use it in a template"},
    {0},
};

const struct site_rule *site_rules(void)
{
    return RULES;
}

const struct site_rule *check_rule(struct slice name)
{
    for (const struct site_rule *rule = RULES; rule->name; rule++)
        if (slice_equal(slice_from_cstr(rule->name), name))
            return rule;
    return NULL;
}
