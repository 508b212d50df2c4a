/** What an element may be given. There is no way to give markup: children are elements and texts. */
export interface Given {
  readonly class?: string;
  readonly id?: string;
  readonly title?: string;
  readonly href?: string;
  readonly type?: string;
  readonly role?: string;
  readonly scope?: string;
  readonly tabIndex?: number;
  readonly colSpan?: number;
  readonly checked?: boolean;
  readonly selected?: boolean;
  readonly open?: boolean;
  readonly hidden?: boolean;
  readonly value?: string;
  readonly placeholder?: string;
  readonly htmlFor?: string;
  /** ARIA and data attributes, by their names. */
  readonly attributes?: Readonly<Record<string, string>>;
  /** CSS properties, by their names. They are set one by one, which the policy of the page allows. */
  readonly style?: Readonly<Record<string, string>>;
  readonly on?: Readonly<Record<string, (event: Event) => void>>;
}

export type Child = Node | string | null | undefined | readonly Child[];

export function el<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  given: Given = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  const { attributes, style, on, class: name, ...properties } = given;
  Object.assign(element, properties);
  if (name !== undefined) element.className = name;
  for (const [key, value] of Object.entries(attributes ?? {})) element.setAttribute(key, value);
  for (const [key, value] of Object.entries(style ?? {})) element.style.setProperty(key, value);
  for (const [key, listener] of Object.entries(on ?? {})) element.addEventListener(key, listener);
  append(element, children);
  return element;
}

export function append(element: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined) continue;
    if (typeof child === 'string') element.appendChild(document.createTextNode(child));
    else if (child instanceof Node) element.appendChild(child);
    else append(element, child);
  }
}

export function replaceChildren(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

export function button(label: Child, onClick: () => void, given: Given = {}): HTMLButtonElement {
  return el('button', { type: 'button', ...given, on: { ...given.on, click: onClick } }, label);
}

/** A choice of one of some names. */
export function select(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  onChange: (value: string) => void,
): HTMLElement {
  const list = el(
    'select',
    { on: { change: () => onChange(list.value) } },
    options.map(([value, text]) => el('option', { value, selected: value === chosen }, text)),
  );
  return el('label', { class: 'control' }, el('span', {}, label), list);
}

/** Buttons of which one is pressed. */
export function choice(
  label: string,
  options: readonly (readonly [value: string, text: string])[],
  chosen: string,
  onChange: (value: string) => void,
): HTMLElement {
  const buttons = options.map(([value, text]) =>
    button(
      text,
      () => {
        for (const one of buttons) one.setAttribute('aria-pressed', String(one.dataset.value === value));
        onChange(value);
      },
      { attributes: { 'aria-pressed': String(value === chosen), 'data-value': value } },
    ),
  );
  return el('div', { class: 'choice', role: 'group', attributes: { 'aria-label': label } }, buttons);
}

/** What may be wider than the page: it scrolls by itself, also by the keyboard. */
export function wide(label: string, table: HTMLElement): HTMLElement {
  return el('div', { class: 'wide', tabIndex: 0, role: 'region', attributes: { 'aria-label': label } }, table);
}
