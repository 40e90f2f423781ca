/** One apartment: its calendar, choosing, holding, paying. */
export const apartment = { title: 'Apartment' };
