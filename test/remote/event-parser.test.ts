import { createParser } from 'eventsource-parser';
import { expect, test } from 'vitest';
import { EventParser } from '../../src/remote/event-parser.ts';

/** What the parser of the reference makes of it; it leaves the last id to whoever asks. */
function expected(text: string) {
  const events: { name: string; data: string; lastId: string }[] = [];
  let lastId = '';
  const onEvent = ({
    event,
    data,
    id,
  }: {
    event?: string | undefined;
    data: string;
    id?: string | undefined;
  }) => void events.push({ name: event ?? 'message', data, lastId: (lastId = id ?? lastId) });
  const parser = createParser({ onEvent });
  parser.feed(text);
  return events;
}

const CASES: [string, string][] = [
  ['the example of the standard with three lines', 'data: YHOO\ndata: +2\ndata: 10\n\n'],
  [
    'comments, ids, and an id that is taken back',
    ': test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n',
  ],
  ['empty data, and an event that has not ended', 'data\n\ndata\ndata\n\ndata:'],
  ['a space that is no part of the value', 'data:test\n\ndata: test\n\n'],
  ['names of events', 'event: end\nid: end\ndata: {}\n\nevent\ndata: x\n\n'],
  ['a name without data, which is no event', 'event: add\n\ndata: 1\n\n'],
  ['an id with a NUL, which is none', 'id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n'],
  ['an id that outlives its event', 'id: 7\ndata: a\n\ndata: b\n\n'],
  ['fields of other names, and lines without a colon', 'foo: bar\nhello\ndata: x\nDATA: y\n\n'],
  ['line breaks of all three kinds', 'data: a\rdata: b\r\ndata: c\n\rdata: d\r\n\r\n'],
  ['values with colons and other breaks than those of lines', 'data: a: b:\u2028c\u0085\n\n'],
  ['a time to retry, and what is none', 'retry: 250\ndata: x\n\nretry: soon\n\n'],
  ['several blank lines', '\n\n\ndata: x\n\n\n\ndata: y\n\n'],
];

test.each(CASES)('reads as the reference does: %s', (_, text) => {
  const whole = new EventParser().push(text);
  expect(whole).toEqual(expected(text));
  for (let cut = 0; cut <= text.length; cut++) {
    const parser = new EventParser();
    expect([...parser.push(text.slice(0, cut)), ...parser.push(text.slice(cut))]).toEqual(whole);
  }
  const parser = new EventParser();
  expect([...text].flatMap((character) => parser.push(character))).toEqual(whole);
});

test('keeps the time to retry that the stream has told last', () => {
  const parser = new EventParser();
  expect(parser.retryMs).toBeUndefined();
  parser.push('retry: 250\n\nretry: 1e3\nretry:\n\n');
  expect(parser.retryMs).toBe(250);
});
