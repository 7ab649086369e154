namespace Embark.Kubernetes.Transport;

/// <summary>One open watch; silence beyond the limit ends it, since a dropped connection may never say so.</summary>
internal sealed class WatchConnection(HttpResponseMessage response, LineReader lines, KubernetesClientOptions options) : IDisposable
{
    private readonly long _opened = options.Time.GetTimestamp();

    /// <summary>How long it has been open.</summary>
    public TimeSpan Age => options.Time.GetElapsedTime(_opened);

    /// <summary>The next event as JSON; null when the watch is over, for whatever reason.</summary>
    public async Task<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(options.WatchSilence, options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            while (await lines.NextAsync(stop.Token) is { } line)
            {
                if (!line.Span.Trim(" \r\t"u8).IsEmpty)
                    return line;
            }

            return null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or InvalidDataException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
