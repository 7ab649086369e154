// How Cytoscape draws: all colours are those of the page, and are read again when it turns dark or light.

export function look() {
  const of = getComputedStyle(document.documentElement), colour = name => of.getPropertyValue(name).trim();
  return [
    { selector: 'node', style: { shape: 'round-rectangle', 'corner-radius': 9, width: 'data(width)', height: 'data(height)', 'background-color': colour('--node'), 'border-width': 1.5, 'border-color': colour('--node-line'), 'overlay-opacity': 0, 'underlay-color': colour('--chosen'), 'underlay-padding': 5, 'underlay-shape': 'round-rectangle' } },
    { selector: 'node[?vm]', style: { shape: 'cut-rectangle', 'corner-radius': 12, 'background-color': colour('--vm-back'), 'border-color': colour('--vm'), 'border-width': 2.5 } },
    { selector: 'node[?outside]', style: { 'border-style': 'dashed', 'background-color': colour('--card') } },
    { selector: 'node[?failing]', style: { 'border-color': colour('--bad') } },
    { selector: 'node[?chosen]', style: { 'border-color': colour('--chosen'), 'border-width': 2.5, 'underlay-opacity': 0.16 } },
    { selector: 'node[?vm][?chosen]', style: { 'border-color': colour('--vm'), 'border-width': 3 } },
    { selector: 'edge', style: { width: 'data(width)', 'curve-style': 'bezier', 'control-point-step-size': 46, 'line-color': colour('--good-line'), 'target-arrow-color': colour('--good-line'), 'target-arrow-shape': 'triangle', 'arrow-scale': 1, 'overlay-opacity': 0, 'target-distance-from-node': 2, 'loop-direction': '0deg', 'loop-sweep': '50deg' } },
    { selector: 'edge[?long]', style: { 'curve-style': 'unbundled-bezier', 'control-point-weights': edge => edge.scratch('controlPointWeights'), 'control-point-distances': edge => edge.scratch('controlPointDistances'), 'edge-distances': 'intersection' } },
    { selector: 'edge[?failing]', style: { 'line-color': colour('--bad'), 'target-arrow-color': colour('--bad') } },
    { selector: 'edge[?quiet]', style: { 'line-color': colour('--line'), 'target-arrow-color': colour('--line'), 'line-style': 'dashed' } },
    { selector: 'edge[?chosen]', style: { 'underlay-color': colour('--chosen'), 'underlay-opacity': 0.13, 'underlay-padding': 4 } },
  ];
}
