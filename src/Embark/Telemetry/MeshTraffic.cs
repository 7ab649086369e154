using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Embark.Telemetry;

/// <summary>What the controller knows of the mesh's traffic.</summary>
/// <param name="controller">The way to it.</param>
public sealed class MeshTraffic(IControllerRoute controller)
{
    /// <summary>Who calls whom.</summary>
    /// <param name="window">How far back.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<MeshTopology> TopologyAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        var topology = Read(await AskAsync("api/topology", window, cancellationToken), TelemetryJson.Default.MeshTopology);
        Check(topology.Kind == "Topology" && All(topology.Services) && All(topology.Calls) && topology.Services.All(service => All(service.Versions)));
        return topology;
    }

    /// <summary>Figures of one service.</summary>
    /// <param name="service">Its id in a topology.</param>
    /// <param name="window">How far back.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<ServiceMetrics> MetricsAsync(string service, TimeSpan window, CancellationToken cancellationToken)
    {
        var metrics = Read(await AskAsync($"api/metrics/{Uri.EscapeDataString(service)}", window, cancellationToken), TelemetryJson.Default.ServiceMetrics);
        Check(metrics.Kind == "Metrics" && All(metrics.Workloads) && All(metrics.Callers) && All(metrics.Calls) && All(metrics.Points) && All(metrics.Service.Versions));
        return metrics;
    }

    private async Task<ReadOnlyMemory<byte>> AskAsync(string path, TimeSpan window, CancellationToken cancellationToken)
    {
        var answer = await controller.AskAsync(string.Create(CultureInfo.InvariantCulture, $"{path}?seconds={window.TotalSeconds:0.###}"), cancellationToken);
        return answer.Status == 200 ? answer.Body : throw NotOurs($"it has status {answer.Status}");
    }

    private T Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body.Span, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException wrong)
        {
            throw NotOurs(Printable.Text(wrong.Message), wrong);
        }
    }

    private void Check(bool good)
    {
        if (!good) throw NotOurs("parts of it are missing");
    }

    private static bool All<T>(IReadOnlyList<T> list) => list.All(item => item is not null);

    private EmbarkException NotOurs(string why, Exception? cause = null) => new(FailureClass.ClusterUnavailable,
        $"what {controller.Place} answers is no answer of Embark's controller: {why}", "check the address; a controller of this release or a later one should be there", cause);
}
