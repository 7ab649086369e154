using Embark.Sandbox.Istiod.Protos.Discovery;
using Google.Protobuf;

namespace Embark.Sandbox.Tests.Discovery;

public sealed class RecordedMessages
{
    public static TheoryData<string, string> Answers => new(
        from proxy in RecordedMesh.Proxies
        from type in RecordedMesh.Types
        select (proxy, type));

    [Theory(Timeout = 30_000), MemberData(nameof(Answers))]
    public void Have_no_field_that_our_messages_lack(string proxy, string type)
    {
        var unknown = ProtoTree.Unknown(DiscoveryResponse.Parser, ByteString.CopyFrom(RecordedMesh.Bytes(proxy, "sotw", type)), "sotw")
            .Concat(ProtoTree.Unknown(DeltaDiscoveryResponse.Parser, ByteString.CopyFrom(RecordedMesh.Bytes(proxy, "delta", type)), "delta"));

        Assert.Empty(unknown);
    }

    /// <summary>A real Envoy's first request carries 516 entries of extensions that nobody needs; everything else is known.</summary>
    [Theory(Timeout = 30_000), InlineData("sotw"), InlineData("delta")]
    public void Of_an_agent_hold_nothing_unknown_but_the_list_of_extensions(string kind)
    {
        var unknown = Directory.GetFiles(Path.Combine(RecordedMesh.Folder, "xds", "agent-requests"), kind + "-*.pb").Order()
            .SelectMany(file => ProtoTree.Unknown(
                kind == "delta" ? DeltaDiscoveryRequest.Parser : DiscoveryRequest.Parser, ByteString.CopyFrom(File.ReadAllBytes(file)), Path.GetFileName(file)));

        Assert.Equal([$"{kind}-1.pb: envoy.service.discovery.v3.{(kind == "delta" ? "Delta" : "")}DiscoveryRequest"], unknown);
    }
}
