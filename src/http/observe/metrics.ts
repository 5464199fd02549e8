import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Load } from '../limits/load.ts';

/** From what a cache answers to the longest wait. */
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/**
 * What one API process counts. Labels come from the route table and the catalogue only, never from what a request holds:
 * else whoever asks could fill the memory with series.
 */
export class ApiMetrics {
  readonly #registry = new Registry();
  readonly #registers = [this.#registry];
  readonly #requests = new Histogram({
    name: 'do_http_request_duration_seconds',
    help: 'Requests by route and status, and how long they took.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS_S,
    registers: this.#registers,
  });
  readonly #refused = new Counter({
    name: 'do_http_refused_total',
    help: 'Requests that were refused: overload, caller_rate, address_rate, key.',
    labelNames: ['why'],
    registers: this.#registers,
  });
  readonly #accepted = new Counter({
    name: 'do_invocations_accepted_total',
    help: 'Invocations that were started, joined or replayed, by action or workflow.',
    labelNames: ['name'],
    registers: this.#registers,
  });
  #isWhole = false;

  watch(load: Load): void {
    new Gauge({
      name: 'do_http_requests_open',
      help: 'Requests that are served now, and those that wait for an invocation to close.',
      labelNames: ['state'],
      registers: this.#registers,
      collect() {
        this.set({ state: 'active' }, load.active);
        this.set({ state: 'waiting' }, load.waiting);
      },
    });
  }

  answered(labels: { method: string; route: string; status: number }, seconds: number): void {
    this.#requests.observe(labels, seconds);
  }

  refused = (why: 'overload' | 'caller_rate' | 'address_rate' | 'key'): void => this.#refused.inc({ why });

  accepted = (name: string): void => this.#accepted.inc({ name });

  /** In the text format of Prometheus. Those of the process are watched from the first time on: it costs a little. */
  async text(): Promise<{ type: string; body: string }> {
    if (!this.#isWhole) collectDefaultMetrics({ register: this.#registry });
    this.#isWhole = true;
    return { type: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
