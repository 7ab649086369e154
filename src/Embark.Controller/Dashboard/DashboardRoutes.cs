using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Embark.Controller.Telemetry;
using Embark.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Embark.Controller.Dashboard;

/// <summary>The page, and the read-only API that it and the command line use. Nothing here changes anything.</summary>
internal sealed class DashboardRoutes(Collector collector, VmStates vms, IHostApplicationLifetime life)
{
    /// <summary>Points of a plot of the time that <c>?span=</c> asks for.</summary>
    private const int Points = 60;

    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_usual = TimeSpan.FromMinutes(1);

    private readonly QuietOnes _quiet = new(collector);

    public void Map(IEndpointRouteBuilder routes)
    {
        PageFiles.Map(routes);
        routes.MapGet("/api/topology", (RequestDelegate)(context => JsonAsync(context, Graph.Topology(collector, Window(context)), TelemetryJson.Default.MeshTopology)));
        routes.MapGet("/api/metrics/{service}", (RequestDelegate)MetricsAsync);
        routes.MapGet("/api/vms", (RequestDelegate)(context => JsonAsync(context, vms.Now(), TelemetryJson.Default.VmList)));
        routes.MapGet("/api/events", (RequestDelegate)EventsAsync);
        routes.MapGet("/metrics", (RequestDelegate)(context =>
        {
            context.Response.ContentType = PrometheusText.ContentType;
            return context.Response.WriteAsync(PrometheusText.Of(collector), context.RequestAborted);
        }));
    }

    private Task MetricsAsync(HttpContext context)
    {
        var whole = collector.Window.Options.Length;
        var service = (string?)context.Request.RouteValues["service"] ?? "";
        var span = Span(context, "span", whole);
        if (Graph.Metrics(collector, service, Window(context), (int)(Points * (whole / span))) is { } metrics)
        {
            var since = metrics.Time - span;
            return JsonAsync(context, metrics with { Points = [.. metrics.Points.Where(point => point.Time + TimeSpan.FromSeconds(point.Seconds) > since)] }, TelemetryJson.Default.ServiceMetrics);
        }
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync("no such service called or was called in the time asked for; /api/topology lists those that did\n", context.RequestAborted);
    }

    /// <summary>Server-sent events: the whole state every two seconds.</summary>
    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, life.ApplicationStopping);
        try
        {
            while (true)
            {
                await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(State(Window(context)), DashboardJson.Default.DashboardState)}\n\n", ended.Token);
                await context.Response.Body.FlushAsync(ended.Token);
                await Task.Delay(s_beat, ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed, or we end.
        }
    }

    private DashboardState State(TimeSpan window) => new(_quiet.With(Graph.Topology(collector, window)), vms.Now());

    private static Task JsonAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsJsonAsync(value, type, cancellationToken: context.RequestAborted);
    }

    /// <summary><c>?seconds=</c>; a minute without it.</summary>
    private TimeSpan Window(HttpContext context) => Span(context, "seconds", s_usual);

    private TimeSpan Span(HttpContext context, string name, TimeSpan usual) =>
        double.TryParse(context.Request.Query[name], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, 5, collector.Window.Options.Length.TotalSeconds)) : usual;
}
