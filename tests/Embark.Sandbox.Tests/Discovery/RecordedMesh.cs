using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Protos.Core;
using Embark.Sandbox.Istiod.Protos.Discovery;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>What a real istiod was given and what it answered; tests without it are skipped visibly.</summary>
internal static class RecordedMesh
{
    public static readonly string[] Proxies = ["vm", "reviews", "gateway"];
    public static readonly string[] Kinds = ["sotw", "delta"];
    public static readonly string[] Types = ["cds", "eds", "lds", "rds", "nds"];

    /// <summary>Skips the test where it is absent.</summary>
    public static string Folder
    {
        get
        {
            Recordings.SkipWhereAbsent();
            return Recordings.Folder;
        }
    }

    /// <summary>The recorded objects, as fresh trees that a test may change.</summary>
    public static List<JsonObject> Objects() =>
    [
        .. YamlText.ParseDocuments(File.ReadAllText(Path.Combine(Folder, "cluster.yaml"))),
        .. YamlText.ParseDocuments(File.ReadAllText(Path.Combine(Folder, "configmaps", "default.yaml"))),
    ];

    public static Node Node(string proxy) =>
        JsonParser.Default.Parse<Node>(File.ReadAllText(Path.Combine(Folder, "xds", proxy, "node.json")));

    public static ProxyNode Proxy(string proxy) => ProxyNode.Parse(Node(proxy));

    public static byte[] Bytes(string proxy, string kind, string type) =>
        File.ReadAllBytes(Path.Combine(Folder, "xds", proxy, $"{kind}-{type}-1.pb"));

    /// <summary>Resources of one recorded answer with their names in the incremental form, which has them beside the body.</summary>
    public static IReadOnlyList<(string? Name, Any Body)> Answer(string proxy, string kind, string type) => kind == "delta"
        ? [.. DeltaDiscoveryResponse.Parser.ParseFrom(Bytes(proxy, kind, type)).Resources.Select(resource => ((string?)resource.Name, resource.Resource_))]
        : [.. DiscoveryResponse.Parser.ParseFrom(Bytes(proxy, kind, type)).Resources.Select(body => ((string?)null, body))];
}
