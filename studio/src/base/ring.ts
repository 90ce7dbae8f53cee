/**
 * A buffer of fixed capacity between a fast producer and a reader that comes once a frame.
 *
 * When it is full the oldest entries give way, and `dropped` counts them: the reader then knows that it must
 * ask the server again instead of trusting what it has.
 */
export class Ring<T> {
  #slots: (T | undefined)[];
  #first = 0;
  #size = 0;
  dropped = 0;

  constructor(readonly capacity: number) {
    this.#slots = Array.from({ length: capacity });
  }

  get size(): number {
    return this.#size;
  }

  push(value: T): void {
    this.#slots[(this.#first + this.#size) % this.capacity] = value;
    if (this.#size < this.capacity) {
      this.#size += 1;
      return;
    }
    this.#first = (this.#first + 1) % this.capacity;
    this.dropped += 1;
  }

  /** Everything that waits, oldest first; the ring is empty and `dropped` zero afterwards. */
  drain(): { values: T[]; dropped: number } {
    const values: T[] = [];
    for (let offset = 0; offset < this.#size; offset += 1) {
      const slot = (this.#first + offset) % this.capacity;
      values.push(this.#slots[slot] as T);
      this.#slots[slot] = undefined;
    }
    const { dropped } = this;
    this.#first = 0;
    this.#size = 0;
    this.dropped = 0;
    return { values, dropped };
  }
}
