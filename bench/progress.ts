/** Progress of a run: a bar on a terminal; elsewhere a line at each new stage and every few seconds. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  show(label: string, done: number, total: number): void;
  end(): void;
}

const LINE_EVERY_MS = 5_000;

export function startProgress(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? bar(stream) : lines(stream);
}

function bar(stream: NodeJS.WriteStream): Progress {
  let shown: { bar: SingleBar; label: string } | undefined;
  const end = () => {
    shown?.bar.stop();
    shown = undefined;
  };
  return {
    show(label, done, total) {
      if (shown?.label !== label) {
        end();
        const next = new SingleBar({ stream, format: '{label} {bar} {percentage} %', clearOnComplete: true });
        next.start(total, done, { label: label.padEnd(36) });
        shown = { bar: next, label };
      }
      shown.bar.update(done);
    },
    end,
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  let lastLabel = '';
  let lastMs = 0;
  return {
    show(label, done, total) {
      const now = performance.now();
      if (label === lastLabel && now - lastMs < LINE_EVERY_MS) return;
      lastLabel = label;
      lastMs = now;
      stream.write(`${label} ${Math.floor((100 * done) / Math.max(1, total))} %\n`);
    },
    end() {},
  };
}
