using System.Text.Json.Nodes;
using Embark.Kubernetes;
using Embark.Planning;

namespace Embark.Mesh;

/// <summary>Reads everything of the mesh that does not depend on one entry (sidecar-bootstrap 3.2); what is independent is read at the same time.</summary>
internal sealed class SettingsReader(KubernetesClient client, MeshReaderOptions options)
{
    private const string RootConfigMap = "istio-ca-root-cert";
    private const string NetworkLabel = "topology.istio.io/network";

    private string System => options.SystemNamespace;

    /// <summary>Null when something is wrong; <paramref name="findings"/> says what, all of it.</summary>
    public async Task<MeshSettings?> ReadAsync(string workloadNamespace, Findings findings, CancellationToken cancellationToken)
    {
        var (ofNamespace, ofKubernetesCa) = (new Findings(), new Findings());
        var systemNamespace = ReadSystemNamespaceAsync(ofNamespace, cancellationToken);
        var services = Optional.OrNullAsync(client.ListAsync(CoreKinds.Services, System, ListOptions.All, cancellationToken), cancellationToken);
        var root = MapAsync(RootConfigMap, cancellationToken);
        var telemetry = TelemetryAsync(cancellationToken);
        var kubernetesCa = options.Join.Profile == Profile.Tetrate ? KubernetesCaAsync(systemNamespace, ofKubernetesCa, cancellationToken) : Task.FromResult<string?>(null);
        var workloads = await Optional.OrNullAsync(client.GetAsync(CoreKinds.Namespaces, null, workloadNamespace, cancellationToken));
        var revision = await new Revisions(client, options).FindAsync(workloads, findings, cancellationToken);
        var values = await ValuesAsync(revision?.Revision ?? "", findings, cancellationToken);
        var mesh = revision is null ? null : MeshConfigTexts.Read(revision.Map, findings);

        var roots = await RootsAsync(await root, values, workloadNamespace, findings, cancellationToken);
        var overrides = await OverridesAsync(await systemNamespace, findings, cancellationToken);
        var ca = await kubernetesCa;
        var telemetries = await telemetry;
        var listed = await services;
        findings.Add(ofNamespace);
        findings.Add(ofKubernetesCa);
        if (mesh is null || values is null || roots is null) return null;

        var settings = Compose(mesh, values, revision!.Revision, (await systemNamespace)?.Metadata.Labels?.GetValueOrDefault(NetworkLabel) ?? "", roots, findings);
        var gatewayFindings = new Findings();
        var gateway = await GatewayAsync(listed, mesh, settings.ClusterNetwork, gatewayFindings, findings, cancellationToken);
        var config = mesh.DefaultConfig(findings);
        return findings.Problems.Count > 0 && gatewayFindings.Problems.Count == 0 ? null : settings with
        {
            ClusterId = IdOf(await systemNamespace),
            DefaultConfig = config,
            Overrides = overrides,
            KubernetesCa = ca,
            Gateway = gateway,
            GatewayProblems = gatewayFindings.Problems,
            Namespaces = await new NamespacesInUse(client).AmongAsync([config, overrides], System, cancellationToken),
            TracingProviders = mesh.Tracing(telemetries ?? []),
            Warnings = [.. findings.Warnings],
        };
    }

    private MeshSettings Compose(MeshConfigTexts mesh, InjectorValues values, string revision, string networkLabel, string roots, Findings findings)
    {
        Supported(values, findings);
        return new()
        {
            SystemNamespace = System,
            Revision = values.Text("revision", Grammar.Revision) ?? (revision == "default" ? "" : revision),
            TrustDomain = mesh.Text("trustDomain", Grammar.TrustDomain, findings) ?? "cluster.local",
            ClusterName = values.Text("global.multiCluster.clusterName", Grammar.Identifier) ?? "Kubernetes",
            ClusterNetwork = values.Text("global.network", Grammar.Network) ?? networkLabel,
            ClusterDomain = values.Text("global.proxy.clusterDomain", Grammar.DnsName) ?? "cluster.local",
            MeshId = values.Text("global.meshID", Grammar.Identifier) ?? "",
            GlobalTrustDomain = values.Text("global.trustDomain", Grammar.TrustDomain) ?? "",
            CaAddress = values.Text("global.caAddress", Grammar.CaAddress) ?? "",
            RemotePilotAddress = options.Join.Profile == Profile.Tetrate ? values.Text("global.remotePilotAddress", Grammar.CaAddress) ?? "" : "",
            TokenAudience = values.Text("global.sds.token.aud", Grammar.Identifier) ?? "istio-ca",
            Image = new()
            {
                Hub = values.Text("global.hub", Grammar.Repository),
                Tag = values.AsWritten("global.tag", Grammar.ImageTag),
                Variant = values.Text("global.variant", Grammar.ImageName),
                Name = values.Text("global.proxy.image", Grammar.ImageNameOrReference) ?? "proxyv2",
            },
            LogLevel = values.Text("global.proxy.logLevel", Grammar.LogLevel),
            ComponentLogLevel = values.Text("global.proxy.componentLogLevel", Grammar.ComponentLogLevel),
            RootCertificates = roots,
        };
    }

    /// <summary>Settings under which a VM cannot join as planned.</summary>
    private static void Supported(InjectorValues values, Findings findings)
    {
        if (values.Text("global.jwtPolicy", Grammar.Printable) is { } jwt and not "third-party-jwt")
            findings.Refuse("injector values global.jwtPolicy", $"is \"{Printable.Text(jwt)}\"; only third-party-jwt is supported{(jwt == "first-party-jwt" ? ": first-party tokens never expire" : "")}", "set it to third-party-jwt");
        if (values.Text("global.pilotCertProvider", Grammar.Printable) is { } provider and not "istiod")
            findings.Refuse("injector values global.pilotCertProvider", $"is \"{Printable.Text(provider)}\"; only istiod is supported", "set it to istiod");
    }

    public async Task<string?> ClusterIdAsync(CancellationToken cancellationToken) =>
        IdOf(await Optional.OrNullAsync(client.GetAsync(CoreKinds.Namespaces, null, System, cancellationToken)));

    private static string? IdOf(KubernetesNamespace? systemNamespace) => systemNamespace?.Metadata.Uid is { } uid && Grammar.Identifier.Accepts(uid) ? uid : null;

    private async Task<KubernetesNamespace?> ReadSystemNamespaceAsync(Findings findings, CancellationToken cancellationToken)
    {
        try
        {
            var found = await client.GetAsync(CoreKinds.Namespaces, null, System, cancellationToken);
            if (found is null) findings.Refuse($"Namespace {System}", "does not exist", "install Istio, or name its namespace with -i");
            return found;
        }
        catch (KubernetesException no) when (no.Failure == KubernetesFailure.Forbidden)
        {
            findings.Warn($"Namespace {System}", "may not be read: its network label and ProxyConfig overrides are not known", $"allow get on the namespace {System}");
            return null;
        }
    }

    private async Task<InjectorValues?> ValuesAsync(string revision, Findings findings, CancellationToken cancellationToken)
    {
        var name = options.InjectorConfigMap ?? $"istio-sidecar-injector{Revisions.Suffix(revision)}";
        var map = await MapAsync(name, cancellationToken);
        if (map is null && options.InjectorConfigMap is null && revision == "default") map = await MapAsync(name = "istio-sidecar-injector-default", cancellationToken);
        if (map?.Data?.GetValueOrDefault("values") is { } text) return InjectorValues.Read(text, $"ConfigMap {System}/{name} key values", findings);
        findings.Refuse($"ConfigMap {System}/{name}{(map is null ? "" : " key values")}", map is null ? "does not exist" : "is absent", "check --revision, or name another ConfigMap with --injectConfigMapName");
        return null;
    }

    private async Task<string?> RootsAsync(ConfigMap? usual, InjectorValues? values, string workloadNamespace, Findings findings, CancellationToken cancellationToken)
    {
        var name = values?.Text("global.trustBundleName", Grammar.ObjectName) ?? RootConfigMap;
        var map = name == RootConfigMap ? usual : await MapAsync(name, cancellationToken);
        map ??= await client.GetAsync(CoreKinds.ConfigMaps, workloadNamespace, name, cancellationToken);
        if (map?.Data?.GetValueOrDefault("root-cert.pem") is not { Length: > 0 } pem)
        {
            findings.Refuse($"ConfigMap {map?.Metadata.Namespace ?? System}/{name}{(map is null ? "" : " key root-cert.pem")}",
                map is null ? $"does not exist, neither there nor in {workloadNamespace}" : "is absent or empty", "check that istiod runs: it writes the mesh's root certificate there");
            return null;
        }
        RootBundle.Check(pem, $"ConfigMap {map.Metadata.Namespace}/{name} key root-cert.pem", options.Clock.GetUtcNow(), findings);
        return pem;
    }

    private async Task<JsonObject?> OverridesAsync(KubernetesNamespace? systemNamespace, Findings findings, CancellationToken cancellationToken)
    {
        if (systemNamespace?.Metadata.Annotations?.GetValueOrDefault(Annotations.OverridesConfigMap) is not { Length: > 0 } name) return null;
        var where = $"Namespace {System} metadata.annotations[{Annotations.OverridesConfigMap}]";
        if (!Grammar.ObjectName.Accepts(name))
        {
            findings.Refuse(where, $"\"{Printable.Text(name)}\" must be {Grammar.ObjectName.Description}", "correct the annotation");
            return null;
        }
        try
        {
            var map = await MapAsync(name, cancellationToken);
            if (map is null) findings.Refuse($"ConfigMap {System}/{name}", $"does not exist, although {where} names it", "create it, or remove the annotation");
            if (map?.Data?.GetValueOrDefault("PROXY_CONFIG") is not { Length: > 0 } yaml) return null;
            var layer = LenientYaml.Read(yaml, $"ConfigMap {System}/{name} key PROXY_CONFIG", findings);
            if (layer is not null) ProxyConfigFields.Check(layer, $"ConfigMap {System}/{name} key PROXY_CONFIG", findings);
            return layer;
        }
        catch (KubernetesException no) when (no.Failure == KubernetesFailure.Forbidden)
        {
            findings.Warn($"ConfigMap {System}/{name}", "may not be read: its ProxyConfig overrides are left out", "allow get on it");
            return null;
        }
    }

    private async Task<string?> KubernetesCaAsync(Task<KubernetesNamespace?> systemNamespace, Findings findings, CancellationToken cancellationToken)
    {
        // The token Secrets that the guide's tool read are no longer made; the same bytes stand in this ConfigMap of every namespace.
        var name = (await systemNamespace)?.Metadata.Annotations?.GetValueOrDefault(Annotations.KubernetesCaConfigMap) is { } named && Grammar.ObjectName.Accepts(named) ? named : "kube-root-ca.crt";
        var map = await MapAsync(name, cancellationToken);
        if (map?.Data?.GetValueOrDefault("ca.crt") is not { Length: > 0 } pem)
        {
            findings.Refuse($"ConfigMap {System}/{name} key ca.crt", "is absent", $"name the ConfigMap with the cluster's CA by the annotation {Annotations.KubernetesCaConfigMap} on Namespace {System}");
            return null;
        }
        RootBundle.Check(pem, $"ConfigMap {System}/{name} key ca.crt", options.Clock.GetUtcNow(), findings);
        return pem;
    }

    private async Task<GatewayAddress?> GatewayAsync(
        IReadOnlyList<Service>? services, MeshConfigTexts mesh, string network, Findings gatewayFindings, Findings findings, CancellationToken cancellationToken)
    {
        var ingress = mesh.Text("ingressService", Grammar.DnsLabel, findings) ?? "istio-ingressgateway";
        var reader = new GatewayReader(client, options);
        var until = options.Clock.GetUtcNow() + (options.WaitForGateway ?? TimeSpan.Zero);
        while (true)
        {
            var gateway = await reader.FindAsync(services, mesh.Networks, network, ingress, gatewayFindings, cancellationToken);
            var pending = gatewayFindings.Problems.Count == 1 && gatewayFindings.Problems[0].What == GatewayService.NoAddress;
            if (gateway is not null || !pending || options.Clock.GetUtcNow() >= until) return gateway;
            await Task.Delay(TimeSpan.FromSeconds(2), options.Clock, cancellationToken);
            gatewayFindings.Problems.Clear();
            services = await Optional.OrNullAsync(client.ListAsync(CoreKinds.Services, System, ListOptions.All, cancellationToken), cancellationToken);
        }
    }

    private async Task<IReadOnlyList<TelemetryObject>?> TelemetryAsync(CancellationToken cancellationToken) =>
        await Optional.OrNullAsync(client.ListAsync(IstioKinds.Telemetries("v1"), System, ListOptions.All, cancellationToken), cancellationToken)
        ?? await Optional.OrNullAsync(client.ListAsync(IstioKinds.Telemetries("v1alpha1"), System, ListOptions.All, cancellationToken), cancellationToken);

    private Task<ConfigMap?> MapAsync(string name, CancellationToken cancellationToken) => client.GetAsync(CoreKinds.ConfigMaps, System, name, cancellationToken);
}
