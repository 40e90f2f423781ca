/** The way into a field from an error that names it. */
import { fieldId } from './field-places.ts';

const FOCUSABLE = 'input:not([type=hidden]), textarea, button, [tabindex="0"]';

/** Moves the focus into the field, or the nearest thing around it that the page has. */
export function focusField(path: string): void {
  for (let parts = path.split('.'); parts.length > 0; parts = parts.slice(0, -1)) {
    const field = document.getElementById(fieldId(parts.join('.')));
    const target = field?.matches(FOCUSABLE) ? field : field?.querySelector<HTMLElement>(FOCUSABLE);
    if (target != null) {
      target.focus();
      return;
    }
  }
}
