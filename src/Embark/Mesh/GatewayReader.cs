using System.Text.Json.Nodes;
using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>Finds the VM gateway (sidecar-bootstrap 3.3).</summary>
internal sealed class GatewayReader(KubernetesClient client, MeshReaderOptions options)
{
    private const string AskForOne = "name the gateway with --gateway-service NAME.NAMESPACE, or its address with --gateway HOST[:PORT]";

    /// <summary>Null, and problems, when there is none that can be used.</summary>
    /// <param name="services">Services of the system namespace; null when they may not be listed.</param>
    /// <param name="meshNetworks">Key meshNetworks, parsed.</param>
    /// <param name="network">Network of the cluster.</param>
    /// <param name="ingressService">MeshConfig.ingressService.</param>
    /// <param name="findings">Takes the problems.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<GatewayAddress?> FindAsync(
        IReadOnlyList<Service>? services, JsonObject? meshNetworks, string network, string ingressService, Findings findings, CancellationToken cancellationToken)
    {
        if (options.Gateway is { } given) return GatewayService.IsUsable(given.Host, "--gateway", findings) ? given : null;
        if (options.GatewayService is { } named) return await NamedAsync(named, "--gateway-service", findings, cancellationToken);

        var networks = GatewayCandidates.OfNetworks(meshNetworks, network, options.SystemNamespace);
        var source = $"meshNetworks of network {(network.Length == 0 ? "\"\"" : network)}";
        if (networks.Service is { } registered) return await NamedAsync(registered, source, findings, cancellationToken);
        if (networks.Address is { } address) return GatewayService.IsUsable(address, source, findings) ? new(address) { Source = source } : null;

        return options.Join.Profile == Planning.Profile.Tetrate
            ? await IngressAsync(ingressService, findings: null, cancellationToken) ?? await DiscoveredAsync(services, network, ingressService, findings, cancellationToken)
            : await DiscoveredAsync(services, network, ingressService, findings, cancellationToken);
    }

    private async Task<GatewayAddress?> DiscoveredAsync(IReadOnlyList<Service>? services, string network, string ingressService, Findings findings, CancellationToken cancellationToken)
    {
        var candidates = GatewayCandidates.Among(services ?? await ByNameAsync(cancellationToken), network);
        var usable = candidates.Where(s => GatewayService.HasPorts(s, options.Join.Profile)).ToList();
        if (usable.Count == 1) return GatewayService.AddressOf(usable[0], options.Join.Profile, findings);
        if (usable.Count > 1)
        {
            findings.Refuse($"Services of {options.SystemNamespace}", $"several may be the VM gateway: {string.Join(", ", usable.Select(s => s.Metadata.Name))}", AskForOne);
            return null;
        }
        if (await IngressAsync(ingressService, candidates.Count == 0 ? findings : null, cancellationToken) is { } ingress) return ingress;
        // What is wrong with what was meant as a gateway says more than what is wrong with an ingress gateway.
        foreach (var candidate in candidates) GatewayService.AddressOf(candidate, options.Join.Profile, findings);
        return null;
    }

    private async Task<GatewayAddress?> IngressAsync(string name, Findings? findings, CancellationToken cancellationToken)
    {
        var service = await Optional.OrNullAsync(client.GetAsync(CoreKinds.Services, options.SystemNamespace, name, cancellationToken));
        if (service is not null) return GatewayService.AddressOf(service, options.Join.Profile, findings ?? new());
        findings?.Refuse($"Services of {options.SystemNamespace}", $"none is the VM gateway; looked for: meshNetworks, label topology.istio.io/network or istio=eastwestgateway, names istio-eastwestgateway, vmgateway, and {name} (MeshConfig.ingressService)",
            $"install a gateway with port {GatewayAddress.IstiodPort}, or {AskForOne}");
        return null;
    }

    private async Task<GatewayAddress?> NamedAsync(NamespacedName name, string source, Findings findings, CancellationToken cancellationToken)
    {
        if (!Grammar.DnsLabel.Accepts(name.Name) || !Grammar.DnsLabel.Accepts(name.Namespace))
            findings.Refuse(source, $"\"{Printable.Text(name.ToString())}\" is no name of a Service", "write NAME.NAMESPACE");
        else if (await client.GetAsync(CoreKinds.Services, name.Namespace, name.Name, cancellationToken) is { } service)
            return GatewayService.AddressOf(service, options.Join.Profile, findings);
        else
            findings.Refuse($"Service {name}", $"does not exist ({source})", AskForOne);
        return null;
    }

    /// <summary>With rights to read known names only (reliability 3.6).</summary>
    private async Task<IReadOnlyList<Service>> ByNameAsync(CancellationToken cancellationToken)
    {
        var services = await Task.WhenAll(GatewayCandidates.Names
            .Select(name => Optional.OrNullAsync(client.GetAsync(CoreKinds.Services, options.SystemNamespace, name, cancellationToken))));
        return [.. services.OfType<Service>()];
    }
}
