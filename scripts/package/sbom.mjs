import { createHash } from 'node:crypto';
import { listShippedPackages } from '../notices.mjs';
import { PreparationError, runQuietly } from '../step.mjs';

/**
 * What the package holds of others, in CycloneDX: npm's own list, without what only builds and tests,
 * and with the Node.js that is brought.
 * @param {{ version: string, node: { name: string, version: string, sha512: string }, epoch: number }} options
 *   `epoch`: seconds since 1970, for a list that is the same each time it is made
 * @returns {Promise<string>} JSON
 */
export async function makeSbom({ version, node, epoch }) {
  const command = ['npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const { ok, output } = await runQuietly(command);
  if (!ok) throw new PreparationError(`${command.join(' ')}\n\n${output.trim()}`);
  const bom = JSON.parse(output);
  const shipped = new Set(listShippedPackages().map((one) => `${one.name}@${one.version}`));
  const own = `keepalived-wai@${version}`;
  const nodeRef = `node@${node.version}`;
  const components = bom.components.filter((one) => shipped.has(`${one.name}@${one.version}`));
  const known = new Set([own, ...components.map((one) => one['bom-ref'])]);
  const dependencies = bom.dependencies
    .filter(({ ref }) => known.has(ref))
    .map(({ ref, dependsOn = [] }) => ({
      ref,
      dependsOn: [...dependsOn.filter((one) => known.has(one)), ...(ref === own ? [nodeRef] : [])],
    }));
  const content = {
    metadata: {
      ...bom.metadata,
      timestamp: new Date(epoch * 1000).toISOString(),
      component: { ...bom.metadata.component, type: 'application', name: 'keepalived-wai' },
    },
    components: [...components, describeNode(node, nodeRef)],
    dependencies: [...dependencies, { ref: nodeRef, dependsOn: [] }],
  };
  return `${JSON.stringify({ ...bom, serialNumber: serialNumber(content), ...content }, undefined, 2)}\n`;
}

function describeNode({ name, version, sha512 }, ref) {
  return {
    ...{ 'bom-ref': ref, type: 'platform', name: 'node', version, scope: 'required' },
    description: 'Node.js, which runs the program; its symbols are removed',
    purl: `pkg:npm/${name}@${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    hashes: [{ alg: 'SHA-512', content: sha512 }],
    licenses: [{ license: { id: 'MIT' } }],
  };
}

/** One for each content: npm's own is drawn by chance. */
function serialNumber(content) {
  const hex = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return `urn:uuid:${[...parts, hex.slice(20, 32)].join('-')}`;
}
