import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

/**
 * What cannot be read on the page as it is now, run in the browser. Six letters are some 50 pixels,
 * and a cell that is narrower breaks its words.
 */
const listUnreadable = `(() => {
  const isDrawn = (element) => element.clientWidth > 1;
  const isCut = (element) => element.scrollWidth > element.clientWidth;
  const name = (element) => element.tagName + ' ' + (element.innerText ?? '').trim().slice(0, 60);
  const all = (selector) => [...document.querySelectorAll(selector)].filter(isDrawn);
  const textWidth = (cell) => {
    const { paddingLeft, paddingRight } = getComputedStyle(cell);
    return cell.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  };
  const isSqueezed = (cell) =>
    cell.innerText.split(/\\s/).some((word) => word.length >= 6) && textWidth(cell) < 50;
  const isBeside = (label) => {
    const box = label.querySelector('input');
    const words = document.createRange();
    words.selectNodeContents(label);
    words.setStartAfter(box);
    return words.getBoundingClientRect().left >= box.getBoundingClientRect().right;
  };
  return [
    ...[document.documentElement].filter(isCut).map(() => 'the page is wider than its window'),
    ...all('h1, h2, h3, p, li, label, .table-scroll')
      .filter(isCut)
      .map((box) => 'cut: ' + name(box)),
    ...all('td, th').filter(isSqueezed).map((cell) => 'letter by letter: ' + name(cell)),
    ...all('label:has(> [type="checkbox"])')
      .filter((label) => !isBeside(label))
      .map((label) => 'not beside its box: ' + name(label)),
  ];
})()`;

/** Asserts that nothing on the page as it is now is cut off, squeezed or torn from its box. */
export async function assertReadable(page: Page): Promise<void> {
  const width = page.viewportSize()?.width ?? 0;
  const unreadable = await page.evaluate<string[]>(listUnreadable);
  assert.deepEqual(unreadable, [], `${page.url()} at ${width} px`);
}
