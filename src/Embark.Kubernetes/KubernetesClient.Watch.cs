using System.Runtime.CompilerServices;

namespace Embark.Kubernetes;

public sealed partial class KubernetesClient
{
    /// <summary>
    /// Lists, then follows changes for ever: first a <c>Listed</c>, then each change once. It survives dropped connections,
    /// silence and a server that is down, going on from the last version seen; when that has expired (410), a new <c>Listed</c>
    /// comes. It ends by cancellation, or with a <see cref="KubernetesException"/> when the first listing fails, or credentials
    /// or rights are taken away.
    /// </summary>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceKind<T> kind, string? @namespace, ListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using var watch = new Watch<T>(_transport, _options, kind, @namespace, options, stop => ListWholeAsync(kind, @namespace, options, stop));
        while (true)
            yield return await watch.NextAsync(cancellationToken);
    }

    private async Task<Listing<T>> ListWholeAsync<T>(ResourceKind<T> kind, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class
    {
        List<T> items = [];
        string? version = null;
        await foreach (var page in PagesAsync(kind, @namespace, options, cancellationToken))
        {
            if (page.Anew)
                items.Clear();
            items.AddRange(page.Items);
            version = page.ResourceVersion;
        }

        return !string.IsNullOrEmpty(version)
            ? new Listing<T>(items, version)
            : throw _transport.Failures.NotAnApi(ListRequest(kind, @namespace, options, 0, null), "the list has no resourceVersion");
    }
}
