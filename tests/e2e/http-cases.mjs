// SPDX-License-Identifier: MIT
//
// Raw requests and what RFC 9110 and RFC 9112 ask of the answer. Each row: name, section, bytes,
// expected. Expected is a status, a list of allowed ones, or 'close' (no answer, connection closed);
// 'refused' is 400 or close. A row may ask for several statuses in order with { pipeline: […] }.
const H = 'Host: x\r\n';
const get = (target, fields = H) => `GET ${target} HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`;
const post = (fields, body, target = '/feedback') => `POST ${target} HTTP/1.1\r\n${H}${fields}\r\n${body}`;
const REFUSED = 'refused';
const rows = [];
const add = (name, rfc, bytes, expected) => rows.push({ name, rfc, bytes, expected });

// ---- well-formed ----
add('a plain GET', '9112 §3', get('/'), 200);
add('HTTP/1.0 without Host', '9112 §3.2', 'GET / HTTP/1.0\r\n\r\n', 200);
add('HTTP/1.0 with Host', '9112 §3.2', `GET / HTTP/1.0\r\n${H}\r\n`, 200);
add('an empty line before the request line', '9112 §2.2', `\r\n${get('/')}`, 200);
add('HEAD', '9110 §9.3.2', `HEAD / HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, 200);
add('OPTIONS of a page', '9110 §9.3.7', `OPTIONS / HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, 204);
add('OPTIONS *', '9112 §3.2.4', `OPTIONS * HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, 204);
add('absolute-form', '9112 §3.2.2', get('http://x/'), 200);
add('absolute-form without a path', '9112 §3.2.2', get('http://x'), 200);
add('absolute-form with a port', '9112 §3.2.2', get('http://x:80/'), 200);
add('absolute-form of https', '9112 §3.2.2', get('https://x/'), 200);
add('no white space behind the colon', '9112 §5', get('/', 'Host:x\r\n'), 200);
add('white space around a value', '9112 §5', get('/', 'Host: \t x \t\r\n'), 200);
add('an empty value', '9112 §5', get('/', `${H}X-Empty:\r\n`), 200);
add('obs-text in a value', '9110 §5.5', get('/', `${H}X-Text: \xe9\r\n`), 200);
add('a tab in a value', '9110 §5.5', get('/', `${H}X-Text: a\tb\r\n`), 200);
add('a query', '9110 §4.2', get('/?a=b&c=%20d'), 200);
add('an empty query', '9110 §4.2', get('/?'), 200);
add('a percent-encoded letter', '3986 §6.2.2.2', get('/%73ecure-by-design/'), 200);
add('dot segments', '3986 §5.2.4', get('/secure-by-design/./roles/../'), 200);
add('a lower-case escape', '3986 §6.2.2.1', get('/secure%2dby%2ddesign/'), 200);
add('many Accept fields', '9110 §5.3', get('/', `${H}Accept: a/b\r\nAccept: c/d\r\n`), 200);
add('Host with a port', '9110 §7.2', get('/', 'Host: x:8080\r\n'), 200);
add('Host of an IPv6 address', '9110 §7.2', get('/', 'Host: [::1]:80\r\n'), 200);
add('Host of an IPv4 address', '9110 §7.2', get('/', 'Host: 127.0.0.1\r\n'), 200);
add('an empty Host', '9110 §7.2', get('/', 'Host:\r\n'), 200);
add('field names in any case', '9110 §5.1', get('/', 'hOsT: x\r\n'), 200);
add('a page that is not there', '9110 §15.5.5', get('/nope/'), 404);
add('a redirect', '9110 §15.4.2', get('/sbd/'), 301);
add('a missing final slash', '9110 §15.4.2', get('/secure-by-design'), 301);
add('Expect: 100-continue on a GET', '9110 §10.1.1', get('/', `${H}Expect: 100-continue\r\n`), 200);
add('Upgrade is ignored', '9110 §7.8', get('/', `${H}Upgrade: h2c\r\n`), 200);
add('a GET with an empty body', '9110 §9.3.1', get('/', `${H}Content-Length: 0\r\n`), 200);
add('a GET with a body', '9110 §9.3.1', `GET / HTTP/1.1\r\n${H}Content-Length: 3\r\nConnection: close\r\n\r\nabc`, 200);

// ---- pipelines ----
const two = `GET / HTTP/1.1\r\n${H}\r\n`;
add('two requests at once', '9112 §9.3.2', two + get('/nope/'), { pipeline: [200, 404] });
add('three requests at once', '9112 §9.3.2', two + two + get('/sbd/'), { pipeline: [200, 200, 301] });
add('a good and a malformed request', '9112 §9.3.2', `${two}GET  / HTTP/1.1\r\n${H}\r\n`, { pipeline: [200, 400] });
add('a good request and one without Host', '9112 §3.2', `${two}GET / HTTP/1.1\r\nConnection: close\r\n\r\n`, { pipeline: [200, 400] });
add('a body, then a request', '9112 §6.3', `GET / HTTP/1.1\r\n${H}Content-Length: 4\r\n\r\nGET ${get('/nope/')}`, { pipeline: [200, 404] });
add('a chunked body, then a request', '9112 §7.1', `GET / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n${get('/nope/')}`, { pipeline: [200, 404] });

// ---- methods ----
for (const method of ['PUT', 'DELETE', 'PATCH', 'TRACE'])
  add(`${method} is not allowed`, '9110 §15.5.6', `${method} / HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, 405);
for (const method of ['FOO', 'get', 'Get', 'GETS', 'M-SEARCH', 'PROPFIND', 'PRI', 'X!#$%'])
  add(`${method} is not implemented`, '9110 §9.1', `${method} / HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, [501, 400]);
add('POST to a page', '9110 §15.5.6', `POST / HTTP/1.1\r\n${H}Content-Length: 0\r\nConnection: close\r\n\r\n`, 405);
add('CONNECT', '9112 §3.2.3', `CONNECT x:443 HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, [400, 405, 501]);
for (const bad of ['G@T', 'G(T', 'G\xe9T', 'G"T', 'G,T', 'G/T', 'G:T', 'G;T', 'G[T', 'G{T'])
  add(`method ${JSON.stringify(bad)}`, '9110 §5.6.2', `${bad} / HTTP/1.1\r\n${H}Connection: close\r\n\r\n`, [400, 501, 'close']);

// ---- request lines ----
for (const [name, line] of [
  ['two spaces before the target', 'GET  / HTTP/1.1'],
  ['two spaces before the version', 'GET /  HTTP/1.1'],
  ['a space at the start', ' GET / HTTP/1.1'],
  ['a tab in place of a space', 'GET\t/\tHTTP/1.1'],
  ['a space in the target', 'GET /a b HTTP/1.1'],
  ['no version', 'GET /'],
  ['no target', 'GET HTTP/1.1'],
  ['only a method', 'GET'],
  ['a fourth part', 'GET / HTTP/1.1 x'],
  ['a NUL in the target', 'GET /a\0b HTTP/1.1'],
  ['a control character in the target', 'GET /a\x01b HTTP/1.1'],
  ['DEL in the target', 'GET /a\x7fb HTTP/1.1'],
  ['a byte above 0x7f', 'GET /\xe9 HTTP/1.1'],
  ['UTF-8 that is not encoded', 'GET /\xc3\xa9 HTTP/1.1'],
  ['a fragment', 'GET /#top HTTP/1.1'],
  ['a quote', 'GET /"a" HTTP/1.1'],
  ['angle brackets', 'GET /<a> HTTP/1.1'],
  ['a backslash', 'GET /a\\b HTTP/1.1'],
  ['a caret', 'GET /a^b HTTP/1.1'],
  ['a grave accent', 'GET /a`b HTTP/1.1'],
  ['braces', 'GET /{a} HTTP/1.1'],
  ['a bar', 'GET /a|b HTTP/1.1'],
  ['a relative target', 'GET a HTTP/1.1'],
  ['an asterisk for GET', 'GET * HTTP/1.1'],
  ['authority-form for GET', 'GET x:80 HTTP/1.1'],
  ['a bare CR', 'GET /\ra HTTP/1.1'],
  ['an unfinished escape', 'GET /% HTTP/1.1'],
  ['an escape of one digit', 'GET /%2 HTTP/1.1'],
  ['an escape that is none', 'GET /%zz HTTP/1.1'],
  ['%00', 'GET /a%00b HTTP/1.1'],
  ['%0a', 'GET /a%0ab HTTP/1.1'],
  ['%0d%0a', 'GET /a%0d%0ab HTTP/1.1'],
  ['%7f', 'GET /a%7fb HTTP/1.1'],
  ['bad UTF-8: a lone continuation', 'GET /%80 HTTP/1.1'],
  ['bad UTF-8: overlong', 'GET /%c0%af HTTP/1.1'],
  ['bad UTF-8: a surrogate', 'GET /%ed%a0%80 HTTP/1.1'],
  ['bad UTF-8: cut short', 'GET /%e2%82 HTTP/1.1'],
  ['bad UTF-8: above U+10FFFF', 'GET /%f5%80%80%80 HTTP/1.1'],
]) add(name, '9112 §3', `${line}\r\n${H}Connection: close\r\n\r\n`, [400, 'close']);
for (const version of ['HTTP/2.0', 'HTTP/0.9', 'HTTP/1.2', 'HTTP/3.0', 'HTTP/9.9'])
  add(`version ${version}`, '9110 §15.6.6', `GET / ${version}\r\n${H}Connection: close\r\n\r\n`, [505, 400, 'close']);
for (const version of ['HTTP/1', 'HTTP/1.', 'HTTP/11', 'http/1.1', 'HTTP/1.1x', 'HTP/1.1', 'HTTP 1.1', 'HTTP/a.b', 'HTTP/-1.1', '1.1'])
  add(`version ${version}`, '9112 §2.3', `GET / ${version}\r\n${H}Connection: close\r\n\r\n`, [400, 505, 'close']);

// ---- paths that climb ----
for (const path of ['/..', '/../', '/../etc/passwd', '/a/../../etc/passwd', '/%2e%2e/etc/passwd', '/%2e%2e%2fetc%2fpasswd',
  '/..%2fetc/passwd', '/.%2e/etc/passwd', '/a/%2e%2e/%2e%2e/etc/passwd', '/assets/../../etc/passwd', '/assets/%2e%2e/%2e%2e/x',
  '/%5c..%5cetc', '/..%5c..%5cetc', '/assets/..%5c..%5cx'])
  add(`traversal ${path}`, '9110 §17.3', get(path), [400, 404]);
for (const path of ['/%252e%252e/etc/passwd', '/....//etc/passwd', '/etc/passwd', '//etc/passwd', '/guidance.yaml', '/data/index.md',
  '/.git/config', '/templates/layouts/base.njk', '/node_modules/', '/assets/', '/.guidanced/cache.db', '/index.html', '/%2f%2fetc'])
  add(`no file behind ${path}`, '9110 §17.3', get(path), [404, 301, 400]);

// ---- Host ----
add('no Host', '9112 §3.2', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400);
add('two Host fields', '9112 §3.2', get('/', `${H}Host: y\r\n`), 400);
add('two equal Host fields', '9112 §3.2', get('/', `${H}${H}`), 400);
for (const host of ['a b', 'a/b', 'a?b', 'a#b', 'a@b', 'x:port', 'x:80:80', '[::1', '[x]', 'a\x01b', 'a,b c', 'a\\b', '"x"', '<x>', 'x:999999'])
  add(`Host: ${JSON.stringify(host)}`, '9110 §7.2', get('/', `Host: ${host}\r\n`), REFUSED);

// ---- fields ----
for (const [name, field] of [
  ['a space before the colon', 'X-A : b'],
  ['a tab before the colon', 'X-A\t: b'],
  ['no colon', 'X-A b'],
  ['an empty name', ': b'],
  ['a space in a name', 'X A: b'],
  ['a folded line', 'X-A: b\r\n c'],
  ['a line folded by a tab', 'X-A: b\r\n\tc'],
  ['a NUL in a value', 'X-A: a\0b'],
  ['a NUL in a name', 'X\0A: b'],
  ['a control character in a value', 'X-A: a\x01b'],
  ['DEL in a value', 'X-A: a\x7fb'],
  ['a bare CR in a value', 'X-A: a\rb'],
  ['a bare LF at a line end', 'X-A: a\nX-B: b'],
  ['a parenthesis in a name', 'X(A): b'],
  ['an at sign in a name', 'X@A: b'],
  ['a slash in a name', 'X/A: b'],
  ['a quote in a name', 'X"A: b'],
  ['a byte above 0x7f in a name', 'X\xe9: b'],
  ['an equals sign in a name', 'X=A: b'],
  ['a brace in a name', 'X{A}: b'],
  ['a comma in a name', 'X,A: b'],
  ['a semicolon in a name', 'X;A: b'],
  ['a question mark in a name', 'X?A: b'],
]) add(name, '9112 §5', get('/', `${H}${field}\r\n`), REFUSED);
add('white space before the first field', '9112 §2.2', `GET / HTTP/1.1\r\n X: y\r\n${H}Connection: close\r\n\r\n`, REFUSED);
add('bare LF throughout', '9112 §2.2', 'GET / HTTP/1.1\nHost: x\nConnection: close\n\n', REFUSED);
add('bare LF at the head\'s end', '9112 §2.2', 'GET / HTTP/1.1\r\nHost: x\r\n\n', REFUSED);

// ---- framing ----
const FORM = 'Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n';
add('a form', '9110 §9.3.3', post(`${FORM}Content-Length: 18\r\n`, 'page=/&useful=yes&'), 303);
add('a chunked form', '9112 §7.1', post(`${FORM}Transfer-Encoding: chunked\r\n`, '11\r\npage=/&useful=yes\r\n0\r\n\r\n'), 303);
add('chunk extensions', '9112 §7.1.1', post(`${FORM}Transfer-Encoding: chunked\r\n`, '11;a=b\r\npage=/&useful=yes\r\n0\r\n\r\n'), 303);
add('trailers', '9112 §7.1.2', post(`${FORM}Transfer-Encoding: chunked\r\n`, '11\r\npage=/&useful=yes\r\n0\r\nX-A: b\r\n\r\n'), 303);
add('chunk sizes in capitals', '9112 §7.1', post(`${FORM}Transfer-Encoding: chunked\r\n`, 'A\r\npage=/&use\r\n7\r\nful=yes\r\n0\r\n\r\n'), 303);
for (const [name, fields] of [
  ['two Content-Length', 'Content-Length: 0\r\nContent-Length: 0\r\n'],
  ['two different Content-Length', 'Content-Length: 0\r\nContent-Length: 5\r\n'],
  ['Content-Length and Transfer-Encoding', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n'],
  ['two Transfer-Encoding', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'],
  ['Content-Length: -1', 'Content-Length: -1\r\n'],
  ['Content-Length: +1', 'Content-Length: +1\r\n'],
  ['Content-Length: 0x1', 'Content-Length: 0x1\r\n'],
  ['Content-Length: 1,1', 'Content-Length: 1,1\r\n'],
  ['Content-Length: 1 1', 'Content-Length: 1 1\r\n'],
  ['Content-Length: a', 'Content-Length: a\r\n'],
  ['an empty Content-Length', 'Content-Length:\r\n'],
  ['a Content-Length beyond 64 bits', 'Content-Length: 99999999999999999999999\r\n'],
]) add(name, '9112 §6.3', post(`${FORM}${fields}`, '0\r\n\r\n'), [400, 413, 'close']);
for (const coding of ['gzip', 'identity', 'chunked, gzip', 'gzip, chunked', 'xchunked', 'chunked x', 'chun ked', '"chunked"', 'chunked;q=1', ''])
  add(`Transfer-Encoding: ${coding}`, '9112 §6.1', post(`${FORM}Transfer-Encoding: ${coding}\r\n`, '0\r\n\r\n'), [501, 400, 'close']);
add('Transfer-Encoding in HTTP/1.0', '9112 §6.1', `POST /feedback HTTP/1.0\r\n${H}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, [400, 501, 'close']);
for (const [name, body] of [
  ['no size', '\r\nabc\r\n0\r\n\r\n'],
  ['a size that is none', 'g\r\nabc\r\n0\r\n\r\n'],
  ['0x before the size', '0x3\r\nabc\r\n0\r\n\r\n'],
  ['a negative size', '-3\r\nabc\r\n0\r\n\r\n'],
  ['a size beyond 64 bits', 'fffffffffffffffff\r\nabc\r\n0\r\n\r\n'],
  ['a space before the size', ' 3\r\nabc\r\n0\r\n\r\n'],
  ['bare LF behind the size', '3\nabc\r\n0\r\n\r\n'],
  ['bare CR behind the size', '3\rabc\r\n0\r\n\r\n'],
  ['bare LF behind the data', '3\r\nabc\n0\r\n\r\n'],
  ['data longer than its size', '3\r\nabcd\r\n0\r\n\r\n'],
  ['data shorter than its size', '5\r\nabc\r\n0\r\n\r\nxx'],
  ['a NUL in the size line', '3\0\r\nabc\r\n0\r\n\r\n'],
]) add(`chunks: ${name}`, '9112 §7.1', post(`${FORM}Transfer-Encoding: chunked\r\n`, body), [400, 422, 'close']);

// A malformed chunked body is refused in words, whatever the page.
for (const [name, body, expected = 400] of [
  ['extensions of 100 kB', `3;${'a'.repeat(100000)}\r\nabc\r\n0\r\n\r\n`],
  ['extensions of 100 kB, without an end', `3;${'a'.repeat(100000)}`],
  ['extensions of 20 kB in small pieces', '1;abcdefghij\r\na\r\n'.repeat(2000) + '0\r\n\r\n'],
  ['100 kB of zeros before a size', `${'0'.repeat(100000)}3\r\nabc\r\n0\r\n\r\n`],
  ['an extension without a name', '3;\r\nabc\r\n0\r\n\r\n'],
  ['an extension without a value', '3;a=\r\nabc\r\n0\r\n\r\n'],
  ['an extension that is not closed', '3;a="b\r\nabc\r\n0\r\n\r\n'],
  ['an extension with a bare LF', '3;a\nabc\r\n0\r\n\r\n'],
  ['an extension with a bare CR', '3;a\rb\r\nabc\r\n0\r\n\r\n'],
  ['an extension with a NUL', '3;a\0\r\nabc\r\n0\r\n\r\n'],
  ['a space behind the size', '3 \r\nabc\r\n0\r\n\r\n'],
  ['a comma behind the size', '3,a\r\nabc\r\n0\r\n\r\n'],
  ['an underscore in the size', '1_0\r\nabc\r\n0\r\n\r\n'],
  ['a trailer without a name', '3\r\nabc\r\n0\r\n: b\r\n\r\n'],
  ['a trailer with a space before the colon', '3\r\nabc\r\n0\r\nX-A : b\r\n\r\n'],
  ['a trailer without a colon', '3\r\nabc\r\n0\r\nX-A\r\n\r\n'],
  ['a folded trailer', '3\r\nabc\r\n0\r\nX-A: b\r\n c\r\n\r\n'],
  ['a trailer with a NUL', '3\r\nabc\r\n0\r\nX-A: \0\r\n\r\n'],
  ['a trailer with a bare LF', '3\r\nabc\r\n0\r\nX-A: b\nX-B: c\r\n\r\n'],
  ['trailers of 100 kB', `3\r\nabc\r\n0\r\n${'X-A: bcdefghijklmnop\r\n'.repeat(5000)}\r\n`, 431],
  ['too many trailers', `3\r\nabc\r\n0\r\n${'A: b\r\n'.repeat(70)}\r\n`, 431],
  ['a size over the limit', 'fffffff\r\nabc', 413],
  ['sizes over the limit together', `4000\r\n${'a'.repeat(16384)}\r\n`.repeat(6), 413],
]) add(`chunks: ${name}`, '9112 §7.1', `GET / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n${body}`, expected);
for (const [name, size] of [['white space around an extension', '11 ;\ta = b ; c'], ['a quoted extension', '11;a="b;\\"\\\\ c"'],
  ['zeros before a size', '0000000000000000000000011'], ['an empty quoted extension', '11;a=""']])
  add(`chunks: ${name}`, '9112 §7.1.1', post(`${FORM}Transfer-Encoding: chunked\r\n`, `${size}\r\npage=/&useful=yes\r\n0\r\n\r\n`), 303);
add('chunks of a byte', '9112 §7.1', post(`${FORM}Transfer-Encoding: chunked\r\n`, [...'page=/&useful=yes'].map((c) => `1\r\n${c}\r\n`).join('') + '0\r\n\r\n'), 303);
add('chunks: 0 with zeros', '9112 §7.1', post(`${FORM}Transfer-Encoding: chunked\r\n`, '11\r\npage=/&useful=yes\r\n000\r\n\r\n'), 303);

// ---- one reading: what two parsers would read differently ----
// Each body looks like a head, and must never be read as one.
const SMUGGLED = 'GET /smuggled/ HTTP/1.1\r\nHost: x\r\n\r\n';
const behind = (fields, body, last = get('/nope/')) => `GET / HTTP/1.1\r\n${H}${fields}\r\n${body}${last}`;
for (const [name, blanks] of [['113 spaces', ' '.repeat(113)], ['113 tabs', '\t'.repeat(113)], ['1,000 spaces', ' '.repeat(1000)], ['spaces and tabs', ' \t'.repeat(300)]]) {
  add(`Content-Length behind ${name}`, '9110 §5.5', behind(`Content-Length:${blanks}${SMUGGLED.length}\r\n`, SMUGGLED), { pipeline: [200, 404] });
  add(`Content-Length before ${name}`, '9110 §5.5', behind(`Content-Length: ${SMUGGLED.length}${blanks}\r\n`, SMUGGLED), { pipeline: [200, 404] });
  add(`Content-Length of no digits, ${name}`, '9112 §6.3', behind(`Content-Length:${blanks}\r\n`, ''), { pipeline: [400] });
  add(`chunked behind ${name}`, '9110 §5.5', behind(`Transfer-Encoding:${blanks}chunked\r\n`, `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`), { pipeline: [200, 404] });
  add(`chunked before ${name}`, '9110 §5.5', behind(`Transfer-Encoding: chunked${blanks}\r\n`, `${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`), { pipeline: [200, 404] });
  add(`Host behind ${name}`, '9110 §5.5', get('/', `Host:${blanks}x${blanks}\r\n`), 200);
}
add('Content-Length behind zeros', '9110 §8.6', behind(`Content-Length: ${'0'.repeat(40)}${SMUGGLED.length}\r\n`, SMUGGLED), { pipeline: [200, 404] });
add('Content-Length: 0 and a space', '9110 §5.5', behind('Content-Length: 0 \r\n', ''), { pipeline: [200, 404] });
add('Content-Length: 00', '9110 §8.6', behind('Content-Length: 00\r\n', ''), { pipeline: [200, 404] });
add('chunked in capitals', '9112 §7', behind('TRANSFER-ENCODING: CHUNKED\r\n', '0\r\n\r\n'), { pipeline: [200, 404] });
for (const [name, fields] of [
  ['a no-break space behind the length', 'Content-Length: 3\xa0'],
  ['a vertical tab behind the length', 'Content-Length: 3\x0b'],
  ['a form feed before the length', 'Content-Length: \x0c3'],
  ['a NUL behind the length', 'Content-Length: 3\0'],
  ['a bare CR behind the length', 'Content-Length: 3\r\rX: y'],
  ['a bare LF before the length', 'X: y\nContent-Length: 3'],
  ['a length in hexadecimal', 'Content-Length: a'],
  ['a length in Arabic digits', 'Content-Length: \xd9\xa3'],
  ['a length with a point', 'Content-Length: 3.0'],
  ['a length with an exponent', 'Content-Length: 3e0'],
  ['a length with an underscore', 'Content-Length: 3_0'],
  ['a quoted length', 'Content-Length: "3"'],
  ['a length with a comma', 'Content-Length: 3,'],
  ['a list of equal lengths', 'Content-Length: 3, 3'],
  ['two lengths in different case', 'Content-Length: 3\r\ncontent-length: 3'],
  ['a length, folded', 'Content-Length:\r\n 3'],
  ['a folded coding', 'Transfer-Encoding:\r\n chunked'],
  ['a space before the colon of a length', 'Content-Length : 3'],
  ['a tab before the colon of a coding', 'Transfer-Encoding\t: chunked'],
  ['a vertical tab before chunked', 'Transfer-Encoding: \x0bchunked'],
  ['chunked twice in one field', 'Transfer-Encoding: chunked, chunked'],
  ['chunked and nothing', 'Transfer-Encoding: chunked,'],
  ['nothing and chunked', 'Transfer-Encoding: ,chunked'],
  ['chunked and identity', 'Transfer-Encoding: chunked, identity'],
  ['an empty coding', 'Transfer-Encoding:'],
  ['a coding with a NUL', 'Transfer-Encoding: chunked\0'],
  ['a coding in quotes', "Transfer-Encoding: 'chunked'"],
  ['two codings in different case', 'Transfer-Encoding: chunked\r\ntransfer-encoding: identity'],
  ['a length and chunked', 'Content-Length: 3\r\nTransfer-Encoding: chunked'],
  ['chunked and a length', 'Transfer-Encoding: chunked\r\nContent-Length: 3'],
]) add(`framing: ${name}`, '9112 §6.3', behind(`${fields}\r\n`, 'abc'), { first: [400, 501] });
// The head after a body is read as strictly as the one before it.
for (const [name, second] of [
  ['bare LF', 'GET / HTTP/1.1\nHost: x\n\n'],
  ['a NUL', `GET / HTTP/1.1\r\n${H}X: \0\r\n\r\n`],
  ['a folded line', `GET / HTTP/1.1\r\n${H}X: a\r\n b\r\n\r\n`],
  ['two spaces', `GET  / HTTP/1.1\r\n${H}\r\n`],
  ['BAD', 'BAD\r\n\r\n'],
  ['BAD without an end of the head', 'BAD\r\n'],
  ['no version', 'GET /\r\n\r\n'],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
  ['binary', '\x16\x03\x01\x02\x00\x01'],
]) {
  add(`behind a request: ${name}`, '9112 §2.2', two + second, { pipeline: [200, 400] });
  add(`behind a body: ${name}`, '9112 §6.3', `GET / HTTP/1.1\r\n${H}Content-Length: 3\r\n\r\nabc${second}`, { pipeline: [200, 400] });
  add(`behind chunks: ${name}`, '9112 §7.1', `GET / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n${second}`, { pipeline: [200, 400] });
}
add('forty requests at once', '9112 §9.3.2', two.repeat(39) + get('/nope/'), { pipeline: [...Array(39).fill(200), 404] });
add('heads of 9 kB at once', '9112 §9.3.2', `GET / HTTP/1.1\r\n${H}X: ${'a'.repeat(9000)}\r\n\r\n`.repeat(6) + get('/nope/'), { pipeline: [200, 200, 200, 200, 200, 200, 404] });
add('bodies at once', '9112 §9.3.2', `GET / HTTP/1.1\r\n${H}Content-Length: 30000\r\n\r\n${'a'.repeat(30000)}`.repeat(3) + get('/nope/'), { pipeline: [200, 200, 200, 404] });
add('chunks at once', '9112 §9.3.2', `GET / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n${'7\r\nabcdefg\r\n'.repeat(3000)}0\r\n\r\n`.repeat(3) + get('/nope/'), { pipeline: [200, 200, 200, 404] });
add('nothing behind close', '9112 §9.6', get('/') + get('/nope/'), { pipeline: [200] });
add('a line end behind a body', '9112 §2.2', `GET / HTTP/1.1\r\n${H}Content-Length: 3\r\n\r\nabc\r\n${get('/nope/')}`, { pipeline: [200, 404] });
add('empty lines without end', '9112 §2.2', '\r\n'.repeat(20000) + get('/'), 400);
add('HTTP/1.0 that stays', '9112 §9.3', `GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n${get('/nope/')}`, { pipeline: [200, 404] });
add('HTTP/1.0 that does not stay', '9112 §9.3', `GET / HTTP/1.0\r\n\r\n${get('/nope/')}`, { pipeline: [200] });
add('close among other options', '9110 §7.6.1', `GET / HTTP/1.1\r\n${H}Connection: foo, CLOSE ,bar\r\n\r\n${get('/nope/')}`, { pipeline: [200] });
add('close in a second field', '9110 §7.6.1', `GET / HTTP/1.1\r\n${H}Connection: foo\r\nConnection: close\r\n\r\n${get('/nope/')}`, { pipeline: [200] });
add('fields that libmicrohttpd reads by itself', '9112 §3.2', get(`/?${'a&'.repeat(4000)}`, `${H}Cookie: ${'a=b; '.repeat(1500)}\r\n`), 200);
add('as many fields as there may be', '6585 §5', get('/', H + 'X-A: b\r\n'.repeat(62)), 200);
add('Expect in HTTP/1.0', '9110 §10.1.1', `POST /feedback HTTP/1.0\r\n${H}${FORM}Expect: 100-continue\r\nContent-Length: 17\r\n\r\npage=/&useful=yes`, 303);
add('Expect and no body yet', '9110 §10.1.1', `POST /feedback HTTP/1.1\r\n${H}${FORM}Expect: 100-continue\r\nContent-Length: 17\r\n\r\n`, 'continue');

// ---- targets and hosts ----
add('absolute-form with a query alone', '9110 §4.2.1', get('http://x?q=1'), 200);
add('absolute-form with a path and a query', '9112 §3.2.2', get('http://x/nope/?q=1'), 404);
for (const [name, origin, expected] of [['the target', 'http://a', 303], ['Host', 'http://b', 403]])
  add(`absolute-form with another Host, from ${name}`, '9112 §3.2.2',
    `POST http://a/feedback HTTP/1.1\r\nHost: b\r\nOrigin: ${origin}\r\n${FORM}Content-Length: 17\r\n\r\npage=/&useful=yes`, expected);
add('absolute-form in capitals', '9110 §4.2.3', get('HTTP://x/'), 200);
add('absolute-form with a bad Host', '9112 §3.2', get('http://x/', 'Host: a b\r\n'), 400);
add('absolute-form without Host', '9112 §3.2', get('http://x/', ''), 400);
add('absolute-form with two Host', '9112 §3.2', get('http://x/', `${H}${H}`), 400);
for (const target of ['http://', 'http:///', 'http://?q', 'http://:80/', 'http://x:y/', 'http://x:65536/', 'http://user@x/', 'http://user:word@x/', 'http://[]/',
  'http://[::1/', 'http://[:]/', 'http://%zz/', 'http://x%/', 'http:/x/', 'http:x', 'ftp://x/', 'x:80', '//', '?q', 'http//x/'].filter((t) => t !== '//'))
  add(`the target ${target}`, '9112 §3.2', get(target), 400);
for (const host of ['[]', '[:]', '[:::]', '[::1]x', '[::1]:', '[::g]', '[1:2:3:4:5:6:7:8:9]', '[1:2:3:4:5:6:7]', '[1::2::3]', '[12345::]', '[::1.2.3]', '[::1.2.3.256]', '[fe80::1%25eth0]',
  '[v1.]', '[v.x]', '[127.0.0.1]', '[::1]]', '[[::1]]', '%zz', 'a%', 'a%2', 'a%g0', ':80', ':', 'x:65536', 'x:-1', 'x:8o', 'x:80:', '::1', 'x y', 'x\ty', 'x,y:1:2',
  'user@x', 'x/', 'http://x', 'x?', 'x#', '\xe9', 'x\0', `${'a'.repeat(256)}`, '{x}', 'x|y', 'x^', '`x`'])
  if (host !== '[::1]:') add(`Host: ${JSON.stringify(host).slice(0, 40)}`, '9110 §7.2', get('/', `Host: ${host}\r\n`), 400);
for (const host of ['[::1]:', '[::]', '[1:2:3:4:5:6:7:8]', '[::ffff:1.2.3.4]:80', '[v1.a:b]', 'x:', 'x:0', 'x:65535', '%41', 'a_b', 'xn--a-b', 'a.', '1.2.3.4:5', "!$&'()*+,;=~-._"])
  add(`Host: ${host}`, '9110 §7.2', get('/', `Host: ${host}\r\n`), 200);

// ---- sizes ----
add('a target that is too long', '9110 §15.5.15', get(`/${'a'.repeat(9000)}`), [414, 'close']);
add('a field that is too long', '6585 §5', get('/', `${H}X-A: ${'a'.repeat(20000)}\r\n`), [431, 400, 'close']);
add('too many fields', '6585 §5', get('/', H + 'X-A: b\r\n'.repeat(100)), [431, 'close']);
add('a body that is too long', '9110 §15.5.14', post(`${FORM}Content-Length: 100000\r\n`, 'a'.repeat(100000)), [413, 'close']);
add('a Content-Length that is too long', '9110 §15.5.14', post(`${FORM}Content-Length: 99999999\r\n`, 'a'), [413, 'close']);
add('a comment that is too long', '9110 §15.5.14', post(`${FORM}Content-Length: 10027\r\n`, `page=/&useful=problem&comment=${'a'.repeat(9997)}`), 413);

// ---- semantics ----
add('Expect of something else', '9110 §10.1.1', get('/', `${H}Expect: something\r\n`), 417);
add('Accept-Encoding: identity;q=0', '9110 §12.5.3', get('/assets/images/logo.svg', `${H}Accept-Encoding: identity;q=0, *;q=0\r\n`), [200, 406]);
add('a form of another type', '9110 §15.5.16', post('Content-Type: text/plain\r\nConnection: close\r\nContent-Length: 1\r\n', 'a'), 415);
add('a form without what it needs', '9110 §15.5.21', post(`${FORM}Content-Length: 6\r\n`, 'page=/'), 422);
add('a form from another site', '9110 §15.5.4', post(`${FORM}Origin: https://evil.example\r\nContent-Length: 17\r\n`, 'page=/&useful=yes'), 403);
add('a form marked cross-site', '9110 §15.5.4', post(`${FORM}Sec-Fetch-Site: cross-site\r\nContent-Length: 17\r\n`, 'page=/&useful=yes'), 403);
add('a range', '9110 §14.2', get('/assets/site.css', `${H}Range: bytes=0-9\r\n`), 206);
add('a suffix range', '9110 §14.1.2', get('/assets/site.css', `${H}Range: bytes=-5\r\n`), 206);
add('an open range', '9110 §14.1.2', get('/assets/site.css', `${H}Range: bytes=10-\r\n`), 206);
add('a range past the end', '9110 §15.5.17', get('/assets/site.css', `${H}Range: bytes=99999999-\r\n`), 416);
add('a range of another unit', '9110 §14.2', get('/assets/site.css', `${H}Range: lines=0-9\r\n`), 200);
add('a malformed range', '9110 §14.2', get('/assets/site.css', `${H}Range: bytes=9-0\r\n`), 200);
add('several ranges', '9110 §14.2', get('/assets/site.css', `${H}Range: bytes=0-1,4-5\r\n`), 200);
add('a range with an If-Range that fails', '9110 §13.1.5', get('/assets/site.css', `${H}Range: bytes=0-9\r\nIf-Range: "x"\r\n`), 200);
add('a range of a page is ignored', '9110 §14.2', get('/', `${H}Range: bytes=0-9\r\n`), 200);
add('If-None-Match: *', '9110 §13.1.2', get('/assets/site.css', `${H}If-None-Match: *\r\n`), 304);
add('If-Match that fails', '9110 §13.1.1', get('/assets/site.css', `${H}If-Match: "x"\r\n`), 412);
add('If-Modified-Since in the future', '9110 §13.1.3', get('/assets/site.css', `${H}If-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT\r\n`), 304);
add('If-Modified-Since that is no date', '9110 §13.1.3', get('/assets/site.css', `${H}If-Modified-Since: yesterday\r\n`), 200);
add('If-Unmodified-Since in the past', '9110 §13.1.4', get('/assets/site.css', `${H}If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT\r\n`), 412);
add('If-None-Match goes before If-Modified-Since', '9110 §13.2.2', get('/assets/site.css', `${H}If-None-Match: "x"\r\nIf-Modified-Since: Fri, 31 Dec 2100 23:59:59 GMT\r\n`), 200);

// ---- cut short ----
for (const [name, bytes] of [
  ['nothing', ''],
  ['half a method', 'GE'],
  ['half a request line', 'GET / HT'],
  ['half a field', 'GET / HTTP/1.1\r\nHo'],
  ['no end of the head', `GET / HTTP/1.1\r\n${H}`],
  ['half a body', `POST /feedback HTTP/1.1\r\n${H}${FORM}Content-Length: 100\r\n\r\nabc`],
]) rows.push({ name: `cut short: ${name}`, rfc: '9112 §8', bytes, expected: 'nothing', half: true });

export default rows;
