using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using Embark.Sandbox.Istiod.Protos.Core;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Proxy.Agent;

/// <summary>The node that istiod is told: id, and metadata made from the environment (protocols 2.1, 2.2).</summary>
internal static class NodeMetadata
{
    private const string Plain = "ISTIO_META_";
    private const string Json = "ISTIO_METAJSON_";

    /// <summary>ISTIO_META_X becomes member X; members of an ISTIO_METAJSON_X object go to the top, LABELS also as itself.</summary>
    public static JsonObject From(IDictionary environment)
    {
        var metadata = new JsonObject();
        foreach (DictionaryEntry entry in environment)
        {
            if (entry.Key is not string name || entry.Value is not string value)
                continue;
            if (name.StartsWith(Plain, StringComparison.Ordinal))
                metadata[name[Plain.Length..]] = value;
            else if (name.StartsWith(Json, StringComparison.Ordinal) && Object(value) is { } members)
            {
                metadata[name[Json.Length..]] = members.DeepClone();
                foreach (var (key, member) in members)
                    metadata.TryAdd(key, member?.DeepClone());
            }
        }

        return metadata;
    }

    public static Node For(AgentSettings settings)
    {
        var metadata = (JsonObject)settings.Metadata.DeepClone();
        metadata["NAME"] = settings.PodName;
        metadata["NAMESPACE"] = settings.PodNamespace;
        metadata["SERVICE_ACCOUNT"] = settings.ServiceAccount;
        metadata["INSTANCE_IPS"] = string.Join(',', settings.Addresses);
        metadata["PROXY_CONFIG"] = settings.ProxyConfig.DeepClone();
        metadata.TryAdd("INTERCEPTION_MODE", "REDIRECT");
        if (metadata["LABELS"] is { } labels)
            metadata["STATIC_LABELS"] = labels.DeepClone();
        return new Node
        {
            Id = $"{settings.Role}~{(settings.Addresses is [var first, ..] ? first : "127.0.0.1")}~{settings.PodName}.{settings.PodNamespace}~{settings.PodNamespace}.svc.cluster.local",
            Cluster = settings.ServiceCluster,
            Metadata = JsonParser.Default.Parse<Struct>(metadata.ToJsonString()),
        };
    }

    // What is no object is left out; pilot-agent says so in its log and goes on.
    private static JsonObject? Object(string value)
    {
        try
        {
            return JsonNode.Parse(value) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
