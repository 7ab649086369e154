// The graph. Cytoscape lays it out, draws it and moves it; the words on it are elements above the canvas, so that they
// are text, in the page's own letters, and stay where the canvas puts them.
import { $, html, lock } from './elements.js';
import { amount, failedShare, isQuiet, share } from './figures.js';
import { look } from './look.js';

const node = { width: 156, height: 54 };
const narrow = 600;

/** Null where the libraries were not built in. */
export function createGraph(choose) {
  if (typeof window.cytoscape !== 'function') return null;
  const cy = window.cytoscape({ container: $('graph'), style: look(), autoungrabify: true, autounselectify: true, boxSelectionEnabled: false, minZoom: 0.15, maxZoom: 2.5 });
  const labels = new Map();
  let shape = '', down = false;

  cy.on('viewport resize', moveLayer);
  cy.on('tap', 'node', event => choose(event.target.id()));
  cy.on('mouseover', 'node', () => { $('graph').classList.add('pointing'); });
  cy.on('mouseout', 'node', () => { $('graph').classList.remove('pointing'); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => cy.style(look()));
  // The wheel scrolls the page; with Ctrl, or two fingers, it zooms.
  $('graph-box').addEventListener('wheel', event => { if (!event.ctrlKey) event.stopPropagation(); }, { capture: true });
  $('closer').addEventListener('click', () => zoom(1.25));
  $('farther').addEventListener('click', () => zoom(0.8));
  $('fit').addEventListener('click', fit);
  new ResizeObserver(() => { cy.resize(); if (cy.nodes().length && (isNarrow() !== down || !seen())) arrange(); }).observe($('graph-box'));

  function update(topology, chosen) {
    const known = new Set(topology.services.map(service => service.id));
    const calls = topology.calls.filter(call => known.has(call.from) && known.has(call.to));
    cy.batch(() => {
      const wanted = new Set();
      for (const service of topology.services) {
        wanted.add('n' + service.id);
        put('nodes', service.id, { id: service.id, ...node }, { vm: service.vm, outside: !!service.outside, failing: failedShare(service.inbound) > 0, chosen: service.id === chosen }, () => nodeWords(service));
      }
      for (const call of calls) {
        const id = JSON.stringify([call.from, call.to]), per = call.traffic.requestsPerSecond + call.traffic.connectionsPerSecond;
        wanted.add('e' + id);
        put('edges', id, { id, source: call.from, target: call.to }, { width: 1.6 + Math.min(3, Math.log10(1 + per)), failing: failedShare(call.traffic) > 0, quiet: isQuiet(call.traffic), chosen: call.from === chosen || call.to === chosen, mutualTls: call.mutualTls }, () => edgeWords(call));
      }
      cy.elements().filter(one => !wanted.has((one.isNode() ? 'n' : 'e') + one.id())).forEach(one => { labels.get(one.id())?.remove(); labels.delete(one.id()); one.remove(); });
    });
    // Figures change every two seconds; places only when who calls whom does.
    const now = JSON.stringify([topology.services.map(service => service.id).sort(), calls.map(call => [call.from, call.to]).sort()]);
    if (now !== shape) { shape = now; arrange(); }
  }

  function put(group, id, start, data, content) {
    let one = cy.getElementById(id);
    if (one.empty()) one = cy.add({ group, data: { ...start, ...data } }); else one.data(data);
    const label = content(), before = labels.get(id);
    if (before && before.isEqualNode(label)) return;
    if (before) before.replaceWith(label); else $('words').append(label);
    labels.set(id, label);
    place(one);
  }

  // Words at the outermost edges reach beyond what Cytoscape knows of.
  const margin = () => down ? 30 : 22;
  const isNarrow = () => $('graph-box').clientWidth < narrow;

  function arrange() {
    down = isNarrow();
    cy.edges().data('long', false);
    cy.layout({ name: 'dagre', rankDir: down ? 'TB' : 'LR', nodeSep: down ? 18 : 40, edgeSep: 26, rankSep: down ? 68 : 96, fit: false, animate: false, sort: (a, b) => a.id() < b.id() ? -1 : 1, useDagreEdgeControlPoints: true, automaticDagreEdgeStyle: false }).run();
    // Only an edge across several layers must find its way round the nodes between.
    cy.edges().forEach(edge => { edge.data('long', (edge.scratch('controlPointWeights') || []).length > 2 && edge.parallelEdges().length === 1 && edge.codirectedEdges().length === 1); });
    const box = cy.elements().boundingBox({ includeOverlays: false });
    // Tall enough for what is drawn, within reason.
    const scale = Math.min(1, ($('graph-box').clientWidth - 2 * margin()) / Math.max(1, box.w));
    $('graph-box').style.height = Math.round(Math.min(Math.max(box.h * scale + 56, 260), Math.max(360, innerHeight * 0.75))) + 'px';
    cy.resize();
    fit();
    cy.elements().forEach(place);
  }

  function fit() {
    cy.fit(undefined, margin());
    if (cy.zoom() > 1.15) { cy.zoom(1.15); cy.center(); }
  }

  function seen() { const box = cy.elements().renderedBoundingBox(); return box.x1 >= -1 && box.x2 <= cy.width() + 1; }
  function zoom(by) { cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } }); }
  function moveLayer() { const { x, y } = cy.pan(); $('words').style.transform = `translate(${x}px, ${y}px) scale(${cy.zoom()})`; }

  function place(one) {
    const label = labels.get(one.id()), at = one.isNode() ? one.position() : one.midpoint();
    if (label && at) { label.style.left = at.x + 'px'; label.style.top = at.y + 'px'; }
  }

  return { cy, update };
}

function nodeWords(service) {
  const under = [service.namespace, service.versions.join(' ')].filter(Boolean).join(' · ') || (service.outside ? 'outside of the mesh' : '');
  const label = html('div', 'node-words' + (service.vm ? ' vm' : ''), html('b', '', service.app), html('span', '', under));
  label.dataset.id = service.id;
  if (service.vm) label.append(html('i', 'badge', 'VM'));
  return label;
}

function edgeWords(call) {
  const failed = failedShare(call.traffic);
  const label = html('div', 'edge-words' + (isQuiet(call.traffic) ? ' quiet' : ''), html('span', 'first', lock(call.mutualTls), html('span', '', amount(call.traffic))));
  if (failed > 0) label.append(html('span', 'bad', share(failed) + ' failed'));
  label.dataset.from = call.from;
  label.dataset.to = call.to;
  return label;
}
