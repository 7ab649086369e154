'use strict';
// Draws what the controller sends: one message every two seconds with graph, places and VMs. Names go in as text only.
const svgSpace = 'http://www.w3.org/2000/svg';
const box = { width: 168, height: 52, right: 150, down: 46 };
const $ = id => document.getElementById(id);
let state = null, chosen = new URLSearchParams(location.search).get('service'), source = null, asked = 0;

function svg(name, attributes, ...children) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function html(name, className, ...children) {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

const rate = value => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const share = value => (value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0) + ' %';
const time = value => value === undefined ? '–' : value >= 1000 ? (value / 1000).toFixed(1) + ' s' : value.toFixed(value < 10 ? 1 : 0) + ' ms';
const words = service => service.vm ? `${service.app} (VM)` : service.app;
const nameOf = id => { const found = state.topology.services.find(one => one.id === id); return found ? words(found) : id; };

function connect() {
  if (source) source.close();
  source = new EventSource('api/events?seconds=' + $('window').value);
  source.onmessage = event => { state = JSON.parse(event.data); draw(); };
  source.onerror = () => { $('state').textContent = 'connection lost, trying again'; $('state').className = 'lost'; };
}

function draw() {
  $('state').textContent = 'live, ' + new Date(state.topology.time).toLocaleTimeString();
  $('state').className = '';
  $('empty').hidden = state.topology.services.length > 0;
  drawGraph();
  drawCalls();
  drawVms();
  if (Date.now() - asked > 4000) drawPanel();
}

function drawGraph() {
  const places = new Map(), layers = new Map();
  for (const place of state.places) layers.set(place.layer, Math.max(layers.get(place.layer) || 0, place.place + 1));
  const most = Math.max(1, ...layers.values());
  for (const place of state.places) {
    const gap = (most - layers.get(place.layer)) / 2;
    places.set(place.id, { x: 10 + place.layer * (box.width + box.right), y: 24 + (place.place + gap) * (box.height + box.down), layer: place.layer });
  }
  const width = 20 + layers.size * (box.width + box.right) - box.right, height = 30 + most * (box.height + box.down);
  const graph = $('graph');
  const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.id : null;
  graph.replaceChildren(svg('defs', {}, svg('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto-start-reverse' },
    svg('path', { d: 'M0 0 L8 4 L0 8 z', fill: 'context-stroke' }))));
  graph.setAttribute('viewBox', `0 0 ${Math.max(width, 1)} ${height}`);
  graph.setAttribute('width', width);
  graph.setAttribute('height', height);
  for (const call of state.topology.calls) if (places.has(call.from) && places.has(call.to)) drawCall(graph, call, places.get(call.from), places.get(call.to));
  for (const service of state.topology.services) if (places.has(service.id)) drawService(graph, service, places.get(service.id));
  if (focused) { const again = [...graph.querySelectorAll('.service')].find(one => one.dataset.id === focused); if (again) again.focus(); }
}

function drawCall(graph, call, from, to) {
  const failed = call.traffic.errorShare > 0 || call.traffic.failedConnectionShare > 0;
  const quiet = call.traffic.requestsPerSecond === 0 && call.traffic.connectionsPerSecond === 0;
  let path, at;
  if (from === to || from.layer >= to.layer) { // back, or to itself: round below
    const low = Math.max(from.y, to.y) + box.height + 26;
    path = `M${from.x + box.width / 2} ${from.y + box.height} C${from.x + box.width / 2 + (from === to ? 60 : 0)} ${low + 14} ${to.x + box.width / 2 - (from === to ? 60 : 0)} ${low + 14} ${to.x + box.width / 2} ${to.y + box.height}`;
    at = { x: (from.x + to.x + box.width) / 2, y: low };
  } else {
    const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2], bend = Math.max(50, (x2 - x1) / 2);
    path = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    at = { x: (x1 + x2) / 2, y: (y1 + y2) / 2 };
  }
  const label = quiet ? 'quiet' : call.traffic.requestsPerSecond > 0 ? `${rate(call.traffic.requestsPerSecond)}/s` : `${rate(call.traffic.connectionsPerSecond)} conn/s`;
  const errors = failed ? ` ${share(call.traffic.errorShare || call.traffic.failedConnectionShare)} failed` : '';
  const group = svg('g', {}, svg('title', {}, `${call.from} calls ${call.to}; mutual TLS: ${call.mutualTls}; seen by ${call.seen}`),
    svg('path', { d: path, class: 'call' + (failed ? ' bad' : quiet ? ' quiet' : ''), 'marker-end': 'url(#arrow)' }));
  const size = (label.length + errors.length) * 6.2 + 22;
  group.append(svg('rect', { x: at.x - size / 2, y: at.y - 10, width: size, height: 17, rx: 4, class: 'label-back' }));
  group.append(svg('text', { x: at.x + 7, y: at.y + 3, 'text-anchor': 'middle', class: 'small' + (failed ? ' bad' : '') }, label + errors));
  if (call.mutualTls !== 'unknown') lock(group, at.x - size / 2 + 4, at.y - 7, call.mutualTls === 'all');
  graph.append(group);
}

function lock(group, x, y, closed) {
  const open = closed ? '' : ' open';
  group.append(svg('path', { d: `M${x + 2} ${y + 5} v-2 a3 3 0 0 1 6 0 ${closed ? 'v2' : ''}`, class: 'lock' + open }), svg('rect', { x, y: y + 5, width: 10, height: 7, rx: 1, class: 'lock-body' + open }));
}

function drawService(graph, service, place) {
  const group = svg('g', { class: 'service' + (service.vm ? ' vm' : '') + (service.outside ? ' outside' : '') + (service.id === chosen ? ' chosen' : ''), tabindex: 0, role: 'button', 'aria-label': words(service) });
  group.dataset.id = service.id;
  group.append(svg('rect', { x: place.x, y: place.y, width: box.width, height: box.height, rx: 7 }),
    svg('text', { x: place.x + 12, y: place.y + 21 }, service.app.length > 20 ? service.app.slice(0, 19) + '…' : service.app),
    svg('text', { x: place.x + 12, y: place.y + 40, class: 'small' }, [service.namespace, service.versions.join(' ')].filter(Boolean).join(' · ').slice(0, 26)));
  if (service.vm) group.append(svg('rect', { x: place.x + box.width - 36, y: place.y - 8, width: 30, height: 16, rx: 4, class: 'tag' }), svg('text', { x: place.x + box.width - 21, y: place.y + 4, 'text-anchor': 'middle', class: 'tag-text' }, 'VM'));
  group.addEventListener('click', () => choose(service.id));
  group.addEventListener('keydown', event => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(service.id); } });
  graph.append(group);
}

function choose(id) { chosen = id; drawGraph(); drawPanel(); }

function table(target, head, rows) {
  target.replaceChildren(html('thead', '', html('tr', '', ...head.map(([text, kind]) => html('th', kind, text)))),
    html('tbody', '', ...rows.map(row => html('tr', '', ...row.map(([text, kind], at) => html('td', [kind, head[at][1]].filter(Boolean).join(' '), text))))));
}

function drawCalls() {
  table($('calls'), [['Caller'], ['Called'], ['Requests/s', 'number'], ['Failed', 'number'], ['p50', 'number'], ['p99', 'number'], ['mTLS']],
    state.topology.calls.map(call => [[nameOf(call.from)], [nameOf(call.to)], [rate(call.traffic.requestsPerSecond)], [share(call.traffic.errorShare), call.traffic.errorShare > 0 ? 'bad' : ''],
      [time(call.traffic.p50Milliseconds)], [time(call.traffic.p99Milliseconds)], [call.mutualTls === 'all' ? '🔒 all' : call.mutualTls, call.mutualTls === 'none' ? 'bad' : '']]));
}

function drawVms() {
  const kinds = { healthy: 'good', connected: 'good', unhealthy: 'bad', disconnected: 'bad', unknown: 'soft' };
  table($('vms'), [['VM'], ['Address'], ['State'], ['Last heard', 'number'], ['Certificate', 'number']], state.vms.items.map(vm => {
    const left = vm.certificateDaysLeft;
    return [[`${vm.name}.${vm.namespace}`], [vm.address], [vm.message ? `${vm.state}: ${vm.message}` : vm.state, kinds[vm.state]],
      [vm.lastSeenSeconds === undefined ? 'never' : vm.lastSeenSeconds.toFixed(0) + ' s ago'],
      left === undefined ? ['not read', 'soft'] : [`${left.toFixed(1)} days left`, left < 0 ? 'bad' : left < 0.25 ? 'warn' : 'good']];
  }));
}

async function drawPanel() {
  if (!chosen) return;
  asked = Date.now();
  const answer = await fetch(`api/metrics/${encodeURIComponent(chosen)}?seconds=${$('window').value}`).catch(() => null);
  if (!answer || !answer.ok) { $('panel-title').textContent = chosen; $('panel-body').replaceChildren(html('p', 'soft', 'No traffic in this time.')); return; }
  const metrics = await answer.json(), inbound = metrics.service.inbound;
  $('panel-title').textContent = `${words(metrics.service)} in ${metrics.service.namespace || 'no namespace'}`;
  const workloads = html('table', '');
  table(workloads, [['Workload'], ['Version'], ['Req/s', 'number'], ['Failed', 'number'], ['p90', 'number']],
    metrics.workloads.map(one => [[(one.workload || 'unknown') + (one.vm ? ' (VM)' : '')], [one.version || '–'], [rate(one.inbound.requestsPerSecond)], [share(one.inbound.errorShare), one.inbound.errorShare > 0 ? 'bad' : ''], [time(one.inbound.p90Milliseconds)]]));
  $('panel-body').replaceChildren(
    html('p', '', `${rate(inbound.requestsPerSecond)} requests/s, ${share(inbound.errorShare)} failed, p50 ${time(inbound.p50Milliseconds)}, p90 ${time(inbound.p90Milliseconds)}, p99 ${time(inbound.p99Milliseconds)}`),
    plot('Requests a second', metrics.points, [[one => one.inbound.requestsPerSecond, '']], rate),
    plot('Failed', metrics.points, [[one => one.inbound.errorShare, 'bad']], share),
    plot('Latency, p50 and p99', metrics.points, [[one => one.inbound.p50Milliseconds || 0, ''], [one => one.inbound.p99Milliseconds || 0, 'soft']], time),
    html('div', 'wide', workloads));
}

function plot(title, points, lines, format) {
  const most = Math.max(...points.flatMap(point => lines.map(([value]) => value(point))), 0), top = most || 1, step = 300 / Math.max(1, points.length - 1);
  const picture = svg('svg', { class: 'plot', viewBox: '0 0 300 90', preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}, at most ${format(most)}` }, svg('line', { x1: 0, y1: 84, x2: 300, y2: 84 }));
  for (const [value, kind] of lines)
    picture.append(svg('path', { class: kind, 'vector-effect': 'non-scaling-stroke', d: points.map((point, at) => `${at ? 'L' : 'M'}${(at * step).toFixed(1)} ${(84 - value(point) / top * 74).toFixed(1)}`).join(' ') + (points.length === 1 ? ' h300' : '') }));
  const from = points.length ? new Date(points[0].time).toLocaleTimeString() : '';
  return html('figure', '', html('figcaption', '', `${title}: at most ${format(most)}, since ${from}`), picture);
}

$('window').addEventListener('change', () => { connect(); drawPanel(); });
connect();
