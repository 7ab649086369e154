// How figures are written.

export const rate = value => value === 0 ? '0' : value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value < 0.01 ? '<0.01' : value.toFixed(2);
export const share = value => (value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0) + ' %';
export const time = value => value === undefined ? '–' : value >= 1000 ? (value / 1000).toFixed(1) + ' s' : value.toFixed(value < 10 ? 1 : 0) + ' ms';
export const clock = value => new Date(value).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
export const failedShare = traffic => Math.max(traffic.errorShare, traffic.failedConnectionShare);
export const isQuiet = traffic => traffic.requestsPerSecond === 0 && traffic.connectionsPerSecond === 0;
export const words = service => service.app + (service.vm ? ' (VM)' : '');

export function amount(traffic) {
  if (traffic.requestsPerSecond > 0) return rate(traffic.requestsPerSecond) + '/s';
  return traffic.connectionsPerSecond > 0 ? rate(traffic.connectionsPerSecond) + ' conn/s' : 'quiet';
}

export function ago(seconds) {
  if (seconds === undefined) return 'never';
  return seconds < 60 ? seconds.toFixed(0) + ' s ago' : seconds < 3600 ? (seconds / 60).toFixed(0) + ' min ago' : (seconds / 3600).toFixed(1) + ' h ago';
}

/** Text and class: a certificate of the mesh lives a day, so that a quarter of one is little. */
export function daysLeft(days) {
  if (days === undefined) return ['not read', 'soft'];
  if (days < 0) return ['ended', 'bad'];
  return [`${days < 10 ? days.toFixed(1) : days.toFixed(0)} days left`, days < 0.25 ? 'warn' : 'good'];
}
