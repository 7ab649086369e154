// One small plot: lines over time, from zero to the highest value.
import { html, svg } from './elements.js';
import { clock } from './figures.js';

const [width, height, floor, top] = [320, 84, 76, 8];

// Stretches of points that have a value: without requests there is no latency, which is not a latency of nothing.
function runs(points, value) {
  const all = [[]];
  for (const point of points) if (value(point) === undefined) all.push([]); else all.at(-1).push(point);
  return all.filter(run => run.length > 0);
}

/** lines: [value of a point, class, word]. */
export function plot(title, points, lines, format) {
  const most = Math.max(0, ...points.flatMap(point => lines.map(([value]) => value(point) || 0)));
  const first = points.length ? Date.parse(points[0].time) : 0, span = points.length > 1 ? Date.parse(points.at(-1).time) - first : 1;
  const x = point => (points.length > 1 ? (Date.parse(point.time) - first) / span * width : width).toFixed(1);
  const y = value => (floor - value / (most || 1) * (floor - top)).toFixed(1);
  const picture = svg('svg', { class: 'plot', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}: at most ${format(most)}` });
  for (const level of [top, (top + floor) / 2, floor]) picture.append(svg('line', { x1: 0, y1: level, x2: width, y2: level, 'vector-effect': 'non-scaling-stroke' }));
  lines.forEach(([value, kind], at) => {
    for (const run of runs(points, value)) {
      const path = run.map((point, index) => `${index ? 'L' : 'M'}${x(point)} ${y(value(point))}`).join(' ');
      if (at === 0 && run.length > 1) picture.append(svg('path', { class: 'area ' + kind, d: `${path} L${x(run.at(-1))} ${floor} L${x(run[0])} ${floor} Z` }));
      picture.append(svg('path', { class: kind, 'vector-effect': 'non-scaling-stroke', d: run.length > 1 ? path : `${path} m-2 0 h4` }));
    }
  });
  const names = lines.length > 1 ? html('span', 'names', ...lines.map(([, kind, word]) => html('span', kind, word))) : '';
  return html('figure', '', html('figcaption', '', html('span', '', title), names, html('span', 'most', 'top ' + format(most))), picture,
    html('div', 'axis', html('span', '', points.length ? clock(first) : ''), html('span', '', 'now')));
}
