using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Embark.Telemetry;

namespace Embark.Controller.Telemetry;

/// <summary>The VMs: what istiod wrote on their entries, when their proxies were last heard, and how long their certificates hold.</summary>
internal sealed class VmStates(MeshFeed feed, Collector collector, ControllerOptions options)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);
    private const int AtATime = 8;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _ends = new(StringComparer.Ordinal);

    public VmList Now() => new() { Items = [.. feed.Current.Entries.Select(State)] };

    /// <summary>Looks at the certificates of all VMs again and again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var entries = feed.Current.Entries;
            await Parallel.ForEachAsync(entries, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken }, async (entry, stop) =>
            {
                if (PlaceOf(entry) is var (address, port, name) && await ServedCertificate.EndAsync(address, port, name, Limit, stop) is { } end)
                    _ends[Key(entry)] = end;
            });
            // Soon again while the first entries are still to come.
            await Task.Delay(entries.Count == 0 ? Limit : Every, collector.Clock, cancellationToken);
        }
    }

    private VmState State(JsonObject entry)
    {
        var labels = MeshObjects.LabelsOf(entry);
        var (ns, name) = (MeshObjects.Text(entry, "metadata", "namespace"), MeshObjects.Text(entry, "metadata", "name"));
        var now = collector.Clock.GetUtcNow();
        var ends = _ends.TryGetValue(Key(entry), out var end) ? end : (DateTimeOffset?)null;
        var (state, since, message) = Connection(entry);
        return new VmState
        {
            Namespace = ns, Name = name, Address = MeshObjects.Text(entry, "spec", "address"),
            App = labels.GetValueOrDefault("app", ""), Version = labels.GetValueOrDefault("version", ""),
            State = state, Since = since, Message = message,
            LastSeenSeconds = collector.LastSeen(ns, name) is { } seen ? Math.Round((now - seen).TotalSeconds, 1) : null,
            CertificateEnds = ends,
            CertificateDaysLeft = ends is { } last ? Math.Round((last - now).TotalDays, 2) : null,
        };
    }

    // istiod's own words (protocols 10.4).
    private static (string State, DateTimeOffset? Since, string? Message) Connection(JsonObject entry)
    {
        var (connected, disconnected) = (Time("istio.io/connectedAt"), Time("istio.io/disconnectedAt"));
        if (disconnected is not null && (connected is null || disconnected > connected))
            return ("disconnected", disconnected, null);
        var healthy = ((entry["status"] as JsonObject)?["conditions"] as JsonArray ?? []).FirstOrDefault(one => MeshObjects.Text(one, "type") == "Healthy");
        return MeshObjects.Text(healthy, "status") switch
        {
            "True" => ("healthy", connected, null),
            "False" => ("unhealthy", connected, MeshObjects.Text(healthy, "message") is { Length: > 0 } words ? words : null),
            _ => (connected is null ? "unknown" : "connected", connected, null),
        };

        DateTimeOffset? Time(string annotation) =>
            DateTimeOffset.TryParse(MeshObjects.Text(entry, "metadata", "annotations", annotation), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
    }

    /// <summary>Where the proxy serves one of the Services that the entry is part of; null where it is part of none.</summary>
    private (string Address, int Port, string Name)? PlaceOf(JsonObject entry)
    {
        var (ns, address, labels) = (MeshObjects.Text(entry, "metadata", "namespace"), MeshObjects.Text(entry, "spec", "address"), MeshObjects.LabelsOf(entry));
        var service = feed.Current.Services.FirstOrDefault(one => MeshObjects.Text(one, "metadata", "namespace") == ns
            && MeshObjects.Map(one, "spec", "selector") is { Count: > 0 } selector && selector.All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value));
        if (address.Length == 0 || (service?["spec"]?["ports"] as JsonArray)?.FirstOrDefault() is not JsonObject first || first["port"] is not JsonValue number || !number.TryGetValue<int>(out var port))
            return null;
        var target = first["targetPort"] is JsonValue there && there.TryGetValue<int>(out var own) ? own : port;
        var name = $"outbound_.{port}_._.{MeshObjects.Text(service, "metadata", "name")}.{ns}.svc.cluster.local";
        return options.Reach.TryGetValue(Key(entry), out var reach) ? (reach.Address.ToString(), reach.Port, name) : (address, target, name);
    }

    private static string Key(JsonObject entry) => $"{MeshObjects.Text(entry, "metadata", "namespace")}/{MeshObjects.Text(entry, "metadata", "name")}";
}
