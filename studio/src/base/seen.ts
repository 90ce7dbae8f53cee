const RECENT = 1000;

/**
 * A set that is never changed and grows cheaply: what came last is copied with every addition, and only now
 * and then joined with the rest.
 */
export class Seen {
  static readonly none = new Seen(new Set(), new Set());

  private constructor(
    private readonly settled: ReadonlySet<string>,
    private readonly recent: ReadonlySet<string>,
  ) {}

  static of(ids: Iterable<string>): Seen {
    return new Seen(new Set(ids), new Set());
  }

  get size(): number {
    return this.settled.size + this.recent.size;
  }

  has(id: string): boolean {
    return this.recent.has(id) || this.settled.has(id);
  }

  /** This set and `ids`, none of which it has. */
  with(ids: readonly string[]): Seen {
    if (ids.length === 0) return this;
    if (this.recent.size + ids.length > RECENT) return new Seen(new Set([...this.settled, ...this.recent, ...ids]), new Set());
    return new Seen(this.settled, new Set([...this.recent, ...ids]));
  }
}
