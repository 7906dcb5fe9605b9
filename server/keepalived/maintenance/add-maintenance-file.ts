import { addStatement } from '../config/edit/block-edits.ts';
import { createRefusal } from '../config/edit/edit-values.ts';
import {
  checkBlock,
  childIndent,
  findEditableBlock,
  findOwnStatement,
} from '../config/edit/editable-blocks.ts';
import type { EditableBlock } from '../config/edit/editable-blocks.ts';
import type { EditResult } from '../config/edit/edits.ts';
import {
  applyTextEdits,
  getEndPosition,
  getIndent,
  insertLines,
  lineAt,
} from '../config/edit/text-edits.ts';
import type { TextEdit } from '../config/edit/text-edits.ts';
import type { ConfigurationTree } from '../language/tree.ts';
import { findTrackFile, membersWith } from './maintenance-file.ts';

/** Of the block that is added for an instance; undefined: its name cannot be part of a file name. */
export function nameMaintenanceFile(instanceName: string): string | undefined {
  return /^\w[\w.-]{0,63}$/.test(instanceName) ? `wai_maintenance_${instanceName}` : undefined;
}

/**
 * Adds a maintenance file to an instance; every other byte stays. No `init_file`: what keepalived
 * would write as root is not needed, and a number in the file outlasts reload, restart and boot
 * (measured, 2.2.7).
 * @param path where the file lies, or will
 */
export function addMaintenanceFile(
  tree: ConfigurationTree,
  instanceName: string,
  path: string,
): EditResult {
  const name = nameMaintenanceFile(instanceName);
  if (name === undefined) {
    return createRefusal(
      `The name “${instanceName}” cannot be part of a file name: edit the text itself.`,
    );
  }
  if (findTrackFile(tree.children, name)) {
    return createRefusal(
      `There is a track_file “${name}” already, but it is used otherwise: edit the text itself.`,
    );
  }
  if (!/^\/[\w./-]+$/.test(path))
    return createRefusal(`${path} cannot be written as the path of a file.`);
  const instance = findEditableBlock(tree, 'vrrp_instance', instanceName);
  if (!instance.ok) return instance;
  const own = findOwnStatement(instance, 'track_file');
  if (!own.ok) return own;
  const { statement } = instance;
  if (getIndent(lineAt(tree, statement.line)).length !== statement.words[0].start) {
    return createRefusal(`${instance.label} does not begin its line: edit the text itself.`);
  }
  const weight = membersWith(tree.children, instanceName).length > 1 ? 0 : 1;
  const definition = insertDefinition(tree, instance, [
    `# 0: normal, -254: maintenance. Written by the page “Failover drill”.`,
    `track_file ${name} {`,
    `    file "${path}"`,
    `    weight ${weight}`,
    '}',
    '',
  ]);
  if (own.statement === undefined) {
    const use = addStatement(tree, instance, 'track_file', ['track_file {', name, '}']);
    return { ok: true, text: applyTextEdits(tree, [definition, use]) };
  }
  const block = checkBlock(own.statement, `track_file of ${instance.label}`);
  if (!block.ok) return block;
  const use = appendEntry(tree, block, name);
  return { ok: true, text: applyTextEdits(tree, [definition, use]) };
}

/** Before the instance, since keepalived reads in order, and above the comment that belongs to it. */
function insertDefinition(
  tree: ConfigurationTree,
  { statement }: EditableBlock,
  lines: readonly string[],
): TextEdit {
  let number = statement.line;
  while (number > 1 && /^[ \t]*[#!]/.test(lineAt(tree, number - 1).text)) number -= 1;
  const line = lineAt(tree, number);
  const ending = line.ending === '' ? '\n' : line.ending;
  return {
    start: line.start,
    end: line.start,
    replacement: lines.map((text) => text + ending).join(''),
  };
}

function appendEntry(tree: ConfigurationTree, block: EditableBlock, name: string): TextEdit {
  const last = block.children.findLast((node) => node.kind === 'statement');
  const position = last
    ? getEndPosition(last)
    : { line: block.open.line, column: block.open.column + 1 };
  return insertLines(tree, position, [childIndent(tree, block) + name]);
}
