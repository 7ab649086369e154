using Embark.Sandbox.Istiod.Discovery;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Istiod.Protos.Core;
using Google.Protobuf.WellKnownTypes;

namespace Embark.Sandbox.Tests.Discovery;

/// <summary>Nodes as agents send them, with members set or taken away.</summary>
internal static class Nodes
{
    /// <summary>The recorded VM's proxy; a null value takes the member away.</summary>
    public static ProxyNode Vm(params (string Key, Value? Value)[] changes) => ProxyNode.Parse(With(RecordedMesh.Node("vm"), changes));

    /// <summary>A proxy at 192.0.2.10 in namespace shop on a network of its own, which binds its ports.</summary>
    public static ProxyNode Own(params (string Key, Value? Value)[] changes) => ProxyNode.Parse(With(
        new Node { Id = "sidecar~192.0.2.10~vm.shop~shop.svc.cluster.local", Metadata = new Struct() },
        [
            ("NAMESPACE", Value.ForString("shop")), ("NETWORK", Value.ForString("vm-net")), ("INTERCEPTION_MODE", Value.ForString("NONE")),
            ("LABELS", Labels(("app", "till"))), .. changes,
        ]));

    public static ProxyNode Gateway(params (string Key, Value? Value)[] changes) => ProxyNode.Parse(With(
        new Node { Id = "router~10.4.100.1~door.istio-system~istio-system.svc.cluster.local", Metadata = new Struct() },
        [
            ("NAMESPACE", Value.ForString("istio-system")), ("NETWORK", Value.ForString("pod-net")),
            ("LABELS", Labels(("istio", "door"))), .. changes,
        ]));

    public static Value Labels(params (string Key, string Value)[] labels) =>
        Value.ForStruct(Structs.Of([.. labels.Select(label => (label.Key, Value.ForString(label.Value)))]));

    public static Node With(Node node, params (string Key, Value? Value)[] changes)
    {
        foreach (var (key, value) in changes)
            if (value is null)
                node.Metadata.Fields.Remove(key);
            else
                node.Metadata.Fields[key] = value;
        return node;
    }
}
