/** The load's process, from the outside. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figures, FromLoad, LoadOrder, ToLoad } from './load-process.ts';
import { fakeTime } from './wall-clock.ts';

const PROGRAM = fileURLToPath(new URL('./load-process.ts', import.meta.url));

export class Load {
  figures: Figures = { asked: 0, ok: 0, refused: 0, unknown: 0 };
  readonly #child: ChildProcess;
  readonly #clockFile: string;
  readonly #heard = new Map<string, FromLoad>();
  #changed = () => {};

  /** Resolves once every guest is there. */
  static async start(order: LoadOrder, folder: string): Promise<Load> {
    const clockFile = join(folder, 'clients.clock');
    await writeFile(clockFile, fakeTime.offset(0));
    const child = fork(PROGRAM, [JSON.stringify(order)], {
      env: { ...process.env, ...fakeTime.environment(clockFile) },
    });
    const load = new Load(child, clockFile);
    await load.#said('began');
    return load;
  }

  private constructor(child: ChildProcess, clockFile: string) {
    this.#child = child;
    this.#clockFile = clockFile;
    child.on('message', (message: FromLoad) => {
      if (message.what === 'figures') this.figures = message.figures;
      this.#heard.set(message.what, message);
      this.#changed();
    });
    child.on('exit', () => this.#changed());
  }

  /** @returns guests who were signed out, and hold what nobody can give back */
  async stop(): Promise<string[]> {
    this.#tell({ what: 'stop' });
    const said = await this.#said('stopped');
    return said.what === 'stopped' ? said.gone : [];
  }

  /** @returns the watches that did not come to these versions */
  async finish(heads: Record<string, number>): Promise<string[]> {
    const gone = once(this.#child, 'exit');
    this.#tell({ what: 'finish', heads });
    const said = await this.#said('finished');
    await gone;
    return said.what === 'finished' ? said.behind : [];
  }

  /** What watchers know counts no more: they are to be told anew. */
  forget(): void {
    this.#tell({ what: 'forget' });
  }

  async setClock(aheadSeconds: number): Promise<void> {
    await writeFile(this.#clockFile, fakeTime.offset(aheadSeconds));
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #tell(message: ToLoad): void {
    this.#child.send(message);
  }

  async #said(what: FromLoad['what']): Promise<FromLoad> {
    for (;;) {
      const found = this.#heard.get(what);
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null)
        throw new Error(`the load ended before it was ${what}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }
}
