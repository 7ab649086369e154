// The panel: one service, its figures over time, its workloads and neighbours.
import { $, html, lock, table } from './elements.js';
import { ago, amount, daysLeft, failedShare, isQuiet, rate, share, time, words } from './figures.js';
import { plot } from './plot.js';

// How much past the plots show for a choice of the reader's: a minute is no past.
const spans = { 60: 600, 300: 1800, 3600: 3600 };
let turn = 0;

/** Asks and shows; what comes too late, after another choice, is left. */
export async function showPanel(id, seconds, state, nameOf) {
  const mine = ++turn;
  const service = state.topology.services.find(one => one.id === id);
  const metrics = service && await ask(service, seconds);
  if (mine !== turn) return;
  $('close').hidden = false;
  setTitle(service ? words(service) : id);
  const vms = service && service.vm ? state.vms.items.filter(vm => vm.app === service.app && vm.namespace === service.namespace) : [];
  const parts = [about(service), ...vms.map(vmLine)];
  if (metrics) parts.push(...figures(metrics, nameOf));
  else parts.push(html('p', 'soft', 'No traffic in this time.'));
  $('panel-body').replaceChildren(...parts);
}

// Of what is quiet at the moment only the whole hour tells.
async function ask(service, seconds) {
  const quiet = isQuiet(service.inbound);
  const answer = await fetch(`api/metrics/${encodeURIComponent(service.id)}?seconds=${quiet ? 3600 : seconds}&span=${spans[seconds] || 3600}`).catch(() => null);
  const metrics = answer && answer.ok ? await answer.json().catch(() => null) : null;
  if (metrics && quiet) metrics.service.inbound = service.inbound;
  return metrics;
}

export function closePanel() {
  turn++;
  $('close').hidden = true;
  setTitle('Choose a service');
  $('panel-body').replaceChildren(html('p', 'soft', 'Tap one in the graph, or choose it in the table of services: its figures over time show here.'));
}

// A title that did not change is not said again.
function setTitle(text) { if ($('panel-title').textContent !== text) $('panel-title').textContent = text; }

function about(service) {
  if (!service) return '';
  const line = html('p', 'about');
  if (service.vm) line.append(html('span', 'badge', 'VM'));
  if (service.outside) line.append(html('span', 'soft', 'outside of the mesh'));
  if (service.namespace) line.append(html('span', 'soft', `namespace ${service.namespace}`));
  for (const version of service.versions) line.append(html('span', 'version', version));
  return line;
}

function vmLine(vm) {
  const [left, kind] = daysLeft(vm.certificateDaysLeft);
  return html('p', 'vm-line', html('b', '', vm.name), html('span', stateKind(vm), vm.state), html('span', kind, `certificate ${left}`), html('span', 'soft', `heard ${ago(vm.lastSeenSeconds)}`));
}

export const stateKind = vm => ({ healthy: 'good', connected: 'good', unhealthy: 'bad', disconnected: 'bad' })[vm.state] || 'soft';

function figures(metrics, nameOf) {
  const inbound = metrics.service.inbound, failed = failedShare(inbound), parts = [];
  const tile = (name, value, kind) => html('div', kind || '', html('dt', '', name), html('dd', '', value));
  const tcp = inbound.requestsPerSecond === 0 && inbound.connectionsPerSecond > 0;
  if (isQuiet(inbound) && metrics.points.every(point => isQuiet(point.inbound))) parts.push(html('p', 'soft', 'Nobody told of calls to it.'));
  else {
    parts.push(html('dl', 'tiles', tile(tcp ? 'Connections' : 'Requests', amount(inbound)), tile('Failed', share(failed), failed > 0 ? 'bad' : ''), tile('p50', time(inbound.p50Milliseconds)), tile('p99', time(inbound.p99Milliseconds))));
    const volume = one => tcp ? one.inbound.connectionsPerSecond : one.inbound.requestsPerSecond;
    parts.push(plot(tcp ? 'Connections a second' : 'Requests a second', metrics.points, [[volume, 'line']], rate),
      plot('Failed', metrics.points, [[one => failedShare(one.inbound), metrics.points.some(one => failedShare(one.inbound) > 0) ? 'bad' : 'second']], share));
    if (!tcp) parts.push(plot('Latency', metrics.points, [[one => one.inbound.p99Milliseconds, 'second', 'p99'], [one => one.inbound.p50Milliseconds, 'line', 'p50']], time));
  }
  if (metrics.workloads.length) parts.push(small('Workloads', [['Workload'], ['Version'], ['Rate', 'number'], ['Failed', 'number'], ['p90', 'number']],
    metrics.workloads.map(one => [[(one.workload || 'unknown') + (one.vm ? ' (VM)' : '')], [one.version || '–'], [amount(one.inbound)], failedCell(one.inbound), [time(one.inbound.p90Milliseconds)]])));
  if (metrics.callers.length) parts.push(neighbours('Called by', metrics.callers, call => nameOf(call.from)));
  if (metrics.calls.length) parts.push(neighbours('Calls', metrics.calls, call => nameOf(call.to)));
  return parts;
}

export const failedCell = traffic => [isQuiet(traffic) ? '–' : share(failedShare(traffic)), failedShare(traffic) > 0 ? 'bad' : ''];

const neighbours = (title, calls, name) => small(title, [['Service'], ['Rate', 'number'], ['Failed', 'number'], ['p90', 'number'], ['mTLS']],
  calls.map(call => [[name(call)], [amount(call.traffic)], failedCell(call.traffic), [time(call.traffic.p90Milliseconds)], [protection(call.mutualTls)]]));

/** A lock and the word. */
export const protection = kind => html('span', 'protection', lock(kind), kind);

function small(title, head, rows) {
  const target = html('table', '');
  table(target, head, rows);
  return html('div', 'wide', html('h3', '', title), target);
}
