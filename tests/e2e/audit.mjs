// SPDX-License-Identifier: MIT
//
// Every change of what readers are served is a line of the log: which addresses and layouts, by
// which commit, by whom if the settings allow names; and nothing else is.
import fs from 'node:fs';
import path from 'node:path';
import { check, finish, site, sleep, start, until } from './harness.mjs';
import { commit, push, repository } from './repository.mjs';

const lines = (server) => [...server.log.matchAll(/ audit: (generation \d+.*)$/gm)].map((m) => m[1]);
const next = async (server, count) => {
  await until(() => lines(server).length >= count, 10000);
  await sleep(300);
  return lines(server)[count - 1] ?? '';
};

// ---- a directory ----
{
  const dir = site({
    'data/index.md': '---\nlayout: page.njk\n---\n# A\n', 'data/b.md': '# B\n', 'data/c.md': '# C\n', 'assets/a.css': 'p {}\n', 'templates/page.njk': '<main>{{ content | safe }}</main>\n',
  }, 'name: T\npassthrough: {/assets: assets}\nlayouts: templates\n');
  const server = await start(dir);
  const write = (name, text) => fs.writeFileSync(path.join(dir, name), text);
  check('nothing has changed at the start', lines(server).length === 0, server.log);
  write('data/b.md', '# B, edited\n');
  check('a text', /^generation 2: changed \/b\/$/.test(await next(server, 1)), lines(server));
  write('data/d.md', '# D\n');
  check('a new page', /^generation \d+: added \/d\/$/.test(await next(server, 2)), lines(server));
  fs.rmSync(path.join(dir, 'data/c.md'));
  check('a page less', /^generation \d+: removed \/c\/$/.test(await next(server, 3)), lines(server));
  write('assets/a.css', 'p { margin: 0 }\n');
  check('a file', /^generation \d+: changed \/assets\/a\.css$/.test(await next(server, 4)), lines(server));
  write('templates/page.njk', '<main class="new">{{ content | safe }}</main>\n');
  check('a layout', /^generation \d+: changed \S*page\.njk$/.test(await next(server, 5)), lines(server));
  server.child.kill('SIGHUP');
  await until(() => /loaded .*generation 7/.test(server.log), 10000);
  await sleep(300);
  check('a reload without a change', lines(server).length === 5, lines(server));
  for (let i = 0; i < 30; i++) write(`data/many-${i}.md`, `# ${i}\n`);
  const many = await until(() => lines(server).slice(5).some((line) => / and \d+ more$/.test(line)), 10000);
  check('of many, the first', many || lines(server).slice(5).join().match(/many-/g)?.length === 30, lines(server));
  await server.stop();
}

// ---- commits ----
for (const authors of [false, true]) {
  const repo = repository({ 'data/index.md': '# A\n' }, 'name: T\n');
  const server = await start(site({}), ['--git', repo.bare, '--ref', 'main', ...(authors ? ['--git-authors'] : [])]);
  const id = commit(repo, { 'data/index.md': '# B\n' });
  push(repo, 'main');
  const line = await next(server, 1);
  check(`a commit${authors ? ' and its author' : ', without a name'}`, new RegExp(`^generation 2, commit ${id}${authors ? ' by \\S.*' : ''}: changed /$`).test(line), `${id} ${line}`);
  await server.stop();
}
finish('audit');
