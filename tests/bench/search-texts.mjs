// SPDX-License-Identifier: MIT
//
// Texts to search: some 1,500 pages of guidance, always the same. Titles name tasks and things that
// guidance is about. Sentences come from a three-word chain of this project's own prose. Each page
// has words that few others have.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// xorshift: texts and queries must not depend on the machine.
export function makeRandom(seed) {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

const list = (text) => text.trim().split(/\s*[,\n]\s*/)
const VERBS = list(`apply for, renew, replace, change, cancel, check, report, pay for, register, claim, appeal against,
  transfer, store, protect, test, buy, design, review, publish, archive, plan, challenge, inspect, insure, return`)
const THINGS = list(`a blue badge, a fishing licence, a building permit, a school place, a driving licence, a passport,
  a residents parking permit, a food hygiene rating, a trade mark, a house boat mooring, personal data, a data sharing agreement,
  cloud hosting, a penetration test, an asbestos survey, a tenancy deposit, a pension forecast, maternity allowance, jury service,
  a planning objection, council tax, business rates, a marriage certificate, a street market stall, a skip licence,
  hazardous waste, an allotment, a library card, a care assessment, a hearing aid, a wheelchair, a tree preservation order,
  a drone permit, an export certificate, a firearms certificate, a charity, a limited company, an apprenticeship,
  a work visa, a settlement application, a farm subsidy, flood insurance, a prototype, user research, a content audit,
  an accessibility statement, ISO 27001 certification, a risk register, an incident log, a supplier contract, a service standard assessment,
  two factor authentication, a legacy database, an encryption key, a mobile app, a chat service, an email newsletter, open source code,
  a procurement framework, a retention schedule, an information asset`)
const QUALIFIERS = list(`if you live abroad, for someone else, after a bereavement, before you start, fees and charges,
  who can help, documents you need, if you disagree, in an emergency, for small businesses, online, by post,
  step by step, deadlines, evidence, when something goes wrong, roles and duties, in Scotland, in Wales, exceptions`)
// Some of these are in each page, and few are in more than a handful.
const RARE = list(`affidavit, abatement, amortisation, aquifer, arbitration, attestation, ballast, bankruptcy, biometric, bulkhead,
  bylaw, cadastral, caveat, cemetery, coroner, covenant, culvert, custodial, dampcourse, demurrage, dilapidation, disbursement, dredging,
  easement, effluent, endowment, escrow, estuary, eviction, exhumation, fiduciary, foreshore, fumigation, garnishee, geothermal,
  guarantor, guillotine, gullies, halibut, hallmark, hereditament, homologation, hydrant, indemnity, infirmary, injunction,
  intestate, jetty, kerbside, lapsed, leasehold, levee, lien, lithium, livestock, magistrate, manifest, mezzanine, midwife, moratorium,
  naturalisation, notary, nullity, occupancy, ombudsman, orphanage, outfall, parish, patent, pathogen, perjury, pharmacy, pilotage,
  plaintiff, poaching, probate, quarantine, quarry, quorum, rabies, ratification, receivership, remediation, reservoir, retrofit,
  salvage, scaffold, sequestration, shingle, slurry, solvency, stewardship, subpoena, surcharge, surrogate, tarmac, tenure, tolerance,
  trawler, tribunal, trustee, turbine, undertaking, usury, vaccination, valuation, vellum, vendor, veterinary, viaduct, warrant, watercourse,
  weighbridge, wharf, windfall, writ, yield, zoning`)
const ENDINGS = ['', 's', 'holder', 'board', 'wide', 'work', 'side', 'less', 'keeper', 'ward', 'yard', 'wise', 'ing', 'man', 'like', 'fee']

function markdownFiles(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return markdownFiles(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

// The words that follow each pair of words in all prose of the folders.
function readChain(folders) {
  const chain = new Map()
  const starts = []
  const prose = folders.flatMap(markdownFiles).sort().map((file) => readFileSync(file, 'utf8').replace(/^---[\s\S]*?\n---\n|```[\s\S]*?```|^[|#].*$|\{[%{][\s\S]*?[%}]\}|<[^>]*>|\]\([^)]*\)|[`*_[\]]/gm, ' '))
  for (const sentence of prose.join('\n\n').split(/(?<=[.!?])\s+|\n\n/)) {
    const words = sentence.split(/\s+/).filter((word) => /^[\w'’–-]+[.,;:]?$/.test(word))
    if (words.length < 5) continue
    starts.push([words[0], words[1]])
    for (let i = 2; i < words.length; i++) {
      const key = `${words[i - 2]} ${words[i - 1]}`
      chain.set(key, [...(chain.get(key) ?? []), words[i]])
    }
  }
  return { chain, starts }
}

function makeSentence({ chain, starts }, random, thing) {
  const words = [...starts[random(starts.length)]]
  while (words.length < 22) {
    const next = chain.get(words.slice(-2).join(' '))
    if (!next) break
    words.push(next[random(next.length)])
  }
  if (random(3) === 0) words.splice(1 + random(words.length - 1), 0, thing)
  return words.join(' ').replace(/[.,;:]$/, '') + '.'
}

const capital = (text) => text[0].toUpperCase() + text.slice(1)

// [{ url, title, description, markdown }]
export function makePages(root, count) {
  const source = readChain([join(root, 'data'), join(root, 'docs')])
  const random = makeRandom(22)
  const titles = new Set()
  while (titles.size < count) {
    const task = `${VERBS[random(VERBS.length)]} ${THINGS[random(THINGS.length)]}`
    const ends = [`for a ${RARE[random(RARE.length)]}`, `${RARE[random(RARE.length)]} and ${RARE[random(RARE.length)]}`, QUALIFIERS[random(QUALIFIERS.length)]]
    titles.add(capital(`${task} ${ends[random(3)]}`))
  }
  return [...titles].map((title, i) => {
    const thing = THINGS.find((each) => title.toLowerCase().includes(each.toLowerCase()))
    const sentences = (n) => Array.from({ length: n }, () => makeSentence(source, random, thing)).join(' ')
    const rare = () => RARE[random(RARE.length)] + ENDINGS[random(ENDINGS.length)]
    const part = () => `## ${sentences(1).split(' ').slice(0, 5).join(' ').replace(/\W+$/, '')}\n\n${sentences(4)} See ${rare()} and ${rare()}.\n\n- ${sentences(1)}\n- ${sentences(1)}\n`
    return { url: `/p${i}/`, title, description: sentences(1), markdown: Array.from({ length: 2 + random(5) }, part).join('\n') }
  })
}
