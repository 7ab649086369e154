using System.IO.Pipelines;
using Embark.Sandbox.Proxy.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>An accepted connection in the form Kestrel takes.</summary>
internal sealed class HandedConnection : ConnectionContext
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _closed = new();
    private readonly Stream _stream;

    public HandedConnection(AcceptedConnection accepted, HttpService service)
    {
        _stream = accepted.Stream;
        Transport = new StreamDuplex(PipeReader.Create(accepted.Stream, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(accepted.Stream, new StreamPipeWriterOptions(leaveOpen: true)));
        ConnectionClosed = _closed.Token;
        LocalEndPoint = accepted.Local;
        RemoteEndPoint = accepted.Remote;
        Features.Set(accepted);
        Features.Set(service);
    }

    /// <summary>Done when Kestrel has finished with the connection.</summary>
    public Task Done => _done.Task;

    public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

    public override IDuplexPipe Transport { get; set; }

    /// <summary>Asks Kestrel to let the requests under way end and then close (a drain). Before Kestrel has it, nothing is under way.</summary>
    public void RequestClose() => Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _closed.Cancel();
        _stream.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync().ConfigureAwait(false);
        await Transport.Output.CompleteAsync().ConfigureAwait(false);
        await _closed.CancelAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        _done.TrySetResult();
    }

    private sealed record StreamDuplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
