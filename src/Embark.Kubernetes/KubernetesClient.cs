using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Embark.Kubernetes.Transport;
using Embark.Kubernetes.Wire;

namespace Embark.Kubernetes;

/// <summary>
/// Talks to one Kubernetes API server. Every call has a deadline and honours cancellation, retries as
/// <see cref="KubernetesClientOptions"/> says (reads on broken connections, 429 and 5xx; writes only where the server asks for
/// it by Retry-After), and throws <see cref="KubernetesException"/>. It may be used by many tasks at once.
/// </summary>
public sealed partial class KubernetesClient : IDisposable
{
    private const int MaxChanges = 5;

    private readonly ApiTransport _transport;
    private readonly KubernetesClientOptions _options;

    private KubernetesClient(KubernetesConnection connection, KubernetesClientOptions options)
    {
        _transport = new ApiTransport(connection, options);
        _options = options;
    }

    /// <summary>Reads certificates and keys; connects with the first call.</summary>
    /// <exception cref="KubernetesException">Class Credentials: the CA, or the client certificate and its key, are not usable.</exception>
    public static KubernetesClient Connect(KubernetesConnection connection, KubernetesClientOptions options) => new(connection, options);

    /// <summary>How far the server's clock is ahead of ours (by the Date header, good to a second); null before the first answer.</summary>
    public TimeSpan? ClockSkew => _transport.Clock.Skew;

    /// <summary>Reads one object; null when it does not exist. A kind that the server does not have is a failure: NotFound, reason <c>KindNotServed</c>.</summary>
    public async Task<T?> GetAsync<T>(ResourceKind<T> kind, string? @namespace, string name, CancellationToken cancellationToken)
        where T : class
    {
        var request = ObjectPath.One(HttpMethod.Get, "get", kind, @namespace, name);
        var answer = await _transport.SendAsync(request, cancellationToken);
        return answer.IsAbsent ? null : Read(request, answer, kind.Json);
    }

    /// <summary>
    /// Reads all objects, page by page. When a page has expired (410) it lists again and leaves out what it gave already, so that
    /// no name comes twice.
    /// </summary>
    public async IAsyncEnumerable<T> ListAsync<T>(
        ResourceKind<T> kind, string? @namespace, ListOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var given = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var page in PagesAsync(kind, @namespace, options, cancellationToken))
        {
            for (var i = 0; i < page.Items.Count; i++)
            {
                if (given.Add(page.Keys[i]))
                    yield return page.Items[i];
            }
        }
    }

    /// <summary>Creates an object.</summary>
    public Task<T> CreateAsync<T>(ResourceKind<T> kind, string? @namespace, T value, CancellationToken cancellationToken)
        where T : class => WriteAsync(
            ObjectPath.All(HttpMethod.Post, "create", kind, @namespace) with { Body = TypedJson.Write(kind, value) }, kind, cancellationToken);

    /// <summary>Replaces an object whole. With a resourceVersion in its metadata this fails as Conflict when somebody was faster.</summary>
    public Task<T> ReplaceAsync<T>(ResourceKind<T> kind, string? @namespace, string name, T value, CancellationToken cancellationToken)
        where T : class => WriteAsync(
            ObjectPath.One(HttpMethod.Put, "update", kind, @namespace, name) with { Body = TypedJson.Write(kind, value) }, kind, cancellationToken);

    /// <summary>Applies a JSON merge patch (RFC 7386).</summary>
    public Task<T> PatchAsync<T>(ResourceKind<T> kind, string? @namespace, string name, JsonObject mergePatch, CancellationToken cancellationToken)
        where T : class => WriteAsync(
            ObjectPath.One(HttpMethod.Patch, "patch", kind, @namespace, name) with
            {
                Body = TypedJson.Bytes(mergePatch),
                ContentType = "application/merge-patch+json",
            },
            kind, cancellationToken);

    /// <summary>
    /// Changes an object that others change too: reads it, asks for the merge patch, and writes only if nobody was faster (409);
    /// else again, up to five times. Null from <paramref name="change"/> changes nothing. Null when the object does not exist.
    /// </summary>
    public async Task<T?> ChangeAsync<T>(
        ResourceKind<T> kind, string? @namespace, string name, Func<T, JsonObject?> change, CancellationToken cancellationToken)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            var request = ObjectPath.One(HttpMethod.Get, "get", kind, @namespace, name);
            var answer = await _transport.SendAsync(request, cancellationToken);
            if (answer.IsAbsent)
                return null;
            var value = Read(request, answer, kind.Json);
            if (change(value) is not { } patch)
                return value;
            TypedJson.RequireVersion(patch, Read(request, answer, WireJson.Default.AnyObject).Metadata?.ResourceVersion);
            try
            {
                return await PatchAsync(kind, @namespace, name, patch, cancellationToken);
            }
            catch (KubernetesException e) when (e.Failure == KubernetesFailure.Conflict && attempt < MaxChanges)
            {
                await Task.Delay(RetryPause.Jitter(_options.RetryPause * attempt), _options.Time, cancellationToken);
            }
        }
    }

    /// <summary>Server-side apply. Fields that another manager owns are not taken: that is a Conflict.</summary>
    public Task<T> ApplyAsync<T>(ResourceKind<T> kind, string? @namespace, string name, JsonObject value, string fieldManager, CancellationToken cancellationToken)
        where T : class => WriteAsync(
            ObjectPath.One(HttpMethod.Patch, "patch", kind, @namespace, name, ObjectPath.Query(("fieldManager", fieldManager))) with
            {
                Body = TypedJson.Bytes(TypedJson.Named(kind, @namespace, name, value)),
                ContentType = "application/apply-patch+yaml",
            },
            kind, cancellationToken);

    /// <summary>Deletes an object; false when it did not exist.</summary>
    public async Task<bool> DeleteAsync<T>(ResourceKind<T> kind, string? @namespace, string name, CancellationToken cancellationToken)
        where T : class
    {
        var request = ObjectPath.One(HttpMethod.Delete, "delete", kind, @namespace, name);
        var answer = await _transport.SendAsync(request, cancellationToken);
        if (answer.IsAbsent)
            return false;
        Read(request, answer, WireJson.Default.AnyObject);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async Task<T> WriteAsync<T>(ApiRequest request, ResourceKind<T> kind, CancellationToken cancellationToken)
        where T : class => Read(request, await _transport.SendAsync(request, cancellationToken), kind.Json);

    /// <summary>The object of a good answer; the failure of any other.</summary>
    private T Read<T>(ApiRequest request, ApiAnswer answer, JsonTypeInfo<T> contract)
        where T : class => Read(request, answer, body => JsonSerializer.Deserialize(body, contract) ?? throw new JsonException("it is null"));

    private T Read<T>(ApiRequest request, ApiAnswer answer, BodyReader<T> read)
    {
        if (!answer.IsSuccess)
            throw _transport.Failures.Of(request, answer);
        try
        {
            return read(answer.Body.Span);
        }
        catch (JsonException e)
        {
            throw TypedJson.IsObject(answer.Body.Span)
                ? _transport.Failures.Unreadable(request, e)
                : _transport.Failures.NotAnApi(request, $"it is {Failures.Excerpt(answer)}", e);
        }
    }

    private delegate T BodyReader<out T>(ReadOnlySpan<byte> body);
}
