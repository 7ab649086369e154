// Elements of the page. Whatever comes from the mesh goes in as text: names are never read as markup.

export const $ = id => document.getElementById(id);

export function html(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

export function svg(name, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const locks = {
  all: ['lock closed', 'mutual TLS', 'M4 6.5 V4.5 a3 3 0 0 1 6 0 V6.5'],
  some: ['lock open', 'mutual TLS for some only', 'M4 6.5 V4.5 a3 3 0 0 1 5.6 -1.4'],
  none: ['lock open', 'no mutual TLS', 'M4 6.5 V4.5 a3 3 0 0 1 5.6 -1.4'],
};

/** A drawn lock: fonts with one are not everywhere. Nothing where nobody knows. */
export function lock(kind) {
  if (!locks[kind]) return '';
  const [className, label, shackle] = locks[kind];
  return svg('svg', { class: className, viewBox: '0 0 14 14', role: 'img', 'aria-label': label },
    svg('path', { d: shackle }), svg('rect', { x: 2.5, y: 6.5, width: 9, height: 6.5, rx: 1.4 }));
}

/** Fills a table; a cell is text or an element, and a class. What has the focus keeps it. */
export function table(target, head, rows, none) {
  const focused = target.contains(document.activeElement) ? document.activeElement.dataset.id : undefined;
  const row = (kind, cells) => html('tr', '', ...cells.map(([content, className], at) => {
    const cell = html(kind, [className, head[at][1]].filter(Boolean).join(' '), content);
    if (kind === 'th') cell.scope = 'col';
    return cell;
  }));
  const body = rows.length ? rows.map(cells => row('td', cells)) : [html('tr', '', Object.assign(html('td', 'soft', none || 'none'), { colSpan: head.length }))];
  target.replaceChildren(html('thead', '', row('th', head)), html('tbody', '', ...body));
  if (focused !== undefined) [...target.querySelectorAll('button')].find(button => button.dataset.id === focused)?.focus({ preventScroll: true });
}
