/** The first picture of an apartment; where there is none, or it cannot be loaded, its front is drawn. */
import { useState } from 'react';
import type { Apartment } from '../../../../src/client/index.ts';
import { Facade } from '../stay/facade.tsx';

export function Picture({ apartment: { id, photos = [] } }: { apartment: Apartment }) {
  const [photo] = photos;
  const [failedUrl, setFailedUrl] = useState<string>();
  if (photo === undefined || photo.url === failedUrl) return <Facade apartmentId={id} />;
  return (
    <img
      className="photo"
      src={photo.url}
      alt={photo.alt}
      width={photo.width}
      height={photo.height}
      decoding="async"
      referrerPolicy="no-referrer"
      onError={() => setFailedUrl(photo.url)}
    />
  );
}
