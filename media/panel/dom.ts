/** Builds elements and carries a newly built tree over to the one on the page, keeping focus and scroll. */

export type Child = Node | string | false | null | readonly Child[];
export type Attributes = Readonly<Record<string, string | number | boolean | null>>;
export type Build = (tag: string, attributes?: Attributes | null, ...children: readonly Child[]) => Element;

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "circle", "path"]);

/** Strings become text nodes and attribute values, never markup, whatever is in them. */
export function builder(document: Document): Build {
  return (tag, attributes, ...children) => {
    const element = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === null || value === false) continue;
      element.setAttribute(name, value === true ? "" : String(value));
    }
    append(element, children);
    return element;
  };
}

function append(element: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === false || child === "") continue;
    if (isList(child)) append(element, child);
    else element.append(child);
  }
}

function isList(child: Child): child is readonly Child[] {
  return Array.isArray(child);
}

/** Makes `current` equal to `next` by as few changes as needed; children with the same `data-key` stay the same nodes. */
export function patch(current: Element, next: Element): void {
  patchAttributes(current, next);
  const keyed = new Map<string, Element>();
  for (const child of current.children) {
    const key = keyOf(child);
    if (key !== null) keyed.set(key, child);
  }
  let at: ChildNode | null = current.firstChild;
  for (const child of [...next.childNodes]) {
    const key = keyOf(child);
    const match: ChildNode | null = key !== null ? (keyed.get(key) ?? null) : at;
    if (match === null || !alike(match, child)) {
      current.insertBefore(child, at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else current.insertBefore(match, at);
    if (isElement(match) && isElement(child)) patch(match, child);
    else if (match.textContent !== child.textContent) match.textContent = child.textContent;
  }
  while (at !== null) {
    const rest: ChildNode | null = at.nextSibling;
    at.remove();
    at = rest;
  }
}

function patchAttributes(current: Element, next: Element): void {
  for (const name of current.getAttributeNames()) {
    // Whether a fold is open belongs to its reader, not to the report.
    if (name === "open" && current.nodeName === "DETAILS") continue;
    if (!next.hasAttribute(name)) current.removeAttribute(name);
  }
  for (const name of next.getAttributeNames()) {
    const value = next.getAttribute(name);
    if (value !== null && current.getAttribute(name) !== value) current.setAttribute(name, value);
  }
}

function alike(a: Node, b: Node): boolean {
  return a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);
}

function keyOf(node: Node): string | null {
  return isElement(node) ? node.getAttribute("data-key") : null;
}

function isElement(node: Node): node is Element {
  return node.nodeType === 1;
}
