using System.Collections.Concurrent;
using Embark.Sandbox.Istiod.Protos.Routes;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>Route configurations that came by RDS, by name.</summary>
internal sealed class RouteTables
{
    private readonly ConcurrentDictionary<string, RouteTable> _byName = new(StringComparer.Ordinal);

    public IEnumerable<RouteTable> All => _byName.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => t.Value);

    public RouteTable? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>What is returned is the reason of a refusal; the configurations that are not named in it were taken.</summary>
    public string? Apply(IEnumerable<RouteConfiguration> changed, IEnumerable<string> removed)
    {
        foreach (var name in removed)
            _byName.TryRemove(name, out _);
        List<string> refusals = [];
        foreach (var configuration in changed)
            if (RouteLimits.Refusal(configuration) is { } refusal)
                refusals.Add($"{configuration.Name}: {refusal}");
            else
                _byName[configuration.Name] = new RouteTable(configuration);
        return refusals.Count == 0 ? null : string.Join(", ", refusals);
    }
}
