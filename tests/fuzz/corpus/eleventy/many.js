import { EleventyHtmlBasePlugin, IdAttributePlugin as ids } from '@11ty/eleventy'
const navigation = require('@11ty/eleventy-navigation'), md = require("markdown-it")
const options = { html: true, linkify: !0, breaks: false, typographer: 1 }
export default function (eleventyConfig) {
  const library = md({ ...options, xhtmlOut: true }).use(require('markdown-it-anchor'), { level: [2, 3], permalink: false }).use(footnotes).disable('code')
  eleventyConfig.setLibrary('md', library)
  eleventyConfig.amendLibrary("md", (m) => m.use(x))
  eleventyConfig.addPlugin(navigation); eleventyConfig.addPlugin(ids, { filter: ['a'] })
  eleventyConfig.addPassthroughCopy('assets').addPassthroughCopy({ "src/img": 'img', [x]: "y", 'a/**/*.png': '.' })
  eleventyConfig.addFilter('long', (d) => new Date(d).toLocaleDateString('en-GB')); eleventyConfig.addAsyncFilter('a', f)
  eleventyConfig.addNunjucksFilter(`n${1}`, function () { return "}" })
  eleventyConfig.addShortcode("year", () => `${new Date().getFullYear()}`)
  eleventyConfig.addPairedShortcode('box', (content, kind = "{") => `<div>${content}</div>`)
  eleventyConfig.addCollection('news', (api) => api.getFilteredByGlob(['src/news/*.md', "b"]).reverse().filter((p) => p.data.x))
  eleventyConfig.addGlobalData("build.year", 2026).addGlobalData('f', () => ({}))
  eleventyConfig.setNunjucksEnvironmentOptions({ throwOnUndefined: true, trimBlocks: true, autoescape: false })
  eleventyConfig.setServerOptions({ port: 8080 }); eleventyConfig.addWatchTarget('./a/')
  eleventyConfig.ignores.add("README.md"); eleventyConfig.setUseGitIgnore(false)
  eleventyConfig.addLayoutAlias('base', "base.njk"); eleventyConfig.addTransform('min', /[/"]{1,2}/u.test)
  /* not closed ` */ // " '
  return { dir: { input: 'src', output: process.env.OUT || "_site", includes: '../_includes', data: "_data", layouts }, pathPrefix: process.env.P ?? '/x/', markdownTemplateEngine: 'njk', htmlTemplateEngine: false, templateFormats: ['md', "njk"] }
}
