/** Whether there was an answer at all: who serves it may be killed. */
export async function isAnswered(asking: Promise<unknown>): Promise<boolean> {
  try {
    await asking;
    return true;
  } catch {
    return false;
  }
}
