/** A host's apartments, and the forms that change them. */
export const hosting = { title: 'My apartments' };
