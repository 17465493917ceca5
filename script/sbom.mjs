#!/usr/bin/env node
// SPDX-License-Identifier: MIT
//
// The SBOM of the source (CycloneDX 1.5): the Debian packages that script/install names and the npm
// packages of every lock file, with the licence where the lock file has it. SOURCE_DATE_EPOCH makes
// its time reproducible.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

process.chdir(path.join(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..'))
const read = (name) => fs.readFileSync(name, 'utf8')
const version = /^project\(guidanced VERSION ([\d.]+)/m.exec(read('CMakeLists.txt'))[1]
const encode = (text) => encodeURIComponent(text).replace('%40', '@')

function debian() {
  const install = read('script/install')
  const names = /^packages="([^"]*)"/m.exec(install)[1].trim().split(/\s+/)
  const versions = new Map(execFileSync('dpkg-query', ['-W', '-f=${Package} ${Version}\n'], { encoding: 'utf8' }).trim().split('\n').map((line) => line.split(' ')))
  return names.map((name) => {
    if (!versions.has(name)) throw new Error(`${name} is not installed: run script/install`)
    const number = versions.get(name)
    return { type: 'library', name, version: number, scope: 'required', purl: `pkg:deb/debian/${name}@${encodeURIComponent(number)}?distro=debian-12` }
  })
}

// What is served comes first: the root's dependencies. Everything else builds or tests.
function npm(lock, folder) {
  return Object.entries(lock.packages).flatMap(([place, { version, license, integrity, dev, name: given }]) => {
    if (!place || !version) return []
    const name = given ?? place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const [algorithm, sum] = (integrity ?? '').split('-')
    return {
      type: 'library',
      name,
      version,
      scope: folder || dev ? 'excluded' : 'required',
      purl: `pkg:npm/${name.startsWith('@') ? `%40${encode(name.slice(1)).replace('%2F', '/')}` : encode(name)}@${version}`,
      ...(license && { licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }] }),
      ...(algorithm === 'sha512' && { hashes: [{ alg: 'SHA-512', content: Buffer.from(sum, 'base64').toString('hex') }] })
    }
  })
}

const locks = execFileSync('git', ['ls-files', 'package-lock.json', '*/package-lock.json'], { encoding: 'utf8' }).trim().split('\n')
const components = new Map()
for (const component of [...debian(), ...locks.flatMap((file) => npm(JSON.parse(read(file)), path.dirname(file) === '.' ? '' : path.dirname(file)))]) {
  const known = components.get(component.purl)
  if (!known || component.scope === 'required') components.set(component.purl, component)
}
const time = new Date(1000 * (process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000)).toISOString().replace(/\.\d+/, '')
console.log(
  JSON.stringify(
    {
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      version: 1,
      metadata: { timestamp: time, component: { type: 'application', name: 'guidanced', version, purl: `pkg:generic/guidanced@${version}`, licenses: [{ license: { id: 'MIT' } }] } },
      components: [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1))
    },
    null,
    1
  )
)
