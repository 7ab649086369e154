using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Discovery.Mesh;
using Embark.Sandbox.Istiod.Protos.Endpoints;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>From the recorded objects our resources must be what a real istiod sent, field by field.</summary>
public sealed class RecordedConfiguration
{
    public static TheoryData<string, string> Recorded => new(
        from proxy in RecordedMesh.Proxies
        from kind in RecordedMesh.Kinds
        select (proxy, kind));

    [Theory(Timeout = 30_000), MemberData(nameof(Recorded))]
    public void Is_equalled_by_our_clusters_in_their_order(string proxy, string kind)
    {
        var ours = Generator(proxy).Clusters();

        Compare(RecordedMesh.Answer(proxy, kind, "cds"), [.. ours.Select(cluster => (cluster.Name, (IMessage)cluster))]);
    }

    [Theory(Timeout = 30_000), MemberData(nameof(Recorded))]
    public void Is_equalled_by_our_listeners_in_their_order(string proxy, string kind)
    {
        var ours = Generator(proxy).Listeners();

        Compare(RecordedMesh.Answer(proxy, kind, "lds"), [.. ours.Select(listener => (listener.Name, (IMessage)listener))]);
    }

    [Theory(Timeout = 30_000), MemberData(nameof(Recorded))]
    public void Is_equalled_by_our_endpoints(string proxy, string kind)
    {
        var generator = Generator(proxy);
        var recorded = RecordedMesh.Answer(proxy, kind, "eds");
        var names = recorded.Select(resource => resource.Body.Unpack<ClusterLoadAssignment>().ClusterName);

        Compare(recorded, [.. names.Select(name => (name, (IMessage)generator.Endpoints(name)))]);
    }

    [Theory(Timeout = 30_000), MemberData(nameof(Recorded))]
    public void Is_equalled_by_our_route(string proxy, string kind) =>
        Compare(RecordedMesh.Answer(proxy, kind, "rds"), [("9080", Generator(proxy).Routes("9080"))]);

    [Theory(Timeout = 30_000), MemberData(nameof(Recorded))]
    public void Is_equalled_by_our_names(string proxy, string kind) =>
        Compare(RecordedMesh.Answer(proxy, kind, "nds"), [("", Generator(proxy).NameTable())]);

    private static ConfigGenerator Generator(string proxy) =>
        new(MeshView.Of(RecordedMesh.Objects()), RecordedMesh.Proxy(proxy), new GeneratorOptions());

    private static void Compare(IReadOnlyList<(string? Name, Any Body)> recorded, IReadOnlyList<(string Name, IMessage Body)> ours)
    {
        Assert.NotEmpty(recorded);
        var differences = new List<string>();
        if (recorded.Count != ours.Count)
            differences.Add($"recorded {recorded.Count} resources, ours {ours.Count}");
        foreach (var (theirs, own) in recorded.Zip(ours))
        {
            if (theirs.Name is not null && theirs.Name != own.Name)
                differences.Add($"resource recorded {theirs.Name}, ours {own.Name}");
            differences.AddRange(ProtoTree.Differences(ProtoTree.Of(theirs.Body), ProtoTree.Of(Any.Pack(own.Body)), own.Name));
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }
}
