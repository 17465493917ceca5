// SPDX-License-Identifier: MIT
// Aids for reading: a link to copy at each heading, the place in the contents
// list, "/" for the search, and what paper needs: folded parts open, and no
// address twice.

export class PageAids {
  constructor(words) {
    this.words = words
    this.headings = [...document.querySelectorAll('.app-prose :is(h2, h3)[id]')]
  }

  start() {
    this.headings.forEach((heading, index) => this.link(heading, index))
    this.follow()
    this.print()
    document.addEventListener('keydown', (event) => this.key(event))
  }

  // A heading is called by its own words, without its link's.
  link(heading, index) {
    const name = document.createElement('span')
    name.id = `app-heading-name-${index}`
    name.append(...heading.childNodes)
    heading.append(name)
    heading.setAttribute('aria-labelledby', name.id)
    const link = document.createElement('a')
    link.className = 'app-heading-link'
    link.href = `#${heading.id}`
    link.textContent = '#'
    link.setAttribute('aria-label', `${this.words.linkTo}: ${heading.textContent.trim()}`)
    link.addEventListener('click', () => navigator.clipboard?.writeText(link.href).catch(() => {}))
    heading.append(link)
  }

  // The last heading above the upper third of the window is where the reader is.
  follow() {
    const links = [...document.querySelectorAll('.app-toc__link')].map((link) => [decodeURIComponent(link.hash.slice(1)), link])
    const listed = new Set(links.map(([id]) => id))
    const marked = this.headings.filter((heading) => listed.has(heading.id))
    if (!marked.length || !window.IntersectionObserver) return
    const mark = () => {
      const here = marked.findLast((heading) => heading.getBoundingClientRect().top < window.innerHeight / 3)
      for (const [id, link] of links) {
        if (id === here?.id) link.setAttribute('aria-current', 'location')
        else link.removeAttribute('aria-current')
      }
    }
    const observer = new IntersectionObserver(mark, { rootMargin: '0px 0px -66% 0px' })
    for (const heading of marked) observer.observe(heading)
  }

  print() {
    let opened = []
    window.addEventListener('beforeprint', () => {
      opened = [...document.querySelectorAll('.app-changes details:not([open])')]
      for (const details of opened) details.open = true
    })
    window.addEventListener('afterprint', () => {
      for (const details of opened) details.open = false
    })
    for (const link of document.querySelectorAll('.app-prose a[href^="http"]')) {
      if (link.textContent.trim() === link.getAttribute('href')) link.classList.add('app-autolink')
    }
  }

  key(event) {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest?.('input, textarea, select, [contenteditable]')) return
    const search = document.querySelector('.app-search input[type="search"]')
    if (!search) return
    event.preventDefault()
    search.focus()
    search.select()
  }
}
