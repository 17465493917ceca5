// SPDX-License-Identifier: MIT
//
// Images of real encoders (Chromium's) on a page of the sample: each has the width and height that
// the browser finds in its file, a turned photograph too; nothing moves while they arrive; and an
// image saved in another size is noticed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { launch, open } from './chromium.mjs';
import { BINARY, ROOT, check, finish, sampleSite, site, start, until } from './harness.mjs';

const browser = await launch();
const artist = await (await browser.newContext()).newPage();
const draw = async (type, width, height) => Buffer.from((await artist.evaluate(([mime, w, h]) => {
  const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
  canvas.getContext('2d').fillRect(0, 0, w / 2, h / 2);
  return canvas.toDataURL(mime, 0.8);
}, [type, width, height])).split(',')[1], 'base64');

// Orientation 6: turned a quarter.
const EXIF = Buffer.from('ffe10022' + '457869660000' + '4d4d002a00000008' + '0001' + '011200030000000100060000' + '00000000', 'hex');
const upright = await draw('image/jpeg', 400, 300);
const turned = Buffer.concat([upright.subarray(0, 2), EXIF, upright.subarray(2)]);

const dir = sampleSite();
const folder = path.join(dir, 'build/assets/images');
const files = {
  'a.png': await draw('image/png', 320, 200), 'b.jpg': upright, 'c.jpg': turned, 'd.webp': await draw('image/webp', 500, 100),
  'e.svg': '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80"><rect width="9" height="9"/></svg>',
  'f.svg': '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1"><rect width="1" height="1"/></svg>', 'g.png': 'no image',
};
for (const [name, bytes] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), bytes);
const write = (name, body) => fs.writeFileSync(path.join(dir, `data/${name}.md`), `---\nlayout: layouts/guidance.njk\ntitle: Pictures\ndescription: Of all kinds.\n---\n${body}\n`);
const images = (...names) => names.map((name) => `![The picture ${name}](/assets/images/${name})\n\nText below ${name}.`).join('\n\n');
write('pictures', images('a.png', 'b.jpg', 'c.jpg', 'd.webp', 'e.svg'));
// Those that say no size, and an author who says it.
write('others', `${images('f.svg', 'g.png')}\n\n<img src="/assets/images/a.png" alt="As its author wants it" width="100">`);
const server = await start(dir, ['--cache', ':memory:']);

// Images come late, as they do: a proxy holds them back until the page has settled.
const held = [];
const slow = http.createServer((request, response) => {
  http.get(server.url + request.url, { headers: { ...request.headers, host: new URL(server.url).host } }, (answer) => {
    const send = () => { response.writeHead(answer.statusCode, answer.headers); answer.pipe(response); };
    if (/\.(png|jpg|webp)/.test(request.url)) held.push(send);
    else send();
  });
});
await new Promise((resolve) => slow.listen(0, '127.0.0.1', resolve));
const context = await browser.newContext({ viewport: { width: 375, height: 5000 } });
const page = await context.newPage();
await page.goto(`http://127.0.0.1:${slow.address().port}/pictures/`, { waitUntil: 'domcontentloaded' });
await until(async () => held.length === 4 && (await page.locator('[role=combobox]').count()) > 0);
await page.waitForTimeout(1000);
await page.evaluate(() => {
  window.moved = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.moved += entry.value; }).observe({ type: 'layout-shift' });
});
for (const send of held) send();
await page.waitForLoadState('load');
await page.waitForTimeout(500);
const moved = await page.evaluate(() => window.moved);
check('nothing moves when the images arrive', moved === 0, moved);

const sizes = () => page.locator('.app-prose img').evaluateAll((all) => all.map((e) => ({ src: e.getAttribute('src'), attributes: [e.getAttribute('width'), e.getAttribute('height')].join(), natural: [e.naturalWidth, e.naturalHeight].join(), shown: e.getBoundingClientRect().width })));
const sized = await sizes();
for (const [name, expected] of [['a.png', '320,200'], ['b.jpg', '400,300'], ['c.jpg', '300,400'], ['d.webp', '500,100'], ['e.svg', '120,80']]) {
  const image = sized.find(({ src }) => src.endsWith(name));
  check(`${name} has its width and height`, image?.attributes === expected && image.natural === expected, JSON.stringify(image));
  check(`${name} is no wider than the text`, image?.shown <= 375, image?.shown);
}
await page.goto(`${server.url}/others/`);
const others = await sizes();
for (const name of ['f.svg', 'g.png']) check(`${name} has none to give`, others.find(({ src }) => src.endsWith(name)).attributes === ',', JSON.stringify(others));
check('what an author says is left alone', others.at(-1).attributes === '100,', JSON.stringify(others.at(-1)));

fs.writeFileSync(path.join(folder, 'a.png'), await draw('image/png', 640, 100));
check('another size is noticed', await until(async () => /<img width="640" height="100" src="\/assets\/images\/a\.png"/.test(await (await fetch(`${server.url}/pictures/`)).text()), 20000));
const { page: sound, problems } = await open(context, server.url, '/pictures/');
check('nothing is wrong with the page', problems.length === 0 && (await sound.title()).startsWith('Pictures'), problems.join());
slow.close();
await server.stop();

// ---- several sizes of each image, made by a library in the site's own JavaScript ----
// As docs/features.md shows it.
const shown = /```js\n(import \{ eleventyImageTransformPlugin[^]*?)```/.exec(fs.readFileSync(path.join(ROOT, 'docs/features.md'), 'utf8'))[1];
const wide = site({
  'package.json': '{"name":"wide","type":"module"}',
  'eleventy.config.js': shown,
  'templates/page.njk': '<!DOCTYPE html><html lang="en"><head><title>{{ title }}</title><meta name="viewport" content="width=device-width"></head><body>{{ content | safe }}</body></html>\n',
  'data/index.md': '---\ntitle: Wide\nlayout: page.njk\n---\n![The harbour from the north](./harbour.png)\n',
}, 'name: Wide\ninput: data\nincludes: templates\neleventy_config: eleventy.config.js\n');
fs.symlinkSync(path.join(ROOT, 'tests/script/node_modules'), path.join(wide, 'node_modules'));
fs.writeFileSync(path.join(wide, 'data/harbour.png'), await draw('image/png', 1600, 400));
const widths = (html) => [...html.matchAll(/\/[\w-]+-(\d+)\.(webp|png)/g)].map(([, width, type]) => `${width} ${type}`);
const serving = await start(wide, ['--cache', ':memory:']);
const html = await (await fetch(`${serving.url}/`)).text();
check('a page offers several sizes of an image', ['480 webp', '960 webp', '1600 webp', '480 png'].every((size) => widths(html).includes(size)) && /<img[^>]* alt="The harbour from the north"[^>]* width="\d+" height="\d+"/.test(html.replace(/\s+/g, ' ')), html);
for (const [width, chosen] of [[375, 480], [1280, 960]]) {
  const screen = await browser.newContext({ viewport: { width, height: 800 } });
  const seen = await open(screen, serving.url, '/');
  check(`at ${width} the browser takes the one of ${chosen}, and nothing is wrong`, seen.problems.length === 0 && (await seen.page.evaluate(() => document.querySelector('img').currentSrc)).includes(`-${chosen}.webp`), `${seen.problems} ${await seen.page.evaluate(() => document.querySelector('img').currentSrc)}`);
  await screen.close();
}
await serving.stop();
const out = path.join(wide, 'out');
const built = spawnSync(BINARY, ['build', '--site', wide, '--out', out], { encoding: 'utf8' });
const pages = built.status === 0 ? fs.readFileSync(path.join(out, 'index.html'), 'utf8') : '';
const named = [...pages.matchAll(/\/[\w-]+-\d+\.(?:webp|png)/g)].map(([name]) => name);
check('build writes them', named.length >= 4 && named.every((name) => fs.existsSync(path.join(out, name))), built.stderr + named);
await browser.close();
finish('images');
process.exit();
