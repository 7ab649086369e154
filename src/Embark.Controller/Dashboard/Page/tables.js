// Everything that the graph shows, as tables too: for keyboards, for readers of screens, and where nothing can be drawn.
import { $, html, table } from './elements.js';
import { ago, amount, daysLeft, failedShare, isQuiet, share, time, words } from './figures.js';
import { failedCell, protection, stateKind } from './panel.js';

export function showTables(state, nameOf, chosen, choose) {
  table($('vms'), [['VM'], ['State'], ['Certificate'], ['Last heard'], ['Address'], ['Namespace']],
    state.vms.items.map(vm => [[vm.name], [html('span', 'dot ' + stateKind(vm), vm.message ? `${vm.state}: ${vm.message}` : vm.state)], daysLeft(vm.certificateDaysLeft), [ago(vm.lastSeenSeconds)], [vm.address], [vm.namespace, 'soft']]),
    'No WorkloadEntry in the mesh.');

  table($('services'), [['Service'], ['Namespace'], ['Versions'], ['Rate', 'number'], ['Failed', 'number'], ['p50', 'number'], ['p99', 'number']],
    state.topology.services.map(service => [[button(service, chosen, choose)], [service.namespace || '–', 'soft'], [service.versions.join(' ') || '–'], [service.outside && isQuiet(service.inbound) ? '–' : amount(service.inbound), isQuiet(service.inbound) ? 'soft' : ''],
      failedCell(service.inbound), [time(service.inbound.p50Milliseconds)], [time(service.inbound.p99Milliseconds)]]),
    'No traffic was told of in this time.');

  table($('calls'), [['Caller'], ['Called'], ['Rate', 'number'], ['Failed', 'number'], ['p50', 'number'], ['p99', 'number'], ['mTLS']],
    state.topology.calls.map(call => [[nameOf(call.from)], [nameOf(call.to)], [amount(call.traffic), isQuiet(call.traffic) ? 'soft' : ''], failedCell(call.traffic),
      [time(call.traffic.p50Milliseconds)], [time(call.traffic.p99Milliseconds)], [protection(call.mutualTls)]]),
    'No traffic was told of in this time.');
}

export function showSums(state) {
  const { services, calls } = state.topology;
  const asked = calls.reduce((sum, call) => sum + call.traffic.requestsPerSecond, 0), wrong = calls.reduce((sum, call) => sum + call.traffic.requestsPerSecond * call.traffic.errorShare, 0);
  // Whoever is outside has no certificate of the mesh: that is no lack of it.
  const outside = new Set(services.filter(service => service.outside).map(service => service.id));
  const lasting = calls.filter(call => !isQuiet(call.traffic) && !outside.has(call.from) && !outside.has(call.to)), open = lasting.filter(call => call.mutualTls === 'none' || call.mutualTls === 'some').length, known = lasting.filter(call => call.mutualTls !== 'unknown').length;
  const healthy = state.vms.items.filter(vm => stateKind(vm) === 'good').length, all = state.vms.items.length;
  const sum = (name, value, kind) => html('div', kind || '', html('dt', '', name), html('dd', '', value));
  $('sums').replaceChildren(
    sum('Services', String(services.filter(service => !service.outside).length)), sum('Calls', amount({ requestsPerSecond: asked, connectionsPerSecond: 0 })),
    sum('Failed', asked > 0 ? share(wrong / asked) : '–', wrong > 0 || calls.some(call => failedShare(call.traffic) > 0) ? 'bad' : ''),
    sum('Mutual TLS', known === 0 ? 'unknown' : open === 0 ? 'everywhere' : `missing on ${open} of ${known}`, open > 0 ? 'warn' : ''),
    sum('VMs', all === 0 ? 'none' : `${healthy} of ${all} well`, healthy < all ? 'bad' : ''));
}

function button(service, chosen, choose) {
  const one = html('button', 'service' + (service.id === chosen ? ' chosen' : ''), service.app);
  if (service.vm) one.append(' ', html('span', 'badge', 'VM'));
  Object.assign(one, { type: 'button', ariaLabel: `Show ${words(service)}${service.namespace ? ` in ${service.namespace}` : ''}`, ariaPressed: String(service.id === chosen) });
  one.dataset.id = service.id;
  one.addEventListener('click', () => choose(service.id));
  return one;
}
