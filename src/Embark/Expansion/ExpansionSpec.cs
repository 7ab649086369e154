using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Expansion;

/// <summary>What a ControlPlane says of its VM gateway; <c>meshExpansion: {}</c> leaves everything at its default.</summary>
public sealed record ExpansionSpec
{
    private static readonly string[] ServiceTypes = ["LoadBalancer", "NodePort", "ClusterIP"];

    /// <summary>Field <c>service.type</c>. Default <c>LoadBalancer</c>.</summary>
    public string ServiceType { get; init; } = "LoadBalancer";

    /// <summary>Field <c>service.annotations</c>: what the cloud's load balancer wants to know.</summary>
    public IReadOnlyDictionary<string, string> ServiceAnnotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Field <c>replicas</c>; null leaves it to the Deployment's default (1) or to an autoscaler.</summary>
    public int? Replicas { get; init; }

    /// <summary>Field <c>network</c>: name of the cluster's network where its namespace has no label; null for the mesh's own setting.</summary>
    public string? Network { get; init; }

    /// <summary>Field <c>revision</c>: whose istiod; null for the only one.</summary>
    public string? Revision { get; init; }

    internal static ExpansionSpec Read(JsonNode? value, string where, Findings findings)
    {
        if (value is null) return new();
        if (value is not JsonObject fields)
        {
            findings.Refuse(where, $"is {Printable.Text(value.ToJsonString(), 60)}, not a map of fields", "write meshExpansion: {}");
            return new();
        }
        var reading = new Reading(findings);
        reading.Known(fields, where, "service", "replicas", "network", "revision");
        var service = fields["service"] as JsonObject;
        if (fields["service"] is not null and not JsonObject) findings.Refuse($"{where}.service", "is not a map of fields", "write type and annotations below it");
        if (service is not null) reading.Known(service, $"{where}.service", "type", "annotations");
        return new()
        {
            ServiceType = reading.Text(service, "type", $"{where}.service", new($"one of {string.Join(", ", ServiceTypes)}", ServiceTypes.Contains)) ?? "LoadBalancer",
            ServiceAnnotations = reading.Annotations(service?["annotations"], $"{where}.service.annotations"),
            Replicas = reading.Replicas(fields["replicas"], $"{where}.replicas"),
            Network = reading.Text(fields, "network", where, Grammar.Network),
            Revision = reading.Text(fields, "revision", where, Grammar.Revision),
        };
    }

    private sealed class Reading(Findings findings)
    {
        public void Known(JsonObject fields, string where, params ReadOnlySpan<string> names)
        {
            foreach (var (name, _) in fields)
                if (!names.Contains(name)) findings.Warn($"{where}.{Printable.Text(name, 60)}", "is not known and does nothing", $"known are {string.Join(", ", names.ToArray())}");
        }

        public string? Text(JsonObject? fields, string name, string where, FieldGrammar grammar)
        {
            if (fields?[name] is not { } value) return null;
            if (value.GetValueKind() == JsonValueKind.String && grammar.Accepts(value.GetValue<string>())) return value.GetValue<string>();
            findings.Refuse($"{where}.{name}", $"{Printable.Text(value.ToJsonString(), 80)} must be {grammar.Description}", "correct the ControlPlane");
            return null;
        }

        public int? Replicas(JsonNode? value, string where)
        {
            if (value is null) return null;
            if (value.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue<int>(out var number) && number is >= 1 and <= 100) return number;
            findings.Refuse(where, $"{Printable.Text(value.ToJsonString(), 60)} must be a whole number from 1 to 100", "correct the ControlPlane");
            return null;
        }

        public SortedDictionary<string, string> Annotations(JsonNode? value, string where)
        {
            var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal);
            if (value is null) return annotations;
            if (value is not JsonObject map) findings.Refuse(where, "is not a map", "write NAME: \"VALUE\" below it");
            else
                foreach (var (name, text) in map)
                {
                    if (Ownership.Text(text) is { } word) annotations[name] = word;
                    else findings.Refuse($"{where}[{Printable.Text(name, 80)}]", "is not a string", "quote the value");
                }
            return annotations;
        }
    }
}
