// SPDX-License-Identifier: MIT
//
// What a branch changes, on one page and as JSON: pages added, changed, moved and deleted since the
// commit it comes from, the difference of each, and check's new findings.
import { check, finish, site, start, until } from './harness.mjs';
import { commit, git, push, repository } from './repository.mjs';

const page = (title, text, more = '') => `---\nlayout: page.njk\ntitle: ${title}\ndate: 2026-01-01\n${more}---\n# ${title}\n\n${text}\n`;
const LONG = 'This paragraph stays as it is and is long enough to be one of its own.';
const repo = repository({
  'templates/page.njk': '<!DOCTYPE html><html lang="en"><head><title>{{ title }}</title><meta name="d" content="{{ d }}"></head><body><nav>Menu</nav><main>{{ content | safe }}</main></body></html>',
  'data/index.md': page('Home', 'Welcome.'),
  'data/text.md': page('Text', `${LONG}\n\nOne two three & four.\n\n${LONG}\n\nLast line here.`),
  'data/same.md': page('Same', 'Nothing.'),
  'data/markup.md': page('Markup', '[A](/same/) link.'),
  'data/moved.md': page('Moved', 'The same words.'),
  'data/renamed.md': page('Renamed', 'Some other words that stay.'),
  'data/gone.md': page('Gone', 'Not for long.'),
  'data/led.md': page('Led on', 'Not for long.'),
  'data/board.md': page('Board', 'For the board.', 'audience: [board]\n'),
  'data/later.md': page('Later', 'Embargoed.', 'publishAt: 2099-01-01\n'),
  'data/opened.md': page('Opened', 'Plans of the board: secret.', 'audience: [board]\n'),
  'data/early.md': page('Early', 'Too early a secret.', 'publishAt: 2099-01-01\n'),
  'data/list.md': page('List', 'One.'),
}, 'name: <Guide>\n');
const { clone } = repo;
git(clone, 'checkout', '-q', '-b', 'feature/x');
const head = commit(repo, {
  'data/text.md': page('Text', `${LONG}\n\nOne 2 three & <b>four</b>.\n\n${LONG}\n\nLast line here. And one more.`),
  'data/markup.md': page('Markup', '[A](/text/) link.'),
  'data/moved.md': null, 'data/sub/moved.md': page('Moved', 'The same words.'),
  'data/renamed.md': null, 'data/sub/renamed.md': page('Renamed', 'Some other words that change.', 'redirect_from: /renamed/\n'),
  'data/gone.md': null, 'data/led.md': null,
  'data/index.md': page('Home', 'Welcome.', 'redirect_from: /led/\n'),
  'data/added.md': page('Added <i>', 'New, with a [broken link](/nowhere/).'),
  'data/board.md': page('Board', 'For the board, confidential.', 'audience: [board]\n'),
  'data/opened.md': page('Opened', 'Open now.'),
  'data/early.md': page('Early', 'Published now.'),
  'data/list.md': page('List', '{{ item }}', 'pagination: {data: items, size: 1, alias: item}\nitems: [1, 2, 3]\n'),
  'data/later.md': page('Later', 'Embargoed surprise, with [one](/no-such/).', 'publishAt: 2099-01-01\n'),
}, 'Change much');
push(repo, 'feature/x');
git(clone, 'checkout', '-q', 'main');
commit(repo, { 'data/same.md': page('Same', 'Changed on main meanwhile.') });
push(repo, 'main');

const server = await start(site({}), ['--git', repo.bare, '--ref', 'main', '--git-preview-networks', '127.0.0.0/8', '--log-access=false', '--trusted-proxies', '127.0.0.1', '--access-groups-header', 'X-Groups']);
const get = async (url) => {
  const response = await fetch(server.url + url);
  return { status: response.status, headers: response.headers, body: await response.text() };
};
const answer = await get('/-/changes/feature/x?format=json');
const json = JSON.parse(answer.body);
const urls = (list) => list.map((p) => p.url).sort().join(' ');
check('since the commit it comes from', json.base === repo.head && json.commit === head && json.ref === 'feature/x', answer.body.slice(0, 200));
check('added', urls(json.added) === '/added/ /early/ /list/1/ /list/2/ /opened/', urls(json.added));
check('changed', urls(json.changed) === '/ /list/ /markup/ /text/', urls(json.changed));
check('moved', json.moved.map((p) => `${p.from}>${p.url}`).sort().join(' ') === '/moved/>/sub/moved/ /renamed/>/sub/renamed/', JSON.stringify(json.moved));
check('deleted', urls(json.deleted) === '/gone/ /led/', urls(json.deleted));
const text = json.changed.find((p) => p.url === '/text/').difference;
check('what differs is marked, for ears as well', text.includes('One <del><span class="unseen">deleted: </span>two <span class="unseen">(end of deletion)</span></del> <ins><span class="unseen">inserted: </span>2 <span class="unseen">(end of insertion)</span></ins> three &amp; four.'), text);
check('what does not is left out', !text.includes('paragraph stays') && text.includes('<p>…</p>') && !text.includes('Menu'), text);
check('at the end', text.includes('inserted: </span>And one more.'), text);
check('where the text is the same it is said so', json.changed.find((p) => p.url === '/markup/').difference === '');
check('new findings alone', json.findings.some((f) => f.rule.includes('link') && f.file === 'data/added.md' && f.message.includes('/nowhere/')), JSON.stringify(json.findings));
const whole = await get('/-/changes/feature/x');
check('nothing of what is not for everyone, or not yet', !/confidential|surprise|no-such|Board|Later|secret/.test(answer.body + whole.body), whole.body);
check('the page', whole.status === 200 && ['Added pages', 'Changed pages', 'Moved pages', 'Deleted pages', 'New findings of check'].every((w) => whole.body.includes(`<h2>${w}</h2>`)), whole.body.slice(0, 600));
check('it says what becomes of addresses', whole.body.includes('add <code>redirect_from: /moved/</code>') && /<code>\/renamed\/<\/code> becomes <code>\/sub\/renamed\/<\/code>; the old address still works/.test(whole.body) && whole.body.includes('<code>/gone/</code>; the address will lead nowhere') && whole.body.includes('<code>/led/</code>; the old address still works'), whole.body);
check('with links to both', whole.body.includes('href="/-/leave-preview?to=/text/"') && whole.body.includes('href="/-/preview/feature/x?to=/text/"'), whole.body);
check('what authors write is escaped', whole.body.includes('Added &lt;i&gt;') && whole.body.includes('- &lt;Guide&gt;</title>'), whole.body.slice(0, 300));
check('stored and found by nobody', whole.headers.get('cache-control') === 'private, no-store' && whole.headers.get('x-robots-tag') === 'noindex, nofollow');
check('of main: nothing', urls(JSON.parse((await get('/-/changes/main?format=json')).body).changed) === '');
check('of no branch', (await get('/-/changes/none')).status === 404);
const all = await Promise.all(Array.from({ length: 20 }, (_, i) => get(`/-/changes/${i % 2 ? head : head.slice(0, 8)}`)));
check('many at once', all.every((r) => r.status === 200), all.map((r) => r.status).join(' '));
const off = await start(site({}), ['--git', repo.bare, '--ref', 'main', '--log-access=false']);
check('off with previews', (await fetch(`${off.url}/-/changes/feature/x`)).status === 404);
await off.stop();
// More findings than a page has room for.
{
  git(clone, 'checkout', '-q', '-b', 'many', 'main');
  commit(repo, { 'data/many.md': page('Many', Array.from({ length: 230 }, (_, i) => `[Link](/nowhere/${i}/)`).join('\n\n'), 'description: Many.\n') });
  push(repo, 'many');
  await until(async () => (await get('/-/preview/')).body.includes('many'));
  const { findings } = JSON.parse((await get('/-/changes/many?format=json')).body);
  const shown = (await get('/-/changes/many')).body;
  check('findings that are left out are counted', findings.length >= 230 && shown.split('<li><code>').length - 1 === 200 && shown.includes(`<p>And ${findings.length - 200} more, which`), findings.length);
}
// A report is kept, but what it shows is not for longer than the pages are.
{
  git(clone, 'checkout', '-q', '-b', 'passing', 'main');
  const until_s = (at) => page('Passing', `Until ${at}.`, `expireAt: ${at}\n`);
  const at = new Date(Date.now() + 8000).toISOString().replace(/\.\d+Z/, 'Z');
  commit(repo, { 'data/passing.md': until_s(at) });
  push(repo, 'passing');
  await until(async () => (await get('/-/preview/')).body.includes('passing'));
  const before = await get('/-/changes/passing?format=json');
  check('what is shown until a moment is in the report', before.body.includes('/passing/') || Date.now() > Date.parse(at), before.body);
  await until(() => Date.now() > Date.parse(at), 20000);
  const after = await get('/-/changes/passing?format=json');
  check('and not after it', after.status === 200 && !after.body.includes('/passing/'), after.body);
}
// The server stops while one waits.
git(clone, 'push', '-q', 'origin', 'feature/x:refs/heads/other');
await until(async () => (await get('/-/preview/')).body.includes('other'));
const late = get('/-/changes/other').catch(() => null);
const { code } = await server.stop();
await late;
check('it stops well', code === 0, server.log.slice(-400));
finish('git-changes');
