// SPDX-License-Identifier: MIT
//
// Asks Node what JavaScript does, for test_oracle to replay:
//
//   TZ=UTC node tests/value/oracle.mjs > tests/value/oracle.jsonl
//
// A line is one question: {"ask": kind, "with": [values], "answer": value}. Values that JSON cannot
// say are objects with one member: {"n": bits of a double}, {"u": 0} undefined, {"d": milliseconds},
// {"r": [source, flags]}, {"o": {…}} an object.

const bytes = new DataView(new ArrayBuffer(8));
const bits = (n) => {
  bytes.setFloat64(0, n);
  return bytes.getBigUint64(0).toString(16).padStart(16, "0");
};
function encode(v) {
  if (v === undefined || typeof v === "function") return { u: 0 };
  if (typeof v === "number") return { n: bits(v) };
  if (v instanceof Date) return { d: bits(v.getTime()) };
  if (v instanceof RegExp) return { r: [v.source === "(?:)" ? "" : v.source, v.flags] };
  if (Array.isArray(v)) return v.map(encode);
  if (v && typeof v === "object")
    return { o: Object.fromEntries(Object.entries(v).map(([k, m]) => [k, encode(m)])) };
  return v;
}
const put = (ask, given, answer) =>
  console.log(JSON.stringify({ ask, with: given.map(encode), answer: encode(answer) }));

// Left out on purpose: what would cut a surrogate pair apart (our texts are UTF-8 and keep it whole
// or show U+FFFD), and collation beyond English.

// A generator of its own, so that the file only changes when this script does.
let seed = 12345n;
const random = () => {
  seed = (seed * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
  return seed;
};
const randomDouble = () => {
  for (;;) {
    bytes.setBigUint64(0, random() ^ (random() >> 17n));
    const n = bytes.getFloat64(0);
    if (Number.isFinite(n)) return n;
  }
};

// ---- numbers ----
const numbers = [
  0, -0, 1, -1, 10, 100, 0.1, 0.2, 0.1 + 0.2, 1 / 3, 2 / 3, 1.5, -2.25, 123456789, 1234567.891, 1e15,
  1e16, 1e20, 1e21, 1e22, 1.5e21, 123456789012345680000, 2 ** 53, 2 ** 53 + 2, 2 ** 63, 2 ** 64, 1e-5,
  1e-6, 1e-7, 1.5e-7, 0.000001234, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, NaN,
  Infinity, -Infinity, 4.35, 0.615, 10.235, 1.005, 1.255, 8.345, 0.5, 1.5, 2.5, -2.5, 0.045, 99.995,
  1e-10, 123.456, 0.000123, 255, 4294967295, 4294967296, 0.7, 3.14159265358979, 1e100, 9.5, 0.05, 25,
  1.45, 999999999999999900000, 0.1e-6, 9007199254740993, 123e-20, 1e23, 2 ** -44, 2 ** -1022, 2 ** -24,
];
for (let e = -1074; e < 1024; e += 13) numbers.push(2 ** e);
for (let i = 0; i < 300; i++) numbers.push(randomDouble());
for (let i = 0; i < 100; i++) numbers.push(Number(random() % 1000000n) / 100);
for (let i = 0; i < 60; i++) numbers.push(Number(random() % 100000000000n) / 10 ** (i % 12));
for (const n of numbers) put("text", [n], String(n));
for (const n of numbers.slice(0, 140))
  for (const r of [2, 3, 8, 16, 36]) put("radix", [n, r], n.toString(r));
for (const n of numbers.slice(0, 80))
  for (const d of [0, 1, 2, 5, 20]) {
    put("method", [n, "toFixed", d], n.toFixed(d));
    put("method", [n, "toPrecision", d + 1], n.toPrecision(d + 1));
    put("method", [n, "toExponential", d], n.toExponential(d));
  }
for (const n of numbers.slice(0, 60)) put("method", [n, "toExponential"], n.toExponential());
for (const n of numbers.slice(0, 60)) put("method", [n, "toLocaleString"], n.toLocaleString("en-GB"));
for (const o of [
  { style: "currency", currency: "GBP" }, { style: "percent" }, { minimumFractionDigits: 2 },
  { maximumFractionDigits: 0 }, { useGrouping: false }, { maximumSignificantDigits: 3 },
  { minimumIntegerDigits: 4 }, { style: "currency", currency: "USD" },
  { style: "currency", currency: "EUR", minimumFractionDigits: 0 },
])
  for (const n of [0, 1234.5, -1234.567, 0.256, 1e6, 12.005])
    for (const l of ["en-GB", "en-US"])
      put("method", [n, "toLocaleString", l, o], n.toLocaleString(l, o));

const texts = [
  "", " ", "0", "1", "-1", "+1", "1.5", ".5", "5.", ".", "1e3", "1e", "1e+", "1e-3", "0x1F", "0X1f",
  "0b101", "0o17", "-0x10", "0x", "0b2", "Infinity", "-Infinity", "infinity", "NaN", "12px", "  42  ",
  "\t\n7\u00a0", "1_000", "1,000", "--1", "1e1000", "-1e1000", "1e-1000", "0.1", "0.30000000000000004",
  "123456789012345678901234567890", "9007199254740993", "2.2250738585072011e-308", "\ufeff5", "٣",
  "1 2", "0.0000001", "00012", "1e0005", "4.9406564584124654e-324", "2.4703282292062327e-324",
  "1.7976931348623159e308", "1" + "0".repeat(400), "0." + "0".repeat(400) + "1",
  "0." + "1".repeat(900), "8".repeat(30) + ".5", "true", "null", "12abc", "abc", "0.1.2", "- 1", "1e5x",
  "9007199254740992.5", "9007199254740993" + "0".repeat(790) + "1e-791", "1.0e+2", "e5", "+", "-", "0e0",
];
for (const t of texts) {
  put("number", [t], Number(t));
  put("float", [t], parseFloat(t));
  for (const r of [0, 2, 8, 10, 16, 36]) put("int", [t, r], parseInt(t, r || undefined));
}
for (let i = 0; i < 200; i++) {
  const t = String(randomDouble());
  put("number", [t], Number(t));
}
for (let i = 0; i < 100; i++) {
  const t = `${random() % 10000000000000000000n}.${random()}e${Number(random() % 600n) - 300}`;
  put("number", [t], Number(t));
}

// ---- conversions and comparisons ----
const day = new Date(Date.UTC(2024, 4, 3, 14, 5, 9, 7));
const things = [
  undefined, null, true, false, 0, 1, -0, NaN, 5, "", "0", "1", "5", "a", "b", "true", "10", "9", [], [5],
  [1, 2], ["a"], [[1, [2, null], undefined]], {}, { a: 1 }, day, new Date(NaN), /x\/y/gi, "\u{1f600}",
  "\uffee", " 5 ", "undefined", "null", "[object Object]", "1,2",
];
for (const a of things) {
  put("text", [a], String(a));
  if (!(a instanceof RegExp)) put("number", [a], Number(a));
  put("truthy", [a], !!a);
  put("typeof", [a], typeof a);
  put("json", [a], JSON.stringify(a));
  for (const b of things) {
    if (a !== b || typeof a !== "object") {
      put("loose", [a, b], a == b);
      put("strict", [a, b], a === b);
    }
    put("less", [a, b], a < b);
    put("least", [a, b], a <= b);
    put("add", [a, b], a + b);
  }
}
put("json", [{ b: [1, "é\u2028\"\\\n", { c: undefined, d: null }], 2: NaN, 1: day, "": [] }],
  JSON.stringify({ b: [1, "é\u2028\"\\\n", { c: undefined, d: null }], 2: NaN, 1: day, "": [] }));
put("json2", [{ b: [1, {}, []], a: { c: [[]] } }],
  JSON.stringify({ b: [1, {}, []], a: { c: [[]] } }, null, 2));

// ---- methods: [self, name, ...arguments] ----
const emoji = "a\u{1f600}é b";
const calls = [];
const each = (selves, name, ...lists) => {
  for (const s of selves) for (const l of lists) calls.push([s, name, ...l]);
};
const strings = ["", "abc", "Hello, World", emoji, "aXbXc", "  pad  ", "ÀÉÎõü ß", "ŁÓDŹ łódź", "a-b_c d"];
each(strings, "at", [], [0], [1], [-1], [99]);
each(["abc", "hello world"], "charAt", [0], [2], [9], [-1], ["1"], [1.7]);
each(strings, "charCodeAt", [0], [1], [2], [50]);
each(strings, "codePointAt", [0], [1], [2], [50]);
each(strings, "concat", [], ["x"], [1, null, [2, 3]]);
each(strings, "endsWith", [""], ["c"], ["b"], ["World"], ["b", 2]);
each(strings, "startsWith", [""], ["a"], ["Hello"], ["b", 1], ["é", 3]);
each(strings, "includes", [""], ["b"], ["é"], ["a", 1], [undefined]);
each(strings, "indexOf", [""], ["b"], ["é"], ["X"], ["X", 2], ["", 99], ["b", -5]);
each(strings, "lastIndexOf", [""], ["b"], ["é"], ["X"], ["X", 2], ["X", -1], ["l", NaN]);
each(strings, "padEnd", [8], [8, "ab"], [3, ""], [12, "é"]);
each(strings, "padStart", [8], [8, "ab"], [3, ""], [12, "é"]);
each(["abc", "", "é"], "repeat", [0], [1], [3], ["2"], [2.9]);
each(["abc", "Hello, World", "aXbXc", "a😀éb"], "slice", [], [1], [-2], [1, -1], [3, 1], [0, 99], ["1"], [null, 2]);
each(["abc", "Hello, World", "aXbXc"], "substring", [], [1], [-2], [1, -1], [3, 1], [0, 99], [NaN, 2]);
each(["abc", "Hello, World"], "substr", [], [1], [-2], [1, 1], [0, 99], [-2, 1], [1, -1]);
each(["abc", "a,b,,c", ",a,", "", "a1b22c", "éx"], "split", [], [","], [",", 2], [/,/], [/\d+/], [/(\d)/], [/,?/], ["abc"], ["x"]);
each(["abc", ""], "split", [""], ["", 2], [/(?:)/], [/b*/]);
each(strings, "toLowerCase", []);
each(strings, "toUpperCase", []);
each(["  a b ", "\u00a0x\ufeff\n", "\u2003", "", "é "], "trim", []);
each(["  a b ", "\u00a0x\ufeff\n", "\u2003", ""], "trimStart", []);
each(["  a b ", "\u00a0x\ufeff\n", "\u2003", ""], "trimEnd", []);
each(strings, "normalize", [], ["NFC"], ["NFD"]);
each(["e\u0301", "a\u0323\u0302", "a\u0302\u0323", "\u1e69", "s\u0307\u0323", "\uac01", "\u1100\u1161\u11a8", "\u212b", "\u0344", "q\u0307\u0323", "\u0958"], "normalize", ["NFC"], ["NFD"]);
each(["abc", "aXbXc", "$1", "a.b.c", "aéb"], "replace", ["X", "-"], ["b", "[$&$`$'$$]"], [/x/gi, "<$&>"], [/(a)(.)/, "$2$1$3"], [".", "!"], ["", "^"], [/$/, "end"], [/(?<l>b)/, "<$<l>>"], ["zz", "y"], [/b/]);
each(["abc", "aXbXc", "a.b.c", "aéb"], "replaceAll", ["X", "-"], [".", "$&$&"], ["", "|"], [/[abc]/g, "<$&>"], [/(?:)/g, "-"]);
each(["abc", "aXbXc", "x1y22"], "match", [/\d+/], [/\d+/g], ["b"], [/(b)(z)?/], [/[A-Z]/g], [/x*/g], [/nope/g]);
each(["abc", "x1y22", emoji], "search", [/\d/], [/b/], ["c"], [/é/]);
each(["a", "b", "A", "á", "z", "10", "9", "a b", "ab", "-", ""], "localeCompare", ["a"], ["B"], ["aa"], ["á"], ["1"], ["Z"]);
const lists = [[], [1, 2, 3], ["b", "a", "c"], [1, [2, [3, [4]]]], [NaN, null, undefined, "x"], [3, 1, 10, 2]];
each(lists, "at", [0], [-1], [7]);
each(lists, "concat", [], [[9]], [1, [2, [3]]]);
each(lists, "includes", [1], ["a"], [NaN], [undefined], [2, 2], [1, -1]);
each(lists, "indexOf", [1], ["a"], [NaN], [undefined], [2, 2], [1, -3]);
each(lists, "lastIndexOf", [1], ["a"], [NaN], [3, -1], [1, -99]);
each(lists, "join", [], ["-"], [""], [", "]);
each(lists, "slice", [], [1], [-1], [0, -1], [2, 1], [1, 99]);
each(lists, "flat", [], [0], [2], [Infinity]);
each(lists, "toString", []);
for (const [name, ...argLists] of [["push", [], [1], [1, "b"]], ["pop", []], ["shift", []], ["unshift", [], [0], [0, 1]], ["reverse", []], ["sort", []], ["fill", [0], [0, 1], [7, 0, -1]], ["splice", [], [1], [0, 1], [1, 1, "x", "y"], [-1], [0, 0, "z"], [1, 99]]])
  for (const list of lists)
    for (const args of argLists) {
      const copy = [...list];
      const answer = copy[name](...args);
      put("mutate", [list, name, ...args], [answer === copy ? "self" : answer, copy]);
    }
const days = [day, new Date(0), new Date(NaN), new Date(-1), new Date(Date.UTC(1999, 11, 31, 23, 59, 59, 999)), new Date(-62198755200001), new Date(253402300800000)];
for (const n of ["getTime", "getFullYear", "getMonth", "getDate", "getDay", "getHours", "getMinutes", "getSeconds", "getMilliseconds", "getUTCFullYear", "getUTCMonth", "getUTCDate", "getUTCDay", "getUTCHours", "getTimezoneOffset", "toString", "toDateString", "toTimeString", "toUTCString", "toJSON", "valueOf", "getYear"]) each(days, n, []);
each(days.filter((d) => !isNaN(d)), "toISOString", []);
const shown = [{}, { day: "numeric", month: "long", year: "numeric" }, { weekday: "long", day: "numeric", month: "long", year: "numeric" }, { weekday: "short", day: "numeric", month: "short", year: "numeric" }, { weekday: "long", day: "numeric", month: "long" }, { day: "numeric", month: "long" }, { month: "long", year: "numeric" }, { month: "short", year: "numeric" }, { day: "2-digit", month: "2-digit", year: "numeric" }, { day: "2-digit", month: "short", year: "numeric" }, { day: "numeric", month: "numeric", year: "2-digit" }, { weekday: "long" }, { month: "long" }, { year: "numeric" }, { day: "numeric" }, { month: "numeric", year: "numeric" }, { day: "numeric", month: "numeric" }, { hour: "2-digit", minute: "2-digit" }, { hour: "numeric", minute: "2-digit", hour12: true }];
const styles = ["full", "long", "medium", "short"];
for (const d of [day, new Date(Date.UTC(2023, 8, 9, 0, 0, 1))])
  for (const l of ["en-GB", "en-US"]) {
    for (const o of shown) {
      calls.push([d, "toLocaleDateString", l, o], [d, "toLocaleTimeString", l, o], [d, "toLocaleString", l, o]);
    }
    for (const s of styles) calls.push([d, "toLocaleDateString", l, { dateStyle: s }]);
    for (const s of ["medium", "short"]) calls.push([d, "toLocaleTimeString", l, { timeStyle: s }], [d, "toLocaleString", l, { dateStyle: s, timeStyle: s }]);
  }
each([{ a: 1 }, [1, 2], "ab"], "hasOwnProperty", ["a"], ["b"], [0], ["length"]);
each([{ a: 1 }, true, 5, 255.5], "toString", []);
each([255, 0.5, -255], "toString", [2], [16], [36]);
for (const p of [/\d+/, /^a.c$/, /[^]/, /[]/, /\u0061/, /\//, /a{2}/, /(a)|b\1/, /\bfoo\b/i, /^b/m, /a$/m, /a.b/s, /a.b/, /\s+/, /\S+/, /[\s]+/, /[\S]/, /[\d\-x]/, /\x41/, /[[]/, /[a[:alpha:]]/, /\p{Lu}/u, /\u{1f600}/u, /(?=b)b/, /(?<!a)b/, /(?<=a)b/, /\0/, /\cJ/, /[\b]/, /x*?/, /é/i, /\v/, /\h/, /\A/, /\z/, /\e/, /a{,2}/, /{/, /}/, /]/, /\1(a)/, /(?:a|ab)(?:c|bcd)(?:d*)/, /\8/, /\101/, /[\101]/, /^(?:\+|-)?\d+$/, /\-/, /[\w.-]+@[\w.-]+/])
  each(["", "abc", "aac", "foo bar", "a\nb", "a\u2028b", "A1 é É\u{1f600}", "a\u00a0b", "[x]{y}/-", "h A z e \v 8", "me@example.com", "abcd"], "match", [p]);
// Escapes, classes, groups and flags of patterns; what a replacement refers to.
for (const p of [/\u{61}b/u, /\ud83d\ude00/, /\u{61}/, /\u12/, /\xZ1/, /\x4/, /(?<w>b)\k<w>?/, /\k/, /\P{Lu}/u, /[^]b/, /o\Bo/, /[\B]/, /\q/, /\i/, /[\d-z]+/, /[a-\d]+/, /[\w-é]+/, /[\s-z]+/, /[^\S-]+/, /[a-]/, /[-a]/, /[^\]]/, /a+?b/, /(a)?(b)/, /(?:)/, /\cj/, /[\cJ]/, /\00/, /\07/, /\1/, /(a)\2/, /(a)(?<n>b)\2/, /\u00e9/i, /[\u0061-\u0063]+/, /[\x61-\x63]+/, /a{1,2}/, /a{1,}/, /(?!b)./, /x|y|/, /\$/, /\^/, /\p{L}+/u, /\p/, /[\p{L}]/u, /./u, /^.$/su, /[\s\S]/, /[\w\W]/, /\W+/, /\D+/, /\t|\n|\r|\f/])
  each(["", "abc", "foo", "aab", "bb", "A1 é É\u{1f600}", "a\nb", "k x u12 xZ1 q i $^"], "match", [p]);
const eleven = /(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)/;
each(["abcdefghijkl", "aab"], "replace", [eleven, "$11-$10-$1-$12-$99-$0-$00-$01"], ["a", "$<x>$1$"], [/(a)|(z)/g, "[$1$2]"], [/(?<w>z)|a/g, "[$<w>]"], [/(?<w>a)/, "$<nope>$<w"], [/a/g, "$`|$'|$&"], [/(?:)/g, "$$"]);
each(["a1b22c", "1", "12"], "split", [/(\d)/, 2], [/(\d)|(z)/, 3], [/\d/, 0], [",", 0], [/\d/, 1], [undefined], [undefined, 0], ["1", -1]);
each(["abc", "x1y22", emoji], "matchAll", [/[a-z]/g], [/(\d)(z)?/g], [/nope/g]);
each(["abc", "é"], "matchAll", [/(?:)/g]);
each(["abc", "x1y22"], "search", [undefined], [/y/], [/y/g]);
each([/a\nb/g, /\//, /[/]/, new RegExp(""), new RegExp("a\nb/c")], "toString", []);
each([/b(c)?/, /z/], "exec", ["abc"], ["b"], [undefined]);
each([/b/, /z/i], "test", ["abc"], ["Z"], [undefined]);
each(lists, "keys", []);
each(lists, "values", []);
each(lists, "entries", []);
each(lists, "toReversed", []);
each(lists, "toSorted", []);
each(lists, "toSpliced", [], [1], [0, 1, "x"], [-1, 1]);
each(lists.filter((list) => list.length), "with", [0, "x"], [-1, "y"]);
for (const list of lists)
  for (const args of [[0, 1], [1, 0], [-2, 0, 1], [0, -1], [9, 0], [0, 2, 1], [1, 0, 99]]) {
    const copy = [...list];
    copy.copyWithin(...args);
    put("mutate", [list, "copyWithin", ...args], ["self", copy]);
  }
for (const [self, name, ...args] of calls) {
  const answer = self[name](...(name.startsWith("toLocale") && self instanceof Date ? [args[0], { ...args[1], timeZone: "UTC" }] : args));
  // A list is what a template sees of an iterator.
  put("method", [self, name, ...args], typeof answer?.next === "function" ? [...answer] : answer);
}
