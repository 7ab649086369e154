using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Istiod.Discovery;

/// <summary>Metadata of a node. A value of the wrong kind ends the stream, as in istiod; unknown keys are ignored.</summary>
internal sealed class NodeMetadata
{
    private static readonly string[] Objects = ["LABELS", "STATIC_LABELS", "ANNOTATIONS", "PROXY_CONFIG"];
    private static readonly string[] Lists = ["PILOT_SAN"];
    private static readonly string[] Numbers = ["ENVOY_STATUS_PORT", "ENVOY_PROMETHEUS_PORT"];

    private static readonly string[] Strings =
    [
        "NAME", "NAMESPACE", "SERVICE_ACCOUNT", "INSTANCE_IPS", "CLUSTER_ID", "NETWORK", "MESH_ID", "REQUESTED_NETWORK_VIEW",
        "INTERCEPTION_MODE", "WORKLOAD_NAME", "AUTO_REGISTER_GROUP", "WORKLOAD_ENTRY", "ISTIO_VERSION", "DNS_CAPTURE", "UNPRIVILEGED_POD",
        "METADATA_DISCOVERY", "ENVOY_SKIP_DEPRECATED_LOGS", "HTTP10",
    ];

    private readonly IDictionary<string, Value> fields;

    private NodeMetadata(IDictionary<string, Value> fields) => this.fields = fields;

    public static NodeMetadata Parse(Struct? metadata)
    {
        var fields = metadata?.Fields ?? new Struct().Fields;
        Require(metadata, Objects, Value.KindOneofCase.StructValue, "an object");
        Require(metadata, Lists, Value.KindOneofCase.ListValue, "a list");
        Require(metadata, Numbers, Value.KindOneofCase.NumberValue, "a number");
        Require(metadata, Strings, Value.KindOneofCase.StringValue, "a string");
        return new NodeMetadata(fields);
    }

    /// <summary>Null when absent or empty.</summary>
    public string? Text(string key) => fields.TryGetValue(key, out var value) && value.StringValue is { Length: > 0 } text ? text : null;

    public IReadOnlyDictionary<string, string> Map(string key) =>
        fields.TryGetValue(key, out var value) && value.StructValue is { } map
            ? map.Fields.ToDictionary(member => member.Key, member => member.Value.StringValue)
            : new Dictionary<string, string>();

    /// <summary>A number inside of objects; null when it is none.</summary>
    public double? Number(string key, params ReadOnlySpan<string> path)
    {
        var at = fields.TryGetValue(key, out var value) ? value : null;
        foreach (var member in path)
            at = at?.StructValue?.Fields.GetValueOrDefault(member);
        return at is { KindCase: Value.KindOneofCase.NumberValue } number ? number.NumberValue : null;
    }

    public bool Has(string key, string member) =>
        fields.TryGetValue(key, out var value) && value.StructValue is { } inner && inner.Fields.ContainsKey(member);

    private static void Require(Struct? metadata, string[] keys, Value.KindOneofCase kind, string wanted)
    {
        foreach (var key in keys)
            if (metadata is not null && metadata.Fields.TryGetValue(key, out var value)
                && value.KindCase != kind && value.KindCase != Value.KindOneofCase.NullValue)
                throw new InvalidNodeException($"failed to unmarshal node metadata ({JsonFormatter.Default.Format(metadata)}): {key} is not {wanted}");
    }
}
