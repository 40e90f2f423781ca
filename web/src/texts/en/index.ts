import { account } from './account.ts';
import { admin } from './admin.ts';
import { apartment } from './apartment.ts';
import { chart } from './chart.ts';
import { common } from './common.ts';
import { find } from './find.ts';
import { history } from './history.ts';
import { hosting } from './hosting.ts';
import { refusal } from './refusal.ts';
import { shell } from './shell.ts';
import { stays } from './stays.ts';

export const texts = {
  common,
  shell,
  refusal,
  account,
  find,
  apartment,
  stays,
  chart,
  admin,
  history,
  hosting,
};
export type Texts = typeof texts;
