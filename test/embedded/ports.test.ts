import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { choosePorts, MAIL_PORTS, portsFrom, TEMPORAL_PORTS } from '../../src/embedded/ports.ts';

async function occupiedPort(): Promise<number> {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('the ports of the embedded servers', () => {
  it('are different ones that nobody uses, outside the range for outgoing connections', async () => {
    const ports = Object.values(await choosePorts(TEMPORAL_PORTS, {}));
    expect(new Set(ports).size).toBe(4);
    for (const port of ports) expect(port).toSatisfy((p: number) => p >= 20_000 && p < 32_000);
  });

  it('stay what they were, but for those that somebody else has taken or that our other server has', async () => {
    const saved = await choosePorts(TEMPORAL_PORTS, {});
    const taken = await occupiedPort();
    const again = await choosePorts(TEMPORAL_PORTS, { ...saved, ui: taken });
    expect(again).toMatchObject({ grpc: saved.grpc, http: saved.http, metrics: saved.metrics });
    expect(again.ui).not.toBe(taken);
    const mail = await choosePorts(MAIL_PORTS, { ...saved, smtp: saved.grpc });
    expect(Object.values(saved)).not.toContain(mail.smtp);
  });

  it('are read from a file only as far as they make sense', () => {
    expect(portsFrom({ grpc: 20_001, ui: '20002', http: -1, metrics: 70_000, other: 1 })).toEqual({
      grpc: 20_001,
    });
    expect(portsFrom(null)).toEqual({});
  });
});
