// SPDX-License-Identifier: MIT
//
// The table of commands. A command is a row here, its options, and a file with its function.
#include "line.h"

static const struct command_option SERVE_OPTIONS[] = {
    {"print-config", NULL, "Prints every setting, its value and where it comes from, and stops.",
     false},
    {"check", NULL, "Checks the site first and does not start when a page is broken.", false},
    {0},
};
static const struct command_option CHECK_OPTIONS[] = {
    {"format", "text|json|sarif|github", "How the problems are written (default: text).", false},
    {"fail-on", "note|warning|error",
     "The lowest severity that gives exit code 1 (default: error).", false},
    {"fix", NULL, "Applies the exact fixes that are known.", false},
    {"watch", NULL, "Checks again when a file is saved, and prints what is new and what is fixed.",
     false},
    {"all", NULL, "With --watch: prints all problems each time, for editors.", false},
    {"rules", NULL, "Lists the rules and stops.", false},
    {"prepared", NULL,
     "Reports only whether the cache file holds every answer of the site's own JavaScript.", false},
    {0},
};
static const struct command_option RENDER_OPTIONS[] = {
    {"drafts", NULL, "Includes drafts.", false},
    {0},
};
static const struct command_option BUILD_OPTIONS[] = {
    {"out", "DIR", "Where the files are written. What guidanced did not write is left alone.",
     false},
    {"drafts", NULL, "Includes drafts.", false},
    {0},
};
static const struct command_option ROUTES_OPTIONS[] = {
    {"format", "text|json", "How the routes are written (default: text).", false},
    {0},
};
static const struct command_option TEMPLATE_OPTIONS[] = {
    {"path", "DIR", "Where included templates are looked for.", true},
    {"context", "FILE", "A JSON object of the variables the template sees.", false},
    {"trim-blocks", NULL, "Drops the first line break after a block tag.", false},
    {"lstrip-blocks", NULL, "Drops white space before a block tag.", false},
    {"no-autoescape", NULL, "Prints values as they are.", false},
    {"throw-on-undefined", NULL, "Printing undefined or null is an error.", false},
    {"remember", NULL, "Renders twice, the second time from the remembered parts.", false},
    {"disassemble", NULL, "Prints the template's bytecode instead of rendering it.", false},
    {"batch", NULL, "Reads one JSON case a line from standard input.", false},
    {0},
};
static const struct command_option MARKDOWN_OPTIONS[] = {
    {"batch", NULL, "Reads one JSON case a line from standard input.", false},
    {0},
};
static const struct command_option FEEDBACK_OPTIONS[] = {
    {"format", "csv|json", "Of export: how the entries are written (default: csv).", false},
    {"from", "URL", "Of export: the PostgreSQL to read instead of the site's file.", false},
    {"to", "TARGET",
     "Of ship: a PostgreSQL (postgresql://…), a file of JSON lines, or - for standard output.",
     false},
    {"follow", NULL, "Of ship: runs until SIGTERM, then sends the rest.", false},
    {0},
};
static const struct command_option NEW_OPTIONS[] = {
    {"title", "TEXT", "Its title (default: made from PATH).", false},
    {0},
};
static const struct command_option REPORT_OPTIONS[] = {
    {"format", "text|csv|json|html|atom", "How the report is written (default: text).", false},
    {"table", "pages|searches|not-found", "Of csv: which table (default: pages).", false},
    {"owner", "NAME", "Only this owner's pages.", false},
    {"from", "URL", "The PostgreSQL to read feedback from, instead of the site's file.", false},
    {"within", "DAYS", "How many days ahead a review counts as due (default: 60).", false},
    {"no-links", NULL, "Leaves out broken links, which need every page rendered.", false},
    {0},
};
static const struct command_option MOVE_OPTIONS[] = {
    {"dry-run", NULL, "Says what would be done, and does nothing.", false},
    {0},
};
static const struct command_option INIT_OPTIONS[] = {
    {"from-eleventy", "DIR", "Writes a guidance.yaml for the Eleventy project in DIR.", false},
    {0},
};
static const struct command_option NO_OPTIONS[] = {{0}};

const struct command COMMANDS[] = {
    {"serve", "serve [--site DIR] [--listen ADDR:PORT] [--cache FILE] …", "Serves the site.",
     "Loads the site, listens, and prints one line with the URL when it is ready. SIGHUP reloads\n"
     "the site, SIGTERM and SIGINT stop after the requests in flight, SIGUSR1 reopens the logs.",
     SERVE_OPTIONS, COMMAND_SITES, 0, 0, command_serve},
    {"check", "check [--site DIR] [--format text|json|sarif|github] [--watch]",
     "Reports every problem of the site.",
     "Reads the whole site and reports each problem with file:line:column and how to fix it.",
     CHECK_OPTIONS, COMMAND_SITE, 0, 0, command_check},
    {"render", "render [--site DIR] URL", "Prints the body that serve would send for URL.", NULL,
     RENDER_OPTIONS, COMMAND_SITE, 1, 1, command_render},
    {"build", "build [--site DIR] --out DIR", "Writes every page and asset as static files.", NULL,
     BUILD_OPTIONS, COMMAND_SITE, 0, 0, command_build},
    {"prepare", "prepare [--site DIR] --cache FILE",
     "Renders everything once, so that serve needs no node.",
     "Keeps every answer of the site's own JavaScript in the cache file, with everything\n"
     "else that a start computes. `serve --cache FILE --script-prepared true` then starts no node.",
     NO_OPTIONS, COMMAND_SITE, 0, 0, command_prepare},
    {"routes", "routes [--site DIR] [--format text|json]",
     "Lists every URL the site answers, with its source.", NULL, ROUTES_OPTIONS, COMMAND_SITE, 0, 0,
     command_routes},
    {"template", "template [--path DIR]… [--context FILE] [OPTION]… FILE|- | --batch",
     "Renders one Nunjucks template.",
     "A batch is JSON lines {\"id\",\"template\",\"templates\",\"context\",\"options\"}; the "
     "answers\n"
     "are lines {\"id\",\"output\"} or {\"id\",\"error\"}.",
     TEMPLATE_OPTIONS, COMMAND_NO_SITE, 0, 1, command_template},
    {"markdown", "markdown [--site DIR] FILE|- | --batch", "Prints the HTML of one Markdown text.",
     "A batch is JSON lines {\"id\",\"markdown\",\"options\"}; the answers are lines\n"
     "{\"id\",\"html\"} or {\"id\",\"error\"}.",
     MARKDOWN_OPTIONS, COMMAND_SITE, 0, 1, command_markdown},
    {"new", "new page|section [--site DIR] [--title TEXT] PATH",
     "Writes a page or a section with its front matter filled in.",
     "A page: copies what the pages in its folder share: layout, section, owner, place in the\n"
     "navigation. A section: PATH is a folder; it gets a first page, which lists the others, and\n"
     "a data file with what they share. Nothing is overwritten.",
     NEW_OPTIONS, COMMAND_SITE, 2, 2, command_new},
    {"move", "move [--site DIR] [--dry-run] OLD NEW",
     "Moves a page or a folder, and updates every link to it.",
     "OLD is a page's file or URL, or a folder; NEW is its whole new name. `redirect_from` "
     "keeps\nold addresses working; links in pages, templates, data and settings are rewritten. "
     "The site\nis then loaded: unless every page is where it should be, everything is put back.",
     MOVE_OPTIONS, COMMAND_SITE, 2, 2, command_move},
    {"init", "init [DIR] | --from-eleventy DIR",
     "Makes a new site, or one from an Eleventy project.",
     "A new site serves and checks clean. Where npm has installed govuk-frontend, it is made of "
     "its\n"
     "components. From an Eleventy project, package.json and the configuration are read as text:\n"
     "guidance.yaml is written, and what could not be carried over is listed with what to do "
     "instead.",
     INIT_OPTIONS, COMMAND_NO_SITE, 0, 1, command_init},
    {"report", "report [--site DIR] [--format FORMAT] [--owner NAME]",
     "Shows owners of pages what needs doing.",
     "Lists by owner (`owner` in the front matter): reviews overdue and due, pages by age, "
     "readers'\nfeedback and its trend, and broken links; with usage.enabled, visits, searches "
     "and addresses\nthat were not found.",
     REPORT_OPTIONS, COMMAND_SITE, 0, 0, command_report},
    {"feedback", "feedback export|ship --to TARGET|backup FILE|restore FILE [OPTION]…",
     "Prints, sends, copies or restores the feedback readers have left.",
     "export prints it. ship sends the entries that a replica has not sent yet to the store that\n"
     "replicas share; an entry already there is not stored again. backup copies the file while a\n"
     "server writes it; restore adds the entries of a backup that the file lacks.",
     FEEDBACK_OPTIONS, COMMAND_SITE, 1, 2, command_feedback},
    {"healthcheck", "healthcheck [URL]", "Asks a running server whether it is ready.",
     "Exit code 0 when it is. Without a URL, the address the settings listen on is asked.",
     NO_OPTIONS, COMMAND_SITE, 0, 1, command_healthcheck},
    {0},
};

const struct command_option COMMAND_SITE_OPTIONS[] = {
    {"site", "DIR", "The directory that holds guidance.yaml (default: the current one).", false},
    {"config", "FILE", "Reads the settings from FILE instead of guidance.yaml.", false},
    {"git", "DIR", "The site is a commit of the repository DIR: git.directory.", false},
    {"ref", "REF", "Which one, by branch, tag or id: git.ref.", false},
    {"subdirectory", "DIR", "Where in the repository the site is: git.subdirectory.", false},
    {0},
};

const struct command *command_find(const char *name)
{
    for (const struct command *command = COMMANDS; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

const char *command_nearest(const char *name)
{
    const char *nearest = NULL;
    size_t best = 3;
    for (const struct command *command = COMMANDS; command->name; command++) {
        size_t distance =
            slice_distance(slice_from_cstr(name), slice_from_cstr(command->name), best);
        if (distance < best) {
            best = distance;
            nearest = command->name;
        }
    }
    return nearest;
}
