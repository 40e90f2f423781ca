import { pluralIn } from '../plural.ts';

/** Signing in and up. */
export const account = {
  signIn: 'Sign in',
  signUp: 'Sign up',
  oneMoment: 'One moment …',
  haveAccount: 'You have an account?',
  noAccount: 'No account yet?',
  withoutAccount: 'You can also hold and book without one.',
  heldAsGuest: pluralIn('en')({
    one: 'You hold a stay as a guest without an account. It comes along to the account.',
    other: 'You hold # stays as a guest without an account. They come along to the account.',
  }),
  name: 'Name',
  email: 'E-mail',
  password: 'Password',
  passwordRule: (characters: number) => `At least ${characters} characters.`,
  wrong: 'That is not the e-mail and password of an account',
  wrongWayOut: 'Check both and try again.',
  forStaff: 'Sign in as an admin to see every hold and booking as it happens.',
  forHosts: 'Sign in as a host to see and change your apartments.',
  notStaff: 'This account may not. Sign in with one that may.',
};
