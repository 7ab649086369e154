using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>Reads entries and what stands around them.</summary>
internal sealed class EntryReader(KubernetesClient client, MeshReaderOptions options)
{
    private readonly EntryDoor _door = new(options);
    private readonly Lazy<Task<string>> _version = new(() => NewestVersionAsync(client));

    /// <summary>One entry; null when there is none of that name.</summary>
    public async Task<WorkloadReading?> OneAsync(NamespacedName name, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken);
        if (options.OnlyToReach)
            return await client.GetAsync(IstioKinds.WorkloadEntries(version), name.Namespace, name.Name, cancellationToken) is { } known ? Reachable(known) : null;
        var around = AroundAsync(name.Namespace, version, cancellationToken);
        var entry = await client.GetAsync(IstioKinds.WorkloadEntries(version), name.Namespace, name.Name, cancellationToken);
        var surroundings = await around;
        return entry is null ? null : await ReadAsync(entry, surroundings, cancellationToken);
    }

    /// <summary>Entries of a namespace, sorted by name.</summary>
    public async Task<IReadOnlyList<WorkloadReading>> ManyAsync(string @namespace, string? labelSelector, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken);
        var around = options.OnlyToReach ? Task.FromResult(new EntrySurroundings()) : AroundAsync(@namespace, version, cancellationToken);
        var entries = await client.ListAsync(IstioKinds.WorkloadEntries(version), @namespace, new() { LabelSelector = labelSelector }, cancellationToken).ToListAsync(cancellationToken);
        var surroundings = await around;
        if (options.OnlyToReach) return [.. entries.OrderBy(e => e.Metadata.Name, StringComparer.Ordinal).Select(Reachable)];
        var accounts = new Dictionary<string, Task<bool>>(StringComparer.Ordinal);
        List<WorkloadReading> readings = [];
        foreach (var entry in entries.OrderBy(e => e.Metadata.Name, StringComparer.Ordinal)) readings.Add(await ReadAsync(entry, surroundings, cancellationToken, accounts));
        return SharedAddresses.Warn(readings);
    }

    /// <summary>Names that the user may have meant.</summary>
    public async Task<IReadOnlyList<string>> NearAsync(NamespacedName name, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(cancellationToken);
        var all = await Optional.OrNullAsync(client.ListAsync(IstioKinds.WorkloadEntries(version), name.Namespace, ListOptions.All, cancellationToken), cancellationToken);
        return NearNames.Of(name.Name, all?.Select(e => e.Metadata.Name).OfType<string>() ?? []);
    }

    public async Task<EntryState?> StateAsync(NamespacedName name, CancellationToken cancellationToken) =>
        await client.GetAsync(IstioKinds.WorkloadEntries(await VersionAsync(cancellationToken)), name.Namespace, name.Name, cancellationToken) is { } entry ? EntryState.Of(entry) : null;

    public async Task<MeshNames> NamesAsync(WorkloadEntry workload, string clusterDomain, CancellationToken cancellationToken) =>
        await new NamesReader(client, await VersionAsync(cancellationToken)).ReadAsync(workload, clusterDomain, cancellationToken);

    public async Task<bool> HasAsync(NamespacedName name, CancellationToken cancellationToken) =>
        await client.GetAsync(IstioKinds.WorkloadEntries(await VersionAsync(cancellationToken)), name.Namespace, name.Name, cancellationToken) is not null;

    private WorkloadReading Reachable(WorkloadEntryObject entry)
    {
        var findings = new Findings();
        return new(new(entry.Metadata.Namespace ?? "", entry.Metadata.Name ?? ""), _door.ReadToReach(entry, findings), findings.Problems);
    }

    private async Task<WorkloadReading> ReadAsync(
        WorkloadEntryObject entry, EntrySurroundings around, CancellationToken cancellationToken, Dictionary<string, Task<bool>>? accounts = null)
    {
        var findings = new Findings();
        var name = new NamespacedName(entry.Metadata.Namespace ?? "", entry.Metadata.Name ?? "");
        await CheckAccountAsync(name, entry.Spec?.ServiceAccount, accounts ?? [], findings, cancellationToken);
        var workload = _door.Read(entry, around, findings);
        if (workload?.ProxyConfig is { } config)
            workload = workload with { Namespaces = await new NamespacesInUse(client).AmongAsync([config], options.SystemNamespace, cancellationToken) };
        return new(name, findings.Problems.Count > 0 ? null : workload, findings.Problems);
    }

    /// <summary>A dry run would not find out otherwise; where it may not be read, the token request will tell.</summary>
    private async Task CheckAccountAsync(NamespacedName entry, string? account, Dictionary<string, Task<bool>> known, Findings findings, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(account) || !Grammar.ObjectName.Accepts(account)) return;
        if (!known.TryGetValue(account, out var exists)) known[account] = exists = ExistsAsync(entry.Namespace, account, cancellationToken);
        if (!await exists)
            findings.Refuse($"WorkloadEntry {entry} spec.serviceAccount", $"service account {account} does not exist in namespace {entry.Namespace}", $"create it (kubectl create serviceaccount {account} -n {entry.Namespace}), or name another");
    }

    private async Task<bool> ExistsAsync(string @namespace, string account, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync(CoreKinds.ServiceAccounts, @namespace, account, cancellationToken) is not null;
        }
        catch (KubernetesException no) when (no.Failure == KubernetesFailure.Forbidden)
        {
            return true;
        }
    }

    private async Task<EntrySurroundings> AroundAsync(string @namespace, string version, CancellationToken cancellationToken)
    {
        var sidecars = ListAsync(IstioKinds.Sidecars(version), @namespace, cancellationToken);
        var roots = @namespace == options.SystemNamespace ? Task.FromResult<IReadOnlyList<SidecarObject>?>([]) : ListAsync(IstioKinds.Sidecars(version), options.SystemNamespace, cancellationToken);
        var services = ListAsync(CoreKinds.Services, @namespace, cancellationToken);
        var entries = ListAsync(IstioKinds.ServiceEntries(version), @namespace, cancellationToken);
        return new() { Sidecars = await sidecars, RootSidecars = await roots ?? [], Services = await services, ServiceEntries = await entries };
    }

    private Task<IReadOnlyList<T>?> ListAsync<T>(ResourceKind<T> kind, string @namespace, CancellationToken cancellationToken)
        where T : class => Optional.OrNullAsync(client.ListAsync(kind, @namespace, ListOptions.All, cancellationToken), cancellationToken);

    private Task<string> VersionAsync(CancellationToken cancellationToken) => _version.Value.WaitAsync(cancellationToken);

    private static async Task<string> NewestVersionAsync(KubernetesClient client)
    {
        // Shared by all readers of this client, so no one caller's cancellation ends it; the client's own deadline does.
        var served = await client.ServedVersionsAsync(IstioKinds.NetworkingGroup, CancellationToken.None);
        return IstioKinds.NetworkingVersions.FirstOrDefault(served.Contains)
            ?? throw new InvalidInputException("the cluster", [new("API group networking.istio.io", served.Count == 0 ? "is not served: Istio is not installed" : $"is served as {string.Join(", ", served)} only", "install Istio 1.7 or later, or choose another cluster with --context")]);
    }
}
