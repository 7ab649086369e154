using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Embark.Controller.Telemetry.Serving;

/// <summary>Runs the collector's ports, and what keeps its names true.</summary>
internal sealed partial class TelemetryService(Collector collector, MeshFeed feed, VmStates vms, ControllerOptions options, ILogger<TelemetryService> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var server = await CollectorServer.StartAsync(collector, options.Zipkin, options.AccessLogs, stoppingToken);
        if (server.Zipkin is { } zipkin)
            TakesSpans(zipkin.ToString());
        if (server.AccessLogs is { } logs)
            TakesLogs(logs.ToString());
        await await Task.WhenAny(feed.RunAsync(stoppingToken), vms.RunAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Zipkin spans are taken at {Address}")]
    private partial void TakesSpans(string address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Access logs are taken at {Address}")]
    private partial void TakesLogs(string address);
}
