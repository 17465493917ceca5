// SPDX-License-Identifier: MIT
//
// Models of what threads do together, checked by Spin in every order of their steps. A model without one of
// the parts that it depends on has to fail, which shows that the check would notice.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT, check, finish, temporary } from '../e2e/harness.mjs';

const MODELS = [
  ['publish.pml', ['NO_RECHECK', 'BUFFERED', 'NO_WAIT', 'EARLY_WAIT']],
  ['pipeline.pml', ['NO_WINDOW', 'EARLY_RELEASE', 'NO_RESULT', 'NO_END']],
];

// The program's operations that a model stands for, in their order. When they change, so must it.
const STEPS = {
  'server/publish.c': `atomic_load(announced) atomic_load(&publisher->current) atomic_store(announced, site)
    atomic_load(&publisher->current) atomic_store(announced, NULL) atomic_exchange(&publisher->current, site)
    atomic_load(&publisher->slots[i].announced)`,
  'lib/base/pipeline.c': `pthread_cond_signal(&pipeline->result) pthread_cond_wait(&pipeline->room, &pipeline->lock)
    pthread_cond_broadcast(&pipeline->room) pthread_cond_wait(&pipeline->result, &pipeline->lock)
    pthread_cond_broadcast(&pipeline->room)`,
};

const dir = temporary();
function run(command, ...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: dir, encoding: 'utf8', timeout: 300_000 });
  return { ok: status === 0, said: `${stdout ?? ''}${stderr ?? ''}` };
}

// All orders of a model's steps: { errors, states, said }; errors is NaN if it was not checked whole.
function explore(model, without) {
  const flags = without ? [`-D${without}`] : [];
  fs.copyFileSync(path.join(ROOT, 'tests/models', model), path.join(dir, model));
  const made = run('spin', '-a', ...flags, model);
  if (!made.ok) return { errors: NaN, said: made.said };
  const built = run('cc', '-O2', '-w', '-DSAFETY', '-DVECTORSZ=2048', '-o', 'pan', 'pan.c');
  if (!built.ok) return { errors: NaN, said: built.said };
  const { said } = run('./pan', '-m200000');
  const whole = !/search not completed|max search depth too small|out of memory/.test(said);
  const errors = +(said.match(/errors: (\d+)/)?.[1] ?? NaN);
  return { errors: errors || (whole ? errors : NaN), states: said.match(/(\d+) states, stored/)?.[1], said };
}

for (const [file, steps] of Object.entries(STEPS)) {
  const found = fs.readFileSync(path.join(ROOT, file), 'utf8').match(/(atomic_\w+|pthread_cond_(wait|signal|broadcast))\([^()]*\)/g).join(' ');
  check(`${file} has the operations that its model has`, found === steps.replace(/\s+/g, ' '), found);
}
if (spawnSync('which', ['spin']).status !== 0) {
  console.log('skipped: spin is not here (script/install --tests installs it)');
  check('skipped', true);
} else
  for (const [model, parts] of MODELS) {
    const right = explore(model);
    check(`${model}: no order of ${right.states} states is wrong`, right.errors === 0, right.said.slice(-2000));
    for (const part of parts) {
      const wrong = explore(model, part);
      check(`${model}: ${part} is noticed`, wrong.errors > 0 && /assertion violated|invalid end state/.test(wrong.said), wrong.said.slice(-2000));
    }
  }
finish('models');
