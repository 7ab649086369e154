using System.Net;
using Embark.Sandbox.Istiod.Discovery.Generation;
using Embark.Sandbox.Proxy;

namespace Embark.Sandbox.Istiod;

/// <summary>What a deployment of istiod chooses.</summary>
internal sealed record IstiodOptions
{
    public IPEndPoint Address { get; init; } = new(IPAddress.Any, 15012);

    /// <summary>The network it listens on.</summary>
    public NewSocket NewSocket { get; init; } = OwnNetwork.NewSocket;

    public string Namespace { get; init; } = "istio-system";

    public string PodName { get; init; } = "istiod-0";

    public string TrustDomain { get; init; } = "cluster.local";

    public string ClusterId { get; init; } = "Kubernetes";

    /// <summary>DNS names of its certificate; istiod's own by default (protocols 1.8).</summary>
    public IReadOnlyList<string> ServerNames { get; init; } =
        ["istio-pilot.istio-system.svc", "istiod-remote.istio-system.svc", "istiod.istio-system.svc"];

    public GeneratorOptions Generator { get; init; } = new();

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public TextWriter Log { get; init; } = TextWriter.Null;
}
