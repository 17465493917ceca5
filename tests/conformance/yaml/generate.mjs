// SPDX-License-Identifier: MIT
//
// Random YAML texts: as authors write them, the same with a few characters changed, and sequences
// of YAML's marks.
export function generator(seed) {
  seed >>>= 0;
  const random = (n) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 4294967296) * n);
  };
  const pick = (list) => list[random(list.length)];
  const times = (n, make) => Array.from({ length: n }, (_, i) => make(i));
  const indent = (text, by) => text.split('\n').map((l, i) => (i && l ? ' '.repeat(by) + l : l)).join('\n');

  const digits = (n, from = '0123456789') => times(1 + random(n), () => pick([...from])).join('');
  const NUMBERS = [
    () => digits(6), () => `0${digits(4)}`, () => `0o${digits(3, '012345678')}`, () => `0x${digits(4, '0123456789abcdefABCDEFg')}`, () => `0b${digits(5, '012')}`,
    () => `${digits(2)}:${digits(2)}`, () => `${digits(2)}:${digits(2)}:${digits(2)}.${digits(2)}`, () => `${digits(3)}_${digits(3)}`, () => `${digits(3)}.${digits(3)}`,
    () => `.${digits(3)}`, () => `${digits(2)}e${pick(['', '+', '-'])}${digits(2)}`, () => `${digits(2)}.${pick(['', digits(2)])}E${digits(1)}`, () => pick(['.inf', '.Inf', '.nan', '.NAN', '.iNf']),
  ];
  const number = () => pick(['', '', '', '-', '+']) + pick(NUMBERS)();
  const date = () => `${pick(['2024', '1999', '0099', '20240'])}-${digits(2)}-${pick(['01', '1', '31', '99'])}${pick(['', '', 'T10:00:00Z', ' 9:05:06', ' 10:20:30 +1', 't1:02:03.4567-05:30', ' 10:00'])}`;
  const WORDS = ['text', 'Café', 'a b', "it's", 'say "hi"', '£5', '日本', '\u{1f600}', 'http://example.org/?a=1#b', 'a:b', 'a#b', 'x, y', '100%', '50 @ 2', '-x', '?x', ':x', '\u00a0', 'a\u2028b', '=', 'no', 'null', 'true', '~'];
  const escape = () => pick(['\\n', '\\t', '\\"', '\\\\', '\\u00e9', '\\ud83d\\ude00', '\\ud83d', '\\x41', '\\/', '\\U0001F600', '\\N', '\\_', '\\e', '\\0']);
  const quoted = () => pick([
    () => `"${times(random(4), () => pick([pick(WORDS).replace(/["\\]/g, ''), escape(), ' ', '\\\\'])).join('')}"`,
    () => `'${times(random(3), () => pick(WORDS).replace(/'/g, "''")).join(' ')}'`,
  ])();
  const plain = () => pick([() => pick(WORDS), () => pick(WORDS), number, number, date, () => `${pick(WORDS)} ${pick(WORDS)}`])();
  const tag = () => (random(8) ? '' : random(3) ? pick(['!!str ', '! ']) : pick(['!!int ', '!!float ', '!!binary ', '!x ', '!!null ', '!!bool ', '!!timestamp ']));
  let anchors = [];
  const anchor = () => {
    if (random(12)) return '';
    anchors.push(pick(['a', 'b', 'a-b.c', 'é', 'x/1']));
    return `&${anchors.at(-1)} `;
  };
  const alias = () => `*${anchors.length && random(20) ? pick(anchors) : 'a'}`;
  const scalar = () => (random(15) ? anchor() + tag() + (random(3) ? plain() : quoted()) : anchors.length || !random(10) ? alias() : plain());
  const key = () => pick([() => pick(['a', 'b', 'title', 'tags', 'k 1', 'x-y', 'parent.url', '1', 'null', '2024-01-01', 'é']) + pick(['', random(99)]), () => pick(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) + random(99), () => pick(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) + random(99), () => `"k${random(999)}"`, () => pick([quoted, number, number, () => '<<'])()])();
  const flow = (depth) => {
    const item = () => (depth > 0 && random(3) === 0 ? flow(depth - 1) : scalar());
    const comma = () => pick([', ', ',', ' , ', ',\n  ', ',  # c\n  ']);
    const list = (make) => times(random(4), make).map((x, i) => (i ? comma() : '') + x).join('');
    return pick([
      () => `[${list(item)}${pick(['', '', '', ',', ' '])}]`,
      () => `{${list(() => pick([() => `${key()}: ${item()}`, () => `${key()}: ${item()}`, () => key(), () => `${key()}:${quoted()}`, () => `"k${random(99)}":${item()}`, () => `? ${item()} : ${item()}`])())}${pick(['', '', ',', ' '])}}`,
      () => `[${list(() => `${key()}: ${item()}`)}]`,
    ])();
  };
  const line = () => pick([plain, plain, () => '', () => ` ${plain()}`, () => `# ${plain()}`, () => `- ${plain()}`, () => '\t' + plain()])();
  const block = () => `${pick(['|', '>'])}${pick(['', '', '', '-', '+', '2', '1-', '+2'])}${pick(['', '', ' # c'])}\n  ${times(1 + random(5), line).join('\n  ')}${pick(['', '\n', '\n\n', '\n  '])}`;
  const comment = () => pick(['', '', '', '', '', '', ' # c', '\n# c', '\n', '\n  # c']);
  const lines = () => pick([() => `${pick(WORDS)}\n  ${pick(WORDS)}`, () => `"${pick(['x', 'y '])}\n  ${pick(['z', '\\ z'])}${pick(['', '\n\n  w', ' \\\n  v'])}"`, () => `'x ${pick(['', '\t'])}\n\n  y'`])();
  const value = (depth, by) => {
    if (depth <= 0) return ` ${scalar()}`;
    return pick([
      () => ` ${scalar()}`, () => ` ${scalar()}`, () => ` ${flow(2)}`, () => ` ${anchor()}${flow(2)}`, () => (anchors.length ? ` ${alias()}` : ''), () => ` ${block()}`, () => ` ${lines()}`, () => '',
      () => indent(`${pick([' ', ' ', ` ${anchor()}`, ' ', ' ', ' ', ' !!map ', ' !!set ']).trimEnd()}\n${mapping(depth - 1)}`, by),
      () => indent(`${pick([' ', ' ', ` ${anchor()}`, ' ', ' ', ' ', ' !!seq ', ' !!omap ', ' !!pairs ']).trimEnd()}\n${sequence(depth - 1)}`, pick([0, by, by])),
    ])();
  };
  const mapping = (depth) => times(1 + random(4), () => pick([
    () => `${key()}:${value(depth, 2)}${comment()}`, () => `${key()}:${value(depth, pick([1, 2, 2, 4]))}${comment()}`, () => `${key()} :${value(depth, 2)}`,
    () => `? ${indent(random(2) ? scalar() : sequence(0), 2)}\n:${value(depth, 2)}`, () => `? ${plain()}`, () => `<<: ${anchors.length ? alias() : '{m1: 1, m2: x}'}`, () => `${anchor()}${key()}:${value(depth, 2)}`,
  ])()).join('\n');
  const sequence = (depth) => times(1 + random(4), () => pick([
    () => `-${value(depth, 2)}${comment()}`, () => `-${value(depth, 2)}`, () => `- ${indent(mapping(depth - 1), 2)}`, () => `- ${indent(sequence(0), 2)}`, () => '-', () => `-   ${indent(mapping(0), 4)}`,
  ])()).join('\n');

  function document() {
    anchors = [];
    const body = pick([() => mapping(3), () => mapping(3), () => mapping(2), () => sequence(3), () => flow(3), scalar, block, lines])();
    return pick(['', '', '', '', '---\n', '--- ', '%YAML 1.2\n---\n', '# c\n', '\n', ' ']) + body + pick(['', '\n', '\n', '\n', '\n', '\n\n', '\n...\n', ' ', '\n# end', random(4) ? '' : '\n---\n']);
  }
  const HOSTILE = [...' \t\n\n:-?,[]{}#&*!|>\'"%@`~<=+\\./\r', ': ', '- ', '? ', ' #', '\n  ', '\n ', '\n---\n', '\n...\n', '!!str ', '&a ', '*a', '<<: ', '""', "''", '{}', '[]', '\u0085', '\u2028', '\x01', '\ufeff', ',,', ':,', ':\t', '\n\t'];
  function mutated() {
    let text = document();
    for (let n = 1 + random(3); n; n--) {
      const at = random(text.length + 1);
      text = pick([
        () => text.slice(0, at) + pick(HOSTILE) + text.slice(at), () => text.slice(0, at) + text.slice(at + 1 + random(3)), () => text.slice(0, at),
        () => text.slice(0, at) + pick(HOSTILE) + text.slice(at + 1), () => text.split('\n').map((l) => (random(6) ? l : ` ${l}`)).join('\n'), () => text.slice(0, at) + text.slice(random(text.length + 1)),
      ])();
    }
    return text;
  }
  const soup = () => times(1 + random(12), () => (random(3) ? pick(HOSTILE) : pick(['a', 'b', '1', 'x y', 'k', '01:20', '"q"', "'s'"]))).join('');
  return { document, mutated, soup };
}
