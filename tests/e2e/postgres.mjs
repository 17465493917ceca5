// SPDX-License-Identifier: MIT
//
// A PostgreSQL for one test: Debian's programs, a cluster in a temporary directory, a Unix socket
// and no port. PostgreSQL refuses to run as root, so it runs as the package's user.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ours, until } from './harness.mjs';

const folder = () => {
  const all = fs.existsSync('/usr/lib/postgresql') ? fs.readdirSync('/usr/lib/postgresql') : [];
  return all.sort((a, b) => b - a).map((v) => `/usr/lib/postgresql/${v}/bin`).find((bin) => fs.existsSync(`${bin}/initdb`));
};

function user() {
  if (process.getuid() !== 0) return {};
  const row = fs.readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const found = row.find(([name]) => name === 'postgres') ?? row.find(([name]) => name === 'nobody');
  return { uid: +found[2], gid: +found[3] };
}

// null if PostgreSQL's server is not installed.
export function postgres() {
  const bin = folder();
  if (!bin) return null;
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'guidanced-pg-'));
  const as = user();
  fs.chmodSync(dir, 0o755);
  if (as.uid) fs.chownSync(dir, as.uid, as.gid);
  execFileSync(`${bin}/initdb`, ['-D', `${dir}/data`, '-A', 'trust', '-U', 'guidance', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...as, stdio: 'ignore', cwd: dir });
  let server = null;
  const self = {
    dir,
    socket: path.join(dir, '.s.PGSQL.5432'),
    url: `postgresql://guidance@/postgres?host=${dir}`,
    sql: (text, role = 'guidance') => execFileSync(`${bin}/psql`, ['-h', dir, '-U', role, '-d', 'postgres', '-qAtX', '-v', 'ON_ERROR_STOP=1', '-c', text], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 }).trim(),
    async start() {
      server = ours(spawn(`${bin}/postgres`, ['-D', `${dir}/data`, '-k', dir, '-c', 'listen_addresses='], { ...as, stdio: 'ignore', cwd: dir }));
      server.gone = new Promise((resolve) => server.on('exit', resolve));
      const up = () => { try { return self.sql('SELECT 1') === '1'; } catch { return false; } };
      if (!(await until(up, 20000))) throw new Error('PostgreSQL does not start');
    },
    // "SIGINT" is a fast shutdown; "SIGQUIT" is like a power failure.
    async stop(signal = 'SIGINT') {
      server.kill(signal);
      await server.gone;
    },
    remove: () => fs.rmSync(dir, { recursive: true, force: true }),
  };
  return self;
}
