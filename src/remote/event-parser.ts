/** One event of a stream, as a browser's EventSource would dispatch it. */
export interface ServerSentEvent {
  /** `message` where the stream names none. */
  name: string;
  data: string;
  /** The last one that the stream has told, with this event or before. */
  lastId: string;
}

/** Reads `text/event-stream` as the HTML standard has it, however it is cut into pieces. */
export class EventParser {
  #rest = '';
  #name = '';
  #data: string[] = [];
  #lastId: string;
  /** After how many milliseconds the stream asks to connect again; undefined while it has not said. */
  retryMs: number | undefined;

  constructor(lastId = '') {
    this.#lastId = lastId;
  }

  /** The events that end in this piece. */
  push(piece: string): ServerSentEvent[] {
    const text = this.#rest + piece;
    // A carriage return at the end may be half of a line break.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\n|\r/);
    this.#rest = lines.pop()! + text.slice(end);
    return lines.flatMap((line) => (line === '' ? this.#dispatch() : this.#field(line)));
  }

  #field(line: string): [] {
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#name = value;
    else if (field === 'id' && !value.includes('\0')) this.#lastId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return [];
  }

  #dispatch(): ServerSentEvent[] {
    const event = { name: this.#name || 'message', data: this.#data.join('\n'), lastId: this.#lastId };
    const isEmpty = this.#data.length === 0;
    this.#name = '';
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}
