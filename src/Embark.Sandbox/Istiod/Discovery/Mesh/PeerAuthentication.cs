using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer.Objects;

namespace Embark.Sandbox.Istiod.Discovery.Mesh;

/// <summary>Whether a workload takes plain text, mutual TLS or both.</summary>
internal enum MutualTls { Permissive, Strict, Disable }

/// <summary>An Istio PeerAuthentication.</summary>
/// <param name="Selector">Null: for the whole namespace, or the whole mesh in the root namespace.</param>
/// <param name="Mode">Null: not set here.</param>
internal sealed record PeerAuthentication(
    ObjectHead Head, IReadOnlyDictionary<string, string>? Selector, MutualTls? Mode, IReadOnlyDictionary<int, MutualTls> PortModes)
{
    public static PeerAuthentication Read(JsonObject from)
    {
        var selector = from.Map("spec", "selector", "matchLabels");
        var ports = new Dictionary<int, MutualTls>();
        foreach (var (port, mtls) in from.At("spec", "portLevelMtls") as JsonObject ?? [])
            if (int.TryParse(port, out var number) && Parse(mtls.Text("mode")) is { } mode)
                ports[number] = mode;
        return new PeerAuthentication(ObjectHead.Of(from), selector.Count > 0 ? selector : null, Parse(from.Text("spec", "mtls", "mode")), ports);
    }

    private static MutualTls? Parse(string? mode) => mode switch
    {
        "STRICT" => MutualTls.Strict,
        "PERMISSIVE" => MutualTls.Permissive,
        "DISABLE" => MutualTls.Disable,
        _ => null,
    };
}

/// <summary>All policies together. Of several for the same place the oldest counts; workload before namespace before mesh.</summary>
/// <param name="ByAge">Oldest first.</param>
internal sealed record PeerAuthentications(IReadOnlyList<PeerAuthentication> ByAge, string RootNamespace)
{
    public MutualTls OfNamespace(string @namespace) => Wide(@namespace)?.Mode ?? Wide(RootNamespace)?.Mode ?? MutualTls.Permissive;

    public MutualTls OfWorkload(string @namespace, IReadOnlyDictionary<string, string> labels, int port)
    {
        var own = ByAge.FirstOrDefault(policy =>
            policy.Selector is { } selector && policy.Head.Namespace == @namespace && labels.Match(selector));
        if (own is not null && own.PortModes.TryGetValue(port, out var mode))
            return mode;
        return own?.Mode ?? OfNamespace(@namespace);
    }

    private PeerAuthentication? Wide(string @namespace) =>
        ByAge.FirstOrDefault(policy => policy.Selector is null && policy.Head.Namespace == @namespace);
}
