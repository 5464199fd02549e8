/** What the bundler tells of one module, as far as it is read here. */
interface BundledModule {
  resource?: string;
}

interface Compilation {
  modules: Iterable<BundledModule>;
  errors: readonly { message: string; module?: BundledModule | null }[];
  moduleGraph: {
    getIssuer(module: BundledModule): BundledModule | null | undefined;
    getIncomingConnections(
      module: BundledModule,
    ): Iterable<{ originModule: BundledModule | null; dependency: { request?: string } | null }>;
  };
}

/** What stands in the way of a bundle, and which import of the user's brought it in. */
export interface Obstacle {
  kind: 'forbidden' | 'unresolved' | 'broken';
  /** The module that is imported, or the bundler's words. */
  what: string;
  /** The module of the user's from which it is reached; undefined where none is on the way. */
  file: string | undefined;
  /** What that one imports; the same as `what` where it does so itself. */
  specifier: string | undefined;
}

/** Collects from one run of the bundler what its error message leaves out. */
export class BundleLog {
  forbidden: readonly string[] = [];
  readonly obstacles: Obstacle[] = [];
  readonly #isUsers: (file: string) => boolean;
  readonly #requests: { request: string; issuer: string }[] = [];

  constructor(isUsers: (file: string) => boolean) {
    this.#isUsers = isUsers;
  }

  /** Called by the bundler for every import; it changes nothing. */
  readonly watch = async (data: {
    request?: string;
    contextInfo?: { issuer?: string };
  }): Promise<undefined> => {
    const request = (data.request ?? '').replace(/^node:/, '');
    const isForbidden = this.forbidden.some((name) => request === name || request.startsWith(`${name}/`));
    if (isForbidden) this.#requests.push({ request, issuer: data.contextInfo?.issuer ?? '' });
  };

  read(compilation: Compilation): void {
    const byResource = new Map([...compilation.modules].map((module) => [module.resource, module]));
    for (const { request, issuer } of this.#requests)
      this.#add(compilation, 'forbidden', request, byResource.get(issuer));
    for (const { message, module } of compilation.errors) {
      const missing = /Can't resolve '([^']+)'/.exec(message)?.[1];
      if (missing === undefined) this.#add(compilation, 'broken', message, module ?? undefined);
      else this.#add(compilation, 'unresolved', missing, module ?? undefined);
    }
  }

  #add(
    { moduleGraph }: Compilation,
    kind: Obstacle['kind'],
    what: string,
    from: BundledModule | undefined,
  ): void {
    let specifier: string | undefined = what;
    let at = from;
    while (at && !this.#isUsers(at.resource ?? '')) {
      const issuer: BundledModule | undefined = moduleGraph.getIssuer(at) ?? undefined;
      const links = [...moduleGraph.getIncomingConnections(at)];
      specifier = links.find(({ originModule }) => originModule === issuer)?.dependency?.request;
      at = issuer;
    }
    this.obstacles.push({ kind, what, file: at?.resource, specifier });
  }
}
