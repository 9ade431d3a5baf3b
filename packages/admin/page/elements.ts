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
