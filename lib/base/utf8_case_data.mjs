// SPDX-License-Identifier: MIT
//
// Writes utf8_case_data.c from the Unicode data behind JavaScript's toUpperCase and toLowerCase:
// node utf8_case_data.mjs > utf8_case_data.c && clang-format -i utf8_case_data.c
const all = [];
for (let c = 0x80; c < 0x110000; c++) if (c < 0xd800 || c > 0xdfff) all.push(c);
const points = (text) => [...text].map((c) => c.codePointAt(0));
const hex = (n) => `0x${n.toString(16)}`;

// Rows {first, last, step, delta} of code points that move by the same delta.
function mappings(change) {
  const rows = [];
  for (const c of all) {
    const to = points(change(String.fromCodePoint(c)));
    if (to.length !== 1 || to[0] === c) continue;
    const [row, delta] = [rows.at(-1), to[0] - c];
    const step = row && c - row.last;
    if (row && row.delta === delta && (step === 1 || step === 2) && (row.first === row.last || row.step === step)) Object.assign(row, { last: c, step });
    else rows.push({ first: c, last: c, step: 1, delta });
  }
  return rows.map((r) => `{${hex(r.first)}, ${hex(r.last)}, ${r.step}, ${r.delta}}`);
}

const special = all.map((c) => [c, points(String.fromCodePoint(c).toUpperCase())]).filter(([, to]) => to.length > 1)
  .map(([c, to]) => `{${hex(c)}, {${[...to, 0, 0].slice(0, 3).map(hex).join(', ')}}}`);

function ranges(property) {
  const rows = [];
  for (let c = 0; c < 0x110000; c++) {
    if (!property.test(String.fromCodePoint(c))) continue;
    if (rows.length && rows.at(-1)[1] === c - 1) rows.at(-1)[1] = c;
    else rows.push([c, c]);
  }
  return rows.map(([first, last]) => `{${hex(first)}, ${hex(last)}}`);
}

const table = (type, name, rows) => `const struct ${type} ${name}[] = {\n    ${rows.join(',\n    ')},\n};\nconst size_t ${name}_COUNT = sizeof ${name} / sizeof *${name};\n`;
console.log(`// SPDX-License-Identifier: MIT
//
// Written by utf8_case_data.mjs from Unicode ${process.versions.unicode}: do not edit.
#include "utf8_case_data.h"

${table('case_mapping', 'CASE_UPPER', mappings((s) => s.toUpperCase()))}
${table('case_mapping', 'CASE_LOWER', mappings((s) => s.toLowerCase()))}
${table('case_special', 'CASE_SPECIAL', special)}
${table('case_range', 'CASE_CASED', ranges(/\p{Cased}/u))}
${table('case_range', 'CASE_IGNORABLE', ranges(/\p{Case_Ignorable}/u))}`);
