/** A window as narrow as a phone's: what is folded there, or waits, does so by this media query, here and in style sheets. */
export const PHONE = '(max-width: 42rem)';
