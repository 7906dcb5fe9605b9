import { readdirSync } from 'node:fs';
import eslint from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * Who may import whom. Each row forbids files under `target` to import from `from`,
 * except from the paths in `except` (relative to `from`).
 */
const importZones = [
  // What keepalived *is*: pure knowledge, knows nothing of the machine or the web.
  {
    target: './server/keepalived',
    from: './server',
    except: ['./keepalived'],
    message: 'keepalived/ is pure: it imports nothing of ours but itself.',
  },
  {
    target: './server/shared',
    from: './server',
    except: ['./shared'],
    message: 'shared/ is what everyone uses: it imports nothing of ours but itself.',
  },
  {
    target: './server/appliance',
    from: './server',
    except: ['./appliance', './keepalived', './shared', './program-options.ts'],
    message: 'appliance/ may use keepalived/, shared/ and the options of the program.',
  },
  {
    target: './server/operations',
    from: './server',
    except: [
      './operations',
      './keepalived',
      './appliance/appliance.ts',
      './shared',
      './state',
      './history',
      './pair/pair.ts',
    ],
    message: 'operations/ use keepalived/, the state keeper, the pair and the port appliance.ts.',
  },
  {
    target: './server/state',
    from: './server',
    except: ['./state', './keepalived', './appliance/appliance.ts', './shared'],
    message: 'state/ uses keepalived/ and the port appliance.ts.',
  },
  {
    target: './server/access',
    from: './server',
    except: ['./access', './shared'],
    message: 'access/ stands alone.',
  },
  {
    target: './server/history',
    from: './server',
    except: ['./history', './shared'],
    message: 'history/ stands alone.',
  },
  {
    target: './server/seam',
    from: './server',
    except: ['./seam', './shared'],
    message: 'seam/ carries messages between the two processes and knows none of what they say.',
  },
  {
    target: './server/pair',
    from: './server',
    except: ['./pair', './seam', './shared'],
    message: 'pair/ links this server with others and knows none of what they tell of keepalived.',
  },
  {
    target: './server/agent',
    from: './server',
    except: [
      './agent',
      './pair',
      './seam',
      './operations',
      './state',
      './history',
      './access',
      './keepalived',
      './appliance/appliance.ts',
      './shared',
      './program-options.ts',
    ],
    message: 'agent/ is what the web may ask of the rest: it does not know the web.',
  },
  {
    target: './server/web',
    from: './server',
    except: [
      './web',
      './agent',
      './operations',
      './access',
      './keepalived',
      './appliance/appliance.ts',
      './pair/link-protocol.ts',
      './pair/pair.ts',
      './shared',
      './own-files.ts',
      './own-folders.ts',
      './program-options.ts',
      './state/state-keeper.ts',
      './history',
      './seam',
    ],
    message: 'web/ uses operations, the keeper, access/ and the port; never a real appliance.',
  },
  {
    target: './public/src',
    from: './server',
    except: ['./keepalived', './web/api/check-document.ts'],
    message: 'Browsers get pure knowledge of keepalived only, and the types of what they are sent.',
  },
];

// Pages do not import each other: what two of them need is a plugin, a partial or a view helper.
const pagesFolder = './server/web/pages';
const pageZones = readdirSync(pagesFolder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((page) => ({
    target: `${pagesFolder}/${page.name}`,
    from: pagesFolder,
    except: [`./${page.name}`],
    message: 'Pages do not import each other.',
  }));

/** @param {string[]} names @param {string} message */
const forbidModules = (names, message) =>
  names.flatMap((name) => [name, `node:${name}`]).map((name) => ({ name, message }));

const commandModules = [
  ...forbidModules(['child_process'], 'Commands go through runCommand.'),
  { name: 'execa', message: 'Commands go through runCommand.' },
];

const machineModules = forbidModules(
  ['fs', 'fs/promises', 'net', 'dgram', 'tls', 'dns', 'dns/promises'],
  'Only appliance/, history/ and access/ touch the machine.',
);

const everywhereForbidden = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Only program-options.ts reads the environment.',
  },
  {
    selector: "Property[key.name='shell'][value.value=true]",
    message: 'No shell, ever: arguments are arrays.',
  },
];

const signalling = {
  selector: "MemberExpression[object.name='process'][property.name='kill']",
  message: 'Only appliance/ signals a process.',
};

const blindness = [
  {
    selector: 'CatchClause[param=null]',
    message: 'Look at the error: only ENOENT and ESRCH mean that something is absent.',
  },
  {
    selector:
      "CallExpression[callee.property.name='catch'] > ArrowFunctionExpression[params.length=0]",
    message: 'Look at the error: only ENOENT and ESRCH mean that something is absent.',
  },
];

export default defineConfig(
  globalIgnores(['build/', 'public/build/', 'test/fixtures/', 'test/artifacts/']),
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [importX.createNodeResolver({ extensions: ['.ts', '.js'] })],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...importZones, ...pageZones] }],
      'import-x/order': ['error', { alphabetize: { order: 'asc' } }],
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'describe', 'it', 'suite'] },
          ],
        },
      ],
    },
  },
  {
    files: ['server/**/*.ts'],
    ignores: [
      'server/main.ts',
      'server/start-bundle.ts',
      'server/web-main.ts',
      'server/process/web/start-web.ts',
      // The web tells systemd too, and has no part of the appliance.
      'server/process/service-notify.ts',
      'server/appliance/commands/run-command.ts',
    ],
    rules: {
      'no-restricted-imports': ['error', { paths: commandModules }],
      'no-restricted-syntax': ['error', ...everywhereForbidden],
    },
  },
  {
    // Neither reads a file nor opens a socket: what they need of the machine comes through the port.
    files: ['server/{keepalived,operations,state,web}/**/*.ts', 'server/app.ts'],
    rules: {
      'no-restricted-imports': ['error', { paths: [...commandModules, ...machineModules] }],
      'no-restricted-syntax': ['error', ...everywhereForbidden, signalling],
    },
  },
  {
    // Speaks TLS inside of pipes that it is given: it opens none, and its files are durable ones.
    files: ['server/pair/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [...commandModules, ...machineModules.filter(({ name }) => !/tls$/.test(name))] },
      ],
      'no-restricted-syntax': ['error', ...everywhereForbidden, signalling],
    },
  },
  {
    // The web listens, and tells addresses apart.
    files: ['server/web/{connection-limit,server-factory}.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: commandModules }] },
  },
  {
    // A reader of evidence says why it could not look: an error is not an absence.
    files: ['server/appliance/**/*.ts'],
    ignores: ['server/appliance/commands/run-command.ts'],
    rules: { 'no-restricted-syntax': ['error', ...everywhereForbidden, ...blindness] },
  },
  {
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        AbortController: 'readonly',
        performance: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
      },
    },
  },
  {
    files: ['public/**/*.js'],
    languageOptions: {
      globals: Object.fromEntries(
        ['document', 'window', 'EventSource', 'fetch', 'FormData', 'location', 'navigator'].map(
          (name) => [name, 'readonly'],
        ),
      ),
    },
  },
);
