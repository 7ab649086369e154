using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace Embark.Grpc;

/// <summary>Calls gRPC methods of one server over an <see cref="HttpMessageInvoker"/> that speaks HTTP/2.</summary>
/// <param name="http">Owner of connections, TLS and certificates; not disposed here.</param>
/// <param name="address">Scheme, host and port of the server.</param>
public sealed class GrpcClient(HttpMessageInvoker http, Uri address)
{
    /// <summary>Metadata sent with every call: keys in lower case.</summary>
    public required Func<IEnumerable<KeyValuePair<string, string>>> Metadata { get; init; }

    /// <summary>Largest message taken, in bytes. Default: no limit, as Istio's agents have it.</summary>
    public int MaxMessageLength { get; init; } = int.MaxValue;

    /// <summary>One request, one response.</summary>
    /// <exception cref="GrpcException">The call failed; <see cref="GrpcStatus.Unavailable"/> when the server was not reached.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        string method, TRequest request, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        using var content = new ByteArrayContent(GrpcFraming.Frame(request));
        using var response = await SendAsync(method, content, cancellationToken).ConfigureAwait(false);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var message = await Failing(() => GrpcFraming.ReadAsync(body, parser, MaxMessageLength, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (message is not null)
            _ = await Failing(() => GrpcFraming.ReadAsync(body, parser, MaxMessageLength, cancellationToken), cancellationToken).ConfigureAwait(false); // to the trailers
        ThrowUnlessOk(response);
        return message ?? throw new GrpcException(GrpcStatus.Internal, "the call ended without a message");
    }

    /// <summary>Opens a call with a stream in each direction. It is open at once; failures show when it is read.</summary>
    public GrpcClientCall<TRequest, TResponse> Open<TRequest, TResponse>(
        string method, MessageParser<TResponse> parser, CancellationToken cancellationToken)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var content = new StreamedRequest();
        return new GrpcClientCall<TRequest, TResponse>(SendAsync(method, content, cancellationToken), content, parser, MaxMessageLength);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, HttpContent content, CancellationToken cancellationToken)
    {
        // Not disposed here: that would close the body of a stream that is only beginning.
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(address, method))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TryAddWithoutValidation("te", "trailers");
        foreach (var (key, value) in Metadata())
            request.Headers.TryAddWithoutValidation(key, value);

        var response = await Failing(() => http.SendAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK)
            return response;
        using (response)
            throw new GrpcException(GrpcStatus.Unavailable, $"unexpected HTTP status {(int)response.StatusCode}");
    }

    /// <summary>Throws what the status in the trailers, or in the headers of an immediate answer, says.</summary>
    internal static void ThrowUnlessOk(HttpResponseMessage response)
    {
        var code = Value(response.TrailingHeaders, "grpc-status") ?? Value(response.Headers, "grpc-status");
        var text = Value(response.TrailingHeaders, "grpc-message") ?? Value(response.Headers, "grpc-message") ?? "";
        var status = int.TryParse(code, out var number) ? (GrpcStatus)number : GrpcStatus.Unknown;
        if (status != GrpcStatus.Ok)
            throw new GrpcException(status, code is null ? "the call ended without a status" : GrpcMessageText.Decode(text));

        static string? Value(HttpHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
    }

    /// <summary>A broken connection is <see cref="GrpcStatus.Unavailable"/>, as every gRPC client says it.</summary>
    internal static async Task<T> Failing<T>(Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new GrpcException(GrpcStatus.Unavailable, $"connection error: desc = \"{Transport(e).Message}\"", e);
        }

        // Whoever made the connection has said what went wrong; HttpClient only wraps it.
        static Exception Transport(Exception e) => e is HttpRequestException { InnerException: { } inner } ? Transport(inner) : e;
    }
}
