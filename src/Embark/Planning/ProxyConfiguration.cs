using System.Text.Json.Nodes;
using Embark.Mesh;

namespace Embark.Planning;

/// <summary>The merged ProxyConfig of one VM, with what follows from its addresses (sidecar-bootstrap 5.3, 5.4).</summary>
internal sealed record ProxyConfiguration
{
    /// <summary>Value of PROXY_CONFIG.</summary>
    public required JsonObject Json { get; init; }

    /// <summary>discoveryAddress as it stands in <see cref="Json"/>.</summary>
    public string DiscoveryAddress => ProxyConfigLayers.Text(Json, "discoveryAddress") ?? "";

    /// <summary>TLS name of istiod when the address is not its own; null when it is.</summary>
    public string? IstiodSan { get; init; }

    /// <summary>CA_ADDR; null for none.</summary>
    public string? CaAddress { get; init; }

    /// <summary><c>name:ip</c> words for <c>--add-host</c>, sorted.</summary>
    public IReadOnlyList<string> HostAliases { get; init; } = [];

    /// <summary>True when an address holds <c>$(HOST_IP)</c>, which the agent replaces.</summary>
    public bool HoldsHostIp => ProxyConfigAddresses.All(Json).Any(a => a.Value.Contains("$(HOST_IP)", StringComparison.Ordinal));

    /// <summary>proxyMetadata: these are written as real environment too, since agents map only part of them from PROXY_CONFIG.</summary>
    public IEnumerable<KeyValuePair<string, string>> Metadata =>
        (Json["proxyMetadata"] as JsonObject ?? []).Select(p => KeyValuePair.Create(p.Key, ProxyConfigLayers.Text(p.Value) ?? ""));

    public static ProxyConfiguration For(MeshSettings mesh, WorkloadEntry workload, Findings findings) =>
        workload.Vm.Options.Profile == Profile.Tetrate ? TetrateProxyConfig.For(mesh, workload, findings) : ModernProxyConfig.For(mesh, workload, findings);
}
