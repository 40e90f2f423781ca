import { t } from '../texts/index.ts';
import { useConnection } from './live/client.ts';

/** In the place of a part that is missing (`usePart`): why, and what can be done about it. */
export function NotLoaded() {
  const isOnline = useConnection() === 'online';
  return (
    <div className="notice" role="status">
      <p>{isOnline ? t.common.notLoaded : t.common.needsConnection}</p>
      {isOnline && (
        <button type="button" className="quiet" onClick={() => window.location.reload()}>
          {t.shell.reload}
        </button>
      )}
    </div>
  );
}
