using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>A Telemetry object: to whom workloads send logs and traces.</summary>
/// <param name="Selector">Null: for every workload of the namespace.</param>
/// <param name="AccessLogging">Null: it says nothing of access logs.</param>
/// <param name="Tracing">Null: it says nothing of traces.</param>
internal sealed record TelemetryPolicy(
    ObjectHead Head, IReadOnlyDictionary<string, string>? Selector, IReadOnlyList<TelemetryRule>? AccessLogging, IReadOnlyList<TelemetryRule>? Tracing)
{
    public static TelemetryPolicy Read(JsonObject from)
    {
        var selector = from.Map("spec", "selector", "matchLabels");
        return new TelemetryPolicy(ObjectHead.Of(from), selector.Count > 0 ? selector : null, Rules("accessLogging", "disabled"), Rules("tracing", "disableSpanReporting"));

        IReadOnlyList<TelemetryRule>? Rules(string member, string off) => from.At(["spec", member]) is not JsonArray rules ? null :
        [
            .. rules.Select(rule => new TelemetryRule(
                [.. rule.Items("providers").Select(provider => provider.Text("name") ?? "")], rule.Choice(off) ?? false,
                double.TryParse(rule.Scalar("randomSamplingPercentage"), System.Globalization.CultureInfo.InvariantCulture, out var sampling) ? sampling : null)),
        ];
    }

    /// <summary>
    /// The rules for a workload: its own, else those of its namespace, else those of the root namespace.
    /// Providers that are not named are those of the level above, at last MeshConfig's defaults (istio.io, "Telemetry").
    /// </summary>
    public static TelemetryRule Of(
        IEnumerable<TelemetryPolicy> all, Func<TelemetryPolicy, IReadOnlyList<TelemetryRule>?> part, string @namespace, string root,
        IReadOnlyDictionary<string, string> labels, IReadOnlyList<string> defaults)
    {
        var rule = new TelemetryRule(defaults, false, null);
        var levels = all.Where(policy => part(policy) is not null).ToLookup(policy =>
            policy.Selector is { } selector ? policy.Head.Namespace == @namespace && labels.Match(selector) ? 2 : -1
            : policy.Head.Namespace == @namespace && @namespace != root ? 1 : policy.Head.Namespace == root ? 0 : -1);
        for (var level = 0; level <= 2; level++)
            foreach (var next in levels[level].Take(1).SelectMany(policy => part(policy)!))
                rule = new TelemetryRule(next.Providers.Count > 0 ? next.Providers : rule.Providers, next.Off, next.Sampling ?? rule.Sampling);
        return rule;
    }
}

/// <summary>One rule.</summary>
/// <param name="Providers">Names in MeshConfig.extensionProviders.</param>
/// <param name="Off">True: nothing is sent.</param>
/// <param name="Sampling">Per cent of requests; null where it does not say.</param>
internal sealed record TelemetryRule(IReadOnlyList<string> Providers, bool Off, double? Sampling);
