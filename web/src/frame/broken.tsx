/** A page that threw while it was drawn says so instead of leaving nothing; the frame around it stays. */
import { Component, type ReactNode } from 'react';
import { t } from '../texts/index.ts';

export class Broken extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <section className="narrow" role="alert">
        <h1>{t.shell.broken}</h1>
        <p>{t.shell.brokenBecause}</p>
        <button type="button" className="primary" onClick={() => window.location.reload()}>
          {t.shell.reload}
        </button>
      </section>
    );
  }
}
