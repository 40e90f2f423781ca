/** Leaving with unsaved changes is asked about: by the browser when the page goes, here when another one is gone to. */
import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';
import { navigate } from '../../router.tsx';
import { ModalDialog } from '../../shared/widgets/modal-dialog.tsx';
import { t } from '../../texts/index.ts';

export function LeaveWarning({ isUnsaved }: { isUnsaved: boolean }) {
  const [to, setTo] = useState<string>();
  useEffect(() => {
    if (!isUnsaved) return;
    const leaving = (event: BeforeUnloadEvent) => event.preventDefault();
    const followed = (event: MouseEvent) => {
      const link = (event.target as Element | null)?.closest('a');
      if (link == null || link.target !== '' || event.button !== 0) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      const url = new URL(link.href, window.location.href);
      if (url.origin !== window.location.origin || url.pathname === window.location.pathname) return;
      event.preventDefault();
      event.stopPropagation();
      setTo(url.pathname + url.search);
    };
    window.addEventListener('beforeunload', leaving);
    // Before the link itself hears of it.
    document.addEventListener('click', followed, true);
    return () => {
      window.removeEventListener('beforeunload', leaving);
      document.removeEventListener('click', followed, true);
    };
  }, [isUnsaved]);
  if (to === undefined) return null;
  const says = t.hosting.leave;
  return (
    <ModalDialog title={says.title} isWide onClose={() => setTo(undefined)}>
      <p>{says.because}</p>
      <div className="actions">
        <Button className="primary" onPress={() => setTo(undefined)}>
          {says.stay}
        </Button>
        <Button className="quiet" onPress={() => navigate(to)}>
          {says.leave}
        </Button>
      </div>
    </ModalDialog>
  );
}
