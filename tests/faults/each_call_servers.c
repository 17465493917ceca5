// SPDX-License-Identifier: MIT
//
// One site with something of everything; the same by TLS; a branch of its repository, with a
// preview of another; several sites in one process; a site with JavaScript of its own.
#include "each_call_servers.h"

#include "each_call_site.h"

#include <stdlib.h>

#define GET(target, host, fields)                                                                  \
    "GET " target " HTTP/1.1\r\nHost: " host "\r\nConnection: close\r\n" fields "\r\n"
#define POST(target, host, fields, length, body)                                                   \
    "POST " target " HTTP/1.1\r\nHost: " host "\r\nConnection: close\r\n" fields                   \
    "Content-Length: " #length "\r\n\r\n" body
#define FORM  "Content-Type: application/x-www-form-urlencoded\r\n"
#define TOKEN "Authorization: Bearer secret\r\n"
#define LISTENING                                                                                  \
    "--listen unix:@/socket --admin-listen unix:@/admin --threads 1 --watch false --reload-token " \
    "secret "
#define SAVE "printf '\\nSaved again.\\n' >> "

static const struct asked SITE[] = {
    {.text = GET("/", "a", "")},
    {.text = GET("/one/", "a", "")},
    {.text = GET("/one/", "a", "")}, // remembered, if the first was not
    {.text = GET("/two/", "a", "Accept-Encoding: gzip\r\n")},
    {.text = GET("/one/", "a", "If-None-Match: \"none\"\r\nAccept-Encoding: br\r\n")},
    {.text = GET("/assets/a.css", "a", "Range: bytes=2-5\r\n")},
    {.text = GET("/assets/a.css", "a", "Accept-Encoding: zstd\r\n")},
    {.text = GET("/none/", "a", "")},
    {.text = GET("/uno/", "a", "")},
    {.text = GET("/search?q=text", "a", ""), .indexed = true},
    {.text = GET("/search.json?q=txet", "a", ""), .indexed = true},
    {.text = GET("/feed.xml", "a", "")},
    {.text = GET("/sitemap.xml", "a", "")},
    {.text = GET("/healthz", "a", "")},
    {.text = GET("/readyz", "a", ""), .admin = true, .varies = true},
    {.text = GET("/metrics", "a", ""), .admin = true, .varies = true},
    {.text = GET("/-/report", "a", ""), .admin = true, .varies = true},
    {.text = GET("/-/pages.json", "a", ""), .admin = true},
    {.text = POST("/feedback", "a", FORM, 31, "page=/one/&useful=no&comment=a+")},
};
static const struct asked TLS[] = {
    {.text = GET("/one/", "a", "")},
    {.text = GET("/one/", "a", "")},
    {.text = GET("/assets/a.css", "a", "")},
    {.text = POST("/feedback", "a", FORM, 31, "page=/one/&useful=no&comment=a+")},
    {.text = GET("/readyz", "a", ""), .admin = true, .varies = true},
};
static const struct asked BRANCH[] = {
    {.text = GET("/one/", "a", "")},
    {.text = GET("/two/", "a", "")},
    {.text = GET("/-/preview/next?to=/one/", "a", "")},
    {.text = GET("/one/", "a", "Cookie: guidance-preview=next\r\n")},
    {.text = GET("/-/preview/none", "a", "")},
    {.text = GET("/one/", "a", "Cookie: guidance-preview=none\r\n")},
    {.text = GET("/-/preview", "a", ""), .varies = true}, // a list that is up to a second old
    {.text = GET("/-/changes/next", "a", "")},
    {.text = GET("/readyz", "a", ""), .admin = true, .varies = true},
    {.text = POST("/feedback", "a", FORM, 31, "page=/one/&useful=no&comment=a+")},
};
static const struct asked SITES[] = {
    {.text = GET("/one/", "red.example", "")},
    {.text = GET("/one/", "blue.example", "")},
    {.text = GET("/one/", "none.example", "")},
    {.text = GET("/search?q=text", "red.example", ""), .indexed = true},
    {.text = GET("/readyz?site=red.example", "a", ""), .admin = true, .varies = true},
    {.text = GET("/-/report?site=blue.example", "a", ""), .admin = true, .varies = true},
    {.text = GET("/readyz", "a", ""), .admin = true, .varies = true},
    {.text = GET("/metrics", "a", ""), .admin = true, .varies = true},
    {.text = POST("/feedback", "red.example", FORM, 31, "page=/one/&useful=no&comment=a+")},
};
static const struct asked SCRIPT[] = {
    {.text = GET("/one/", "a", "")},
    {.text = GET("/two/", "a", "")},
    {.text = GET("/readyz", "a", ""), .admin = true, .varies = true},
    {.text = GET("/metrics", "a", ""), .admin = true, .varies = true},
    {.text = POST("/feedback", "a", FORM, 31, "page=/one/&useful=no&comment=a+")},
};
#define ROWS(rows) .asked = rows, .asked_count = sizeof(rows) / sizeof *(rows)
// `query`: how the admin listener is told which of several sites.
#define ASKING(host, query)                                                                        \
    .found = GET("/search.json?q=text", host, ""),                                                 \
    .reload = POST("/-/reload" query, "a", TOKEN, 0, ""), .saved = GET("/two/", host, "")
#define STORED(folder) .feedback = folder "/.guidanced/feedback.db"

const struct server_row each_call_servers[] = {
    {.name = "a site",
     .arguments = "serve --site @/site --cache @/cache.db --usage-enabled true " LISTENING,
     .save = SAVE "site/data/two.md",
     .entries = 2,
     ROWS(SITE),
     ASKING("a", ""),
     STORED("site")},
    {.name = "TLS",
     .arguments = "serve --site @/site --cache @/cache.db --tls-certificate @/tls/pem "
                  "--tls-key @/tls/key " LISTENING,
     .save = SAVE "site/data/two.md",
     .entries = 2,
     .tls = true,
     ROWS(TLS),
     ASKING("a", ""),
     STORED("site")},
    {.name = "a branch",
     .arguments = "serve --site @/empty --git @/site/.git --ref main --git-preview-networks unix: "
                  "--cache @/cache.db --git-history 10 " LISTENING,
     .save = "cd site && " SAVE "data/two.md && git commit -q -a -m five",
     ROWS(BRANCH),
     ASKING("a", ""),
     STORED("empty")},
    {.name = "several sites",
     .arguments = "serve --site @/sites " LISTENING,
     .save = SAVE "sites/red/data/two.md",
     ROWS(SITES),
     ASKING("red.example", "?site=red.example"),
     STORED("sites/red")},
    {.name = "JavaScript",
     .arguments = "serve --site @/own --cache @/cache.db " LISTENING,
     .save = SAVE "own/data/two.md",
     ROWS(SCRIPT),
     ASKING("a", ""),
     STORED("own")},
};
const size_t each_call_server_count = sizeof each_call_servers / sizeof *each_call_servers;

#define OWN_PAGE                                                                                   \
    "---\ntitle: Page\ndate: 2024-01-01\nlayout: page.njk\n---\nText {{ 'a' | shout }} "           \
    "{{ team.size }} {% box title %} {{ collections.first[0].url }} [x](/one/)\n"
static const char *const FILES[][3] = {
    {"sites", "guidance.yaml", "sites:\n  red.example: red\n  blue.example: blue\n"},
    {"own", "package.json", "{\"type\": \"module\"}"},
    {"own", "guidance.yaml",
     "name: Own\nurl: https://example.gov.uk\neleventy_config: eleventy.config.js\n"},
    {"own", "eleventy.config.js",
     "export default function (config) {\n"
     "  config.addFilter('shout', (text) => text + '!');\n"
     "  config.addShortcode('box', (text) => `<p>${text}</p>`);\n"
     "  config.addCollection('first', (api) => api.getAll().slice(0, 1));\n"
     "  return { dir: { input: 'data', layouts: '../templates' }, markdownTemplateEngine: 'njk' "
     "};\n"
     "}\n"},
    {"own", "data/_data/team.js", "export default () => ({ size: 2 + 3 });\n"},
    {"own", "data/one.md", OWN_PAGE},
    {"own", "data/two.md", OWN_PAGE},
};

void each_call_make_servers(void)
{
    struct arena *arena = arena_create(0, 0);
    // So that a commit is the same each time.
    setenv("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z", 1);
    setenv("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z", 1);
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        each_call_put(arena, FILES[i][0], FILES[i][1], FILES[i][2]);
    each_call_shell("ln -s \"$PWD/node_modules\" %s/source/own", each_call_place);
    each_call_shell("cd %s/source && mkdir empty tls && "
                    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                    "-days 3650 -subj /CN=a -keyout tls/key -out tls/pem 2>tls/log && "
                    "cp -a site/templates own && for s in red blue; do mkdir sites/$s && "
                    "cp -a site/guidance.yaml site/data site/templates site/assets sites/$s; done",
                    each_call_place);
    each_call_shell("cd %s/source/site && git checkout -q -b next && " SAVE
                    "data/one.md && git commit -q -a -m next && git checkout -q main",
                    each_call_place);
    arena_destroy(arena);
}
