

namespace Embark.Kubernetes;

public sealed partial class KubernetesClient
{
    /// <summary>Lists, then follows changes for ever; survives dropped connections and expired versions (410).</summary>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class => throw new NotImplementedException();
}
