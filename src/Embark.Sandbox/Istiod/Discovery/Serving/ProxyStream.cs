using System.Threading.Channels;
using Embark.Grpc;
using Google.Protobuf;

namespace Embark.Sandbox.Istiod.Discovery.Serving;

/// <summary>
/// One stream of one proxy: requests are answered in order, and every new view of the mesh is pushed. What differs
/// between state of the world and delta is in the two kinds of it.
/// </summary>
internal abstract class ProxyStream<TRequest, TResponse>(GrpcServerCall<TRequest, TResponse> call, ProxyConnection connection)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly Dictionary<string, WatchedType> _watched = new(StringComparer.Ordinal);
    private int _number;

    /// <summary>The current resources; others for each view.</summary>
    protected GeneratedResources Resources { get; private set; } = null!;

    /// <summary>Number of the view, as versions and nonces carry it.</summary>
    protected string Version { get; private set; } = "";

    public async Task RunAsync(TRequest first)
    {
        while (connection.Feed.Current.Resources is null)
            await connection.Feed.ChangedSinceAsync(connection.Feed.Current.Number).WaitAsync(call.Aborted).ConfigureAwait(false);
        // Requests of the proxy; null in between says that there is another view.
        var events = Channel.CreateUnbounded<TRequest?>(new UnboundedChannelOptions { SingleReader = true });
        events.Writer.TryWrite(first);
        using var following = connection.Feed.Follow(() => events.Writer.TryWrite(null));
        Generate();
        var reading = ReadAsync(events.Writer);
        await foreach (var request in events.Reader.ReadAllAsync(call.Aborted).ConfigureAwait(false))
            if (request is not null)
                await AnswerAsync(request).ConfigureAwait(false);
            else if (connection.Feed.Current.Number != _number)
                await connection.Throttle.RunAsync(PushAsync, call.Aborted).ConfigureAwait(false);
        await reading.ConfigureAwait(false);
    }

    /// <summary>Answers one request of a type that is served.</summary>
    protected abstract Task AnswerAsync(TRequest request, WatchedType watched, bool isNew);

    /// <summary>Sends what changed of one type; <paramref name="forced"/> names go out even unchanged.</summary>
    /// <returns>Names that were sent.</returns>
    protected abstract Task<IReadOnlyList<string>> PushAsync(WatchedType watched, IReadOnlyCollection<string> forced);

    protected abstract (string Type, string Refusal) Head(TRequest request);

    protected string NextNonce(WatchedType watched) => watched.Nonce = Version + Guid.NewGuid();

    protected Task SendAsync(TResponse response) => call.WriteAsync(response, call.Aborted);

    protected WatchedType? Find(string type) => _watched.GetValueOrDefault(type);

    protected void Forget(string type) => _watched.Remove(type);

    private async Task AnswerAsync(TRequest request)
    {
        var (type, refusal) = Head(request);
        if (type == TypeUrls.Health)
        {
            await connection.Registration.ReportAsync(refusal.Length == 0, refusal, call.Aborted).ConfigureAwait(false);
            return;
        }

        if (refusal.Length > 0)
        {
            await connection.Log.WriteLineAsync($"ADS: ACK ERROR {connection.Proxy.Id} {type}: {refusal}").ConfigureAwait(false);
            return;
        }

        var isNew = !_watched.TryGetValue(type, out var watched);
        if (isNew)
            _watched[type] = watched = new WatchedType(type);
        await AnswerAsync(request, watched!, isNew).ConfigureAwait(false);
    }

    // Endpoints of a cluster that changed go out with it: Envoy keeps the old cluster until they come (protocols 2.5, rule 4).
    private async Task PushAsync()
    {
        Generate();
        IReadOnlyList<string> clusters = [];
        foreach (var type in GeneratedResources.PushOrder)
            if (_watched.TryGetValue(type, out var watched))
            {
                var sent = await PushAsync(watched, type == TypeUrls.Endpoint ? clusters : []).ConfigureAwait(false);
                if (type == TypeUrls.Cluster)
                    clusters = sent;
            }
    }

    private void Generate()
    {
        (var shared, _number) = connection.Feed.Current;
        Resources = new GeneratedResources(shared!, connection.Proxy);
        Version = $"{connection.Feed.Started:yyyy-MM-ddTHH:mm:ssZ}/{_number}";
    }

    private async Task ReadAsync(ChannelWriter<TRequest?> requests)
    {
        try
        {
            await foreach (var request in call.ReadAllAsync(call.Aborted).ConfigureAwait(false))
                requests.TryWrite(request);
        }
        finally
        {
            requests.TryComplete();
        }
    }
}
