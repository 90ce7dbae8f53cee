/**
 * Calls `run` at most once per animation frame, however often it is asked, and not before the time is over that
 * `run` asked for when it was called last, in ms.
 */
export class Frame {
  #handle = 0;
  #timer = 0;
  #asked = false;

  constructor(private readonly run: () => number) {}

  ask(): void {
    this.#asked = true;
    if (this.#handle !== 0 || this.#timer !== 0) return;
    this.#handle = requestAnimationFrame(() => {
      this.#handle = 0;
      this.#asked = false;
      const rest = this.run();
      if (rest > 0) this.#timer = setTimeout(() => this.#wake(), rest);
    });
  }

  stop(): void {
    cancelAnimationFrame(this.#handle);
    clearTimeout(this.#timer);
    this.#handle = 0;
    this.#timer = 0;
    this.#asked = false;
  }

  #wake(): void {
    this.#timer = 0;
    if (this.#asked) this.ask();
  }
}
