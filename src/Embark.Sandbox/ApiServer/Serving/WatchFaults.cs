using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.ApiServer.Serving;

/// <summary>The faults that hit one watch, after so many events.</summary>
internal sealed class WatchFaults(FaultSwitch faults, ApiRequest request)
{
    private readonly Fault.WatchExpired? _expired = faults.Take<Fault.WatchExpired>("watch", request.RawPath);
    private readonly Fault.CutWatch? _cut = faults.Take<Fault.CutWatch>("watch", request.RawPath);
    private readonly Fault.SilentWatch? _silent = faults.Take<Fault.SilentWatch>("watch", request.RawPath);

    /// <summary>True when the stream ends here.</summary>
    public async Task<bool> StopAsync(WatchStream stream, long sent, CancellationToken cancellationToken)
    {
        if (_silent?.AfterEvents == sent)
        {
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        if (_expired?.AfterEvents == sent)
        {
            await stream.SendLineAsync("ERROR", JsonText.Write(Statuses.Expired("too old resource version: 1 (2)").ToStatus()), cancellationToken);
            return true;
        }
        if (_cut?.AfterEvents != sent)
            return false;
        if (_cut.InMidLine)
        {
            await stream.Http.Response.Body.WriteAsync("""{"type":"MODIFIED","object":{"kind":"""u8.ToArray(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(CutStream.Grace, cancellationToken);
            stream.Http.Abort();
        }
        return true;
    }
}
