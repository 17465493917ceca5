// SPDX-License-Identifier: MIT
// Colours, marked lines and a copy button for the code of a page. It is loaded
// only where a fence names a language; nothing moves when it comes, since it
// adds no space and changes no letter. Without it code is plain.
//
// ```yaml {data-lines="2,4-5"} marks lines.
import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import css from 'highlight.js/lib/languages/css'
import diff from 'highlight.js/lib/languages/diff'
import ini from 'highlight.js/lib/languages/ini'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import markdown from 'highlight.js/lib/languages/markdown'
import python from 'highlight.js/lib/languages/python'
import sql from 'highlight.js/lib/languages/sql'
import twig from 'highlight.js/lib/languages/twig'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'

const languages = { bash, css, diff, ini, javascript, json, markdown, python, sql, twig, xml, yaml }

for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language)
hljs.registerAliases(['njk', 'nunjucks'], { languageName: 'twig' })

// "2,4-5" as the numbers of lines.
function numbers(text) {
  const lines = new Set()
  for (const part of text.split(',')) {
    const [from, to = from] = part.split('-').map(Number)
    for (let line = from; line <= to && lines.size < 1000; line++) lines.add(line)
  }
  return lines
}

// HTML a line: spans that go on over a line's end are closed and opened again.
function lines(html) {
  const open = []
  return html.split('\n').map((line) => {
    const before = open.join('')
    for (const [tag] of line.matchAll(/<span[^>]*>|<\/span>/g)) {
      if (tag === '</span>') open.pop()
      else open.push(tag)
    }
    return before + line + '</span>'.repeat(open.length)
  })
}

function colour(code) {
  const name = /language-(\S+)/.exec(code.className)[1]
  const html = hljs.getLanguage(name)
    ? hljs.highlight(code.textContent, { language: name, ignoreIllegals: true }).value
    : code.innerHTML
  const marked = numbers(code.dataset.lines ?? '')
  code.innerHTML = lines(html)
    .map((line, i) => (marked.has(i + 1) ? `<mark>${line}</mark>` : line))
    .join('\n')
}

function addButton(pre) {
  // The words are the site's: layouts/base.njk puts them on the script's element.
  const words = document.querySelector('script[data-copy-code]')?.dataset ?? {}
  const { copyCode = 'Copy', codeCopied = 'Copied' } = words
  const box = document.createElement('div')
  const button = document.createElement('button')
  box.className = 'app-code-box'
  button.className = 'app-code-box__copy'
  button.type = 'button'
  button.textContent = copyCode
  // Said by screen readers when it changes.
  button.setAttribute('aria-live', 'polite')
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(pre.textContent)
    button.textContent = codeCopied
    setTimeout(() => { button.textContent = copyCode }, 3000)
  })
  pre.replaceWith(box)
  box.append(pre, button)
}

for (const code of document.querySelectorAll('pre > code[class*="language-"]')) {
  colour(code)
  if (navigator.clipboard) addButton(code.parentElement)
}
