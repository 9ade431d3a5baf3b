const SVG = 'http://www.w3.org/2000/svg';

/** Of the page as the server draws it. */
export function find<Found extends Element>(id: string): Found {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no ${id}`);
  return found as unknown as Found;
}

/** Text is put in as text alone: what the network calls things is never markup. */
export function create(tag: string, className: string, text = ''): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

export function createShape<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  className: string,
): SVGElementTagNameMap[Tag] {
  const shape = document.createElementNS(SVG, tag);
  shape.setAttribute('class', className);
  return shape;
}

/** What is as it was is not touched: the page has nothing to lay out anew. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Markup of our own, in which what the network calls things is escaped; nothing of it runs or is loaded. */
export function parse(markup: string): Element {
  return new DOMParser().parseFromString(markup, 'text/html').body;
}

/** Gives an element the content of another, and touches only what differs: who reads there keeps the place. Whose text is selected stays as it is. */
export function patch(element: Element, fresh: Element): void {
  const selection = getSelection();
  if (selection?.isCollapsed === false && selection.containsNode(element, true)) return;
  patchNodes(element, fresh);
}

function patchNodes(element: Element, fresh: Element): void {
  const before = [...element.childNodes];
  for (const [index, node] of [...fresh.childNodes].entries()) {
    const known = before[index];
    if (known === undefined) element.append(node);
    else if (known.nodeName !== node.nodeName) known.replaceWith(node);
    else if (known instanceof Element && node instanceof Element) {
      if (known.className !== node.className) known.className = node.className;
      patchNodes(known, node);
    } else if (known.nodeValue !== node.nodeValue) known.nodeValue = node.nodeValue;
  }
  for (const node of before.slice(fresh.childNodes.length)) node.remove();
}
