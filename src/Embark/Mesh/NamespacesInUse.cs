using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Mesh;

/// <summary>Asks whether the second label of a two-label host name is a namespace: only then is <c>zipkin.tracing</c> local to the cluster, and <c>docker.io</c> is not.</summary>
internal sealed class NamespacesInUse(KubernetesClient client)
{
    /// <summary>Those that exist; one that may not be read counts as none.</summary>
    public async Task<IReadOnlySet<string>> AmongAsync(IEnumerable<JsonObject?> configs, string known, CancellationToken cancellationToken)
    {
        var names = configs.OfType<JsonObject>().SelectMany(ProxyConfigAddresses.All)
            .Select(a => HostAndPort.Parse(a.Value)?.Host.Split('.')).OfType<string[]>().Where(labels => labels.Length == 2).Select(labels => labels[1])
            .Where(name => name != known && Grammar.DnsLabel.Accepts(name)).Distinct(StringComparer.Ordinal).Take(8);
        var found = await Task.WhenAll(names.Select(name => Optional.OrNullAsync(client.GetAsync(CoreKinds.Namespaces, null, name, cancellationToken))));
        return found.Select(n => n?.Metadata.Name).OfType<string>().ToHashSet(StringComparer.Ordinal);
    }
}
