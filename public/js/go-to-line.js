/** A link with `data-line` selects that line in the editor and brings it into view. */
const editor = document.querySelector('textarea.editor');

function goToLine(number) {
  const lines = editor.value.split('\n');
  const start = lines.slice(0, number - 1).reduce((length, line) => length + line.length + 1, 0);
  editor.focus();
  editor.setSelectionRange(start, start + (lines[number - 1]?.length ?? 0));
  const lineHeight = editor.scrollHeight / lines.length;
  editor.scrollTop = Math.max(0, (number - 4) * lineHeight);
}

for (const link of editor ? document.querySelectorAll('a[data-line]') : []) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    goToLine(Number(link.dataset.line));
  });
}
