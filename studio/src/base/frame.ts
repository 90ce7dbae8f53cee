/** Calls `run` at most once per animation frame, however often it is asked. */
export class Frame {
  #handle = 0;

  constructor(
    private readonly run: () => void,
    private readonly request: (callback: () => void) => number = (callback) => requestAnimationFrame(callback),
    private readonly cancel: (handle: number) => void = (handle) => cancelAnimationFrame(handle),
  ) {}

  ask(): void {
    if (this.#handle !== 0) return;
    this.#handle = this.request(() => {
      this.#handle = 0;
      this.run();
    });
  }

  stop(): void {
    if (this.#handle !== 0) this.cancel(this.#handle);
    this.#handle = 0;
  }
}
