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
    /// <summary>Points of a plot.</summary>
    private const int Points = 60;

    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_usual = TimeSpan.FromMinutes(1);

    // All that the page needs comes from here: nothing else is loaded, and nobody may frame it.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly Dictionary<string, string> s_types = new()
    {
        ["index.html"] = "text/html; charset=utf-8", ["dashboard.css"] = "text/css; charset=utf-8", ["dashboard.js"] = "text/javascript; charset=utf-8",
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (RequestDelegate)(context => FileAsync(context, "index.html")));
        foreach (var file in s_types.Keys.Where(file => file != "index.html"))
            routes.MapGet($"/{file}", (RequestDelegate)(context => FileAsync(context, file)));
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

    private static async Task FileAsync(HttpContext context, string file)
    {
        var headers = context.Response.Headers;
        (headers.ContentSecurityPolicy, headers.XContentTypeOptions, headers["Referrer-Policy"], headers.CacheControl) = (Policy, "nosniff", "no-referrer", "no-cache");
        context.Response.ContentType = s_types[file];
        await using var content = typeof(DashboardRoutes).Assembly.GetManifestResourceStream($"dashboard/{file}")!;
        await content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private Task MetricsAsync(HttpContext context)
    {
        var service = (string?)context.Request.RouteValues["service"] ?? "";
        if (Graph.Metrics(collector, service, Window(context), Points) is { } metrics)
            return JsonAsync(context, metrics, TelemetryJson.Default.ServiceMetrics);
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

    private DashboardState State(TimeSpan window)
    {
        var topology = Graph.Topology(collector, window);
        var places = LayeredLayout.Of([.. topology.Services.Select(service => service.Id)], topology.Calls.Select(call => (call.From, call.To)));
        return new DashboardState(topology, [.. places.Select(place => new ServicePlace(place.Key, place.Value.Layer, place.Value.Place))], vms.Now());
    }

    private static Task JsonAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsJsonAsync(value, type, cancellationToken: context.RequestAborted);
    }

    /// <summary><c>?seconds=</c>; a minute without it.</summary>
    private TimeSpan Window(HttpContext context) =>
        double.TryParse(context.Request.Query["seconds"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds > 0
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, 5, collector.Window.Options.Length.TotalSeconds)) : s_usual;
}
