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
    {GET("/", "a", ""), false, false, false},
    {GET("/one/", "a", ""), false, false, false},
    {GET("/one/", "a", ""), false, false, false}, // remembered, if the first was not
    {GET("/two/", "a", "Accept-Encoding: gzip\r\n"), false, false, false},
    {GET("/one/", "a", "If-None-Match: \"none\"\r\nAccept-Encoding: br\r\n"), false, false, false},
    {GET("/assets/a.css", "a", "Range: bytes=2-5\r\n"), false, false, false},
    {GET("/assets/a.css", "a", "Accept-Encoding: zstd\r\n"), false, false, false},
    {GET("/none/", "a", ""), false, false, false},
    {GET("/uno/", "a", ""), false, false, false},
    {GET("/search?q=text", "a", ""), false, false, true},
    {GET("/search.json?q=txet", "a", ""), false, false, true},
    {GET("/feed.xml", "a", ""), false, false, false},
    {GET("/sitemap.xml", "a", ""), false, false, false},
    {GET("/healthz", "a", ""), false, false, false},
    {GET("/readyz", "a", ""), true, true, false},
    {GET("/metrics", "a", ""), true, true, false},
    {GET("/-/report", "a", ""), true, true, false},
    {GET("/-/pages.json", "a", ""), true, false, false},
    {POST("/feedback", "a", FORM, 31, "page=/one/&useful=no&comment=a+"), false, false, false},
};
static const struct asked TLS[] = {
    {GET("/one/", "a", ""), false, false, false},
    {GET("/one/", "a", ""), false, false, false},
    {GET("/assets/a.css", "a", ""), false, false, false},
    {POST("/feedback", "a", FORM, 31, "page=/one/&useful=no&comment=a+"), false, false, false},
    {GET("/readyz", "a", ""), true, true, false},
};
static const struct asked BRANCH[] = {
    {GET("/one/", "a", ""), false, false, false},
    {GET("/two/", "a", ""), false, false, false},
    {GET("/-/preview/next?to=/one/", "a", ""), false, false, false},
    {GET("/one/", "a", "Cookie: guidance-preview=next\r\n"), false, false, false},
    {GET("/-/preview/none", "a", ""), false, false, false},
    {GET("/one/", "a", "Cookie: guidance-preview=none\r\n"), false, false, false},
    {GET("/-/preview", "a", ""), false, true, false}, // a list that is up to a second old
    {GET("/-/changes/next", "a", ""), false, false, false},
    {GET("/readyz", "a", ""), true, true, false},
    {POST("/feedback", "a", FORM, 31, "page=/one/&useful=no&comment=a+"), false, false, false},
};
static const struct asked SITES[] = {
    {GET("/one/", "red.example", ""), false, false, false},
    {GET("/one/", "blue.example", ""), false, false, false},
    {GET("/one/", "none.example", ""), false, false, false},
    {GET("/search?q=text", "red.example", ""), false, false, true},
    {GET("/readyz?site=red.example", "a", ""), true, true, false},
    {GET("/-/report?site=blue.example", "a", ""), true, true, false},
    {GET("/readyz", "a", ""), true, true, false},
    {GET("/metrics", "a", ""), true, true, false},
    {POST("/feedback", "red.example", FORM, 31, "page=/one/&useful=no&comment=a+"), false, false,
     false},
};
static const struct asked SCRIPT[] = {
    {GET("/one/", "a", ""), false, false, false},
    {GET("/two/", "a", ""), false, false, false},
    {GET("/readyz", "a", ""), true, true, false},
    {GET("/metrics", "a", ""), true, true, false},
    {POST("/feedback", "a", FORM, 31, "page=/one/&useful=no&comment=a+"), false, false, false},
};
#define ROWS(rows) rows, sizeof(rows) / sizeof *(rows)

const struct server_row each_call_servers[] = {
    {"a site", "serve --site @/site --cache @/cache.db --usage-enabled true " LISTENING, ROWS(SITE),
     GET("/search.json?q=text", "a", ""), SAVE "site/data/two.md",
     POST("/-/reload", "a", TOKEN, 0, ""), GET("/two/", "a", ""), "site/.guidanced/feedback.db", 1,
     false},
    {"TLS",
     "serve --site @/site --cache @/cache.db --tls-certificate @/tls/pem --tls-key "
     "@/tls/key " LISTENING,
     ROWS(TLS), GET("/search.json?q=text", "a", ""), SAVE "site/data/two.md",
     POST("/-/reload", "a", TOKEN, 0, ""), GET("/two/", "a", ""), "site/.guidanced/feedback.db", 1,
     true},
    {"a branch",
     "serve --site @/empty --git @/site/.git --ref main --git-preview-networks unix: --cache "
     "@/cache.db "
     "--git-history 10 " LISTENING,
     ROWS(BRANCH), GET("/search.json?q=text", "a", ""),
     "cd site && " SAVE "data/two.md && git commit -q -a -m five",
     POST("/-/reload", "a", TOKEN, 0, ""), GET("/two/", "a", ""), "empty/.guidanced/feedback.db", 0,
     false},
    {"several sites", "serve --site @/sites " LISTENING, ROWS(SITES),
     GET("/search.json?q=text", "red.example", ""), SAVE "sites/red/data/two.md",
     POST("/-/reload?site=red.example", "a", TOKEN, 0, ""), GET("/two/", "red.example", ""),
     "sites/red/.guidanced/feedback.db", 0, false},
    {"JavaScript", "serve --site @/own --cache @/cache.db " LISTENING, ROWS(SCRIPT),
     GET("/search.json?q=text", "a", ""), SAVE "own/data/two.md",
     POST("/-/reload", "a", TOKEN, 0, ""), GET("/two/", "a", ""), "own/.guidanced/feedback.db", 0,
     false},
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
