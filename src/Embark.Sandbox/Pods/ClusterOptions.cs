using System.Net;

namespace Embark.Sandbox.Pods;

/// <summary>What the cluster's process is told.</summary>
/// <param name="Kubeconfig">How it reaches the API server.</param>
/// <param name="NodeNetwork">Network namespace of the node that pods are on.</param>
/// <param name="GatewayNetwork">Network namespace of the gateway.</param>
/// <param name="Directory">For certificates and tokens of the pods.</param>
/// <param name="LogDirectory">One log each.</param>
/// <param name="ProductpageAt">Where people on this machine open the product page; null for nowhere.</param>
internal sealed record ClusterOptions(
    string Kubeconfig, string NodeNetwork, string GatewayNetwork, string Directory, string LogDirectory, IPEndPoint? ProductpageAt)
{
    /// <summary>True: the cluster is ready only when a gateway has come, since one is asked for.</summary>
    public bool AwaitGateway { get; init; }

    /// <summary>Where the controller takes traces and access logs on this machine; null without one.</summary>
    public (IPEndPoint Zipkin, IPEndPoint AccessLogs)? Collector { get; init; }

    /// <summary>Where the controller on this machine finds the VM's proxy; null without one.</summary>
    public IPEndPoint? VmProxyAt { get; init; }

    /// <summary>Reads the words after <c>cluster</c>; the sandbox itself writes them.</summary>
    public static ClusterOptions Parse(IReadOnlyList<string> words)
    {
        var values = words.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
        return new ClusterOptions(
            values["--kubeconfig"], values["--node"], values["--gateway"], values["--directory"], values["--logs"],
            values.TryGetValue("--productpage", out var at) ? IPEndPoint.Parse(at) : null)
        {
            AwaitGateway = values.TryGetValue("--await-gateway", out var wait) && bool.Parse(wait),
            Collector = values.TryGetValue("--zipkin", out var zipkin) && values.TryGetValue("--access-logs", out var logs) ? (IPEndPoint.Parse(zipkin), IPEndPoint.Parse(logs)) : null,
            VmProxyAt = values.TryGetValue("--vm-proxy", out var vm) ? IPEndPoint.Parse(vm) : null,
        };
    }
}
