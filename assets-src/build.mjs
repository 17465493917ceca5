// SPDX-License-Identifier: MIT
// Builds the sample site's styles and scripts into build/assets, from where
// guidance.yaml serves them under /assets. Nothing of Node.js is needed after
// this. `--watch` builds again whenever a source changes.
import { cp, mkdir, readdir, readFile, rename, rm, watch, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import * as esbuild from 'esbuild'
import * as sass from 'sass'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const source = join(root, 'assets-src')
const finished = join(root, 'build', 'assets')
const target = `${finished}.new`

// What a first visit loads, styles, scripts and icon together, compressed.
const FIRST_LOAD_LIMIT = 60_000
const FIRST_LOAD = ['site.css', 'site.js', 'images/favicon.svg']

async function styles() {
  const { css } = sass.compile(join(source, 'scss', 'site.scss'), {
    loadPaths: [join(root, 'node_modules')],
    style: 'compressed',
    quietDeps: true
  })
  await writeFile(join(target, 'site.css'), css)
}

async function scripts() {
  await esbuild.build({
    entryPoints: [join(source, 'js', 'site.js'), join(source, 'js', 'code.js')],
    outdir: target,
    bundle: true,
    // Only fetched by pages that contain code.
    external: ['./code.js'],
    format: 'esm',
    minify: true,
    target: ['es2020'],
    legalComments: 'none',
    logLevel: 'warning'
  })
}

async function files() {
  await cp(join(source, 'images'), join(target, 'images'), { recursive: true })
  await cp(join(source, 'files'), join(target, 'files'), { recursive: true })
  await cp(join(source, 'manifest.json'), join(target, 'manifest.json'))
}

// A build whose first load has grown too heavy fails, so that it is noticed
// here and not by a reader on a slow line.
async function weigh() {
  let total = 0
  for (const name of FIRST_LOAD) {
    const size = gzipSync(await readFile(join(target, name)), { level: 9 }).length
    total += size
    console.log(`${relative(root, join(finished, name))}  ${size} bytes compressed`)
  }
  if (total > FIRST_LOAD_LIMIT) {
    throw new Error(`first load is ${total} bytes compressed, over the limit of ${FIRST_LOAD_LIMIT}`)
  }
  console.log(`first load  ${total} of ${FIRST_LOAD_LIMIT} bytes`)
}

// Built beside the old files and put in their place at the end: a mistake in a
// source leaves a running server with what it had.
async function build() {
  await rm(target, { recursive: true, force: true })
  await mkdir(target, { recursive: true })
  await Promise.all([styles(), scripts(), files()])
  await weigh()
  await rm(finished, { recursive: true, force: true })
  await rename(target, finished)
}

async function watchSources() {
  const folders = (await readdir(source, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(source, entry.name))
  await Promise.all(folders.map(async (folder) => {
    for await (const change of watch(folder)) {
      console.log(`changed: ${change.filename}`)
      await build().catch((error) => console.error(error.message))
    }
  }))
}

await build()
if (process.argv.includes('--watch')) await watchSources()
