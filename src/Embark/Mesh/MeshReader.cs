using Embark.Kubernetes;

namespace Embark.Mesh;

/// <summary>
/// Reads the mesh and its WorkloadEntries: the only code that knows Istio's ConfigMaps, values, root certificates and gateways.
/// What is wrong with an input is told all at once; failures of the API keep their class (<see cref="KubernetesException"/>).
/// </summary>
public sealed class MeshReader(KubernetesClient client, MeshReaderOptions options)
{
    private readonly EntryReader _entries = new(client, options);
    private readonly SettingsReader _settings = new(client, options);

    /// <summary>The mesh, as the entries of one namespace need it.</summary>
    /// <exception cref="InvalidInputException">All that is wrong with it.</exception>
    public async Task<MeshSettings> ReadAsync(string workloadNamespace, CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var mesh = await _settings.ReadAsync(workloadNamespace, findings, cancellationToken);
        if (mesh is not null && findings.Problems.Count > 0) findings.Problems.AddRange(mesh.GatewayProblems);
        findings.ThrowIfAny($"mesh of namespace {options.SystemNamespace}");
        return mesh!;
    }

    /// <summary>One entry.</summary>
    /// <exception cref="InvalidInputException">All that is wrong with it; or that there is none, with names that are near.</exception>
    public async Task<WorkloadEntry> FindWorkloadAsync(NamespacedName name, CancellationToken cancellationToken) =>
        (await ReadingAsync(name, cancellationToken)).Required();

    /// <summary>Entries of a namespace, sorted by name; what is wrong with one does not stop the others.</summary>
    /// <param name="namespace">Their namespace.</param>
    /// <param name="labelSelector">As kubectl writes it; null for all.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public Task<IReadOnlyList<WorkloadReading>> FindWorkloadsAsync(string @namespace, string? labelSelector, CancellationToken cancellationToken) =>
        _entries.ManyAsync(@namespace, labelSelector, cancellationToken);

    /// <summary>Which cluster this is (<see cref="MeshSettings.ClusterId"/>); null where it may not be read.</summary>
    public Task<string?> ClusterIdAsync(CancellationToken cancellationToken) => _settings.ClusterIdAsync(cancellationToken);

    /// <summary>True when there is an entry of that name; nothing of it is checked.</summary>
    public Task<bool> HasWorkloadAsync(NamespacedName name, CancellationToken cancellationToken) => _entries.HasAsync(name, cancellationToken);

    /// <summary>Names that the VM's Sidecar lets it call, with the addresses where its proxy listens for them.</summary>
    public Task<MeshNames> NamesAsync(WorkloadEntry workload, MeshSettings mesh, CancellationToken cancellationToken) =>
        _entries.NamesAsync(workload, mesh.ClusterDomain, cancellationToken);

    /// <summary>What istiod says of the entry's VM now; null when the entry is gone.</summary>
    public Task<EntryState?> StateAsync(NamespacedName name, CancellationToken cancellationToken) => _entries.StateAsync(name, cancellationToken);

    private async Task<WorkloadReading> ReadingAsync(NamespacedName name, CancellationToken cancellationToken)
    {
        if (!Grammar.ObjectName.Accepts(name.Name) || !Grammar.DnsLabel.Accepts(name.Namespace))
            return new(name, null, [new("WorkloadEntry", $"\"{Printable.Text(name.ToString())}\" is no name of an object", "write NAME.NAMESPACE")]);
        if (await _entries.OneAsync(name, cancellationToken) is { } reading) return reading;
        var near = await _entries.NearAsync(name, cancellationToken);
        return new(name, null, [new($"WorkloadEntry {name}", "does not exist", near.Count > 0 ? $"did you mean {string.Join(" or ", near.Select(n => $"{n}.{name.Namespace}"))}?" : $"see: kubectl get workloadentries -n {name.Namespace}")]);
    }
}
