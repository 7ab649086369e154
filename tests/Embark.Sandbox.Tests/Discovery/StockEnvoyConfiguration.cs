using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Clusters;
using Embark.Sandbox.Istiod.Protos.Listeners;
using Embark.Sandbox.Istiod.Protos.Routes;
using Google.Protobuf;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>What a stock Envoy accepted from a real istiod without Istio's own filters, with an access log.</summary>
public sealed class StockEnvoyConfiguration
{
    [Fact(Timeout = 30_000)]
    public void Has_the_clusters_that_were_accepted() => Compare(
        Accepted<Cluster>("ClustersConfigDump", "dynamic_active_clusters", "cluster"), Generator().Clusters(), cluster => cluster.Name);

    [Fact(Timeout = 30_000)]
    public void Has_the_listeners_that_were_accepted() => Compare(
        Accepted<Listener>("ListenersConfigDump", "dynamic_listeners", "active_state", "listener"), Generator().Listeners(), listener => listener.Name);

    [Fact(Timeout = 30_000)]
    public void Has_the_routes_that_were_accepted() => Compare(
        Accepted<RouteConfiguration>("RoutesConfigDump", "dynamic_route_configs", "route_config"), [Generator().Routes("9080")], route => route.Name);

    private static ConfigGenerator Generator()
    {
        var objects = RecordedMesh.Objects();
        var mesh = objects.First(item => item.Text("kind") == "ConfigMap" && item.Text("metadata", "name") == "istio");
        mesh["data"]!["mesh"] = "{accessLogFile: /dev/stdout, rootNamespace: istio-system, trustDomain: cluster.local}";
        return new ConfigGenerator(MeshView.Of(objects), RecordedMesh.Proxy("vm"), new GeneratorOptions(IstioFilters: false));
    }

    private static List<T> Accepted<T>(string dump, string list, params string[] path)
        where T : IMessage<T>, new()
    {
        var all = JsonNode.Parse(File.ReadAllText(Path.Combine(RecordedMesh.Folder, "config-dump", "vm-envoy.json")));
        var part = all.Items("configs").Single(item => item.Text("@type")!.EndsWith("." + dump, StringComparison.Ordinal));
        return [.. part.Items(list).Select(item => ProtoTree.Parser.Parse<T>(item.At(path)!.ToJsonString()))];
    }

    private static void Compare<T>(IReadOnlyList<T> accepted, IReadOnlyList<T> ours, Func<T, string> name)
        where T : IMessage
    {
        Assert.NotEmpty(accepted);
        var differences = accepted.OrderBy(name, StringComparer.Ordinal).Zip(ours.OrderBy(name, StringComparer.Ordinal))
            .SelectMany(pair => ProtoTree.Differences(ProtoTree.Of(pair.First), ProtoTree.Of(pair.Second), name(pair.Second))).ToList();
        Assert.Equal(accepted.Count, ours.Count);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
