using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Embark.Grpc;

/// <summary>One call as the server sees it: messages in, messages out.</summary>
public sealed class GrpcServerCall<TRequest, TResponse> : IDisposable
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    private readonly HttpContext _context;
    private readonly MessageParser<TRequest> _parser;
    private readonly int _maxMessageLength;
    private readonly SemaphoreSlim _writing = new(1, 1);

    internal GrpcServerCall(HttpContext context, MessageParser<TRequest> parser, int maxMessageLength)
    {
        _context = context;
        _parser = parser;
        _maxMessageLength = maxMessageLength;
    }

    /// <summary>Ends when the caller goes away or the server stops.</summary>
    public CancellationToken Aborted => _context.RequestAborted;

    /// <summary>Peer as <c>ip:port</c>, for logs.</summary>
    public string Peer => $"{_context.Connection.RemoteIpAddress}:{_context.Connection.RemotePort}";

    /// <summary>Certificate the caller presented; null without one. Whether it is good is for the caller of this to say.</summary>
    public X509Certificate2? ClientCertificate => _context.Connection.ClientCertificate;

    /// <summary>Value of a metadata key; null when it is absent or there are several.</summary>
    public string? Metadata(string key) => _context.Request.Headers[key] is [{ } only] ? only : null;

    /// <summary>Messages of the caller, until it half-closes.</summary>
    public async IAsyncEnumerable<TRequest> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } message)
            yield return message;
    }

    /// <summary>The next message; null when the caller has half-closed.</summary>
    public Task<TRequest?> ReadAsync(CancellationToken cancellationToken) =>
        GrpcFraming.ReadAsync(_context.Request.Body, _parser, _maxMessageLength, cancellationToken);

    /// <summary>Sends one message; may be called by several at once.</summary>
    public async Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            GrpcFraming.Write(_context.Response.BodyWriter, message);
            await _context.Response.BodyWriter.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();
}
