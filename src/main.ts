#!/usr/bin/env node
/** The command line. Each command is a file in cli/; what goes wrong ends in one sentence and exit code 1. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { giveRole } from './cli/account.ts';
import { archive } from './cli/archive.ts';
import { cluster } from './cli/cluster.ts';
import { eraseGuest, eraseUnreadable } from './cli/erase.ts';
import { accept, showHistory } from './cli/history.ts';
import { importListings } from './cli/import.ts';
import { addKey, addPeerKey, listKeys, listPeerKeys } from './cli/keys.ts';
import { CLUSTER_NODES_MAX } from './cli/local-cluster/limits.ts';
import { listRefusedRefunds, refundDone } from './cli/refunds.ts';
import { serve } from './cli/serve.ts';
import { verify } from './cli/verify.ts';
import { ConfigProblem, configTable, readConfig } from './config.ts';
import { SubjectKind } from './protocol/resources.ts';

const program = new Command('nightlatch')
  .description('A real-time booking server for apartments.')
  .version('0.1.0')
  .addHelpText('after', () => {
    const lines = configTable().map(
      ({ name, fallback, meaning }) => `  ${name.padEnd(30)} ${meaning} [${fallback}]`,
    );
    return `\nEnvironment:\n${lines.join('\n')}`;
  });

program
  .command('serve')
  .description('run the server')
  .action(() => serve(readConfig(process.env)));

program
  .command('cluster')
  .description('run several servers on this machine, with all that they need, behind one address')
  .option('--nodes <n>', `servers, 1 to ${CLUSTER_NODES_MAX}`, wholeNumber(1, CLUSTER_NODES_MAX), 3)
  .option(
    '--port <n>',
    'port of the first server, the others follow; 0: free ones',
    wholeNumber(0, 65_535),
    3_001,
  )
  .option('--no-restart', 'leave a server that died away')
  .option('--verbose', 'show what the servers log')
  // Here REDIS_URL is its servers', and so is what must stand beside it.
  .action((flags) => cluster(readConfig({ ...process.env, REDIS_URL: undefined }), process.env, flags));

program
  .command('import')
  .description('bring data in')
  .command('listings <file>')
  .description(
    "import Inside Airbnb's listings.csv, summary or detailed; repeatable, beside a running server or without one",
  )
  .option('--source <name>', 'namespace of the ids in the file', 'airbnb')
  .option(
    '--currency <code>',
    "ISO 4217 currency of the prices (default: the listings' own; of new ones USD)",
  )
  .option('--city <name>', 'city, for files that do not name it')
  .option('--country <name>', 'country, where the coordinates do not tell')
  .option('--overwrite', "take the file's where somebody has changed a listing here since the last import")
  .option(
    '--report <file>',
    'write every skipped, kept and adjusted line there instead of the first few here',
  )
  .action((file, options) => importListings(readConfig(process.env), file, options));

program
  .command('account <email>')
  .description(
    'make an account a guest, a host or an admin, with the password in NIGHTLATCH_ACCOUNT_PASSWORD, or one that is made and printed; a guest keeps theirs',
  )
  .addOption(
    new Option('--role <role>', 'what they are from now on')
      .choices(SubjectKind.options)
      .makeOptionMandatory(),
  )
  .action((email, { role }) => giveRole(readConfig(process.env), email, role));

const keys = program
  .command('keys')
  .description('list the keys behind tokens, without their secrets')
  .action(() => listKeys(readConfig(process.env)));
keys
  .command('rotate')
  .description('let a new key sign from half a minute on; servers that run read it by themselves')
  .option(
    '--forget',
    'in place of all others, at once: every access token has to be renewed; what they have sealed is sealed anew',
  )
  .action((flags) => addKey(readConfig(process.env), flags));

const peerKeys = program
  .command('peer-keys')
  .description('list what servers prove to each other to know, without the secrets themselves')
  .action(() => listPeerKeys(readConfig(process.env)));
peerKeys
  .command('rotate')
  .description(
    'let servers use another from half a minute on, and refuse the others a minute later; makes the file where there is none',
  )
  .option('--forget', 'at once: links that know another end, and are made anew')
  .action((flags) => addPeerKey(readConfig(process.env), flags));

program
  .command('verify')
  .description(
    'judge every journal by rules of its own, and all other tables by what comes of it; exit 1 if anything contradicts',
  )
  .option(
    '--archive <folder>',
    'read what was archived there, too; without it each journal is judged from where that ends',
  )
  .action((flags) => verify(readConfig(process.env), flags));

program
  .command('archive')
  .description(
    "take the journal's oldest volumes out of the database into files, once two folds agree on what stands after them",
  )
  .requiredOption('--before <date>', 'only volumes without a fact from then on')
  .requiredOption('--to <folder>', 'where the files go')
  .action((flags) => archive(readConfig(process.env), flags));

const history = program
  .command('history')
  .description('say whether a server has found that the database lacks what was acknowledged; exit 1 if so')
  .action(() => showHistory(readConfig(process.env)));
history
  .command('accept')
  .description(
    'let servers go on with what is there, after its bookings were compared with what the payment provider has captured',
  )
  .action(() => accept(readConfig(process.env)));

const refunds = program
  .command('refunds')
  .description('list refunds that the payment provider has refused for good: to be given back by hand')
  .action(() => listRefusedRefunds(readConfig(process.env)));
refunds
  .command('done <booking>')
  .description('say that such a refund has been given back by hand')
  .action((booking) => refundDone(readConfig(process.env), booking));

const erase = program.command('erase').description('erase the contacts of guests; nights and amounts stay');
erase
  .command('guest <id-or-email>')
  .description(
    'by id, or everybody whose bookings are all under an e-mail address; with an account, its name and address',
  )
  .option('--force', 'also who has a stay to come, a payment under way or a refund owed')
  .action((who, flags) => eraseGuest(readConfig(process.env), who, flags));
erase
  .command('unreadable')
  .description('give up the contacts that no key here opens, where the key over them is lost')
  .action(() => eraseUnreadable(readConfig(process.env)));

program
  .command('config')
  .description('print the environment that is understood, as a Markdown table')
  .action(() => {
    console.log('| variable | default | meaning |\n| --- | --- | --- |');
    for (const { name, fallback, meaning } of configTable())
      console.log(`| \`${name}\` | ${fallback} | ${meaning} |`);
  });

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    if (/^\d{1,5}$/.test(text) && Number(text) >= min && Number(text) <= max) return Number(text);
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };
}

try {
  await program.parseAsync();
} catch (error) {
  const isExpected =
    error instanceof ConfigProblem || !(error instanceof TypeError || error instanceof ReferenceError);
  console.error(isExpected && error instanceof Error ? error.message : error);
  process.exit(1);
}
