/** Name and e-mail as last typed, for as long as the tab is open. */
export interface GuestContact {
  readonly name: string;
  readonly email: string;
}
const KEY = 'nightlatch.contact';

export function readContact(): GuestContact {
  try {
    const { name, email } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<GuestContact>;
    return { name: String(name ?? ''), email: String(email ?? '') };
  } catch {
    return { name: '', email: '' };
  }
}

export function writeContact(contact: GuestContact): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(contact));
  } catch {
    // Forbidden by the browser: the form forgets, nothing else.
  }
}
