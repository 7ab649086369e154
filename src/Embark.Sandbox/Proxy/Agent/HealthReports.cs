using System.Threading.Channels;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Status = Embark.Sandbox.Istiod.Protos.Discovery.Status;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>What the application's probe found, on its way to istiod: only changes are reported (protocols 2.8).</summary>
internal sealed class HealthReports
{
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });

    /// <summary>The last finding; null before the first.</summary>
    public string? Problem { get; private set; }

    public bool? Healthy { get; private set; }

    public void Report(bool healthy, string problem)
    {
        if (Healthy == healthy)
            return;
        (Healthy, Problem) = (healthy, problem);
        _changes.Writer.TryWrite(healthy);
    }

    public IAsyncEnumerable<bool> ChangesAsync(CancellationToken cancellationToken) => _changes.Reader.ReadAllAsync(cancellationToken);

    /// <summary>The report as it travels on the ADS stream: no error means healthy.</summary>
    public DeltaDiscoveryRequest ToRequest()
    {
        var request = new DeltaDiscoveryRequest { TypeUrl = TypeUrls.Health };
        if (Healthy == false)
            request.ErrorDetail = new Status { Code = 500, Message = Problem ?? "" };
        return request;
    }
}
