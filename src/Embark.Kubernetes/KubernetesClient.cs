using System.Text.Json.Nodes;

namespace Embark.Kubernetes;

/// <summary>Talks to one Kubernetes API server. Every call has a deadline and honours cancellation.</summary>
public sealed class KubernetesClient : IDisposable
{
    /// <summary>Reads one object; null when it does not exist.</summary>
    public Task<T?> GetAsync<T>(ResourceKind<T> kind, string? @namespace, string name, CancellationToken cancellationToken)
        where T : class => throw new NotImplementedException();

    /// <summary>Reads all objects, page by page.</summary>
    public IAsyncEnumerable<T> ListAsync<T>(ResourceKind<T> kind, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class => throw new NotImplementedException();

    /// <summary>Lists, then follows changes for ever; survives dropped connections and expired versions (410).</summary>
    public IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(ResourceKind<T> kind, string? @namespace, ListOptions options, CancellationToken cancellationToken)
        where T : class => throw new NotImplementedException();

    /// <summary>Creates an object.</summary>
    public Task<T> CreateAsync<T>(ResourceKind<T> kind, string? @namespace, T value, CancellationToken cancellationToken)
        where T : class => throw new NotImplementedException();

    /// <summary>Applies a JSON merge patch (RFC 7386).</summary>
    public Task<T> PatchAsync<T>(ResourceKind<T> kind, string? @namespace, string name, JsonObject mergePatch, CancellationToken cancellationToken)
        where T : class => throw new NotImplementedException();

    /// <summary>Server-side apply.</summary>
    public Task<T> ApplyAsync<T>(ResourceKind<T> kind, string? @namespace, string name, JsonObject value, string fieldManager, CancellationToken cancellationToken)
        where T : class => throw new NotImplementedException();

    /// <summary>Deletes an object; false when it did not exist.</summary>
    public Task<bool> DeleteAsync<T>(ResourceKind<T> kind, string? @namespace, string name, CancellationToken cancellationToken)
        where T : class => throw new NotImplementedException();

    /// <summary>Asks for a token of a service account (TokenRequest).</summary>
    public Task<ServiceAccountToken> RequestTokenAsync(
        NamespacedName serviceAccount, string audience, TimeSpan lifetime, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Asks whether the current user may do something (SelfSubjectAccessReview).</summary>
    public Task<bool> CanIAsync(AccessQuestion question, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Versions of an API group that the server serves, preferred first; empty when the group is absent.</summary>
    public Task<IReadOnlyList<string>> ServedVersionsAsync(string group, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
