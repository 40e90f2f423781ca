/** Every route, by resource: each file has its routes, with what they do. */
import type { Caller } from '../caller.ts';
import { guestCommands, managementCommands } from '../commands.ts';
import { Dispatch, type DispatchOptions } from '../dispatch.ts';
import type { ResourceParts } from './resource.ts';
import { accountRoutes } from './resources/accounts.ts';
import { adminRoutes } from './resources/admin.ts';
import { hostingRoutes } from './resources/hosting.ts';
import { stayRoutes } from './resources/stays.ts';
import type { Router } from './route.ts';

export function defineRoutes(
  route: Router,
  parts: Omit<ResourceParts, 'dispatch'>,
  options: DispatchOptions,
): void {
  const commands = { ...guestCommands<Caller>(parts), ...managementCommands<Caller>(parts) };
  const handed: ResourceParts = { ...parts, dispatch: new Dispatch(commands, options) };
  for (const define of [accountRoutes, stayRoutes, hostingRoutes, adminRoutes]) define(route, handed);
}
