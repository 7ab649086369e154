// The page: one message every two seconds with the graph and the VMs, shown in every part. It asks and never tells.
import { $, lock } from './elements.js';
import { clock, words } from './figures.js';
import { createGraph } from './graph.js';
import { closePanel, showPanel } from './panel.js';
import { showSums, showTables } from './tables.js';

const panelEvery = 4000;
let state = null, source = null, asked = 0;
let chosen = new URLSearchParams(location.search).get('service');

const graph = createGraph(choose);
// For whoever looks at the page from outside, as its tests do.
window.meshGraph = graph && graph.cy;
for (const sample of document.querySelectorAll('.lock-sample')) sample.append(lock(sample.dataset.lock));
if (!graph) {
  $('graph-card').classList.add('undrawn');
  $('empty').hidden = false;
  $('empty').textContent = 'This controller was built without npm, so the libraries that draw the graph are not in it. The tables below show the same.';
}

const seconds = () => document.querySelector('#window input:checked').value;
const nameOf = id => { const found = state.topology.services.find(one => one.id === id); return found ? words(found) : id; };

function connect() {
  if (source) source.close();
  source = new EventSource('api/events?seconds=' + seconds());
  source.onmessage = event => { state = JSON.parse(event.data); show(); };
  source.onerror = () => { $('state').textContent = 'connection lost, trying again'; $('state').className = 'lost'; };
}

function show() {
  $('state').textContent = 'live, ' + clock(state.topology.time);
  $('state').className = 'live';
  if (graph) {
    const none = state.topology.services.length === 0;
    $('empty').hidden = !none;
    $('empty').textContent = none ? 'No proxy has told of traffic yet. Sidecars tell once telemetry is on: embark mesh-expansion enable --apply-telemetry' : '';
    graph.update(state.topology, chosen);
  }
  showSums(state);
  showTables(state, nameOf, chosen, choose);
  if (chosen && Date.now() - asked > panelEvery) ask();
}

function ask() {
  asked = Date.now();
  showPanel(chosen, seconds(), state, nameOf);
}

function choose(id) {
  chosen = id;
  const address = new URL(location);
  if (id) address.searchParams.set('service', id); else address.searchParams.delete('service');
  history.replaceState(null, '', address);
  if (id) ask(); else closePanel();
  if (state) show();
}

$('close').addEventListener('click', () => choose(null));
$('window').addEventListener('change', () => { connect(); asked = 0; });
connect();
