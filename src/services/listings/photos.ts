/** Which pictures of a listing pages may show: a browser that loads one tells its host who looks at what. */
import type { Apartment } from '../../protocol/terms.ts';

/** @param hosts of pictures that may be shown, such as `images.example.com` or `localhost:8443` */
export function withShownPhotos(apartment: Apartment, hosts: readonly string[]): Apartment {
  const { photos: all, ...rest } = apartment;
  const photos = all?.filter(({ url }) => hosts.includes(new URL(url).host)) ?? [];
  return photos.length === 0 ? rest : { ...rest, photos };
}
