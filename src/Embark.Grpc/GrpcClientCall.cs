using System.Runtime.CompilerServices;
using Google.Protobuf;

namespace Embark.Grpc;

/// <summary>One open call with a stream in each direction.</summary>
public sealed class GrpcClientCall<TRequest, TResponse> : IAsyncDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly Task<HttpResponseMessage> _response;
    private readonly StreamedRequest _request;
    private readonly MessageParser<TResponse> _parser;
    private readonly int _maxMessageLength;

    internal GrpcClientCall(Task<HttpResponseMessage> response, StreamedRequest request, MessageParser<TResponse> parser, int maxMessageLength)
    {
        _response = response;
        _request = request;
        _parser = parser;
        _maxMessageLength = maxMessageLength;
    }

    /// <summary>Queues one message; it is sent in order.</summary>
    public void Send(TRequest message) => _request.Send(GrpcFraming.Frame(message));

    /// <summary>Half-closes: no more messages from this side.</summary>
    public void CloseSend() => _request.Close();

    /// <summary>Messages of the server until it ends the call.</summary>
    /// <exception cref="GrpcException">The call ended with a status other than OK.</exception>
    public async IAsyncEnumerable<TResponse> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var response = await _response.WaitAsync(cancellationToken).ConfigureAwait(false);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (await GrpcClient.Failing(() => GrpcFraming.ReadAsync(body, _parser, _maxMessageLength, cancellationToken), cancellationToken).ConfigureAwait(false) is { } message)
            yield return message;
        GrpcClient.ThrowUnlessOk(response);
    }

    /// <summary>Ends the call.</summary>
    public async ValueTask DisposeAsync()
    {
        _request.Close();
        try
        {
            (await _response.ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is GrpcException or OperationCanceledException)
        {
            // The call never opened, which whoever reads it has been told.
        }

        _request.Dispose();
    }
}
