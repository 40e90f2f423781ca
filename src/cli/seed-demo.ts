export async function seedDemo(_parts: unknown): Promise<void> {}
