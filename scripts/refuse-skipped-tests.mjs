/** A test reporter for CI: there a skipped test is a failure, since everything can be installed. */
export default async function* refuseSkippedTests(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' || (data.skip === undefined && data.todo === undefined)) continue;
    process.exitCode = 1;
    yield `Skipped, which CI does not allow: ${data.name} (${data.file})\n`;
  }
}
