// SPDX-License-Identifier: MIT
// Every page works without this file. It adds what GOV.UK Frontend's own
// components do with JavaScript (only the ones this site uses), search
// suggestions as the reader types, and aids for long pages.
import {
  Accordion,
  Button,
  NotificationBanner,
  ServiceNavigation,
  SkipLink,
  Tabs,
  createAll
} from 'govuk-frontend'
import { PageAids } from './page-aids.js'
import { SearchSuggestions } from './search-suggestions.js'

const components = [Button, NotificationBanner, ServiceNavigation, SkipLink, Tabs]

for (const component of components) createAll(component)

// Its words are the site's: layouts/base.njk puts them on <body>.
createAll(Accordion, { i18n: { ...document.body.dataset } })

for (const form of document.querySelectorAll('[data-module="app-search"]')) {
  new SearchSuggestions(form).start()
}

new PageAids(document.body.dataset).start()

for (const button of document.querySelectorAll('[data-module="app-print"]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

if (document.querySelector('pre > code[class*="language-"]')) import('./code.js')
