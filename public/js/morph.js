/**
 * Makes an element like another one with as few changes as possible, so that what has the focus or
 * is being selected stays what it is. Form fields are left alone: they are the user's.
 */
export function morph(element, wanted) {
  if (element.matches('input, select, textarea')) return;
  morphAttributes(element, wanted);
  morphChildren(element, wanted);
}

function morphAttributes(element, wanted) {
  for (const { name } of [...element.attributes]) {
    if (!wanted.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

function morphChildren(parent, wantedParent) {
  let present = parent.firstChild;
  for (const wanted of [...wantedParent.childNodes]) {
    const match = findMatch(present, wanted);
    if (!match) {
      parent.insertBefore(wanted, present);
      continue;
    }
    while (present !== match) present = removeAndStep(present);
    present = match.nextSibling;
    if (match.nodeType === match.ELEMENT_NODE) morph(match, wanted);
    else if (match.data !== wanted.data) match.data = wanted.data;
  }
  while (present) present = removeAndStep(present);
}

/** Text only where it stands: behind it there is always some more, and all between would be lost. */
function findMatch(present, wanted) {
  if (wanted.nodeType !== wanted.ELEMENT_NODE) {
    return present?.nodeType === wanted.nodeType ? present : undefined;
  }
  let candidate = present;
  while (candidate && !(candidate.nodeName === wanted.nodeName && candidate.id === wanted.id)) {
    candidate = candidate.nextSibling;
  }
  return candidate;
}

function removeAndStep(node) {
  const { nextSibling } = node;
  node.remove();
  return nextSibling;
}
