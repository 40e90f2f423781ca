/** Where an admin can go from one of the admin's pages. */
import type { PageName } from '../route.ts';
import { Link } from '../router.tsx';
import { t } from '../texts/index.ts';
import '../styles/admin-nav.css';

const PAGES = [
  ['admin', '/admin'],
  ['figures', '/admin/figures'],
  ['servers', '/admin/servers'],
] as const satisfies readonly (readonly [PageName, string])[];

/** @param page undefined on a page that is none of these but belongs to them */
export function AdminNav({ page }: { page: (typeof PAGES)[number][0] | undefined }) {
  return (
    <nav className="admin-nav" aria-label={t.admin.navigation}>
      {PAGES.map(([name, address]) => (
        <Link key={name} href={address} aria-current={name === page ? 'page' : undefined}>
          {t.shell.titles[name]}
        </Link>
      ))}
    </nav>
  );
}
