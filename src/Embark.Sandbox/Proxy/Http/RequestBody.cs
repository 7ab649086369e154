using System.Net;
using Microsoft.AspNetCore.Http;

namespace Embark.Sandbox.Proxy.Http;

/// <summary>The client's body, passed on as it comes. Once a byte was taken, the request cannot be tried again.</summary>
internal sealed class RequestBody(HttpRequest request) : HttpContent
{
    public bool Started { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            foreach (var part in read.Buffer)
            {
                Started = true;
                await stream.WriteAsync(part, cancellationToken).ConfigureAwait(false);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return;
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false); // a client that waits for an answer in mid-body
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = request.ContentLength ?? 0;
        return request.ContentLength is not null;
    }
}
