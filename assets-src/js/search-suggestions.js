// SPDX-License-Identifier: MIT
// Suggestions under the search box: the "editable combobox with list
// autocomplete" of the ARIA Authoring Practices. Focus stays in the input;
// aria-activedescendant says which suggestion is meant. Choosing one goes to
// its page; Enter without a choice submits the form as it would without us.

const DELAY = 150 // milliseconds of rest before asking, so that a word is one request
const SHORTEST = 2 // characters before there is anything worth suggesting
const MOST = 6

let lists = 0

export class SearchSuggestions {
  constructor(form) {
    this.form = form
    this.input = form.querySelector('input[type="search"]')
    this.endpoint = form.dataset.suggestions
    this.words = {
      result: form.dataset.resultText,
      results: form.dataset.resultsText,
      none: form.dataset.noResultsText,
      label: form.dataset.listLabel
    }
    this.items = []
    this.active = -1
    this.asked = 0
  }

  start() {
    if (!this.input || !this.endpoint) return
    this.build()
    this.input.addEventListener('input', () => this.schedule())
    this.input.addEventListener('keydown', (event) => this.key(event))
    this.input.addEventListener('blur', () => this.close())
    this.input.addEventListener('focus', () => { if (this.items.length) this.open() })
  }

  build() {
    const id = `app-suggestions-${++lists}`
    this.list = document.createElement('ul')
    this.list.id = id
    this.list.className = 'app-search__suggestions'
    this.list.setAttribute('role', 'listbox')
    this.list.setAttribute('aria-label', this.words.label)
    this.list.hidden = true

    this.status = document.createElement('div')
    this.status.className = 'govuk-visually-hidden'
    this.status.setAttribute('role', 'status')

    this.input.setAttribute('role', 'combobox')
    this.input.setAttribute('aria-autocomplete', 'list')
    this.input.setAttribute('aria-controls', id)
    this.input.setAttribute('aria-expanded', 'false')
    this.input.autocomplete = 'off'
    this.input.parentElement.append(this.list, this.status)
  }

  schedule() {
    clearTimeout(this.timer)
    const query = this.input.value.trim()
    if (query.length < SHORTEST) {
      this.items = []
      this.asked += 1
      this.close()
      return
    }
    this.timer = setTimeout(() => this.ask(query), DELAY)
  }

  // Answers may come back out of order: only the last question's counts.
  async ask(query) {
    const turn = ++this.asked
    const address = new URL(this.endpoint, document.baseURI)
    address.searchParams.set('q', query)
    address.searchParams.set('suggest', '1')
    try {
      const response = await fetch(address, { headers: { accept: 'application/json' } })
      if (!response.ok || turn !== this.asked) return
      const { results = [] } = await response.json()
      if (turn === this.asked) this.show(results.slice(0, MOST))
    } catch {
      this.close() // offline or busy: the form itself still works
    }
  }

  show(results) {
    this.items = results
    this.active = -1
    this.list.replaceChildren(...results.map((result, index) => this.option(result, index)))
    this.status.textContent = this.count(results.length)
    if (results.length && document.activeElement === this.input) this.open()
    else this.close()
  }

  count(number) {
    if (number === 0) return this.words.none
    return number === 1 ? this.words.result : this.words.results.replace('%{count}', String(number))
  }

  option(result, index) {
    const item = document.createElement('li')
    item.id = `${this.list.id}-${index}`
    item.className = 'app-search__suggestion'
    item.setAttribute('role', 'option')
    item.setAttribute('aria-selected', 'false')
    const title = document.createElement('span')
    title.className = 'app-search__suggestion-title'
    title.textContent = result.title
    item.append(title)
    if (result.section) {
      const section = document.createElement('span')
      section.className = 'app-search__suggestion-section'
      section.textContent = result.section
      item.append(' ', section)
    }
    // mousedown, not click: click comes after blur has closed the list
    item.addEventListener('mousedown', (event) => {
      event.preventDefault()
      this.go(index)
    })
    return item
  }

  key(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 }
    if (event.key in moves && this.items.length) {
      event.preventDefault()
      this.open()
      this.move(moves[event.key])
    } else if (event.key === 'Enter' && this.active >= 0) {
      event.preventDefault()
      this.go(this.active)
    } else if (event.key === 'Escape' && !this.list.hidden) {
      event.preventDefault()
      this.close()
    }
  }

  // The input itself is one of the stops, as index -1.
  move(step) {
    const stops = this.items.length + 1
    this.active = ((this.active + 1 + step + stops) % stops) - 1
    for (const [index, item] of [...this.list.children].entries()) {
      item.setAttribute('aria-selected', String(index === this.active))
    }
    const current = this.list.children[this.active]
    if (current) {
      this.input.setAttribute('aria-activedescendant', current.id)
      current.scrollIntoView({ block: 'nearest' })
    } else {
      this.input.removeAttribute('aria-activedescendant')
    }
  }

  go(index) {
    this.close()
    window.location.assign(this.items[index].url)
  }

  open() {
    this.list.hidden = false
    this.input.setAttribute('aria-expanded', 'true')
  }

  close() {
    this.list.hidden = true
    this.active = -1
    this.input.setAttribute('aria-expanded', 'false')
    this.input.removeAttribute('aria-activedescendant')
  }
}
