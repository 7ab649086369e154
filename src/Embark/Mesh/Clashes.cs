namespace Embark.Mesh;

/// <summary>Entries that would get in each other's way (sidecar-bootstrap 8, rows 19 and 20).</summary>
internal static class Clashes
{
    public static IReadOnlyList<WorkloadReading> Among(IReadOnlyList<WorkloadReading> readings)
    {
        var good = readings.Select(r => r.Workload).OfType<WorkloadEntry>().ToList();
        var containers = good.ToLookup(w => (w.Vm.Ssh.Host, w.Vm.Ssh.Port, w.Vm.ContainerName));
        var addresses = good.Where(w => w.Address is not null).ToLookup(w => w.Address!);
        return [.. readings.Select(r => r.Workload is { } w ? Checked(r, w, containers[(w.Vm.Ssh.Host, w.Vm.Ssh.Port, w.Vm.ContainerName)], addresses[w.Address ?? ""]) : r)];
    }

    private static WorkloadReading Checked(WorkloadReading reading, WorkloadEntry own, IEnumerable<WorkloadEntry> sameContainer, IEnumerable<WorkloadEntry> sameAddress)
    {
        var others = sameContainer.Where(o => o.Name != own.Name).Select(o => o.Name.ToString()).ToList();
        if (others.Count > 0)
            return new(reading.Name, null, [new($"WorkloadEntry {own.Name}", $"is on the same host ({own.Vm.Ssh.Host}) with the same container name ({own.Vm.ContainerName}) as {string.Join(", ", others)}: each would replace the other", $"give one of them another {Annotations.ContainerName}, or remove it")]);
        var twins = sameAddress.Where(o => o.Name != own.Name).Select(o => o.Name.ToString()).ToList();
        if (twins.Count == 0) return reading;
        var warning = new Problem($"WorkloadEntry {own.Name} spec.address", $"{own.Address} is also the address of {string.Join(", ", twins)}; istiod finds an entry by its address", "give each VM an address of its own");
        return reading with { Workload = own with { Warnings = [.. own.Warnings, warning] } };
    }
}
